/** Own folders, confidentiality, copies, filing, moving, and sealing a folder anew. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Digest, Hex } from '../../../src/core/bytes.ts';
import { accredit } from '../../../src/flows/accredit.ts';
import { addRecord, sealedUnder } from '../../../src/flows/addRecord.ts';
import { amend } from '../../../src/flows/amend.ts';
import { attachedOf, attachedRefs } from '../../../src/flows/attach.ts';
import { copyRecord } from '../../../src/flows/copy.ts';
import { fileRecords, sealFiling } from '../../../src/flows/filing.ts';
import { saveFolder } from '../../../src/flows/folders.ts';
import { moveRecord, readGone, retireAll } from '../../../src/flows/move.ts';
import { openFile, openRecord, type OpenRecord } from '../../../src/flows/openRecord.ts';
import { outbox } from '../../../src/flows/outbox.ts';
import { filingsOf, isUnderCurrent, isUnderOld, placeOf, type Keys } from '../../../src/flows/placing.ts';
import { indexed, noteRecord, readIndex } from '../../../src/flows/recordIndex.ts';
import { fileOf, keyOf } from '../../../src/flows/records.ts';
import { renew } from '../../../src/flows/renew.ts';
import { forgetReseal, resealBatch } from '../../../src/flows/reseal.ts';
import { hintFor, sealWhole } from '../../../src/flows/seal.ts';
import { send } from '../../../src/flows/send.ts';
import { trustedKey } from '../../../src/flows/trust.ts';
import { unlockWithWallet } from '../../../src/flows/unlock.ts';
import type { Vault } from '../../../src/flows/vault.ts';
import { chainsOf } from '../../../src/flows/versions.ts';
import { eventsOf } from '../../../src/flows/visits.ts';
import { addFile, openDraft } from '../../../src/flows/writing.ts';
import { randomIdentity } from '../../../src/crypto/identity.ts';
import { documentResource } from '../../../src/record/document.ts';
import { idOf, isOwnFolder, type FolderId } from '../../../src/record/folders.ts';
import type { Confidentiality } from '../../../src/record/manifest.ts';
import { readFolder } from '../../../src/record/ownFolder.ts';
import { readReplaced } from '../../../src/record/replaced.ts';
import { dump } from '../../fakes/cabinet.ts';
import { FakeWorld, person } from '../../fakes/chain.ts';
import { Device } from '../../fakes/device.ts';
import type { Blocks } from '../../fakes/storage.ts';
import { codeOf } from '../code.ts';

const [LABS, IMAGING] = [idOf('labs'), idOf('imaging')];
let world: FakeWorld;
let peer: Blocks;
let patient: Device;
let doctor: Device;
let vault: Vault;
let doctorVault: Vault;

beforeEach(async () => {
  world = new FakeWorld();
  peer = new Map();
  [patient, doctor] = ['patient', 'doctor'].map((n) => new Device(world, person(n), peer)) as [Device, Device];
  vault = await patient.enroll();
  doctorVault = await doctor.enroll({ fee: 1n });
  const hospital = new Device(world, world.founders[0]!, peer);
  await hospital.enroll();
  await accredit(hospital.ports, hospital.act, await hospital.ports.chain.account(doctor.wallet.account), 'doctor', '');
});

const filed = async () => fileOf(await eventsOf(patient.ports, vault.account), vault.account);
const open = async (digest: Digest, v = vault): Promise<OpenRecord> => {
  const found = (await filed()).find((f) => f.ref.digest === digest)!;
  return openRecord(patient.ports, v, found.ref);
};
const keep = async (
  folder: FolderId = LABS,
  confidentiality: Confidentiality = 'N',
  title = 'Blood count',
): Promise<OpenRecord> => {
  const draft = await openDraft(patient.ports, `new ${title}`, { title });
  await addFile(patient.ports, draft, new File([`${title}: leukocytes 6.1`], 'count.txt', { type: 'text/plain' }));
  const fields = { title, note: 'fasting', date: '', folder };
  const entry = await addRecord(patient.ports, patient.act, vault, {
    kind: 'document',
    title,
    folder,
    confidentiality,
    draft,
    resources: (files) => [documentResource(world.chainId, vault.account, fields, files)],
  });
  return open(entry.args.record as Digest);
};
/** A report by the doctor, sealed to the patient's account key. */
const report = async (recipient?: string): Promise<OpenRecord> => {
  const { ports, act } = doctor;
  const key = recipient ?? (await trustedKey(ports, vault.account)).recipient;
  const { identity } = await randomIdentity(ports.random);
  const about = { kind: 'report', title: 'Finding', patient: vault.account, appointment: null, resources: [] } as const;
  const { digest } = await sealWhole(ports, act, { ...about, resources: [] }, [key, doctorVault.identity.recipient], {
    identity,
    files: [],
  });
  const args = { patient: vault.account, record: digest, via: 0n, hint: hintFor(key, digest) };
  await send(ports, act, { name: 'add', args }, { record: digest });
  return open(digest);
};
/** What the list knows, everything noted. */
const keysNow = async (v = vault) => {
  const all = await filed();
  for (const f of all)
    await openRecord(patient.ports, v, f.ref).then(
      (o) => noteRecord(patient.cabinet, o),
      () => undefined,
    );
  const known = await readIndex(patient.cabinet);
  const filings = filingsOf(all, known, vault.account);
  const keys: Keys = {
    filings,
    sealOf: ({ ref }) => (ref.entry.args.hint ? sealedUnder(v, ref.digest, ref.entry.args.hint as Hex) : null),
    current: (folder) => v.epochs(folder)[0]?.nonce ?? null,
  };
  return { all, known, filings, keys };
};
const where = async (digest: Digest) => {
  const { all, known, filings, keys } = await keysNow();
  const f = all.find((x) => x.ref.digest === digest)!;
  const place = placeOf(f, known.get(keyOf(f.ref)) ?? null, filings, keys.sealOf(f));
  return { ...place, current: isUnderCurrent(f, place.folder, keys), old: isUnderOld(f, keys) };
};
/** Can this folder’s keys alone open the manifest? */
const opensWith = async (folder: FolderId, digest: Digest): Promise<boolean> =>
  patient.storage.openManifest(digest, { identities: vault.folders(folder).map((i) => i.identity) }).then(
    () => true,
    () => false,
  );

