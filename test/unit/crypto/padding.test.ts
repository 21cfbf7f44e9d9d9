import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromUtf8, utf8 } from '../../../src/core/bytes.ts';
import { collect } from '../../../src/crypto/chunks.ts';
import { padText, padZeros, paddedLength, padme, unpadZeros } from '../../../src/crypto/padding.ts';
import { RUNS, chop, pattern } from './support.ts';

/** Algorithm 1 of the paper, in whole numbers of any size. */
const algorithm1 = (length: bigint): bigint => {
  const bits = (n: bigint) => BigInt(n.toString(2).length - 1); // ⌊log2 n⌋
  if (length < 2n) return length;
  const e = bits(length);
  const s = bits(e) + 1n;
  const mask = (1n << (e - s > 0n ? e - s : 0n)) - 1n;
  return (length + mask) & ~mask;
};

describe('Padmé', () => {
  test.each([
    [0, 0],
    [1, 1],
    [7, 7],
    [8, 8],
    [9, 10], // the paper's example, and its largest overhead: 11.11 %
    [10, 10],
    [100, 104],
    [1000, 1024],
    [4096, 4096],
    [1_000_000, 1_015_808],
  ])('%i becomes %i', (length, padded) => expect(padme(length)).toBe(padded));

  test('is the paper’s algorithm at every length', () => {
    for (let length = 0; length < 70_000; length++)
      if (BigInt(padme(length)) !== algorithm1(BigInt(length))) expect.fail(`differs at ${length}`);
    const any = fc.oneof(
      fc.maxSafeNat(),
      fc.nat({ max: 52 }).chain((e) => fc.integer({ min: -3, max: 3 }).map((d) => 2 ** e + d)),
    );
    fc.assert(
      fc.property(
        any.filter((n) => n >= 0),
        (length) => BigInt(padme(length)) === algorithm1(BigInt(length)),
      ),
      RUNS,
    );
  });

  test('never shortens, adds at most 12 %, and padding again adds nothing', () => {
    const length = fc.integer({ min: 1, max: 2 ** 45 });
    fc.assert(
      fc.property(length, (n) => padme(n) >= n && padme(n) <= n * 1.12 && padme(padme(n)) === padme(n)),
      RUNS,
    );
  });

  test.each([-1, 0.5, Number.NaN, 2 ** 53])('%d is no length', (n) => expect(() => padme(n)).toThrow());
});

test('what is stored has a minimum', () => {
  expect(paddedLength(0, 4096)).toBe(4096);
  expect(paddedLength(4095, 4096)).toBe(4096);
  expect(paddedLength(5000, 4096)).toBe(padme(5000));
});

test('text is padded with spaces that JSON ignores', () => {
  const padded = padText(utf8('{"a":1}'));
  expect(padded.length).toBe(4096);
  expect(JSON.parse(fromUtf8(padded))).toEqual({ a: 1 });
});

async function* stream(source: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* source;
}

test('zeros go on and come off, however the stream is cut', async () => {
  const sizes = fc.record({
    size: fc.nat({ max: 5000 }),
    more: fc.nat({ max: 200_000 }),
    cuts: fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 5 }),
  });
  await fc.assert(
    fc.asyncProperty(sizes, async ({ size, more, cuts }) => {
      const plain = pattern(size);
      const padded = await collect(padZeros(chop(plain, cuts), size + more));
      expect(padded.length).toBe(size + more);
      expect(await collect(unpadZeros(stream(chop(padded, cuts)), size))).toEqual(plain);
    }),
    { numRuns: 200 },
  );
});

test('a file longer than announced, shorter than promised, or with anything behind it is refused', async () => {
  await expect(collect(padZeros([pattern(11)], 10))).rejects.toMatchObject({ code: 'input/invalid' });
  await expect(collect(unpadZeros(stream([pattern(10)]), 11))).rejects.toMatchObject({ code: 'record/file-mismatch' });
  const dirty = new Uint8Array(20).fill(1, 0, 10);
  dirty[19] = 1;
  await expect(collect(unpadZeros(stream([dirty]), 10))).rejects.toMatchObject({ code: 'record/file-mismatch' });
});
