/** Content identifiers as text, for showing. `src/storage` alone reads and verifies them. */
import { concat, fromHex, type Digest } from './bytes.ts';

const LETTERS = 'abcdefghijklmnopqrstuvwxyz234567';
/** CIDv1, dag-pb, sha2-256 of 32 bytes. */
const PREFIX = Uint8Array.of(0x01, 0x70, 0x12, 0x20);

/** Base32 of RFC 4648 §6, lower-case, without padding. */
const base32 = (bytes: Uint8Array): string => {
  let text = '';
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    for (bits += 8; bits >= 5; bits -= 5) text += LETTERS[(held >> (bits - 5)) & 31];
    held &= (1 << bits) - 1;
  }
  return bits > 0 ? text + LETTERS[(held << (5 - bits)) & 31] : text;
};

/**
 * The record's directory as IPFS calls it.
 * @param digest 32 bytes, as the contract has them
 * @returns CIDv1 in base32, 59 characters
 * @see https://github.com/multiformats/cid
 */
export const cidOf = (digest: Digest): string => `b${base32(concat(PREFIX, fromHex(digest)))}`;
