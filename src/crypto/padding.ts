/**
 * Padmé: lengths leak at most O(log log n) bits and grow by at most 12 %.
 * @see Nikitin et al., "Reducing Metadata Leakage from Encrypted Files and Communication with PURBs", PoPETs 2019, §4, Algorithm 1
 */
import type { Bytes } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';

/** Manifests and capabilities are never shorter than this, in bytes. */
export const MANIFEST_MINIMUM = 4096;

/**
 * @param length bytes, a safe integer
 * @returns the padded length: the next number whose binary mantissa needs no more bits than its exponent
 */
export const padme = (length: number): number => {
  if (!Number.isSafeInteger(length) || length < 0) throw new SalusError('input/invalid', { length });
  if (length < 2) return length;
  const exponent = Math.floor(Math.log2(length));
  // log2 rounds up just below large powers of two
  const e = 2 ** exponent > length ? exponent - 1 : exponent;
  const step = 2 ** (e - (Math.floor(Math.log2(e || 1)) + 1));
  return step <= 1 ? length : Math.ceil(length / step) * step;
};

/** @param length true bytes @param minimum bytes @returns what is stored: at least `minimum`, then Padmé */
export const paddedLength = (length: number, minimum = 0): number => padme(Math.max(length, minimum));

/** JSON is padded with spaces, which every parser ignores. @returns a copy of at least `minimum` bytes, then Padmé */
export const padText = (text: Uint8Array, minimum = MANIFEST_MINIMUM): Bytes => {
  const out = new Uint8Array(paddedLength(text.length, minimum)).fill(0x20);
  out.set(text);
  return out;
};

const ZEROS = new Uint8Array(1 << 16);

/** Passes `source` on, then zero bytes until `total`. @throws input/invalid when the source is longer than `total` */
export async function* padZeros(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  total: number,
): AsyncGenerator<Uint8Array> {
  let done = 0;
  for await (const piece of source) {
    done += piece.length;
    if (done > total) throw new SalusError('input/invalid', { what: 'source longer than its padded length', total });
    yield piece;
  }
  for (; done < total; done += ZEROS.length) yield ZEROS.subarray(0, Math.min(ZEROS.length, total - done));
}

/**
 * Passes the first `size` bytes on and demands that the rest is zeros.
 * @throws record/file-mismatch when there are fewer, or anything but zeros after them
 */
export async function* unpadZeros(source: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Uint8Array> {
  let left = size;
  for await (const piece of source) {
    const kept = piece.subarray(0, Math.min(left, piece.length));
    left -= kept.length;
    if (kept.length > 0) yield kept;
    for (let i = kept.length; i < piece.length; i++)
      if (piece[i] !== 0) throw new SalusError('record/file-mismatch', { what: 'padding' });
  }
  if (left > 0) throw new SalusError('record/file-mismatch', { what: 'size', missing: left });
}