describe('a folder of one’s own', () => {
  it('has a name that only its owner reads, is renamed and put away, and keeps its keys', async () => {
    const { ports, act } = patient;
    const made = await saveFolder(ports, act, vault, { id: null, name: ' Knee ', retired: false });
    expect(made.folder).toMatchObject({ name: 'Knee', retired: false });
    expect(isOwnFolder(made.folder.id)).toBe(true);
    const recipient = vault.folder(made.folder.id).recipient;
    const was = (await open(made.entry.args.record as Digest)).ref;
    const renamed = await saveFolder(ports, act, vault, { id: made.folder.id, was, name: 'Left knee', retired: true });
    const record = await open(renamed.entry.args.record as Digest);
    expect(readFolder(record.manifest.resources)).toEqual({ id: made.folder.id, name: 'Left knee', retired: true });
    expect(record.manifest.amends).toEqual({ digest: was.digest, reason: 'retired' });
    expect(vault.folder(made.folder.id).recipient).toBe(recipient);
    expect(await opensWith(made.folder.id, record.ref.digest)).toBe(false);
    const again = await unlockWithWallet(ports, act, '');
    await again.know([made.folder.id]);
    expect(again.folder(made.folder.id).recipient).toBe(recipient);
  });

  it('needs a name', async () => {
    for (const name of ['  ', 'x'.repeat(61)])
      expect(await codeOf(saveFolder(patient.ports, patient.act, vault, { id: null, name, retired: false }))).toBe(
        'input/invalid',
      );
  });

  it('that was declined leaves nothing behind', async () => {
    patient.act.turnBackAt = () => true;
    const before = patient.storage.here.size;
    const work = saveFolder(patient.ports, patient.act, vault, { id: null, name: 'Knee', retired: false });
    expect(await codeOf(work)).toBe('wallet/declined');
    expect(patient.storage.here.size).toBe(before + 1); // the fake keeps the file of a directory that it lets go of
    expect(await outbox(patient.cabinet).list()).toEqual([]);
  });
});

