import { Decrypter, Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concat, equal, utf8 } from '../../../src/core/bytes.ts';
import { collect } from '../../../src/crypto/chunks.ts';
import {
  MAX_STANZAS,
  headerSize,
  newHeader,
  open,
  openBytes,
  openHeader,
  openWithKey,
  readHeader,
  seal,
  sealBytes,
  sealWithKey,
} from '../../../src/crypto/envelope.ts';
import { identityFromSecret } from '../../../src/crypto/identity.ts';
import { payloadSize } from '../../../src/crypto/stream.ts';
import { RUNS, anyBit, chop, flipped, pattern, random, randomOf } from './support.ts';

const alice = await identityFromSecret(randomOf('alice')(32));
const bob = await identityFromSecret(randomOf('bob')(32));
const eve = await identityFromSecret(randomOf('eve')(32));
const plain = pattern(70_000);

const failing = (code: string) => expect.objectContaining({ code });

describe('an age file', () => {
  test.each(['native', 'noble'] as const)('opens for each of its recipients and nobody else (%s)', async (path) => {
    const file = await collect(seal([alice.recipient, bob.recipient], chop(plain, [999]), { path }));
    expect(file.length).toBe(headerSize(2) + payloadSize(plain.length));
    for (const { identity } of [alice, bob])
      expect(
        equal(await collect(open({ identities: [eve.identity, identity] }, chop(file, [777]), { path })), plain),
      ).toBe(true);
    await expect(openBytes({ identities: [eve.identity] }, file)).rejects.toEqual(failing('crypto/not-for-you'));
    await expect(openBytes({}, file)).rejects.toEqual(failing('crypto/not-for-you'));
  });

  test('is read by the library, and we read the library’s', async () => {
    const decrypter = new Decrypter();
    decrypter.addIdentity(alice.identity);
    expect(equal(await decrypter.decrypt(await sealBytes([alice.recipient], plain)), plain)).toBe(true);
    const encrypter = new Encrypter();
    encrypter.addRecipient(alice.recipient);
    const theirs = await encrypter.encrypt(plain);
    expect(equal(await openBytes({ identities: [alice.identity] }, theirs), plain)).toBe(true);
  });

  test('gives its file key, which opens this file and no other', async () => {
    const { sealed, fileKey } = await sealWithKey([alice.recipient], plain);
    expect(equal((await openWithKey({ identities: [alice.identity] }, sealed)).fileKey, fileKey)).toBe(true);
    expect(equal(await openBytes({ fileKey }, sealed), plain)).toBe(true);
    const other = await sealBytes([alice.recipient], plain);
    await expect(openBytes({ fileKey }, other)).rejects.toEqual(failing('crypto/corrupt'));
  });

  test('shares nothing with the next one', async () => {
    const one = await newHeader([alice.recipient]);
    const two = await newHeader([alice.recipient]);
    expect(equal(one.fileKey, two.fileKey)).toBe(false);
    expect(equal(one.header, two.header)).toBe(false);
  });

  test('of more than the limit is refused before it is whole', async () => {
    const file = await sealBytes([alice.recipient], plain);
    const keys = { identities: [alice.identity] };
    await expect(openBytes(keys, file, plain.length - 1)).rejects.toEqual(failing('input/too-large'));
    expect((await openBytes(keys, file, plain.length)).length).toBe(plain.length);
  });
});

