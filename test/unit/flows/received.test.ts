/** What others share: found in their own timelines, followed through rotations, gone when it ends; and whatever a stranger may put in its place. */
import { beforeEach, describe, expect, it } from 'vitest';
import { toHex, utf8, type Bytes, type Digest, type Hex } from '../../../src/core/bytes.ts';
import { sealCapability, type FolderCapability } from '../../../src/crypto/capability.ts';
import { sealBytes } from '../../../src/crypto/envelope.ts';
import { randomIdentity } from '../../../src/crypto/identity.ts';
import { bundleName, CAPABILITY_FILE, newToken, storeCapability } from '../../../src/flows/capabilities.ts';
import { book } from '../../../src/flows/book.ts';
import { learnEpochs } from '../../../src/flows/earlier.ts';
import { fileRecords } from '../../../src/flows/filing.ts';
import { openRecord } from '../../../src/flows/openRecord.ts';
import { giversOf } from '../../../src/flows/givers.ts';
import { receivedFrom, requireLive, type FromPatient, type Received } from '../../../src/flows/received.ts';
import { renew } from '../../../src/flows/renew.ts';
import { send } from '../../../src/flows/send.ts';
import { share } from '../../../src/flows/share.ts';
import { glancedAt } from '../../../src/flows/sharedIndex.ts';
import { handedOn, sharedRecords } from '../../../src/flows/sharedRecords.ts';
import { follow, followed, unfollow } from '../../../src/flows/unaddressed.ts';
import { openDraft } from '../../../src/flows/writing.ts';
import { eventsOf } from '../../../src/flows/visits.ts';
import { changeWay } from '../../../src/flows/keys.ts';
import { readVisitRequest } from '../../../src/record/fhir.ts';
import { idOf } from '../../../src/record/folders.ts';
import { dump } from '../../fakes/cabinet.ts';
import { codeOf } from '../code.ts';
import { cast, gift, givenBy, keep, type Cast, type Side } from './sharing.ts';

let all: Cast;
let patient: Side;
let anna: Side;
let bob: Side;

beforeEach(async () => {
  all = await cast();
  ({ patient, anna, bob } = all);
});

const DAY = 86_400;
const NOBODY = `0x${'0'.repeat(40)}` as const;
const ALL = `0x${'0'.repeat(64)}` as const;
const give = (over: Parameters<typeof gift>[1] = {}, to = anna) =>
  share(patient.device.ports, patient.device.act, patient.vault, gift(to, over));
const terms = { until: 0, delegable: false, rights: 'read' } as const;
const from = (who = anna, seek = false): Promise<FromPatient> =>
  receivedFrom(who.device.ports, who.vault, patient.vault.account, seek);
const right = async (who = anna, seek = false): Promise<Received> => (await from(who, seek)).received[0] as Received;
const revoke = (access: Hex = ALL, grantee: Hex = anna.vault.account) =>
  send(patient.device.ports, patient.device.act, { name: 'revoke', args: { grantee, access } });
const rotate = async () =>
  renew(patient.device.ports, patient.device.act, patient.vault, [idOf('labs')], { given: await givenBy(patient) });
const titles = async (who = anna, seek = false): Promise<string[]> => {
  const found = await from(who, seek);
  const read: string[] = [];
  for (const record of await sharedRecords(found)) {
    const opened = await openRecord(who.device.ports, who.vault, record.filed.ref);
    for (const more of handedOn(found, record, glancedAt(opened)))
      read.push((await openRecord(who.device.ports, who.vault, more.filed.ref)).manifest.title);
    if (opened.manifest.kind !== 'filing') read.push(opened.manifest.title);
  }
  return read.sort();
};
/** What lies in Anna's cabinet that names keys of others. */
const kept = () => anna.device.cabinet.list('held/');