describe('confidentiality', () => {
  it('decides whose keys open it: normal the folder’s too, restricted the vault’s alone', async () => {
    const guards: (string | undefined)[] = [];
    const seal = patient.storage.sealRecord.bind(patient.storage);
    patient.storage.sealRecord = async (m, r, f, o?: { guard?: string }) => (guards.push(o?.guard), seal(m, r, f));
    for (const level of ['N', 'R', 'V'] as const) {
      const { ref, manifest } = await keep(LABS, level, level);
      expect([manifest.confidentiality, manifest.folder]).toEqual([level, LABS]);
      expect(await opensWith(LABS, ref.digest)).toBe(level === 'N');
      expect(await where(ref.digest)).toMatchObject({ folder: LABS, by: 'author', current: level === 'N' });
    }
    // what is restricted goes to places that check tokens, and to no other
    expect(guards).toEqual([undefined, vault.account, undefined]);
    expect((await keep(idOf('very-restricted'), 'N', 'closed')).manifest.confidentiality).toBe('V');
  });

  it('stays when a record is corrected, unless another is chosen', async () => {
    const secret = await keep(IMAGING, 'V', 'MRI');
    const correct = async (more: object) => {
      const draft = await openDraft(patient.ports, `amend ${Object.keys(more).length}`, {});
      const input = { what: secret, via: 0n, draft, reason: 'typo', resources: [], ...more };
      return open((await amend(patient.ports, patient.act, vault, input)).args.record as Digest);
    };
    expect((await correct({})).manifest).toMatchObject({ confidentiality: 'V', folder: IMAGING });
    const shown = await correct({ confidentiality: 'N', folder: LABS });
    expect(shown.manifest).toMatchObject({ confidentiality: 'N', folder: LABS });
    expect(await opensWith(LABS, shown.ref.digest)).toBe(true);
  });

  it('very restricted keeps nothing in the index that says what it is', async () => {
    await noteRecord(patient.cabinet, await keep(LABS, 'V', 'SECRET'));
    const [known] = [...(await readIndex(patient.cabinet)).values()];
    expect(JSON.stringify(known)).not.toMatch(/SECRET|count\.txt|fasting/i);
    expect(known).toMatchObject({ confidentiality: 'V', folder: LABS, kind: 'document' });
    expect(dump(patient.cabinet)).not.toContain('SECRET');
  });

  it('restricted never goes along in another record', async () => {
    const [r, v] = [await keep(LABS, 'R', 'r'), await keep(LABS, 'V', 'v')];
    for (const records of [[r], [v]]) {
      expect(() => attachedOf(vault.account, records)).toThrowError(expect.objectContaining({ code: 'input/invalid' }));
      const filing = { folder: IMAGING, records };
      expect(await codeOf(sealFiling(patient.ports, patient.act, vault, filing))).toBe('input/invalid');
    }
  });
});

