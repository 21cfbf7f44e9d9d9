/** What is timed really encrypts: it gives back what went in, and the authenticated ones refuse what was altered. */
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { collect } from '../../../src/crypto/chunks.ts';
import { method, type Method } from '../../../src/crypto/compare.ts';
import { METHODS } from '../../../src/flows/ports/measure.ts';

const random = (length: number) => new Uint8Array(randomBytes(length));
const pieces = async (m: Method, plain: Uint8Array<ArrayBuffer>): Promise<Uint8Array[]> => {
  const all: Uint8Array[] = [];
  for await (const piece of m.seal(plain)) all.push(piece);
  return all;
};
/** Node 24 has ChaCha20-Poly1305 in WebCrypto only behind a flag; where it lacks, the page leaves it out, and so do we. */
const available = async (name: (typeof METHODS)[number]): Promise<Method | null> =>
  method(name).catch((error: { code?: string }) => {
    expect(error.code).toBe('crypto/unsupported');
    return null;
  });

describe.each(METHODS)('%s', (name) => {
  it.each([0, 1, 190, 191, 65_536, 65_537, 200_000])('gives back %i bytes', async (length) => {
    const m = await available(name);
    if (!m) return;
    const plain = random(length);
    expect(await collect(m.open(await pieces(m, plain)))).toEqual(plain);
  });

  it('stores nothing readable, and refuses what was altered', async () => {
    const m = await available(name);
    if (!m) return;
    const plain = new TextEncoder().encode('the same words again and again. '.repeat(100));
    const sealed = await pieces(m, plain);
    expect(Buffer.from(await collect(sealed)).includes('words')).toBe(false);
    const last = sealed.at(-1) as Uint8Array;
    last[last.length - 1] = (last.at(-1) as number) ^ 1;
    await expect(collect(m.open(sealed))).rejects.toThrow();
  });
});

it('RSA block by block takes 256 bytes for every 190', async () => {
  const m = await method('rsaBlocks');
  const sealed = await pieces(m, random(1900));
  expect(sealed.map((block) => block.length)).toEqual(Array(10).fill(256));
});

it('RSA and the AES key differ from one record to the next', async () => {
  const m = await method('rsaHybrid');
  const plain = random(100);
  expect(await collect(await pieces(m, plain))).not.toEqual(await collect(await pieces(m, plain)));
});
