/** What the tests of this folder share: repeatable randomness, and ways to cut bytes. */
import { sha256 } from '@noble/hashes/sha2.js';
import fc from 'fast-check';
import { vi } from 'vitest';
import type { Bytes } from '../../../src/core/bytes.ts';
import { concat, uintBytes, utf8 } from '../../../src/core/bytes.ts';
import type { Random } from '../../../src/core/time.ts';

// a thousand runs take their time on a busy machine
vi.setConfig({ testTimeout: 120_000 });

/** Bytes that look random and are the same in every run. */
export const randomOf = (name: string): Random => {
  let counter = 0;
  return (length) => {
    const blocks = Array.from({ length: Math.ceil(length / 32) }, () =>
      sha256(concat(utf8(name), uintBytes(counter++, 4))),
    );
    return concat(...blocks).slice(0, length);
  };
};

/** Fresh bytes. */
export const random: Random = (length) => crypto.getRandomValues(new Uint8Array(length));

/** A plaintext of which every place is told from its neighbours. */
export const pattern = (length: number): Bytes => {
  const out = new Uint8Array(length);
  for (let i = 0; i < length; i++) out[i] = (i * 31 + (i >> 8) * 7 + (i >> 16)) & 0xff;
  return out;
};

/** A copy with one bit turned over. @param bit counted over the whole array, taken modulo its length */
export const flipped = (bytes: Uint8Array, bit: number): Bytes => {
  const out = new Uint8Array(bytes);
  const at = bit % (bytes.length * 8);
  out[at >> 3] = (out[at >> 3] as number) ^ (1 << (at & 7));
  return out;
};

/** Pieces of the given lengths, over and over; what is left is the last piece. */
export function* chop(bytes: Uint8Array, lengths: number[]): Generator<Uint8Array> {
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const end = at + Math.max(1, lengths[i % lengths.length] as number);
    yield bytes.subarray(at, end);
    at = end;
  }
}

/** The number of runs that every property gets. */
export const RUNS = { numRuns: 1000 };

/** Any bit of anything. */
export const anyBit = fc.nat({ max: 2 ** 30 });
