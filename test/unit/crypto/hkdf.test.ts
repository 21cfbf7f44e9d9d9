import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { expect, test } from 'vitest';
import { concat, fromHex, toHex, utf8 } from '../../../src/core/bytes.ts';
import { derive } from '../../../src/crypto/hkdf.ts';
import published from '../../vectors/hkdf.json' with { type: 'json' };

const ikm = fromHex('0b'.repeat(32));

test.each(published.vectors)('RFC 5869, %#', ({ ikm, salt, info, length, okm }) => {
  expect(toHex(hkdf(sha256, fromHex(ikm), fromHex(salt), fromHex(info), length))).toBe(`0x${okm}`);
});

test('derive is HKDF with an empty salt and the label, a zero byte and the fields as info', () => {
  const field = fromHex('0102');
  const info = concat(utf8('salus/v1/vault'), new Uint8Array(1), field);
  expect(derive(ikm, 'vault', 64, field)).toEqual(hkdf(sha256, ikm, new Uint8Array(0), info, 64));
});

test('another purpose, field or key gives other bytes', () => {
  const all = [
    derive(ikm, 'vault', 32),
    derive(ikm, 'vaults', 32),
    derive(ikm, 'vault', 32, new Uint8Array(1)),
    derive(ikm, 'vault', 32, new Uint8Array(2)),
    derive(fromHex('0c'.repeat(32)), 'vault', 32),
  ];
  expect(new Set(all.map(toHex)).size).toBe(all.length);
});

test('the format does not move: what is derived today must be derived for ever', () => {
  expect(toHex(derive(ikm, 'index', 32))).toBe('0x0e536b7647f0ca7aa448dabb3c11f7126a99f24f07275f034560691ee6263781');
});

test.each(['', 'Vault', 'vault\0', 'a/b', 'a--b', '-a'])(
  'a purpose %j that could run into the fields is refused',
  (purpose) => {
    expect(() => derive(ikm, purpose, 32)).toThrow(expect.objectContaining({ code: 'input/invalid' }));
  },
);
