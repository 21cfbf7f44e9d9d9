/** A hospital vouches for an account, or takes its vouching back. */
import { NO_DIGEST, type Address, type Digest } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import { isoWithZone } from '../core/time.ts';
import { communication } from '../record/fhir.ts';
import { encodeLicence, LICENCE_FILE } from '../record/licence.ts';
import type { Act } from './act.ts';
import type { Account, Entry, Ports, Role } from './ports/index.ts';
import { send } from './send.ts';
import type { Vault } from './vault.ts';

/** Sealing is loaded when somebody gives a reason. */
const sealing = () => Promise.all([import('./seal.ts'), import('./trust.ts')]);

/**
 * Vouches; again: for a new licence, or in another role when nobody else vouches.
 * @param licence the registration number in the country's register, public; empty for none
 * @throws input/invalid unless the account is enrolled, chain/reverted (BadRole)
 */
export const accredit = async (
  ports: Ports,
  act: Act,
  account: Account,
  role: Role,
  licence: string,
): Promise<Entry> => {
  act.stage('prepare');
  if (BigInt(account.keyHash) === 0n) throw new SalusError('input/invalid', { at: 'not-enrolled' });
  const text = licence.trim();
  const digest = text
    ? await ports.storage.publish([{ name: LICENCE_FILE, body: encodeLicence(text) }])
    : (NO_DIGEST satisfies Digest);
  const call = { name: 'accredit', args: { account: account.address, role, licence: digest } } as const;
  return send(ports, act, call, text ? { record: digest } : {});
};

/**
 * Withdraws this hospital's own vouch; others' stay. The reason, when given, is sealed to the suspended account and to the hospital.
 * @throws chain/key-unproven, chain/key-changed, chain/reverted (NotAccredited)
 */
export const suspend = async (
  ports: Ports,
  act: Act,
  vault: Vault,
  account: Address,
  reason: string,
): Promise<Entry> => {
  act.stage('prepare');
  const words = reason.trim();
  if (!words) return send(ports, act, { name: 'suspend', args: { account, reason: NO_DIGEST } });
  const [{ distinct, sealStatement }, { rememberKey, trustedKey }] = await sealing();
  const key = await trustedKey(ports, account);
  const record = await sealStatement(
    ports,
    act,
    {
      kind: 'statement',
      title: '',
      patient: account,
      appointment: null,
      resources: [communication(isoWithZone(ports.clock(), ports.zone()), words)],
    },
    distinct([key.recipient, vault.identity.recipient]),
  );
  await rememberKey(ports, key);
  return send(ports, act, { name: 'suspend', args: { account, reason: record } }, { record });
};
