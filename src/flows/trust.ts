/** Trust in public keys (DESIGN §4): nothing is sealed to a key that was not proven, and a key once used is remembered. */
import { fromUtf8, toHex, utf8, type Address, type Bytes, type Hex } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import { keyHash, recipientFromPublicKey } from '../crypto/identity.ts';
import type { Ports } from './ports/index.ts';
import { isSealable } from './seal.ts';

export type Trusted = {
  account: Address;
  /** age recipient */
  recipient: string;
  /** 1216 bytes */
  publicKey: Bytes;
  keyHash: Hex;
  by: 'signature' | 'agreement';
};

/** Where the cabinet keeps the key of an account that was last sealed to. */
export const keyName = (account: Address): string => `key/${account}`;

/**
 * Proves the account's current key by its raw `enroll` transaction and holds it against the one used before.
 * @param accept the key hash the person has accepted after a change
 * @throws chain/key-unproven, chain/key-changed (details: account, before, now)
 */
export const trustedKey = async (
  { chain, cabinet }: Pick<Ports, 'chain' | 'cabinet'>,
  account: Address,
  accept: Hex | null = null,
): Promise<Trusted> => {
  const proven = await chain.provenKey(account);
  const hash = keyHash(proven.recipient);
  if (hash !== proven.keyHash) throw new SalusError('chain/key-unproven', { account, reason: 'hash' });
  const known = await cabinet.get(keyName(account));
  const before = known ? fromUtf8(known) : null;
  const now = toHex(proven.recipient);
  if (before !== null && before !== now && accept !== hash)
    throw new SalusError('chain/key-changed', { account, now: hash });
  const recipient = recipientFromPublicKey(proven.recipient);
  if (!(await isSealable(recipient))) throw new SalusError('crypto/unsupported', { what: 'recipient', account });
  return {
    account,
    recipient,
    publicKey: proven.recipient,
    keyHash: hash,
    by: proven.by,
  };
};

/**
 * The person looked at a change and accepts it: from now on this key is the known one.
 * @param hash as `chain/key-changed` gave it @throws chain/key-changed when it is another one again, chain/key-unproven
 */
export const acceptKey = async (ports: Pick<Ports, 'chain' | 'cabinet'>, account: Address, hash: Hex): Promise<void> =>
  rememberKey(ports, await trustedKey(ports, account, hash));

/** Remembers the key that was just sealed to. */
export const rememberKey = ({ cabinet }: Pick<Ports, 'cabinet'>, key: Trusted): Promise<void> =>
  cabinet.set(keyName(key.account), utf8(toHex(key.publicKey)));
