import { sha256 } from '@noble/hashes/sha2.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Address, Digest, Hex } from '../../../src/core/bytes.ts';
import { toHex, utf8 } from '../../../src/core/bytes.ts';
import {
  accessOf,
  checkCapability,
  encodeCapability,
  openCapability,
  parseCapability,
  sealCapability,
} from '../../../src/crypto/capability.ts';
import type { Capability, Expectation, FolderCapability, RecordCapability } from '../../../src/crypto/capability.ts';
import { sealBytes } from '../../../src/crypto/envelope.ts';
import { folderIdentity, identityFromSecret } from '../../../src/crypto/identity.ts';
import { padText } from '../../../src/crypto/padding.ts';
import { RUNS, randomOf } from './support.ts';

const some = randomOf('capabilities');
const address = (): Address => toHex(some(20));
const digest = (): Digest => toHex(some(32));
const seed = some(32);
const folderId = some(16);
const nonces = [some(32), some(32)] as const;
const epochs = await Promise.all(nonces.map((nonce) => folderIdentity(seed, folderId, nonce)));
const [oldEpoch, newEpoch] = epochs as [(typeof epochs)[0], (typeof epochs)[0]];
const grantee = await identityFromSecret(some(32));
const stranger = await identityFromSecret(some(32));
const keys = { identities: [grantee.identity] };

const place = {
  version: 1 as const,
  chainId: 31337,
  contract: address(),
  patient: address(),
  to: address(),
  token: toHex(some(32)),
  until: 0,
  delegable: false,
};
const record: RecordCapability = { ...place, kind: 'record', record: digest(), manifestKey: toHex(some(16)) };
const folder: FolderCapability = {
  ...place,
  kind: 'folder',
  folder: toHex(folderId),
  epochs: [
    { nonce: toHex(nonces[0]), identity: oldEpoch.identity },
    { nonce: toHex(nonces[1]), identity: newEpoch.identity },
  ],
  recipient: newEpoch.recipient,
  rights: 'read-write',
};
const access = accessOf(Uint8Array.from(Buffer.from(place.token.slice(2), 'hex')));
const where: Expectation = { chainId: place.chainId, contract: place.contract, patient: place.patient, access };
const asRecord: Expectation = { ...where, kind: 'record', record: record.record };
const asFolder: Expectation = { ...where, kind: 'folder', folder: folder.folder, epoch: toHex(nonces[1]), until: 0 };

const mismatch = (field: string) =>
  expect.objectContaining({ code: 'record/mismatch', details: { what: 'capability', field } });
const malformed = expect.objectContaining({ code: 'record/malformed' });
const given = async (capability: Capability, expected: Expectation) =>
  openCapability(keys, await sealCapability([grantee.recipient], capability), expected);

describe('a capability', () => {
  test.each([
    ['record', record, asRecord],
    ['folder', folder, asFolder],
    [
      'folder, without history',
      { ...folder, epochs: folder.epochs.slice(1), rights: 'read', until: 1_900_000_000 },
      { ...asFolder, until: 1_900_000_000 },
    ],
    [
      'folder, writing only',
      { ...folder, epochs: [], rights: 'write' },
      { ...where, kind: 'folder', recipient: newEpoch.recipient },
    ],
  ] as [string, Capability, Expectation][])('for a %s opens for its grantee', async (_, capability, expected) => {
    expect(await given(capability, expected)).toEqual(capability);
  });

  test('opens for nobody else', async () => {
    const sealed = await sealCapability([grantee.recipient], record);
    await expect(openCapability({ identities: [stranger.identity] }, sealed, asRecord)).rejects.toMatchObject({
      code: 'crypto/not-for-you',
    });
  });

  test('for a record looks like one for a folder from outside', async () => {
    const [one, two] = await Promise.all([record, folder].map((c) => sealCapability([grantee.recipient], c)));
    expect(one?.length).toBe(two?.length);
  });

  test('has its token on chain only as a hash', () => {
    const token = some(32);
    expect(accessOf(token)).toBe(toHex(sha256(token)));
  });
});

