/** Writing into another's file: what a laboratory adds that it cannot read back, what a caregiver hands in, a second doctor's review, and who counts as let in. */
import { beforeEach, describe, expect, it } from 'vitest';
import { toHex, type Address } from '../../../src/core/bytes.ts';
import { openWithKey } from '../../../src/crypto/envelope.ts';
import type { FolderCapability } from '../../../src/crypto/capability.ts';
import { hintFor } from '../../../src/flows/seal.ts';
import { addInto, writable, type DropFields } from '../../../src/flows/dropBox.ts';
import { openFile, openRecord, type OpenRecord } from '../../../src/flows/openRecord.ts';
import type { Entry } from '../../../src/flows/ports/index.ts';
import { receivedFrom, type Received } from '../../../src/flows/received.ts';
import { filedRecords, fileOf } from '../../../src/flows/records.ts';
import { markReviewed } from '../../../src/flows/reviewed.ts';
import { reviewersOf, reviewsIn } from '../../../src/flows/reviewers.ts';
import { renew } from '../../../src/flows/renew.ts';
import { send } from '../../../src/flows/send.ts';
import { share } from '../../../src/flows/share.ts';
import { sharedRecords } from '../../../src/flows/sharedRecords.ts';
import { isKeepable, takeOver } from '../../../src/flows/takeOver.ts';
import { chainsOf, type Version } from '../../../src/flows/versions.ts';
import { eventsOf } from '../../../src/flows/visits.ts';
import { addFile, openDraft } from '../../../src/flows/writing.ts';
import { idOf } from '../../../src/record/folders.ts';
import { readReview, readSource } from '../../../src/record/provenance.ts';
import { readReport } from '../../../src/record/report.ts';
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

const ALL = `0x${'0'.repeat(64)}` as const;
const terms = { until: 0, delegable: false, rights: 'write' } as const;
const give = (to: Side, over: Parameters<typeof gift>[1] = {}) =>
  share(patient.device.ports, patient.device.act, patient.vault, gift(to, { terms, ...over }));
const right = async (who: Side, of = patient): Promise<Received> =>
  (await receivedFrom(who.device.ports, who.vault, of.vault.account, false)).received[0] as Received;
const write = async (who: Side, over: Partial<DropFields> = {}, into?: Received): Promise<Entry> => {
  const { ports, act } = who.device;
  const fields: DropFields = { kind: 'laboratory', title: 'Blood', words: 'MARKER leukocytes', ...over };
  const draft = await openDraft(ports, 'drop/1', fields);
  draft.fields = fields;
  await addFile(ports, draft, new File(['MARKER raw'], 'raw.csv', { type: 'text/csv' }));
  return addInto(ports, act, who.vault, { into: into ?? (await right(who)), draft });
};
const newest = async (who: Side, of: Side): Promise<OpenRecord> => {
  const filed = fileOf(await eventsOf(who.device.ports, of.vault.account), of.vault.account);
  return openRecord(who.device.ports, who.vault, filed[0]!.ref);
};