describe('a copy', () => {
  it('has a fresh identity and fresh ciphertexts, says the same, and names what it is of', async () => {
    const what = await keep();
    const sealed = await copyRecord(patient.ports, patient.act, vault, what, { for: null, folder: IMAGING });
    await send(patient.ports, patient.act, sealed.call, { record: sealed.digest });
    const copy = await open(sealed.digest);
    expect(copy.manifest.identity).not.toBe(what.manifest.identity);
    expect(copy.manifest.files[0]?.cid).not.toBe(what.manifest.files[0]?.cid);
    expect(await (await openFile(patient.ports, copy, 0)).text()).toBe('Blood count: leukocytes 6.1');
    const { of, author } = copy.manifest.copy!;
    expect([of, author, copy.manifest.copy!.for]).toEqual([what.ref.digest, vault.account, null]);
    expect(readReplaced(copy.manifest.resources)).toEqual([what.ref.digest]);
    expect(indexed(copy).replaces).toEqual([what.ref.digest]);
    expect(copy.key).toBe(sealed.key);
    expect([await opensWith(LABS, sealed.digest), await opensWith(IMAGING, sealed.digest)]).toEqual([false, true]);
    const [chain] = chainsOf([what, copy]);
    expect(chain?.history.map((h) => h.ref.digest)).toEqual([sealed.digest, what.ref.digest]);
  });

  it('for a grantee opens by its own key alone, is marked, and opens no other copy', async () => {
    const what = await keep(LABS, 'V', 'secret');
    const whose = [person('anna').account, person('bob').account];
    const copies = [];
    for (const to of whose) copies.push(await copyRecord(patient.ports, patient.act, vault, what, { for: to }));
    for (const c of copies) await send(patient.ports, patient.act, c.call, { record: c.digest });
    const opened = [];
    for (const c of copies) opened.push(await open(c.digest));
    expect(opened.map((o) => [o.manifest.copy?.for, o.manifest.confidentiality])).toEqual(whose.map((w) => [w, 'V']));
    expect(new Set([what, ...opened].map((o) => o.manifest.identity)).size).toBe(3);
    expect(new Set([what, ...opened].map((o) => o.manifest.files[0]?.cid)).size).toBe(3);
    const other = openRecord(patient.ports, vault, { ...opened[0]!.ref, key: copies[1]!.key });
    expect(await codeOf(other)).toBe('crypto/corrupt');
    // it stands for itself, in nobody's place
    expect(chainsOf([what, ...opened])).toHaveLength(3);
  });

  it('of another’s record names its author; a copy of a copy names the first', async () => {
    const theirs = await report();
    const first = await copyRecord(patient.ports, patient.act, vault, theirs, { for: null, folder: LABS });
    await send(patient.ports, patient.act, first.call, { record: first.digest });
    const second = await copyRecord(patient.ports, patient.act, vault, await open(first.digest), { for: null });
    await send(patient.ports, patient.act, second.call, { record: second.digest });
    const copies = [await open(first.digest), await open(second.digest)];
    for (const { manifest } of copies)
      expect(manifest.copy).toEqual({ of: theirs.ref.digest, author: doctor.wallet.account, for: null });
    expect(chainsOf([theirs, ...copies])).toHaveLength(1);
    expect(chainsOf([theirs, ...copies])[0]?.current.ref.digest).toBe(second.digest);
  });

  it('that another account makes takes nobody’s place', async () => {
    const mine = await keep();
    const { ports, act } = doctor;
    const { identity } = await randomIdentity(ports.random);
    const copy = { of: mine.ref.digest, author: vault.account, for: null };
    const { digest } = await sealWhole(
      ports,
      act,
      { kind: 'document', title: 'fake', patient: vault.account, appointment: null, resources: [], copy },
      [(await trustedKey(ports, vault.account)).recipient],
      { identity, files: [] },
    );
    const args = { patient: vault.account, record: digest, via: 0n, hint: '0x00000000' as const };
    await send(ports, act, { name: 'add', args }, { record: digest });
    expect(chainsOf([mine, await open(digest)])).toHaveLength(2);
  });
});