describe('what was tampered with is refused', () => {
  test('any bit of a header turned over', async () => {
    const { header, fileKey } = await newHeader([alice.recipient]);
    await fc.assert(
      fc.asyncProperty(anyBit, fc.boolean(), async (bit, byKey) => {
        const keys = byKey ? { fileKey } : { identities: [alice.identity] };
        const changed = flipped(header, bit);
        return readHeader([changed])
          .then(({ header: h }) => openHeader(h, keys))
          .then(
            () => false,
            (e: { code: string }) => ['crypto/corrupt', 'crypto/foreign-stanza', 'crypto/not-for-you'].includes(e.code),
          );
      }),
      RUNS,
    );
  });

  test('a header cut off anywhere', async () => {
    const { header } = await newHeader([alice.recipient]);
    for (let length = 0; length < header.length; length++)
      await expect(readHeader([header.subarray(0, length)])).rejects.toEqual(failing('crypto/corrupt'));
  });

  test('a header without an end, however long it goes on', async () => {
    const endless = function* () {
      for (;;) yield utf8('-> x\n\n'.repeat(10_000));
    };
    await expect(readHeader(endless())).rejects.toEqual(failing('crypto/corrupt'));
  });

  test('a stanza taken away, so that another reader would not know of it', async () => {
    const { header, fileKey } = await newHeader([alice.recipient, bob.recipient]);
    const [version, first, , mac] = new TextDecoder().decode(header).split(/(?=-> )|(?=--- )/) as [
      string,
      string,
      string,
      string,
    ];
    const changed = utf8(version + first + mac);
    await expect(openHeader(changed, { fileKey })).rejects.toEqual(failing('crypto/corrupt'));
    await expect(openHeader(changed, { identities: [alice.identity] })).rejects.toEqual(failing('crypto/corrupt'));
  });

  test('one file’s header before another’s payload', async () => {
    const one = await sealBytes([alice.recipient], plain);
    const two = await sealBytes([alice.recipient], plain);
    const at = headerSize(1);
    const grafted = concat(one.subarray(0, at), two.subarray(at));
    await expect(openBytes({ identities: [alice.identity] }, grafted)).rejects.toEqual(failing('crypto/corrupt'));
  });
});

describe('shared files are for hybrid keys only', () => {
  test('sealing to another kind of recipient is refused', async () => {
    const classic = await identityToRecipient(await generateX25519Identity());
    for (const recipient of [classic, 'age1tag1xyz', 'somebody', '', alice.identity])
      await expect(newHeader([alice.recipient, recipient])).rejects.toEqual(failing('input/invalid'));
  });

  test('a file with another stanza beside ours is refused, though our key would open it', async () => {
    const classic = await identityToRecipient(await generateX25519Identity());
    const file = await sealBytes([alice.recipient, classic], plain, { strict: false });
    const keys = { identities: [alice.identity] };
    await expect(openBytes(keys, file)).rejects.toEqual(failing('crypto/foreign-stanza'));
    expect((await openBytes(keys, file, plain.length, { strict: false })).length).toBe(plain.length);
  });

  test(`${MAX_STANZAS} stanzas at the most`, async () => {
    const many = await Promise.all(
      Array.from({ length: MAX_STANZAS + 1 }, (_, i) => identityFromSecret(randomOf(`reader ${i}`)(32))),
    );
    const recipients = many.map((m) => m.recipient);
    await expect(newHeader(recipients)).rejects.toEqual(failing('input/invalid'));
    await expect(newHeader([])).rejects.toEqual(failing('input/invalid'));
    const most = await newHeader(recipients.slice(1));
    expect(most.header.length).toBe(headerSize(MAX_STANZAS));
    const { header } = await readHeader(chop(most.header, [1000]));
    expect(equal(await openHeader(header, { identities: [many[64]?.identity ?? ''] }), most.fileKey)).toBe(true);
    const encrypter = new Encrypter();
    for (const recipient of recipients) encrypter.addRecipient(recipient);
    const tooMany = await encrypter.encrypt('x');
    await expect(openBytes({ identities: [many[0]?.identity ?? ''] }, tooMany)).rejects.toEqual(
      failing('crypto/foreign-stanza'),
    );
  });

  test('a recipient given twice has one stanza', async () => {
    expect((await newHeader([alice.recipient, alice.recipient])).header.length).toBe(headerSize(1));
  });

  test('what is no identity is refused without being quoted', async () => {
    const { header } = await newHeader([alice.recipient]);
    const secret = 'AGE-SECRET-KEY-PQ-1WRONG';
    const error = await openHeader(header, { identities: [secret] }).catch((e: unknown) => e as Error);
    expect(error).toEqual(failing('input/invalid'));
    expect(JSON.stringify(error) + String((error as Error).cause)).not.toContain('WRONG');
    await expect(openHeader(header, { fileKey: random(15) })).rejects.toEqual(failing('input/invalid'));
  });
});