describe('what is received', () => {
  it('is found by the own inbox, the latest giver first, with what each gave', async () => {
    expect(giversOf(await eventsOf(anna.device.ports, anna.vault.account), anna.vault.account)).toEqual([]);
    await give();
    await share(bob.device.ports, bob.device.act, bob.vault, gift(anna));
    const events = await eventsOf(anna.device.ports, anna.vault.account);
    expect(giversOf(events, anna.vault.account)).toEqual([bob.vault.account, patient.vault.account]);
    expect(await right()).toMatchObject({ error: null, missed: [], stale: false, grant: { state: 'live' } });
  });

  it('opens with the patient’s places gone, once it was looked at', async () => {
    await keep(patient, 'one');
    await give();
    expect(await titles()).toEqual(['one']);
    anna.device.storage.online = false;
    expect((await right()).capability).not.toBeNull();
    expect(dump(anna.device.cabinet)).not.toContain('AGE-SECRET-KEY');
  });

  it('by a link alone, where the chain does not say to whom', async () => {
    await keep(patient, 'one');
    await give({ unaddressed: true });
    expect(giversOf(await eventsOf(anna.device.ports, anna.vault.account), anna.vault.account)).toEqual([]);
    expect(await titles(bob, true)).toEqual([]);
    expect(await titles(anna, false)).toEqual([]);
    // no place in reach yet: that is no reason to say that nothing is there
    anna.device.storage.online = false;
    expect(await from(anna, true)).toMatchObject({ received: [], unread: { code: 'storage/not-found' } });
    anna.device.storage.online = true;
    expect(await titles(anna, true)).toEqual(['one']);
    expect((await from(anna, true)).unread).toBeNull();
    expect((await from(bob, true)).unread).toBeNull();
    const { cabinet } = anna.device;
    await follow(cabinet, patient.vault.account);
    expect(await followed(cabinet)).toEqual([patient.vault.account]);
    expect(await titles(anna, false)).toEqual(['one']);
    // what did not open is not fetched again
    bob.device.storage.readPublic = () => Promise.reject(new Error('asked again'));
    expect((await from(bob, true)).received).toEqual([]);
    // and the end of it is told
    const { grant } = await right(anna);
    await revoke(grant.access, NOBODY);
    expect(await right(anna)).toMatchObject({ capability: null, grant: { state: 'revoked' } });
    await unfollow(cabinet, patient.vault.account);
    expect(await followed(cabinet)).toEqual([]);
  });

  it('holds what filings put into the folder', async () => {
    const elsewhere = await keep(patient, 'imaging', 'imaging');
    await keep(patient, 'labs');
    await give();
    expect(await titles()).toEqual(['labs']);
    const { ports, act } = patient.device;
    await fileRecords(ports, act, patient.vault, [{ folder: idOf('labs'), records: [elsewhere] }]);
    expect(await titles()).toEqual(['imaging', 'labs']);
  });

  it('bookings of the consultations carry no hint: they are tried, and those for others alone are left out', async () => {
    const { ports, act } = patient.device;
    const draft = await openDraft(ports, 'book', { symptoms: 'MARKER cough', preferred: '' });
    const doctor = await ports.chain.account(bob.vault.account);
    await book(ports, act, patient.vault, { doctor, until: all.world.time + 7 * DAY, draft, acceptKey: null });
    await give();
    expect((await sharedRecords(await from())).filter((r) => r.trial)).toEqual([]);
    await give({ folders: [idOf('consultations')] });
    const [booking] = (await sharedRecords(await from())).filter((r) => r.trial);
    const opened = await openRecord(anna.device.ports, anna.vault, booking!.filed.ref);
    expect(readVisitRequest(opened.manifest.resources).symptoms).toBe('MARKER cough');
    await give({ folders: [idOf('consultations')], history: false }, all.carl);
    const [tried] = (await sharedRecords(await from(all.carl))).filter((r) => r.trial);
    expect(await codeOf(openRecord(all.carl.device.ports, all.carl.vault, tried!.filed.ref))).toBe(
      'crypto/not-for-you',
    );
  });

  it('of something restricted is opened with its token', async () => {
    const restricted = await keep(patient, 'secret', 'labs', 'R');
    await give();
    expect(await titles()).toEqual([]);
    await give({ folders: [], records: [restricted], terms: { ...terms, until: all.world.time + DAY } });
    const tokens: (Hex | undefined)[] = [];
    const { storage } = anna.device;
    const real = storage.openManifest.bind(storage);
    anna.device.ports.storage.openManifest = (digest, keys, options) => {
      tokens.push(options?.token);
      return real(digest, keys, options);
    };
    expect(await titles()).toEqual(['secret']);
    const { capability } = (await from()).received.find((r) => r.capability?.kind === 'record')!;
    expect(tokens).toEqual([capability!.token]);
  });
});