describe('filing', () => {
  it('puts reports into a folder with one small record, their authors’ proof whole', async () => {
    const reports = [await report(), await report()];
    expect(await where(reports[0]!.ref.digest)).toMatchObject({ by: 'kind', current: false, old: false });
    const entry = await fileRecords(patient.ports, patient.act, vault, [{ folder: LABS, records: reports }]);
    for (const { ref } of reports)
      expect(await where(ref.digest)).toEqual({ folder: LABS, by: 'filing', current: true, old: false });
    // whoever holds the folder’s keys opens the filing, and with it the originals as their author signed them
    const keys = { identities: vault.folders(LABS).map((i) => i.identity) };
    const digest = entry.args.record as Digest;
    expect((await patient.storage.openManifest(digest, keys)).files).toEqual([]);
    const refs = await attachedRefs(patient.ports, await open(digest));
    expect(refs.map((r) => r.ref?.author)).toEqual([doctor.wallet.account, doctor.wallet.account]);
    const opened = await openRecord(patient.ports, doctorVault, { ...refs[0]!.ref!, key: refs[0]!.key });
    expect([opened.manifest.title, opened.signed]).toEqual(['Finding', 'signature']);
  });

  it('into several folders is one transaction; the newest filing says where', async () => {
    const [a, b] = [await report(), await report()];
    const sent = world.sent.length;
    await fileRecords(patient.ports, patient.act, vault, [
      { folder: LABS, records: [a] },
      { folder: IMAGING, records: [b] },
    ]);
    expect(world.sent.length).toBe(sent + 1);
    await fileRecords(patient.ports, patient.act, vault, [{ folder: IMAGING, records: [a] }]);
    expect((await where(a.ref.digest)).folder).toBe(IMAGING);
  });

  it('as a selection opens by its key alone, and moves nothing', async () => {
    const what = await keep();
    const selection = await sealFiling(patient.ports, patient.act, vault, {
      folder: null,
      title: 'All',
      records: [what],
    });
    await send(patient.ports, patient.act, selection.call, { record: selection.digest });
    expect(await opensWith(LABS, selection.digest)).toBe(false);
    expect(await where(what.ref.digest)).toMatchObject({ folder: LABS, by: 'author' });
    expect((await open(selection.digest)).key).toBe(selection.key);
  });

  it('holds at most 64, at least one, and nothing that is about other records', async () => {
    const one = await report();
    const filing = await fileRecords(patient.ports, patient.act, vault, [{ folder: LABS, records: [one] }]);
    const about = await open(filing.args.record as Digest);
    for (const [records, code] of [
      [[], 'input/invalid'],
      [[about], 'input/invalid'],
      [Array.from({ length: 65 }, () => one), 'input/too-large'],
    ] as const)
      expect(await codeOf(sealFiling(patient.ports, patient.act, vault, { folder: LABS, records }))).toBe(code);
  });

  it('by another puts nothing anywhere, and another’s word names no own folder', async () => {
    const what = await keep();
    const { all, known } = await keysNow();
    expect(filingsOf(all, known, doctor.wallet.account)).toEqual([]);
    const f = { ...all[0]!, ref: { ...all[0]!.ref, author: doctor.wallet.account } };
    const own: FolderId = `0xff${'0'.repeat(30)}`;
    const said = { ...indexed(what), folder: own };
    expect(placeOf(f, said, [], null)).toEqual({ folder: idOf('consultations'), by: 'kind' });
    expect(placeOf(f, { ...said, folder: IMAGING }, [], null)).toEqual({ folder: IMAGING, by: 'author' });
  });
});

