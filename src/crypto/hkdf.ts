/** Every key that Salus derives comes through here, so that no two uses can ever share one. */
import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import type { Bytes } from '../core/bytes.ts';
import { concat, utf8 } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';

/**
 * HKDF-SHA-256 with an empty salt and info = `salus/v1/<purpose>` ‖ 0x00 ‖ fields.
 * @param ikm input key material, at least 16 bytes of entropy
 * @param purpose lower-case words joined by `-`; one purpose always has the same number and lengths of fields
 * @param length bytes wanted, at most 8160
 * @param fields fixed-length context, joined as they are
 * @throws input/invalid when the purpose could run into the fields
 * @see RFC 5869
 */
export const derive = (ikm: Uint8Array, purpose: string, length: number, ...fields: Uint8Array[]): Bytes => {
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(purpose)) throw new SalusError('input/invalid', { purpose });
  return hkdf(sha256, ikm, undefined, concat(utf8(`salus/v1/${purpose}`), new Uint8Array(1), ...fields), length);
};
