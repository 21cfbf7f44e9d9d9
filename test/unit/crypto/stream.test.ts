import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Bytes } from '../../../src/core/bytes.ts';
import { concat, equal } from '../../../src/core/bytes.ts';
import { isSalusError } from '../../../src/core/errors.ts';
import { collect, repack } from '../../../src/crypto/chunks.ts';
import {
  CHUNK_BYTES,
  NONCE_BYTES,
  SEALED_CHUNK_BYTES,
  decryptStream,
  encryptStream,
  payloadSize,
  plainSize,
  streamPath,
} from '../../../src/crypto/stream.ts';
import type { Path } from '../../../src/crypto/stream.ts';
import { RUNS, anyBit, chop, flipped, pattern, random } from './support.ts';

const fileKey = random(16);
const nonce = random(NONCE_BYTES);
const BOTH: Path[] = ['native', 'noble'];
const seal = (plain: Uint8Array, path: Path = 'noble', cuts = [plain.length]) =>
  collect(encryptStream(fileKey, chop(plain, cuts), { path, nonce }));

/** @returns what came out before it ended, and why it ended */
const openAll = async (
  payload: Iterable<Uint8Array>,
  path: Path = 'noble',
): Promise<{ plain: Bytes; code: string }> => {
  const out: Bytes[] = [];
  try {
    for await (const piece of decryptStream(fileKey, payload, { path })) out.push(piece);
    return { plain: concat(...out), code: '' };
  } catch (error) {
    if (!isSalusError(error)) throw error;
    return { plain: concat(...out), code: error.code };
  }
};

test('this Node has the native cipher, so both paths are really tested', async () => {
  expect(await streamPath()).toBe('native');
});

describe('sizes', () => {
  const sizes = [0, 1, 15, 16, 65_535, 65_536, 65_537, 131_072, 131_073, 300_001, 17 * 65_536, 40 * 65_536 + 9];
  test.each(sizes)(
    '%i bytes: both paths give the same payload, of the size foretold, and open each other’s',
    async (size) => {
      const plain = pattern(size);
      const native = await seal(plain, 'native');
      expect(equal(native, await seal(plain, 'noble', [1000, 70_000, 3]))).toBe(true);
      expect(native.length).toBe(payloadSize(size));
      expect(plainSize(native.length)).toBe(size);
      for (const path of BOTH) expect(equal((await openAll(chop(native, [99_999, 1]), path)).plain, plain)).toBe(true);
    },
  );

  test('no plaintext has a payload of these sizes', () => {
    for (const size of [0, 31, NONCE_BYTES + SEALED_CHUNK_BYTES + 1, NONCE_BYTES + SEALED_CHUNK_BYTES + 16])
      expect(() => plainSize(size)).toThrow(expect.objectContaining({ code: 'crypto/corrupt' }));
  });

  test('plainSize undoes payloadSize', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 45 }), (size) => plainSize(payloadSize(size)) === size),
      RUNS,
    );
  });
});

describe.each(BOTH)('what was tampered with is refused, and nothing of it is released (%s)', (path) => {
  const plain = pattern(3 * CHUNK_BYTES + 1234);
  const sealed = seal(plain);
  /** Chunks of the payload, without the nonce. */
  const chunks = async () => {
    const payload = await sealed;
    return {
      nonce: payload.subarray(0, NONCE_BYTES),
      all: [...chop(payload.subarray(NONCE_BYTES), [SEALED_CHUNK_BYTES])],
    };
  };
  /** Refused, with nothing out but the chunks before the first touched one. */
  const refused = async (payload: Uint8Array, intact: number): Promise<boolean> => {
    const { plain: out, code } = await openAll(chop(payload, [40_000]), path);
    const expected = plain.subarray(0, Math.min(plain.length, intact * CHUNK_BYTES));
    return code === 'crypto/corrupt' && equal(out, expected);
  };
  const which = fc.nat({ max: 3 });

  test('any bit turned over', async () => {
    const payload = await sealed;
    await fc.assert(
      fc.asyncProperty(anyBit, (bit) => {
        const at = ((bit % (payload.length * 8)) >> 3) - NONCE_BYTES;
        return refused(flipped(payload, bit), at < 0 ? 0 : Math.floor(at / SEALED_CHUNK_BYTES));
      }),
      RUNS,
    );
  });

  test('a chunk dropped', async () => {
    const { nonce, all } = await chunks();
    await fc.assert(
      // without its last chunk the stream ends after one that verified, and is cut short
      fc.asyncProperty(which, (i) => refused(concat(nonce, ...all.filter((_, k) => k !== i)), i)),
      { numRuns: 100 },
    );
  });

  test('two chunks swapped', async () => {
    const { nonce, all } = await chunks();
    const pairs = fc.tuple(which, which).filter(([a, b]) => a < b);
    await fc.assert(
      fc.asyncProperty(pairs, ([a, b]) => {
        const swapped = all.with(a, all[b] as Uint8Array).with(b, all[a] as Uint8Array);
        return refused(concat(nonce, ...swapped), a);
      }),
      { numRuns: 100 },
    );
  });

  test('a chunk repeated', async () => {
    const { nonce, all } = await chunks();
    await fc.assert(
      fc.asyncProperty(which, which, (i, at) => {
        const repeated = all.toSpliced(at + 1, 0, all[i] as Uint8Array);
        // the last chunk is shorter, so what is put behind it runs into it
        const moved = repeated.findIndex((chunk, k) => chunk !== all[k]);
        return refused(concat(nonce, ...repeated), Math.min(moved, 3));
      }),
      { numRuns: 100 },
    );
  });

  test('cut off anywhere', async () => {
    const payload = await sealed;
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: payload.length - 1 }), (length) => {
        const whole = Math.floor(Math.max(0, length - NONCE_BYTES) / SEALED_CHUNK_BYTES);
        return refused(payload.subarray(0, length), whole);
      }),
      RUNS,
    );
  });

  test('anything added behind', async () => {
    const payload = await sealed;
    await fc.assert(
      // the last chunk is not a whole one, so with more behind it nothing says where it ended
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 100 }), (more) => refused(concat(payload, more), 3)),
      { numRuns: 200 },
    );
  });

  test('another file’s key or nonce', async () => {
    const payload = await sealed;
    const foreign = collect(decryptStream(random(16), [payload], { path }));
    await expect(foreign).rejects.toMatchObject({ code: 'crypto/corrupt' });
    expect(await refused(concat(random(NONCE_BYTES), payload.subarray(NONCE_BYTES)), 0)).toBe(true);
  });

  test('a chunk of another file under the same key', async () => {
    const { nonce, all } = await chunks();
    const other = await collect(encryptStream(fileKey, [plain], { path, nonce: random(16) }));
    const grafted = all.with(1, other.subarray(NONCE_BYTES + SEALED_CHUNK_BYTES, NONCE_BYTES + 2 * SEALED_CHUNK_BYTES));
    expect(await refused(concat(nonce, ...grafted), 1)).toBe(true);
  });
});

