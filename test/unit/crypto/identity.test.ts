import { secp256k1 } from '@noble/curves/secp256k1.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { generateHybridIdentity, identityToRecipient } from 'age-encryption';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../../src/core/bytes.ts';
import {
  PUBLIC_KEY_BYTES,
  addressOf,
  folderIdentity,
  hint,
  identityFromSecret,
  indexKey,
  keyHash,
  publicKeyFromRecipient,
  randomIdentity,
  recipientFromPublicKey,
  successorKey,
  vaultIdentity,
} from '../../../src/crypto/identity.ts';
import personal from '../../vectors/personalSign.json' with { type: 'json' };
import { RUNS, random, randomOf } from './support.ts';

const seed = new Uint8Array(32).fill(1);
const nonce = new Uint8Array(32).fill(2);
const folder = new Uint8Array(16).fill(3);
const invalid = expect.objectContaining({ code: 'input/invalid' });

describe('a hybrid identity', () => {
  test('is spelled as the library spells it', async () => {
    const theirs = await generateHybridIdentity();
    const recipient = await identityToRecipient(theirs);
    const publicKey = publicKeyFromRecipient(recipient);
    expect(publicKey.length).toBe(PUBLIC_KEY_BYTES);
    expect(recipientFromPublicKey(publicKey)).toBe(recipient);
  });

  test('any 1216 bytes survive being spelled', () => {
    const bytes = fc.uint8Array({ minLength: PUBLIC_KEY_BYTES, maxLength: PUBLIC_KEY_BYTES });
    fc.assert(
      fc.property(bytes, (b) => toHex(publicKeyFromRecipient(recipientFromPublicKey(b))) === toHex(b)),
      RUNS,
    );
  });

  test('what is not a hybrid recipient is refused', async () => {
    const { recipient } = await randomIdentity(random);
    const wrong = [
      '',
      'age1pq1',
      recipient.slice(0, -1),
      `${recipient}q`,
      recipient.replace('age1pq1', 'age1tagpq1'),
      // one letter changed: the checksum notices
      recipient.slice(0, 100) + (recipient[100] === 'q' ? 'p' : 'q') + recipient.slice(101),
      'age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p',
    ];
    for (const r of wrong) expect(() => publicKeyFromRecipient(r)).toThrow(invalid);
    expect(() => recipientFromPublicKey(new Uint8Array(1215))).toThrow(invalid);
    await expect(identityFromSecret(new Uint8Array(31))).rejects.toEqual(invalid);
  });
});

describe('what a seed stands for', () => {
  test('is the same every time, and everywhere different', async () => {
    const all = await Promise.all([
      vaultIdentity(seed, nonce),
      vaultIdentity(seed, new Uint8Array(32)),
      vaultIdentity(nonce, nonce),
      folderIdentity(seed, folder, nonce),
      folderIdentity(seed, new Uint8Array(16), nonce),
      folderIdentity(seed, folder, new Uint8Array(32)),
    ]);
    expect(new Set(all.map((i) => i.identity)).size).toBe(all.length);
    expect((await vaultIdentity(seed, nonce)).identity).toBe(all[0]?.identity);
    expect(toHex(indexKey(seed))).not.toBe(toHex(indexKey(nonce)));
  });

  test('does not move: what is derived today must be derived for ever', async () => {
    expect((await vaultIdentity(seed, nonce)).identity).toMatchInlineSnapshot(
      `"AGE-SECRET-KEY-PQ-1PYD4NHAA2TZGTHTED8L4W4ZSNQ2CKLAZQGXFQD6V9SJZCUVDWVKSLFZCNE"`,
    );
    expect((await folderIdentity(seed, folder, nonce)).identity).toMatchInlineSnapshot(
      `"AGE-SECRET-KEY-PQ-12UC0DMAHEHDWTM6XAKPDVWTKMZQJT6P7U97KXRGACQ2X4T2DY02SPRWDN4"`,
    );
    expect(successorKey(seed).address).toMatchInlineSnapshot(`"0xe92f73eac94923df9172bb1fc328fe1da9f7291c"`);
    expect(toHex(indexKey(seed))).toMatchInlineSnapshot(
      `"0xa2961eb6e7c5c80591e45d118d43fa442125ef5e1d530e4b2cb758a7fa7af8a0"`,
    );
  });

  test('takes nothing of another length', async () => {
    await expect(vaultIdentity(seed, folder)).rejects.toEqual(invalid);
    await expect(folderIdentity(seed, nonce, nonce)).rejects.toEqual(invalid);
    expect(() => successorKey(folder)).toThrow(invalid);
    expect(() => indexKey(folder)).toThrow(invalid);
  });

  test('rotation aborted and retried: the two attempts never share a key', async () => {
    const fresh = randomOf('rotations');
    const keys = await Promise.all(Array.from({ length: 50 }, () => folderIdentity(seed, folder, fresh(32))));
    expect(new Set(keys.map((k) => k.identity)).size).toBe(50);
    expect(new Set(keys.map((k) => k.recipient)).size).toBe(50);
  });
});

test('the successor’s address is its key’s', () => {
  const { secret, address } = successorKey(seed);
  expect(address).toBe(addressOf(secp256k1.getPublicKey(secret, false)));
  expect(address).toMatch(/^0x[0-9a-f]{40}$/);
});

test('an address is as published', () => {
  expect(addressOf(secp256k1.getPublicKey(fromHex(personal.privateKey), false))).toBe(personal.account);
});

test('the key hash is the first 12 bytes of keccak256, as the contract keeps it', () => {
  const publicKey = new Uint8Array(PUBLIC_KEY_BYTES).fill(9);
  expect(keyHash(publicKey)).toBe(toHex(keccak_256(publicKey)).slice(0, 26));
});

test('a hint depends on both the folder and the record', async () => {
  const [one, two] = [random(PUBLIC_KEY_BYTES), random(PUBLIC_KEY_BYTES)];
  const digests = [random(32), random(32)] as const;
  const all = [hint(one, digests[0]), hint(one, digests[1]), hint(two, digests[0]), hint(two, digests[1])];
  expect(new Set(all.map(toHex)).size).toBe(4);
  for (const h of all) expect(h.length).toBe(4);
});
