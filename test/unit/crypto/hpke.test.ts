/** X-Wing and HPKE from their publications, through the library's hybrid recipient: only one key schedule is written here, and it is checked first. */
import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import { expand, extract } from '@noble/hashes/hkdf.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { describe, expect, test } from 'vitest';
import type { Bytes } from '../../../src/core/bytes.ts';
import { concat, fromHex, toBase64, toHex, uintBytes, utf8 } from '../../../src/core/bytes.ts';
import { openHeader } from '../../../src/crypto/envelope.ts';
import { identityFromSecret } from '../../../src/crypto/identity.ts';
import hpke from '../../vectors/hpke.json' with { type: 'json' };
import xwing from '../../vectors/xwing.json' with { type: 'json' };

/** RFC 9180 §5.1, base mode, HKDF-SHA256, ChaCha20Poly1305. */
const keySchedule = (kemId: number, sharedSecret: Uint8Array, info: Uint8Array): { key: Bytes; nonce: Bytes } => {
  const suite = concat(utf8('HPKE'), uintBytes(kemId, 2), uintBytes(1, 2), uintBytes(3, 2));
  const labeledExtract = (salt: Uint8Array | undefined, label: string, ikm: Uint8Array) =>
    extract(sha256, concat(utf8('HPKE-v1'), suite, utf8(label), ikm), salt);
  const empty = new Uint8Array(0);
  const context = concat(
    new Uint8Array(1),
    labeledExtract(undefined, 'psk_id_hash', empty),
    labeledExtract(undefined, 'info_hash', info),
  );
  const secret = labeledExtract(sharedSecret, 'secret', empty);
  const labeledExpand = (label: string, length: number) =>
    expand(sha256, secret, concat(uintBytes(length, 2), utf8('HPKE-v1'), suite, utf8(label), context), length);
  return { key: labeledExpand('key', 32), nonce: labeledExpand('base_nonce', 12) };
};

test('the key schedule gives the ciphertext of RFC 9180', () => {
  const { key, nonce } = keySchedule(hpke.kemId, fromHex(hpke.sharedSecret), fromHex(hpke.info));
  const sealed = chacha20poly1305(key, nonce, fromHex(hpke.aad)).encrypt(fromHex(hpke.plaintext));
  expect(toHex(sealed)).toBe(`0x${hpke.ciphertext}`);
});

const base64 = (bytes: Uint8Array) => toBase64(bytes).replace(/=+$/, '');

/** An age header with one hybrid stanza around a published encapsulation. @see https://c2sp.org/age */
const headerAround = (encapsulated: Bytes, sharedSecret: Bytes, fileKey: Bytes): Bytes => {
  const { key, nonce } = keySchedule(0x647a, sharedSecret, utf8('age-encryption.org/mlkem768x25519'));
  const body = base64(chacha20poly1305(key, nonce).encrypt(fileKey));
  const text = `age-encryption.org/v1\n-> mlkem768x25519 ${base64(encapsulated)}\n${body}\n---`;
  const macKey = expand(sha256, extract(sha256, fileKey), utf8('header'), 32);
  return utf8(`${text} ${base64(hmac(sha256, macKey, utf8(text)))}\n`);
};

describe.each(xwing.vectors)('X-Wing, vector %#', ({ seed, pk, ct, ss }) => {
  test('the seed stands for the published public key', async () => {
    const { publicKey, recipient, identity } = await identityFromSecret(fromHex(seed));
    expect(toHex(publicKey)).toBe(`0x${pk}`);
    expect(recipient).toMatch(/^age1pq1/);
    expect(identity).toMatch(/^AGE-SECRET-KEY-PQ-1/);
  });

  test('the published encapsulation opens to the published shared secret', async () => {
    const fileKey = fromHex('000102030405060708090a0b0c0d0e0f');
    const header = headerAround(fromHex(ct), fromHex(ss), fileKey);
    const { identity } = await identityFromSecret(fromHex(seed));
    expect(await openHeader(header, { identities: [identity] })).toEqual(fileKey);
  });

  test('and to nothing else', async () => {
    const other = fromHex(ss).map((b) => b ^ 1);
    const header = headerAround(fromHex(ct), other, new Uint8Array(16));
    const { identity } = await identityFromSecret(fromHex(seed));
    await expect(openHeader(header, { identities: [identity] })).rejects.toMatchObject({ code: 'crypto/not-for-you' });
  });
});