describe('its end', () => {
  it('by date: nothing opens, and the keys that were kept are gone', async () => {
    await keep(patient, 'one');
    await give({ terms: { ...terms, until: all.world.time + 10 } });
    expect(await titles()).toEqual(['one']);
    expect(await kept()).toHaveLength(1);
    const before = await right();
    all.world.time += 10;
    expect(await codeOf(requireLive(anna.device.ports, before.grant))).toBe('record/ended');
    const after = await from();
    expect(after.received[0]).toMatchObject({ capability: null, error: null, grant: { state: 'expired' } });
    expect([after.ended, await kept(), await sharedRecords(after)]).toEqual([1, [], []]);
  });

  it('by date of the clock, where the chain stands still', async () => {
    await give({ terms: { ...terms, until: all.world.time + 10 } });
    const late = { ...anna.device.ports, clock: () => (all.world.time + 11) * 1000 };
    const { received } = await receivedFrom(late, anna.vault, patient.vault.account, false);
    expect(received[0]?.grant.state).toBe('expired');
  });

  it('by the patient, also while it is being opened', async () => {
    await keep(patient, 'one');
    await give();
    const { grant } = await right();
    const [record] = await sharedRecords(await from());
    const opening = openRecord(anna.device.ports, anna.vault, record!.filed.ref);
    await revoke();
    await opening;
    // what was fetched meanwhile is held back by asking once more
    await expect(requireLive(anna.device.ports, grant)).rejects.toMatchObject({
      code: 'record/ended',
      details: { state: 'revoked' },
    });
    expect((await right()).capability).toBeNull();
    expect(await kept()).toEqual([]);
    // twice, and from two devices, is once
    await revoke();
    expect((await right()).grant.state).toBe('revoked');
  });

  it('of one of two leaves the other', async () => {
    const single = await keep(patient, 'single', 'imaging');
    await keep(patient, 'labs');
    await give();
    await give({ folders: [], records: [single] });
    expect(await titles()).toEqual(['labs', 'single']);
    const folder = (await from()).received.find((r) => r.capability?.kind === 'folder');
    await revoke(folder!.grant.access);
    expect(await titles()).toEqual(['single']);
    expect(await kept()).toHaveLength(1);
  });
});

