/**
 * The tag of a `Rotated` event: which folder began a new epoch, in words that only its owner reads. Deterministic, so that owner's every device
 * makes and reads the same one; authenticated, so that a seed tells its own tags from others'.
 * @see RFC 5297 (AES-SIV: 16 bytes of folder id become 16 of synthetic IV and 16 of ciphertext)
 */
import { aessiv } from '@noble/ciphers/aes.js';
import type { Bytes } from '../core/bytes.ts';
import { owned } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import { derive } from './hkdf.ts';

/** Bytes of a tag. */
export const TAG_BYTES = 32;

const cipher = (seed: Uint8Array, nonce: Uint8Array) => aessiv(derive(seed, 'folder-tag', 64), nonce);

/** @param seed 32 bytes @param folderId 16 bytes @param nonce 32 bytes of the epoch @returns 32 bytes @throws input/invalid */
export const sealTag = (seed: Uint8Array, folderId: Uint8Array, nonce: Uint8Array): Bytes => {
  if (folderId.length !== 16 || nonce.length !== 32)
    throw new SalusError('input/invalid', { what: 'folder tag', folder: folderId.length, nonce: nonce.length });
  return owned(cipher(seed, nonce).encrypt(folderId));
};

/** @param tag 32 bytes @returns the folder's id, 16 bytes; null where another seed made the tag */
export const openTag = (seed: Uint8Array, tag: Uint8Array, nonce: Uint8Array): Bytes | null => {
  if (tag.length !== TAG_BYTES) return null;
  try {
    return owned(cipher(seed, nonce).decrypt(tag));
  } catch {
    return null;
  }
};
