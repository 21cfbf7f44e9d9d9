/** What somebody with write access, or a node, may try; each attack by its name. Those on manifests are in test/unit/record and test/unit/flows. */
import { describe, expect, test } from 'vitest';
import { equal, toHex } from '../../../src/core/bytes.ts';
import { openBytes, openWithKey, sealBytes, sealWithKey } from '../../../src/crypto/envelope.ts';
import {
  folderIdentity,
  identityFromSecret,
  keyHash,
  randomIdentity,
  vaultIdentity,
} from '../../../src/crypto/identity.ts';
import { pattern, random, randomOf } from './support.ts';

const seed = randomOf('patient')(32);
const labs = randomOf('labs')(16);
const plain = pattern(10_000);
const refused = (code: string) => expect.objectContaining({ code });

describe('a writer posts another folder’s file as his own', () => {
  test('0.age: a record’s files open with the record’s own fresh identity alone, so another’s does not open', async () => {
    const [theirs, mine] = [await randomIdentity(random), await randomIdentity(random)];
    const stolen = await sealBytes([theirs.recipient], plain);
    await expect(openBytes({ identities: [mine.identity] }, stolen)).rejects.toEqual(refused('crypto/not-for-you'));
  });

  test('manifest.age: the key of his own manifest does not open it, and his own header before its payload does not either', async () => {
    const patient = await vaultIdentity(seed, random(32));
    const stolen = await sealBytes([patient.recipient], plain);
    const own = await sealWithKey([patient.recipient], plain);
    await expect(openBytes({ fileKey: own.fileKey }, stolen)).rejects.toEqual(refused('crypto/corrupt'));
    const at = own.sealed.length - stolen.length;
    expect(at).toBe(0);
    const grafted = new Uint8Array(stolen);
    grafted.set(own.sealed.subarray(0, 1700));
    await expect(openBytes({ identities: [patient.identity] }, grafted)).rejects.toEqual(refused('crypto/corrupt'));
  });
});

describe('a manifest key, shared with one record', () => {
  test('opens that record’s manifest and nothing else that is sealed to the same folder', async () => {
    const folder = await folderIdentity(seed, labs, random(32));
    const one = await sealBytes([folder.recipient], plain);
    const two = await sealBytes([folder.recipient], plain);
    const { fileKey } = await openWithKey({ identities: [folder.identity] }, one);
    expect(equal(await openBytes({ fileKey }, one), plain)).toBe(true);
    await expect(openBytes({ fileKey }, two)).rejects.toEqual(refused('crypto/corrupt'));
  });
});

describe('an old epoch', () => {
  test('does not open what is sealed to the new one', async () => {
    const [before, after] = [
      await folderIdentity(seed, labs, random(32)),
      await folderIdentity(seed, labs, random(32)),
    ];
    const sealed = await sealBytes([after.recipient], plain);
    await expect(openBytes({ identities: [before.identity] }, sealed)).rejects.toEqual(refused('crypto/not-for-you'));
  });
});

describe('a rotation aborted and retried', () => {
  test('the two attempts never share a key: each takes a fresh nonce, and what was sealed to the first does not open with the second', async () => {
    const attempts = [
      await folderIdentity(seed, labs, random(32)),
      await folderIdentity(seed, labs, random(32)),
    ] as const;
    expect(attempts[0].identity).not.toBe(attempts[1].identity);
    const sealed = await sealBytes([attempts[0].recipient], plain);
    await expect(openBytes({ identities: [attempts[1].identity] }, sealed)).rejects.toEqual(
      refused('crypto/not-for-you'),
    );
  });
});

describe('a substituted public key', () => {
  test('has another hash than the one the contract keeps', async () => {
    const [doctor, eve] = [await identityFromSecret(random(32)), await identityFromSecret(random(32))];
    expect(keyHash(eve.publicKey)).not.toBe(keyHash(doctor.publicKey));
    const nearly = new Uint8Array(doctor.publicKey);
    nearly[1215] = (nearly[1215] as number) ^ 1;
    expect(keyHash(nearly)).not.toBe(keyHash(doctor.publicKey));
  });

  test('in place of the doctor’s, what is sealed to it does not open for the doctor, and he is told so', async () => {
    const [doctor, eve] = [await identityFromSecret(random(32)), await identityFromSecret(random(32))];
    const sealed = await sealBytes([eve.recipient], plain);
    await expect(openBytes({ identities: [doctor.identity] }, sealed)).rejects.toEqual(refused('crypto/not-for-you'));
  });
});

test('nothing that is refused quotes a key or the plaintext', async () => {
  const identity = await randomIdentity(random);
  const { sealed, fileKey } = await sealWithKey([identity.recipient], plain);
  const changed = new Uint8Array(sealed);
  changed[sealed.length - 1] = (changed[sealed.length - 1] as number) ^ 1;
  for (const keys of [{ identities: [identity.identity] }, { fileKey }]) {
    const error = await openBytes(keys, changed).catch((e: Error & { details: unknown }) => e);
    const said = `${String(error)} ${JSON.stringify(error)} ${String((error as Error).cause)} ${(error as Error).stack}`;
    expect(said).not.toContain(identity.identity);
    expect(said).not.toContain(toHex(fileKey).slice(2));
  }
});