describe('moving', () => {
  it('one’s own seals it anew: the folder it leaves opens it no more, its old bytes go', async () => {
    const what = await keep();
    const input = { what, folder: IMAGING, confidentiality: 'N', title: '', history: [what.ref.digest] } as const;
    const { digest } = await moveRecord(patient.ports, patient.act, vault, input);
    expect(await where(digest)).toMatchObject({ folder: IMAGING, by: 'author', current: true });
    expect(await opensWith(LABS, digest)).toBe(false);
    const gone = await retireAll(patient.ports, input.history);
    expect(gone).toEqual({ done: 1, left: [] });
    expect(await codeOf(openRecord(patient.ports, vault, what.ref))).toBe('storage/not-found');
    expect(await readGone(patient.cabinet)).toEqual(new Set(input.history));
  });

  it('another’s files it as it is, and makes a copy only when it becomes restricted', async () => {
    const theirs = await report();
    const input = { what: theirs, title: '', history: [theirs.ref.digest] };
    const moved = await moveRecord(patient.ports, patient.act, vault, { ...input, folder: LABS, confidentiality: 'N' });
    expect(moved.digest).toBe(theirs.ref.digest);
    const closed = await moveRecord(patient.ports, patient.act, vault, {
      ...input,
      folder: LABS,
      confidentiality: 'V',
    });
    expect((await open(closed.digest)).manifest).toMatchObject({
      confidentiality: 'V',
      copy: { of: theirs.ref.digest, author: doctor.wallet.account },
    });
    expect(await opensWith(LABS, closed.digest)).toBe(false);
  });

  it('tells of places that could not be reached, and does not count them as done', async () => {
    const what = await keep();
    const place = { kind: 'peer' as const, name: 'far away', url: 'https://far' };
    patient.storage.retire = async () => ({ gone: [], left: [{ place, code: 'storage/timeout' }] });
    expect((await retireAll(patient.ports, [what.ref.digest])).left[0]?.place.name).toBe('far away');
    expect((await readGone(patient.cabinet)).size).toBe(0);
  });
});

