/**
 * Post-quantum hybrid age identities (MLKEM768-X25519, "X-Wing") and the other keys that a seed stands for.
 * @see https://c2sp.org/age (native recipient types), draft-connolly-cfrg-xwing-kem
 */
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { bech32 } from '@scure/base';
import { identityToRecipient } from 'age-encryption';
import type { Address, Bytes, Hex } from '../core/bytes.ts';
import { owned, toHex } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import type { Random } from '../core/time.ts';
import { derive } from './hkdf.ts';

/** Bytes of a hybrid public key: 1184 of ML-KEM-768, 32 of X25519. */
export const PUBLIC_KEY_BYTES = 1216;
const SECRET_PREFIX = 'AGE-SECRET-KEY-PQ-';
const RECIPIENT_PREFIX = 'age1pq';

/** @property identity secret, `AGE-SECRET-KEY-PQ-1…` · @property recipient `age1pq1…` · @property publicKey 1216 bytes, what the recipient spells */
export type Identity = { identity: string; recipient: string; publicKey: Bytes };

const sized = (bytes: Uint8Array, length: number, what: string): Uint8Array => {
  if (bytes.length !== length) throw new SalusError('input/invalid', { what, length: bytes.length, wanted: length });
  return bytes;
};

/** @param secret 32 bytes @returns the hybrid identity that they stand for */
export const identityFromSecret = async (secret: Uint8Array): Promise<Identity> => {
  const words = bech32.toWords(sized(secret, 32, 'secret'));
  const identity = bech32.encode(SECRET_PREFIX.toLowerCase(), words, false).toUpperCase();
  const recipient = await identityToRecipient(identity);
  return { identity, recipient, publicKey: publicKeyFromRecipient(recipient) };
};

/** @param identity `AGE-SECRET-KEY-PQ-1…` @returns its recipient */
export const recipientOf = (identity: string): Promise<string> => identityToRecipient(identity);

/** A fresh hybrid identity. */
export const randomIdentity = (random: Random): Promise<Identity> => identityFromSecret(random(32));

/** @param publicKey 1216 bytes @returns `age1pq1…` @throws input/invalid on another length */
export const recipientFromPublicKey = (publicKey: Uint8Array): string =>
  bech32.encode(RECIPIENT_PREFIX, bech32.toWords(sized(publicKey, PUBLIC_KEY_BYTES, 'public key')), false);

/** @param recipient `age1pq1…` @returns 1216 bytes @throws input/invalid unless it is a hybrid recipient */
export const publicKeyFromRecipient = (recipient: string): Bytes => {
  try {
    const { prefix, words } = bech32.decode(recipient as `${string}1${string}`, false);
    if (prefix !== RECIPIENT_PREFIX) throw new SalusError('input/invalid', { what: 'recipient', prefix });
    return owned(sized(bech32.fromWords(words), PUBLIC_KEY_BYTES, 'public key'));
  } catch (cause) {
    throw cause instanceof SalusError ? cause : new SalusError('input/invalid', { what: 'recipient' }, cause);
  }
};

/** The account's own identity. @param seed 32 bytes @param nonce 32 bytes, the one of the `Enrolled` event */
export const vaultIdentity = async (seed: Uint8Array, nonce: Uint8Array): Promise<Identity> =>
  identityFromSecret(derive(sized(seed, 32, 'seed'), 'vault', 32, sized(nonce, 32, 'nonce')));

/** One epoch of a folder. @param folderId 16 bytes @param nonce 32 bytes, fresh in `enroll` or `rotate` and never used for two attempts */
export const folderIdentity = async (seed: Uint8Array, folderId: Uint8Array, nonce: Uint8Array): Promise<Identity> =>
  identityFromSecret(
    derive(sized(seed, 32, 'seed'), 'folder', 32, sized(folderId, 16, 'folder id'), sized(nonce, 32, 'nonce')),
  );

/** The Ethereum address of an uncompressed secp256k1 public key. @param publicKey 65 bytes */
export const addressOf = (publicKey: Uint8Array): Address =>
  toHex(keccak_256(sized(publicKey, 65, 'public key').subarray(1)).subarray(12));

/**
 * The key that may move the account to a new address (`succeed`).
 * @returns `secret` 32 bytes of secp256k1, its Ethereum `address`
 * @see FIPS 186-5 A.2.1 (48 bytes reduced, so that the bias is negligible)
 */
export const successorKey = (seed: Uint8Array): { secret: Bytes; address: Address } => {
  const secret = owned(secp256k1.utils.randomSecretKey(derive(sized(seed, 32, 'seed'), 'successor', 48)));
  return { secret, address: addressOf(secp256k1.getPublicKey(secret, false)) };
};

/** The key of sealed caches and drafts in this browser. @returns 32 bytes */
export const indexKey = (seed: Uint8Array): Bytes => derive(sized(seed, 32, 'seed'), 'index', 32);

/** Lets holders of a folder find its records without trial decryption. @param publicKey 1216 bytes @param digest 32 bytes @returns 4 bytes of HMAC-SHA-256 */
export const hint = (publicKey: Uint8Array, digest: Uint8Array): Bytes =>
  hmac(sha256, sized(publicKey, PUBLIC_KEY_BYTES, 'public key'), sized(digest, 32, 'digest')).slice(0, 4);

/** What the contract keeps of a public key. @param publicKey 1216 bytes @returns the first 12 bytes of keccak256 */
export const keyHash = (publicKey: Uint8Array): Hex =>
  toHex(keccak_256(sized(publicKey, PUBLIC_KEY_BYTES, 'public key')).subarray(0, 12));
