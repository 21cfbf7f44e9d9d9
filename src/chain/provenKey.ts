/** Public keys proven to be their accounts' (DESIGN §4, Trust in public keys). */
import { keccak_256 } from '@noble/hashes/sha3.js';
import { fromHex, toHex, type Digest, type Hex } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import type { Account, Entry, ProvenKey } from '../flows/ports/chain.ts';
import type { ActContext } from './acts.ts';
import { proveEntry } from './entryProof.ts';

const NONE = `0x${'0'.repeat(64)}`;
const NO_KEY = `0x${'0'.repeat(24)}`;
/** ML-KEM-768 + X25519 */
const KEY_LENGTH = 1216;

/** True for the entry back to which an own timeline has to be read. */
export const isEnrolment = (entry: Entry): boolean => entry.event === 'Enrolled';

/**
 * @param account the agreed view · @param own its verified own timeline, back to the newest `Enrolled` at least
 * @throws chain/key-unproven with `reason`
 */
export const proveKey = async (c: ActContext, account: Account, own: Entry[]): Promise<ProvenKey> => {
  const unproven = (reason: string, details = {}) =>
    new SalusError('chain/key-unproven', { reason, account: account.address, ...details });
  if (account.movedTo) throw unproven('moved', { to: account.movedTo });
  const enrolled = own.find(isEnrolment);
  if (!enrolled || account.keyHash === NO_KEY) throw unproven('not-enrolled');
  // `setKeyring` and `setProfile` after the enrolment replace what it carried
  const keyring = own.find((e) => 'keyring' in e.args) as Entry;
  const profile = own.find((e) => 'profile' in e.args) as Entry;
  const by = (await proveEntry(c, enrolled)).by;
  for (const later of new Set([keyring, profile])) if (later !== enrolled) await proveEntry(c, later);
  const recipient = fromHex(enrolled.args.recipient as Hex);
  if (recipient.length !== KEY_LENGTH) throw unproven('bad-length', { length: recipient.length });
  const keyHash = toHex(keccak_256(recipient).subarray(0, 12));
  if (keyHash !== account.keyHash) throw unproven('other-hash', { tx: enrolled.tx });
  return {
    account: account.address,
    recipient,
    nonce: enrolled.args.nonce as Digest,
    profile: profile.args.profile === NONE ? null : (profile.args.profile as Digest),
    keyring: fromHex(keyring.args.keyring as Hex),
    keyHash,
    by,
    tx: enrolled.tx,
  };
};