describe('sealing a folder anew', () => {
  const rotate = () => renew(patient.ports, patient.act, vault, [LABS], { given: [] });
  const stale = async () => {
    const { all, known, filings, keys } = await keysNow();
    const versions = all.flatMap((f) => {
      const manifest = known.get(keyOf(f.ref));
      return manifest && manifest.kind !== 'filing' ? [{ ref: f.ref, manifest, filed: f }] : [];
    });
    return chainsOf(versions)
      .filter(({ current: c }) => placeOf(c.filed, c.manifest, filings, keys.sealOf(c.filed)).folder === LABS)
      .filter(({ current: c }) => c.manifest.confidentiality === 'N' && isUnderOld(c.filed, keys))
      .map(({ current, history }) => ({ ref: current.ref, history: history.map((h) => h.ref.digest) }));
  };
  const batch = async () => {
    const todo = [];
    for (const { ref, history } of await stale())
      todo.push({ what: await openRecord(patient.ports, vault, ref), history });
    return todo;
  };

  it('gives every normal record of it a copy under the new keys, own and others’ alike, and nothing else', async () => {
    const own = await keep();
    await keep(LABS, 'V', 'closed');
    await keep(IMAGING, 'N', 'elsewhere');
    const theirs = await report();
    await fileRecords(patient.ports, patient.act, vault, [{ folder: LABS, records: [theirs] }]);
    expect(await stale()).toEqual([]);
    await rotate();
    expect(new Set((await stale()).map((s) => s.ref.digest))).toEqual(new Set([own.ref.digest, theirs.ref.digest]));
    const sent = world.sent.length;
    await resealBatch(patient.ports, patient.act, vault, LABS, await batch());
    expect(world.sent.length).toBe(sent + 1);
    expect(await stale()).toEqual([]);
    const copies = (await filed()).filter((f) => f.ref.entry.tx === world.sent.at(-1)!.tx);
    expect(copies).toHaveLength(2);
    for (const { ref } of copies) {
      const now = { identities: [vault.folder(LABS).identity] };
      const before = { identities: [vault.folders(LABS)[1]!.identity] };
      expect((await patient.storage.openManifest(ref.digest, now)).files.length).toBeLessThan(2);
      expect(await codeOf(patient.storage.openManifest(ref.digest, before))).toBe('crypto/not-for-you');
    }
    expect((await patient.cabinet.list('reseal/')).length).toBe(1);
  });

  it('takes at most eight at a time', async () => {
    for (let i = 0; i < 9; i++) await keep(LABS, 'N', `doc ${i}`);
    await rotate();
    await resealBatch(patient.ports, patient.act, vault, LABS, await batch());
    expect(await stale()).toHaveLength(1);
    await resealBatch(patient.ports, patient.act, vault, LABS, await batch());
    expect(await stale()).toEqual([]);
  });

  it('that was declined or reloaded uses what was sealed, and does nothing twice', async () => {
    await keep(LABS, 'N', 'a');
    await keep(LABS, 'N', 'b');
    await rotate();
    patient.act.turnBackAt = (p) => p.kind === 'transaction';
    const todo = await batch();
    expect(await codeOf(resealBatch(patient.ports, patient.act, vault, LABS, todo))).toBe('wallet/declined');
    patient = patient.reloaded();
    vault = await unlockWithWallet(patient.ports, patient.act, '');
    let sealed = 0;
    const { sealRecord } = patient.storage;
    patient.storage.sealRecord = (...args) => (sealed++, sealRecord.apply(patient.storage, args));
    await resealBatch(patient.ports, patient.act, vault, LABS, await batch());
    expect(sealed).toBe(0);
    expect(await stale()).toEqual([]);
  });

  it('whose transaction came through while the page was gone is found to be done', async () => {
    await keep(LABS, 'N', 'a');
    await rotate();
    world.automine = false;
    const todo = await batch();
    const work = resealBatch(patient.ports, patient.act, vault, LABS, todo).catch(() => undefined);
    while (world.sent.at(-1)?.receipt !== null) await new Promise((go) => setImmediate(go));
    patient.act.controller.abort();
    await work;
    world.automine = true;
    world.mine();
    patient = patient.reloaded();
    vault = await unlockWithWallet(patient.ports, patient.act, '');
    const sent = world.sent.length;
    expect(await resealBatch(patient.ports, patient.act, vault, LABS, todo)).toBeNull();
    expect(world.sent.length).toBe(sent);
    expect(await stale()).toEqual([]);
    expect(await outbox(patient.cabinet).list()).toEqual([]);
  });

  it('under keys that are old again by then begins anew; given up, it lets go of what was sealed', async () => {
    const what = await keep(LABS, 'N', 'a');
    await rotate();
    patient.act.turnBackAt = (p) => p.kind === 'transaction';
    await resealBatch(patient.ports, patient.act, vault, LABS, await batch()).catch(() => undefined);
    patient.act.turnBackAt = null;
    await rotate();
    await resealBatch(patient.ports, patient.act, vault, LABS, await batch());
    expect(await stale()).toEqual([]);
    await rotate();
    const [again] = await batch();
    expect(again?.history).toContain(what.ref.digest);
    patient.act.turnBackAt = (p) => p.kind === 'transaction';
    await resealBatch(patient.ports, patient.act, vault, LABS, [again!]).catch(() => undefined);
    const gone: string[] = [];
    patient.storage.discard = async (d) => void gone.push(d);
    await forgetReseal(patient.ports, patient.act, vault, LABS);
    expect(gone).toHaveLength(1);
    expect(await patient.cabinet.list('reseal/')).toEqual([]);
  });

  it('leaves nothing in the page’s storage that says which records or folders', async () => {
    const what = await keep();
    await rotate();
    patient.act.turnBackAt = (p) => p.kind === 'transaction';
    await resealBatch(patient.ports, patient.act, vault, LABS, await batch()).catch(() => undefined);
    // something is kept: the journal of what was sealed and not sent
    expect(await patient.cabinet.list('reseal/')).toHaveLength(1);
    expect(dump(patient.cabinet)).not.toContain(what.ref.digest.slice(2));
    expect(dump(patient.cabinet)).not.toContain(LABS.slice(2));
  });
});
