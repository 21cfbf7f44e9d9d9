/** Whom something is given to: looked at before anything is prepared, so that what cannot come to its end costs nothing. */
import type { Address, Hex } from '../core/bytes.ts';
import { asSalusError, isSalusError, SalusError } from '../core/errors.ts';
import { keyHash } from '../crypto/identity.ts';
import type { Account, Hospital, Ports, ReadPorts } from './ports/index.ts';
import { trustedKey, type Trusted } from './trust.ts';

const NO_KEY = 0n;

/** @throws share/self, share/moved (`to`), share/not-enrolled */
const reachable = (account: Account, me: Address): void => {
  const { address, movedTo, keyHash: hash } = account;
  if (address === me) throw new SalusError('share/self');
  if (movedTo) throw new SalusError('share/moved', { account: address, to: movedTo });
  if (BigInt(hash) === NO_KEY) throw new SalusError('share/not-enrolled', { account: address });
};

/**
 * The proven key that a gift is sealed to. A changed one is accepted first (`trust.ts`).
 * @throws share/self, share/moved, share/not-enrolled, chain/key-unproven, chain/key-changed
 */
export const granteeKey = async (
  ports: Pick<Ports, 'chain' | 'cabinet'>,
  me: Address,
  account: Address,
): Promise<Trusted> => {
  reachable(await ports.chain.account(account), me);
  return trustedKey(ports, account);
};

/** What is known of somebody before they are let in. `vouched`: hospitals whose accreditation was proven back to a founder, nearest first */
export type Whom = {
  account: Account;
  /** `known`: sealed to before, and the same still · `new`: proven, never used here · `changed`: another than was used before */
  key: { state: 'known' | 'new' | 'changed'; hash: Hex; by: Trusted['by'] };
  vouched: Hospital[];
  /** why an accreditation that the contract names could not be proven */
  doubt: SalusError | null;
};

/** Looks somebody up for the form. @throws as {@link granteeKey}, but for a changed key: that is said, not thrown */
export const lookAt = async (ports: ReadPorts, me: Address, address: Address): Promise<Whom> => {
  const account = await ports.chain.account(address);
  reachable(account, me);
  const proven = await ports.chain.provenKey(address);
  const hash = keyHash(proven.recipient);
  const [changed, known] = await Promise.all([changedKey(ports, address), ports.cabinet.get(`key/${address}`)]);
  const state = changed ? 'changed' : known ? 'known' : 'new';
  return { account, key: { state, hash, by: proven.by }, ...(await vouchedFor(ports, account)) };
};

const changedKey = async (ports: Pick<Ports, 'chain' | 'cabinet'>, address: Address): Promise<boolean> => {
  try {
    await trustedKey(ports, address);
    return false;
  } catch (error) {
    if (isSalusError(error, 'chain/key-changed')) return true;
    throw error;
  }
};

const vouchedFor = async ({ chain }: ReadPorts, account: Account): Promise<Pick<Whom, 'vouched' | 'doubt'>> => {
  if (!account.accredited) return { vouched: [], doubt: null };
  try {
    const [{ path }, hospitals] = await Promise.all([chain.accreditation(account.address), chain.hospitals()]);
    const vouched = path.flatMap((p) => hospitals.filter((h) => h.address === p.hospital));
    return { vouched, doubt: null };
  } catch (cause) {
    return { vouched: [], doubt: asSalusError(cause) };
  }
};