describe.each(BOTH)('a stream behaves (%s)', (path) => {
  test('it reads no further ahead than a few chunks', async () => {
    let given = 0;
    const endless = function* () {
      for (;;) {
        given++;
        yield pattern(CHUNK_BYTES);
      }
    };
    let taken = 0;
    for await (const _ of encryptStream(fileKey, endless(), { path })) {
      expect(given - taken).toBeLessThan(24);
      if (++taken === 100) break;
    }
  });

  test('whoever stops early stops the source too', async () => {
    let ended = false;
    const source = async function* () {
      try {
        for (;;) yield pattern(CHUNK_BYTES);
      } finally {
        ended = true;
      }
    };
    for await (const piece of encryptStream(fileKey, source(), { path })) if (piece.length > NONCE_BYTES) break;
    expect(ended).toBe(true);
  });

  test('an aborted signal ends it', async () => {
    const controller = new AbortController();
    const source = function* () {
      for (;;) yield pattern(CHUNK_BYTES);
    };
    const run = async () => {
      let taken = 0;
      for await (const _ of encryptStream(fileKey, source(), { path, signal: controller.signal }))
        if (++taken === 3) controller.abort();
    };
    await expect(run()).rejects.toMatchObject({ code: 'storage/aborted' });
  });

  test('a source that fails is told as it is, and nothing is sealed as if it had ended', async () => {
    const source = async function* () {
      yield pattern(CHUNK_BYTES + 5);
      throw new Error('the disk is gone');
    };
    const out: Bytes[] = [];
    const run = async () => {
      for await (const piece of encryptStream(fileKey, source(), { path, nonce })) out.push(piece);
    };
    await expect(run()).rejects.toThrow('the disk is gone');
    expect((await openAll([concat(...out)], path)).code).toBe('crypto/corrupt');
  });

  test('two streams of the same key do not share a nonce', async () => {
    const one = await collect(encryptStream(fileKey, [pattern(10)], { path }));
    const two = await collect(encryptStream(fileKey, [pattern(10)], { path }));
    expect(equal(one.subarray(0, NONCE_BYTES), two.subarray(0, NONCE_BYTES))).toBe(false);
  });
});

test('repack gives pieces of one size, each in a buffer of its own', async () => {
  const input = fc.record({
    length: fc.nat({ max: 5000 }),
    size: fc.integer({ min: 1, max: 700 }),
    cuts: fc.array(fc.integer({ min: 1, max: 1500 }), { minLength: 1, maxLength: 4 }),
  });
  await fc.assert(
    fc.asyncProperty(input, async ({ length, size, cuts }) => {
      const out: Bytes[] = [];
      for await (const piece of repack(chop(pattern(length), cuts), size)) out.push(piece);
      expect(equal(concat(...out), pattern(length))).toBe(true);
      out.forEach((p, i) => expect(p.length).toBe(i < out.length - 1 ? size : length - size * (out.length - 1)));
      for (const p of out) expect(p.buffer.byteLength).toBe(p.length);
    }),
    { numRuns: 200 },
  );
});