describe('a drop box', () => {
  it('takes what its writer cannot read back from the folder, but from their own copy', async () => {
    await keep(patient, 'older');
    await give(bob);
    expect((await right(bob)).capability).toMatchObject({ epochs: [], rights: 'write' });
    const entry = await write(bob);
    const capability = (await right(bob)).capability as FolderCapability;
    expect(entry.args.hint).toBe(hintFor(capability.recipient, entry.args.record as `0x${string}`));
    expect(await sharedRecords(await receivedFrom(bob.device.ports, bob.vault, patient.vault.account, false))).toEqual(
      [],
    );
    const own = await newest(bob, patient);
    expect(readReport(own.manifest.resources).words).toBe('MARKER leukocytes');
    const opened = await newest(patient, patient);
    expect(opened.manifest).toMatchObject({ kind: 'report', folder: idOf('labs'), author: bob.vault.account });
    expect(await (await openFile(patient.device.ports, opened, 0)).text()).toBe('MARKER raw');
    const stored = [...all.peer.values()].map((b) => Buffer.from(b).toString('latin1')).join();
    expect(stored).not.toContain('MARKER');
  });

  it('is read by the folder’s readers at once', async () => {
    await give(anna, { terms: { ...terms, rights: 'read' } });
    await give(bob);
    await write(bob);
    const found = await sharedRecords(await receivedFrom(anna.device.ports, anna.vault, patient.vault.account, false));
    const opened = await openRecord(anna.device.ports, anna.vault, found[0]!.filed.ref);
    expect([found.length, opened.manifest.title]).toEqual([1, 'Blood']);
  });

  it('after a rotation takes the new epoch’s key out of the bundle', async () => {
    await give(bob);
    const before = (await right(bob)).capability as FolderCapability;
    const { ports, act } = patient.device;
    await renew(ports, act, patient.vault, [idOf('labs')], { given: await givenBy(patient) });
    const after = (await right(bob)).capability as FolderCapability;
    expect(after.recipient).toBe(patient.vault.folder('labs').recipient);
    expect([after.recipient === before.recipient, after.epochs]).toEqual([false, []]);
    await write(bob);
    expect((await newest(patient, patient)).manifest.title).toBe('Blood');
  });

  it('closes with the right to it, and was never open to who may only read', async () => {
    await give(anna, { terms: { ...terms, rights: 'read' } });
    expect(writable(await right(anna))).toBeNull();
    expect(await codeOf(write(anna))).toBe('input/invalid');
    await give(bob);
    const stale = await right(bob);
    const { ports, act } = patient.device;
    await send(ports, act, { name: 'revoke', args: { grantee: bob.vault.account, access: ALL } });
    expect(await codeOf(write(bob, {}, stale))).toBe('record/ended');
    expect(bob.device.wallet.prompts.filter((p) => p.kind === 'send' && p.call.name === 'add')).toEqual([]);
  });

  it('nothing without a title, or with neither words nor files', async () => {
    await give(bob);
    expect(await codeOf(write(bob, { title: ' ' }))).toBe('input/invalid');
  });

  it('a caregiver hands in a record of their own, which the patient takes over', async () => {
    const { carl } = all;
    await give(carl);
    const entry = await write(carl, { kind: 'other', title: 'Blood pressure' });
    expect(entry).toMatchObject({ event: 'Shared', subject: patient.vault.account });
    // nothing stands in the patient's own file yet
    expect(fileOf(await eventsOf(patient.device.ports, patient.vault.account), patient.vault.account)).toEqual([]);
    const found = await receivedFrom(patient.device.ports, patient.vault, carl.vault.account, false);
    const [handed] = await sharedRecords(found);
    const { ports, act } = patient.device;
    const opened = await openRecord(ports, patient.vault, handed!.filed.ref);
    expect([opened.manifest.folder, isKeepable(opened)]).toEqual([idOf('labs'), true]);
    await takeOver(ports, act, patient.vault, opened, opened.manifest.folder!);
    const mine = await newest(patient, patient);
    expect(mine.manifest).toMatchObject({ title: 'Blood pressure', author: patient.vault.account });
    expect(readSource(mine.manifest.resources)).toEqual({ of: opened.ref.digest, by: carl.vault.account });
    expect(await (await openFile(ports, mine, 0)).text()).toBe('MARKER raw');
    expect(await codeOf(takeOver(ports, act, patient.vault, mine, 'labs'))).toBe('input/invalid');
  });
});

describe('who was let in', () => {
  const unknown = async (timeOf?: (block: number) => number | null) =>
    filedRecords(await eventsOf(patient.device.ports, patient.vault.account), patient.vault.account, timeOf)
      .filter((f) => f.ref.author === bob.vault.account)
      .map((f) => f.unknown)
      .reverse();
  const add = async () => {
    const { ports, act } = bob.device;
    const record = toHex(ports.random(32));
    const args = { patient: patient.vault.account, record, via: 0n, hint: '0x00000000' } as const;
    await send(ports, act, { name: 'add', args });
  };

  it('counts at the moment of writing: not before, not after it was taken back, one token or all', async () => {
    await add();
    await give(bob);
    await add();
    const { ports, act } = patient.device;
    const { access } = (await right(bob)).grant;
    await send(ports, act, { name: 'revoke', args: { grantee: bob.vault.account, access } });
    await add();
    await give(bob);
    await add();
    await send(ports, act, { name: 'revoke', args: { grantee: bob.vault.account, access: ALL } });
    await add();
    expect(await unknown()).toEqual([true, false, true, false, true]);
  });

  it('ends by its date, once the moments are known', async () => {
    const until = all.world.time + 100;
    await give(bob, { terms: { ...terms, until } });
    await add();
    all.world.time += 200;
    await add();
    expect(await unknown()).toEqual([false, false]);
    const { block } = all.world;
    expect(await unknown((b) => (b === block ? until + 1 : until - 1))).toEqual([false, true]);
  });

  it('also somebody who was brought in, as long as who brought them is', async () => {
    await give(anna, { terms: { until: 0, delegable: true, rights: 'read' } });
    const { delegate } = await import('../../../src/flows/delegate.ts');
    await delegate(anna.device.ports, anna.device.act, anna.vault, {
      from: await right(anna),
      colleague: bob.vault.account,
      until: 0,
      history: true,
    });
    await add();
    const { ports, act } = patient.device;
    await send(ports, act, { name: 'revoke', args: { grantee: anna.vault.account, access: ALL } });
    await add();
    expect(await unknown()).toEqual([false, true]);
  });
});