describe('attacks: a capability', () => {
  test.each([
    ['another record', { ...record, record: digest() }, asRecord, 'record'],
    ['another patient', { ...record, patient: address() }, asRecord, 'patient'],
    ['another chain', { ...record, chainId: 1 }, asRecord, 'chainId'],
    ['another contract', { ...record, contract: address() }, asRecord, 'contract'],
    ['another grant: its token is not the one on chain', { ...record, token: digest() }, asRecord, 'access'],
    ['another folder', { ...folder, folder: toHex(some(16)) }, asFolder, 'folder'],
    ['a folder, where a record was announced', folder, asRecord, 'kind'],
    ['a record, where a folder was announced', record, asFolder, 'kind'],
    ['longer than the chain says', { ...folder, until: 1_900_000_000 }, asFolder, 'until'],
  ] as [string, Capability, Expectation, string][])('for %s is refused', async (_, capability, expected, field) => {
    await expect(given(capability, expected)).rejects.toEqual(mismatch(field));
  });

  test('of an old epoch, given out as the current one, is refused', async () => {
    const old = { ...folder, epochs: folder.epochs.slice(0, 1), recipient: oldEpoch.recipient };
    await expect(given(old, asFolder)).rejects.toEqual(mismatch('epoch'));
    const shuffled = { ...folder, epochs: folder.epochs.toReversed(), recipient: oldEpoch.recipient };
    await expect(given(shuffled, asFolder)).rejects.toEqual(mismatch('epoch'));
  });

  test('with a substituted public key, so that others read what the grantee writes, is refused', async () => {
    await expect(given({ ...folder, recipient: stranger.recipient }, asFolder)).rejects.toEqual(mismatch('recipient'));
    const writing: FolderCapability = { ...folder, epochs: [], rights: 'write', recipient: stranger.recipient };
    const known = { ...where, kind: 'folder' as const, recipient: newEpoch.recipient };
    await expect(given(writing, known)).rejects.toEqual(mismatch('recipient'));
  });

  test('that says more of its rights than it holds keys, or less, is refused', async () => {
    await expect(given({ ...folder, epochs: [] }, asFolder)).rejects.toEqual(mismatch('rights'));
    await expect(given({ ...folder, rights: 'write' }, asFolder)).rejects.toEqual(mismatch('rights'));
  });

  test('sealed to someone by a classic key beside the hybrid one is refused', async () => {
    const classic = 'age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p';
    const sealed = await sealBytes([grantee.recipient, classic], encodeCapability(record), { strict: false });
    await expect(openCapability(keys, sealed, asRecord)).rejects.toMatchObject({ code: 'crypto/foreign-stanza' });
  });
});

describe('hostile JSON inside a valid ciphertext', () => {
  const inside = async (text: string) =>
    openCapability(keys, await sealBytes([grantee.recipient], utf8(text)), asRecord);
  const json = (change: Record<string, unknown>) => JSON.stringify({ ...record, ...change });

  test('names that reach prototypes', async () => {
    for (const name of ['__proto__', 'constructor', 'prototype']) {
      await expect(inside(`${json({}).slice(0, -1)},"${name}":{"admin":true}}`)).rejects.toEqual(malformed);
      await expect(inside(`${json({}).slice(0, -1)},"\\u005f${name.slice(1)}":1}`)).rejects.toEqual(malformed);
    }
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  test('wrong types, missing and additional properties', async () => {
    const wrong = [
      json({ chainId: '31337' }),
      json({ chainId: 1.5 }),
      json({ chainId: null }),
      json({ patient: record.patient.toUpperCase() }),
      json({ patient: [record.patient] }),
      json({ manifestKey: '0x00' }),
      json({ version: 2 }),
      json({ kind: 'folder' }),
      json({ kind: 'everything' }),
      json({ token: undefined }),
      json({ more: 1 }),
      JSON.stringify([record]),
      'null',
      '1',
      '"x"',
      '',
      'not JSON',
      JSON.stringify({ ...folder, epochs: {} }),
      JSON.stringify({ ...folder, epochs: [{ nonce: folder.epochs[0]?.nonce, identity: 'AGE-SECRET-KEY-1QQ' }] }),
      JSON.stringify({ ...folder, rights: 'admin' }),
      JSON.stringify({ ...folder, until: -1 }),
    ];
    for (const text of wrong) await expect(inside(text), text.slice(0, 200)).rejects.toEqual(malformed);
  });

  test('10 MB of nesting is refused quickly, by its size and by its depth', async () => {
    const nested = utf8('['.repeat(5_000_000) + ']'.repeat(5_000_000));
    const start = performance.now();
    const sealed = await sealBytes([grantee.recipient], nested);
    await expect(openCapability(keys, sealed, asRecord)).rejects.toMatchObject({ code: 'input/too-large' });
    expect(() => parseCapability(nested)).toThrow(malformed);
    expect(() => parseCapability(nested.subarray(0, 1_000_000))).toThrow(malformed);
    expect(performance.now() - start).toBeLessThan(20_000);
  });

  test('any text is refused or read, and never does anything else', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
        expect(() => parseCapability(utf8(text))).toThrow(malformed);
      }),
      RUNS,
    );
  });

  test('padding of spaces is read over', () => {
    expect(parseCapability(padText(utf8(json({})), 10_000))).toEqual(record);
  });
});

test('what was not announced is not compared', () => {
  const { chainId, contract, patient } = where;
  expect(() => checkCapability(record, { chainId, contract, patient })).not.toThrow();
  const undefinedAccess: Expectation = { chainId, contract, patient, record: undefined as unknown as Hex };
  expect(() => checkCapability(record, undefinedAccess)).not.toThrow();
});
