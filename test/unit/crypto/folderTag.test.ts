import fc from 'fast-check';
import { aessiv } from '@noble/ciphers/aes.js';
import { expect, it } from 'vitest';
import { fromHex, toHex } from '../../../src/core/bytes.ts';
import { openTag, sealTag } from '../../../src/crypto/folderTag.ts';

const bytes = (n: number) => fc.uint8Array({ minLength: n, maxLength: n });

it('is read by the seed that made it, with its nonce, and by no other', () => {
  fc.assert(
    fc.property(bytes(32), bytes(32), bytes(16), bytes(32), bytes(32), (seed, other, folder, nonce, later) => {
      fc.pre(toHex(seed) !== toHex(other) && toHex(nonce) !== toHex(later));
      const tag = sealTag(seed, folder, nonce);
      expect(tag).toHaveLength(32);
      expect(toHex(openTag(seed, tag, nonce) as Uint8Array)).toBe(toHex(folder));
      expect(openTag(other, tag, nonce)).toBeNull();
      expect(openTag(seed, tag, later)).toBeNull();
    }),
    { numRuns: 1000 },
  );
});

it('refuses any flipped bit, another length, and what is no folder', () => {
  const [seed, folder, nonce] = [new Uint8Array(32).fill(1), new Uint8Array(16).fill(2), new Uint8Array(32).fill(3)];
  const tag = sealTag(seed, folder, nonce);
  for (let bit = 0; bit < 256; bit++) {
    const bad = tag.slice();
    bad[bit >> 3] = (bad[bit >> 3] as number) ^ (1 << (bit & 7));
    expect(openTag(seed, bad, nonce)).toBeNull();
  }
  expect(openTag(seed, tag.subarray(1), nonce)).toBeNull();
  expect(() => sealTag(seed, folder.subarray(1), nonce)).toThrow();
});

it('is AES-SIV as published (RFC 5297, A.1)', () => {
  const key = fromHex('0xfffefdfcfbfaf9f8f7f6f5f4f3f2f1f0f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff');
  const ad = fromHex('0x101112131415161718191a1b1c1d1e1f2021222324252627');
  const sealed = aessiv(key, ad).encrypt(fromHex('0x112233445566778899aabbccddee'));
  expect(toHex(sealed)).toBe('0x85632d07c6e8f37f950acd320a2ecc9340c02b9690c4dc04daef7f6afe5c');
});
