import fc from 'fast-check';
import { expect, test } from 'vitest';
import { concat, equal, fromHex, toHex } from '../../../src/core/bytes.ts';
import { BOX_OVERHEAD, nameOf, openBox, sealBox } from '../../../src/crypto/box.ts';
import published from '../../vectors/xchacha.json' with { type: 'json' };
import { RUNS, anyBit, flipped, random } from './support.ts';

const key = random(32);
const aad = fromHex('0102');
const corrupt = expect.objectContaining({ code: 'crypto/corrupt' });

test('the published vector of XChaCha20-Poly1305', () => {
  const nonce = fromHex(published.nonce);
  const box = sealBox(fromHex(published.key), fromHex(published.plaintext), fromHex(published.aad), () => nonce);
  expect(toHex(box)).toBe(`0x${published.nonce}${published.ciphertext}${published.tag}`);
});

test('what goes in comes out', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ maxLength: 50 }), (plain, about) => {
      const box = sealBox(key, plain, about, random);
      return box.length === plain.length + BOX_OVERHEAD && equal(openBox(key, box, about), plain);
    }),
    RUNS,
  );
});

test('any bit turned over, any length, another key or another place is refused', () => {
  const box = sealBox(key, random(32), aad, random);
  fc.assert(
    fc.property(anyBit, (bit) => {
      expect(() => openBox(key, flipped(box, bit), aad)).toThrow(corrupt);
    }),
    RUNS,
  );
  for (let length = 0; length < box.length; length++)
    expect(() => openBox(key, box.subarray(0, length), aad)).toThrow(corrupt);
  expect(() => openBox(key, concat(box, aad), aad)).toThrow(corrupt);
  expect(() => openBox(random(32), box, aad)).toThrow(corrupt);
  expect(() => openBox(key, box, fromHex('0103'))).toThrow(corrupt);
});

test('a name says nothing without the key', () => {
  expect(nameOf(key, 'outbox/1')).toMatch(/^[0-9a-f]{64}$/);
  expect(nameOf(key, 'outbox/1')).toBe(nameOf(key, 'outbox/1'));
  expect(nameOf(key, 'outbox/1')).not.toBe(nameOf(key, 'outbox/2'));
  expect(nameOf(key, 'outbox/1')).not.toBe(nameOf(random(32), 'outbox/1'));
});
