/** Small sealed boxes: keyring wraps, caches, drafts. XChaCha20-Poly1305, whose 24-byte nonce may be random. @see draft-irtf-cfrg-xchacha */
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import type { Bytes } from '../core/bytes.ts';
import { concat, toHex, utf8 } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import type { Random } from '../core/time.ts';
import { derive } from './hkdf.ts';

/** Bytes a box adds: 24 of nonce, 16 of tag. */
export const BOX_OVERHEAD = 40;

/** @param key 32 bytes @param aad bound to the box, not stored in it @returns nonce (24) ‖ ciphertext ‖ tag (16) */
export const sealBox = (key: Uint8Array, plain: Uint8Array, aad: Uint8Array, random: Random): Bytes => {
  const nonce = random(24);
  return concat(nonce, xchacha20poly1305(key, nonce, aad).encrypt(plain));
};

/** The inverse of {@link sealBox}. @throws crypto/corrupt when key, box or `aad` differ from what was sealed */
export const openBox = (key: Uint8Array, box: Uint8Array, aad: Uint8Array): Bytes => {
  if (box.length < BOX_OVERHEAD) throw new SalusError('crypto/corrupt', { what: 'box', length: box.length });
  try {
    return xchacha20poly1305(key, box.subarray(0, 24), aad).decrypt(box.subarray(24));
  } catch (cause) {
    throw new SalusError('crypto/corrupt', { what: 'box' }, cause);
  }
};

/** A name that says nothing to who lacks the key. @param key 32 bytes @returns 64 hex digits of HMAC-SHA-256 under a key of its own */
export const nameOf = (key: Uint8Array, name: string): string =>
  toHex(hmac(sha256, derive(key, 'name', 32), utf8(name))).slice(2);