describe('rotations', () => {
  it('are followed, each once, and what is added after opens', async () => {
    await keep(patient, 'one');
    await give();
    await give({}, bob);
    await right();
    await rotate();
    await keep(patient, 'two');
    await rotate();
    await keep(patient, 'three');
    expect(await titles()).toEqual(['one', 'three', 'two']);
    expect(await titles(bob)).toEqual(['one', 'three', 'two']);
    const asked: Digest[] = [];
    const { storage } = anna.device;
    const real = storage.readPublic.bind(storage);
    anna.device.ports.storage.readPublic = (digest, name, limit) => {
      asked.push(digest);
      return real(digest, name, limit);
    };
    await right();
    expect(asked).toEqual([]);
  });

  it('that left this reader out give nothing, and take nothing away', async () => {
    await keep(patient, 'one');
    await give();
    await give({}, bob);
    await right(bob);
    await revoke(ALL, bob.vault.account);
    await rotate();
    await keep(patient, 'two');
    expect(await titles()).toEqual(['one', 'two']);
    expect(await titles(bob)).toEqual([]);
  });

  it('that could not be fetched are told, and taken in later, in their order', async () => {
    await give();
    await right();
    await rotate();
    await keep(patient, 'one');
    const { storage } = anna.device;
    const real = storage.readPublic.bind(storage);
    let n = 0;
    const fails = (error: unknown) => () => {
      n++;
      return Promise.reject(error);
    };
    const { SalusError } = await import('../../../src/core/errors.ts');
    anna.device.ports.storage.readPublic = fails(new SalusError('storage/not-found', { cid: 'bafy' }));
    expect((await right()).missed.map((m) => m.error.code)).toEqual(['storage/not-found']);
    anna.device.ports.storage.readPublic = real;
    await rotate();
    await keep(patient, 'two');
    expect(n).toBe(1);
    const whole = await right();
    expect(whole.missed).toEqual([]);
    const epochs = patient.vault.epochs('labs').toReversed();
    expect((whole.capability as FolderCapability).epochs.map((e) => e.nonce)).toEqual(epochs.map((e) => e.nonce));
    expect((whole.capability as FolderCapability).recipient).toBe(patient.vault.folder('labs').recipient);
    expect(await titles()).toEqual(['one', 'two']);
  });

  it('a giver whose key changed: said, and healed by the next rotation', async () => {
    await keep(patient, 'one');
    await give();
    expect((await right()).stale).toBe(false);
    const { ports, act } = patient.device;
    const next = await changeWay(ports, act, patient.vault, {
      way: 'passphrase',
      passphrase: 'correct horse battery',
      prepared: null,
      onPrepared: () => undefined,
      confirmPhrase: async () => undefined,
    });
    patient = { ...patient, vault: next };
    await keep(patient, 'two');
    expect(await right()).toMatchObject({ stale: true, error: null });
    expect(await titles()).toEqual(['one']);
    await learnEpochs(ports.chain, next);
    await renew(ports, act, next, [idOf('labs')], { given: await givenBy(patient) });
    expect(await right()).toMatchObject({ stale: false, missed: [] });
    expect(await titles()).toEqual(['one', 'two']);
  });
});

