/** A hospital vouches for an account, or takes its vouching back. */
import { NO_DIGEST, utf8, type Address } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import type { Act } from './act.ts';
import type { Account, Entry, Ports, Role } from './ports/index.ts';
import { send } from './send.ts';

/** Where the hospital looked the licence up; published with the accreditation. */
export const LICENCE_FILE = 'licence.json';

/** @param licence the registration number in the country's register, public @throws input/invalid unless the account is enrolled */
export const accredit = async (
  ports: Ports,
  act: Act,
  account: Account,
  role: Role,
  licence: string,
): Promise<Entry> => {
  act.stage('prepare');
  if (BigInt(account.keyHash) === 0n) throw new SalusError('input/invalid', { at: 'not-enrolled' });
  const digest = await ports.storage.publish([
    { name: LICENCE_FILE, body: utf8(JSON.stringify({ version: 1, licence })) },
  ]);
  return send(
    ports,
    act,
    { name: 'accredit', args: { account: account.address, role, licence: digest } },
    { record: digest },
  );
};

/** Withdraws this hospital's own vouch; others' stay. */
export const suspend = (ports: Ports, act: Act, account: Address): Promise<Entry> =>
  send(ports, act, { name: 'suspend', args: { account, reason: NO_DIGEST } });