describe('looked over', () => {
  const review = async (what: OpenRecord, words = 'agreed', who = bob) => {
    const { capability } = await right(who);
    const folder = capability?.kind === 'folder' ? { recipient: capability.recipient, id: capability.folder } : null;
    return markReviewed(who.device.ports, who.device.act, who.vault, { what, words, folder });
  };
  const read = { terms: { until: 0, delegable: false, rights: 'read' } } as const;
  const seenBy = async (who: Side): Promise<OpenRecord> => {
    const found = await sharedRecords(await receivedFrom(who.device.ports, who.vault, patient.vault.account, false));
    const opened = await Promise.all(found.map((f) => openRecord(who.device.ports, who.vault, f.filed.ref)));
    return opened.find((o) => o.manifest.title === 'Blood')!;
  };
  const openedBy = async (who: Side): Promise<OpenRecord[]> => {
    const file = fileOf(await eventsOf(who.device.ports, patient.vault.account), patient.vault.account);
    const opened = await Promise.all(file.map((f) => openRecord(who.device.ports, who.vault, f.ref).catch(() => null)));
    return opened.filter((o) => o !== null);
  };

  it('by a second doctor: patient and readers of the folder see by whom, with their signature', async () => {
    await give(anna, { terms: { ...terms, rights: 'read-write' } });
    await give(bob, read);
    await write(anna);
    const what = await seenBy(bob);
    const entry = await review(what, '  agreed, repeat in a week ');
    expect(await patient.device.ports.chain.proveEntry(entry)).toBe('signature');
    const mine = reviewersOf(reviewsIn(await openedBy(patient)), what.ref);
    expect(mine).toMatchObject([{ by: bob.vault.account, words: 'agreed, repeat in a week' }]);
    const found = await sharedRecords(await receivedFrom(anna.device.ports, anna.vault, patient.vault.account, false));
    const opened = await Promise.all(found.map((f) => openRecord(anna.device.ports, anna.vault, f.filed.ref)));
    expect(reviewersOf(reviewsIn(opened), what.ref)).toHaveLength(1);
    // it is nobody unknown's, though its author may only read
    const file = fileOf(await eventsOf(patient.device.ports, patient.vault.account), patient.vault.account);
    expect(file.every((f) => !f.unknown)).toBe(true);
  });

  it('of something restricted goes to the patient alone', async () => {
    const restricted = await keep(patient, 'Blood', 'labs', 'R');
    await give(anna, read);
    await give(bob, { folders: [], records: [restricted], terms: { ...read.terms, until: all.world.time + 100 } });
    const { ports, act } = bob.device;
    const folder = { recipient: patient.vault.folder('labs').recipient, id: idOf('labs') };
    const entry = await markReviewed(ports, act, bob.vault, { what: await seenBy(bob), words: 'agreed', folder });
    const record = entry.args.record as `0x${string}`;
    const { identity } = patient.vault.folder('labs');
    const sealed = await ports.storage.readPublic(record, 'manifest.age', 1 << 20);
    expect(await codeOf(openWithKey({ identities: [identity] }, sealed))).toBe('crypto/not-for-you');
    expect(readReview((await newest(patient, patient)).manifest.resources)?.words).toBe('agreed');
  });

  it('not by its author, by the patient, nor by who is not accredited', async () => {
    await give(anna, { terms: { ...terms, rights: 'read-write' } });
    await give(all.carl, read);
    await give(bob, read);
    await write(anna);
    const what = await seenBy(anna);
    expect(await codeOf(review(what, '', anna))).toBe('input/invalid');
    expect(
      await codeOf(
        markReviewed(patient.device.ports, patient.device.act, patient.vault, { what, words: '', folder: null }),
      ),
    ).toBe('input/invalid');
    expect(await codeOf(review(await seenBy(all.carl), '', all.carl))).toBe('chain/not-accredited');
    expect(await codeOf(review(what, 'x'.repeat(2001)))).toBe('input/invalid');
  });

  it('whoever looked a version over may amend it, from then on', async () => {
    const entry = (author: Address, block: number) => ({ author, block, logIndex: 0 }) as Entry;
    const version = (author: Address, block: number, digest: number, amends: number | null): Version => ({
      ref: {
        digest: `0x${String(digest).repeat(64)}`,
        author,
        patient: patient.vault.account,
        appointment: null,
        entry: entry(author, block),
      },
      manifest: {
        kind: 'report',
        amends: amends ? { digest: `0x${String(amends).repeat(64)}`, reason: 'typo' } : null,
      },
    });
    const [a, b] = [anna.vault.account, bob.vault.account];
    const [first, later] = [version(a, 1, 1, null), version(b, 5, 2, 1)];
    const reviewed = (block: number) => [{ by: b, of: first.ref.digest, words: '', entry: entry(b, block) }];
    expect(chainsOf([first, later])).toHaveLength(2);
    expect(chainsOf([first, later], reviewed(6))).toHaveLength(2);
    const [chain, ...rest] = chainsOf([first, later], reviewed(3));
    expect([chain?.current, chain?.history.length, rest]).toEqual([later, 2, []]);
  });
});
