import { secp256k1 } from '@noble/curves/secp256k1.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concat, fromHex, toHex, uintBytes } from '../../../src/core/bytes.ts';
import type { Address } from '../../../src/core/bytes.ts';
import { addressOf } from '../../../src/crypto/identity.ts';
import { checkRepeated, checkSignature, personalHash, unlockText } from '../../../src/crypto/keyring.ts';
import published from '../../vectors/personalSign.json' with { type: 'json' };
import { RUNS, anyBit, flipped, random } from './support.ts';

const account = published.account as Address;
const signature = fromHex(published.signature);
const bad = expect.objectContaining({ code: 'crypto/bad-signature' });
const secret = fromHex(published.privateKey);

test('the published signature of personal_sign is accepted, whatever its v', () => {
  expect(toHex(personalHash(published.message))).toBe(`0x${published.messageHash}`);
  const rs = toHex(signature.subarray(0, 64));
  expect(toHex(checkSignature(account, published.message, signature))).toBe(rs);
  for (const v of [0, 1, 27, 28, 37, 255])
    expect(toHex(checkSignature(account, published.message, signature.with(64, v) as typeof signature))).toBe(rs);
});

describe('an answer is refused', () => {
  test('that is not 65 bytes: compact, or a contract account’s', () => {
    for (const length of [0, 64, 66, 97, 1000])
      expect(() => checkSignature(account, published.message, random(length))).toThrow(bad);
    expect(() => checkSignature(account, published.message, signature.subarray(0, 64))).toThrow(bad);
  });

  test('that has a high s, which makes two keys of one signature', () => {
    const n = secp256k1.Point.CURVE().n;
    const s = BigInt(toHex(signature.subarray(32, 64)));
    const high = concat(
      signature.subarray(0, 32),
      uintBytes(n - s, 32),
      Uint8Array.of(published.signature.endsWith('1c') ? 27 : 28),
    );
    expect(() => checkSignature(account, published.message, high)).toThrow(bad);
  });

  test('of another account, or to another text', () => {
    expect(() => checkSignature(`0x${'11'.repeat(20)}`, published.message, signature)).toThrow(bad);
    expect(() => checkSignature(account, `${published.message}.`, signature)).toThrow(bad);
  });

  test('that is no signature at all', () => {
    for (const part of [new Uint8Array(65), new Uint8Array(65).fill(255)])
      expect(() => checkSignature(account, published.message, part)).toThrow(bad);
  });

  test('with any bit of r or s turned over', () => {
    fc.assert(
      fc.property(anyBit, (bit) => {
        const changed = concat(flipped(signature.subarray(0, 64), bit), signature.subarray(64));
        expect(() => checkSignature(account, published.message, changed)).toThrow(bad);
      }),
      RUNS,
    );
  });
});

test('any key’s own signature is accepted', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 48, maxLength: 48 }), fc.string(), (entropy, text) => {
      const key = secp256k1.utils.randomSecretKey(entropy);
      const signed = secp256k1.sign(personalHash(text), key, { prehash: false });
      const rs = checkSignature(addressOf(secp256k1.getPublicKey(key, false)), text, concat(signed, Uint8Array.of(27)));
      return toHex(rs) === toHex(signed);
    }),
    { numRuns: 200 },
  );
});

describe('the text that is signed', () => {
  const text = unlockText(account, 4_294_967_295);

  test('is at most 250 printable ASCII characters and names what it is for', () => {
    expect(text.length).toBeLessThanOrEqual(250);
    expect(text).toMatch(/^[\x20-\x7e\n]*$/);
    expect(text).toContain(account);
    expect(text).toContain('4294967295');
    expect(text).toContain('never sign this on another site');
  });

  test('does not move: a changed word would lock everybody out', () => {
    expect(text).toMatchInlineSnapshot(`
      "Salus: open my health records

      Account: 0x2c7536e3605d9c16a7a3d7b1898e529396a65c23
      Keyring: 4294967295

      This signature is the key to your records.
      Sign it only in Salus; never sign this on another site."
    `);
  });

  test('differs by account and by number', () => {
    expect(unlockText(account, 1)).not.toBe(unlockText(account, 2));
    expect(unlockText(account, 1)).not.toBe(unlockText(`0x${'11'.repeat(20)}`, 1));
  });
});

test('two answers to one text must be the same', () => {
  const one = secp256k1.sign(personalHash('x'), secret, { prehash: false });
  const two = secp256k1.sign(personalHash('x'), secret, { prehash: false, extraEntropy: true });
  expect(() => checkRepeated(one, one)).not.toThrow();
  expect(() => checkRepeated(one, two)).toThrow(expect.objectContaining({ code: 'crypto/unrepeatable-signature' }));
});
