/** Asking a patient for access: what, what for, until when and why, sealed to the patient's proven key. The chain shows that somebody asked. */
import { NO_DIGEST, type Address } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import { accessRequestResources, checked, type AccessRequest } from '../record/accessRequest.ts';
import type { Act } from './act.ts';
import type { Draft } from './draft.ts';
import type { Entry, Ports, ReadPorts } from './ports/index.ts';
import { distinct, sealDraft } from './seal.ts';
import { earlier, send } from './send.ts';
import { rememberKey, trustedKey } from './trust.ts';
import type { Vault } from './vault.ts';

/** Seconds: nobody asks for longer than five years at once. */
export const LONGEST = 5 * 366 * 86_400;

/** Whom to ask, and what for. */
export type AskInput = { patient: Address; draft: Draft<AccessRequest> };

/** Whoever asks is accredited or an active hospital now. @throws chain/not-accredited */
export const requireAsker = async ({ chain }: Pick<ReadPorts, 'chain'>, account: Address): Promise<void> => {
  const me = await chain.account(account);
  if (!me.accredited && !me.hospital?.active) throw new SalusError('chain/not-accredited', { account });
};

/**
 * Everything is checked before anything is sealed, stored or paid.
 * @returns the AccessRequested entry
 * @throws input/invalid (`at`: self, what, about, purpose, until, reason), chain/not-accredited, chain/key-unproven (never enrolled, or the
 * key is not theirs), chain/key-changed, chain/reverted
 */
export const ask = async (ports: Ports, act: Act, vault: Vault, input: AskInput): Promise<Entry> => {
  const { patient, draft } = input;
  act.stage('prepare');
  const before = await earlier(ports, act, draft);
  if ('done' in before) return before.done;

  if (patient === vault.account) throw new SalusError('input/invalid', { at: 'self' });
  const request = checked(draft.fields);
  const now = await ports.chain.now();
  if (request.until <= now || request.until > now + LONGEST) throw new SalusError('input/invalid', { at: 'until' });
  await requireAsker(ports, vault.account);
  const key = await trustedKey(ports, patient);
  const about = {
    chain: ports.chain.chainId,
    patient,
    asker: vault.account,
    now: ports.clock(),
    zone: ports.zone(),
  };
  const record = await sealDraft(
    ports,
    act,
    draft,
    {
      kind: 'request',
      title: '',
      patient,
      appointment: null,
      resources: accessRequestResources(request, about),
    },
    distinct([key.recipient, vault.identity.recipient]),
    before.asked,
  );
  await rememberKey(ports, key);
  return send(
    ports,
    act,
    { name: 'requestAccess', args: { patient, reason: record } },
    { record, draft: draft.name, again: before.asked },
  );
};

/**
 * Takes back every request of this account to `patient` that was not answered: a request that names no record says so.
 * @returns the AccessRequested entry @throws chain/reverted (NotAccredited: who is suspended cannot ask, and nobody can approve it then)
 */
export const withdrawRequests = (ports: Ports, act: Act, patient: Address): Promise<Entry> => {
  act.stage('prepare');
  return send(ports, act, { name: 'requestAccess', args: { patient, reason: NO_DIGEST } });
};
