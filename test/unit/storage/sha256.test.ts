import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Sha256 } from '../../../src/storage/sha256.ts';

const hashOf = (...parts: Uint8Array[]) => parts.reduce((hash, part) => hash.update(part), new Sha256()).hex();
const text = (s: string) => new TextEncoder().encode(s);

describe('SHA-256', () => {
  // FIPS 180-4 examples (NIST, Secure Hash Standard, SHA-256)
  it.each([
    ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    [
      'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
      '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
    ],
    ['a'.repeat(1_000_000), 'cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0'],
  ])('%.20s', (input, expected) => expect(hashOf(text(input))).toBe(expected));

  it('is what Node says, however the bytes are cut', () => {
    const parts = fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 20 });
    fc.assert(
      fc.property(parts, (pieces) => {
        expect(hashOf(...pieces)).toBe(createHash('sha256').update(Buffer.concat(pieces)).digest('hex'));
      }),
      { numRuns: 500 },
    );
  });
});
