/** Declining a request for access. The words, when there are any, are sealed to the asker. */
import { NO_DIGEST, type Digest } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import { isoWithZone } from '../core/time.ts';
import { communication } from '../record/fhir.ts';
import { MAX_REASON } from '../record/accessRequest.ts';
import type { Act } from './act.ts';
import type { Entry, Ports } from './ports/index.ts';
import type { KeyRequest } from './requests.ts';
import { distinct, sealStatement } from './seal.ts';
import { send } from './send.ts';
import { rememberKey, trustedKey } from './trust.ts';
import type { Vault } from './vault.ts';

/**
 * @param words may be empty: then nothing is sealed, and an asker whose key cannot be proven any more is declined too
 * @returns the Refused entry
 * @throws input/invalid for another's request or one that is not open, chain/key-unproven, chain/key-changed, input/too-large
 */
export const refuse = async (
  ports: Ports,
  act: Act,
  vault: Vault,
  request: KeyRequest,
  words: string,
): Promise<Entry> => {
  act.stage('prepare');
  if (request.patient !== vault.account || request.state !== 'open')
    throw new SalusError('input/invalid', { at: 'request' });
  const text = words.trim();
  if (text.length > MAX_REASON) throw new SalusError('input/too-large', { limit: MAX_REASON });
  const call = (reason: Digest) =>
    ({ name: 'refuse', args: { requester: request.asker, re: request.re, reason } }) as const;
  if (!text) return send(ports, act, call(NO_DIGEST));
  const key = await trustedKey(ports, request.asker);
  const record = await sealStatement(
    ports,
    act,
    {
      kind: 'statement',
      title: '',
      patient: vault.account,
      appointment: null,
      resources: [communication(isoWithZone(ports.clock(), ports.zone()), text)],
    },
    distinct([key.recipient, vault.identity.recipient]),
  );
  await rememberKey(ports, key);
  return send(ports, act, call(record), { record });
};