describe('hostile bytes', () => {
  /** A rotation whose bundle says what the test wants to Anna. */
  const forge = async (change: (honest: FolderCapability, nonce: Digest) => FolderCapability | Bytes) => {
    const had = (await right()).capability as FolderCapability;
    const { ports, act } = patient.device;
    const nonce = toHex(ports.random(32));
    const { tag, identity } = await patient.vault.next('labs', nonce);
    const honest = { ...had, epochs: [{ nonce, identity: identity.identity }], recipient: identity.recipient };
    const made = change(honest, nonce);
    const body = made instanceof Uint8Array ? made : await sealCapability([anna.vault.identity.recipient], made);
    const bundle = await ports.storage.publish([{ name: bundleName(had.token, nonce), body }]);
    const expected = Number(((await ports.chain.account(patient.vault.account)).own >> 176n) & 0xffffffffffn);
    await send(ports, act, { name: 'rotate', args: { expected, tag, nonce, bundle } }, { record: bundle });
  };

  it.each<[string, (honest: FolderCapability, nonce: Digest) => FolderCapability | Bytes | Promise<Bytes>, string]>([
    ['another patient', (h) => ({ ...h, patient: bob.vault.account }), 'record/mismatch'],
    ['another chain', (h) => ({ ...h, chainId: 1 }), 'record/mismatch'],
    ['another folder', (h) => ({ ...h, folder: idOf('imaging') }), 'record/mismatch'],
    ['a longer date', (h) => ({ ...h, until: 1 }), 'record/mismatch'],
    ['more rights', (h) => ({ ...h, rights: 'read-write' }), 'record/mismatch'],
    ['passing on', (h) => ({ ...h, delegable: true }), 'record/mismatch'],
    ['somebody else’s name', (h) => ({ ...h, to: bob.vault.account }), 'record/mismatch'],
    ['another token', (h) => ({ ...h, token: `0x${'1'.repeat(64)}` }), 'record/mismatch'],
    [
      'another nonce',
      (h) => ({ ...h, epochs: [{ ...h.epochs[0]!, nonce: `0x${'2'.repeat(64)}` }] }),
      'record/mismatch',
    ],
    ['no key', (h) => ({ ...h, epochs: [] }), 'record/mismatch'],
    ['bytes that are no age file', () => utf8('not age at all'), 'crypto/corrupt'],
    ['something huge', () => new Uint8Array(300 * 1024), 'input/too-large'],
  ])('%s in a bundle is said, and what was had stays', async (_, change, code) => {
    await keep(patient, 'one');
    await give();
    await forge(change as Parameters<typeof forge>[0]);
    const now = await right();
    expect(now.missed.map((m) => m.error.code)).toEqual([code]);
    expect((now.capability as FolderCapability).epochs).toHaveLength(1);
    expect(await titles()).toEqual(['one']);
  });

  it('in a bundle, for somebody else', async () => {
    await give();
    const { recipient } = await randomIdentity(patient.device.ports.random);
    const sealed = await sealBytes([recipient], utf8('{}'));
    await forge(() => sealed);
    expect((await right()).missed.map((m) => m.error.code)).toEqual(['crypto/not-for-you']);
  });

  /** A `Shared` to Anna whose capability is whatever the test wants. */
  const shared = async (capability: Digest, access: Hex, until = 0): Promise<Received> => {
    const { ports, act } = patient.device;
    const args = { grantee: anna.vault.account, capability, access, until, re: 0 };
    await send(ports, act, { name: 'share', args }, { record: capability });
    return right();
  };
  const honest = async (): Promise<FolderCapability> => {
    await give({}, bob);
    return { ...((await right(bob)).capability as FolderCapability), to: anna.vault.account };
  };
  const sealedTo = (capability: FolderCapability, who = anna) =>
    storeCapability(patient.device.ports, [who.vault.identity.recipient], capability);

  it('a capability that is missing, corrupt, huge, or for someone else', async () => {
    const own = await honest();
    const { token, access } = newToken(patient.device.ports.random);
    const missing = `0x${'9'.repeat(64)}` as const;
    const { ports, act } = patient.device;
    const args = { grantee: anna.vault.account, capability: missing, access, until: 0, re: 0 };
    await send(ports, act, { name: 'share', args });
    expect((await right()).error?.code).toBe('storage/not-found');
    const publish = (body: Bytes) => ports.storage.publish([{ name: CAPABILITY_FILE, body }]);
    expect((await shared(await publish(utf8('no age')), access)).error?.code).toBe('crypto/corrupt');
    expect((await shared(await publish(new Uint8Array(300_000)), access)).error?.code).toBe('input/too-large');
    const padded = await sealBytes([anna.vault.identity.recipient], new Uint8Array(2 * 1024 * 1024));
    expect((await shared(await publish(padded), access)).error?.code).toBe('input/too-large');
    expect((await shared(await sealedTo({ ...own, token }, bob), access)).error?.code).toBe('crypto/not-for-you');
    expect((await shared(await sealedTo({ ...own, token, to: bob.vault.account }), access)).error?.code).toBe(
      'crypto/not-for-you',
    );
  });

  it('a capability of another patient, chain or contract, with a forged token or date', async () => {
    const own = await honest();
    const { token, access } = newToken(patient.device.ports.random);
    const wrong: [Partial<FolderCapability>, string][] = [
      [{ patient: bob.vault.account }, 'patient'],
      [{ chainId: 1 }, 'chainId'],
      [{ contract: NOBODY }, 'contract'],
      [{ token: own.token }, 'access'],
      [{ until: 5 }, 'until'],
      [{ recipient: (await randomIdentity(patient.device.ports.random)).recipient }, 'recipient'],
      [{ rights: 'write' }, 'rights'],
    ];
    for (const [over, field] of wrong) {
      const { error } = await shared(await sealedTo({ ...own, token, ...over }), access);
      expect(error).toMatchObject({ code: 'record/mismatch', details: { field } });
    }
    expect(await kept()).toEqual([]);
    expect((await shared(await sealedTo({ ...own, token }), access)).error).toBeNull();
  });

  it('what a browser kept is held against the grant again', async () => {
    await keep(patient, 'one');
    await give();
    await right();
    const [name] = await kept();
    await anna.device.cabinet.set(name!, utf8('{"capability":{"kind":"folder"},"seen":7}'));
    expect(await titles()).toEqual(['one']);
  });
});
