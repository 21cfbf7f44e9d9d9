/** Own records, the card, what is attached to a booking, amendments, and what others try with them. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Digest } from '../../../src/core/bytes.ts';
import { accredit } from '../../../src/flows/accredit.ts';
import { addRecord, folderByHint } from '../../../src/flows/addRecord.ts';
import { amend } from '../../../src/flows/amend.ts';
import { attachedOf, attachedRefs } from '../../../src/flows/attach.ts';
import { book } from '../../../src/flows/book.ts';
import { openFile, openRecord, prescriptionRef, requestRef, type OpenRecord } from '../../../src/flows/openRecord.ts';
import { correctDocument, saveCard, saveDocument, type CardFields } from '../../../src/flows/own.ts';
import type { Entry } from '../../../src/flows/ports/index.ts';
import { prescribe } from '../../../src/flows/prescribe.ts';
import { fileOf, filedRecords, keyOf } from '../../../src/flows/records.ts';
import { noteRecord, readIndex } from '../../../src/flows/recordIndex.ts';
import { accept } from '../../../src/flows/respond.ts';
import { sealDraft } from '../../../src/flows/seal.ts';
import { send } from '../../../src/flows/send.ts';
import type { Vault } from '../../../src/flows/vault.ts';
import { chainsOf, currentOf, MAX_AMENDMENTS, versionsOf, type Version } from '../../../src/flows/versions.ts';
import { eventsOf, visits } from '../../../src/flows/visits.ts';
import { addFile, openDraft } from '../../../src/flows/writing.ts';
import { emptyCard, readCard, type Card } from '../../../src/record/card.ts';
import { readDocument, type DocumentFields } from '../../../src/record/document.ts';
import { readPrescription, readVisitRequest } from '../../../src/record/fhir.ts';
import { idOf } from '../../../src/record/folders.ts';
import { matches } from '../../../src/record/search.ts';
import { dump } from '../../fakes/cabinet.ts';
import { FakeWorld, person } from '../../fakes/chain.ts';
import { Device } from '../../fakes/device.ts';
import type { Blocks } from '../../fakes/storage.ts';
import { codeOf } from '../code.ts';

const NOBODY = `0x${'7'.repeat(40)}` as const;
let world: FakeWorld;
let peer: Blocks;
let patient: Device;
let doctor: Device;
let patientVault: Vault;
let doctorVault: Vault;

beforeEach(async () => {
  world = new FakeWorld();
  peer = new Map();
  [patient, doctor] = ['patient', 'doctor'].map((n) => new Device(world, person(n), peer)) as [Device, Device];
  patientVault = await patient.enroll();
  doctorVault = await doctor.enroll({ fee: 1n });
  const hospital = new Device(world, world.founders[0]!, peer);
  await hospital.enroll();
  await accredit(hospital.ports, hospital.act, await hospital.ports.chain.account(doctor.wallet.account), 'doctor', '');
});

const filesOf = async (who = patient) => fileOf(await eventsOf(who.ports, who.wallet.account), who.wallet.account);
const openNewest = async (who = patient, vault = patientVault): Promise<OpenRecord> =>
  openRecord(who.ports, vault, (await filesOf(who))[0]!.ref);

const CARD: CardFields = {
  ...emptyCard(),
  name: 'Ana Marić',
  birthDate: '1980-02-29',
  bloodGroup: 'A-',
  allergies: [
    { substance: 'penicillin', reaction: 'rash' },
    { substance: '  ', reaction: '' },
  ],
  keepPhoto: true,
};

const keepCard = async (fields: Partial<CardFields> = {}, photo?: File): Promise<OpenRecord> => {
  const before = (await filesOf()).find((f) => f.ref.entry.args.hint !== '0x00000000');
  const now = before ? await openRecord(patient.ports, patientVault, before.ref) : null;
  const draft = await openDraft<CardFields>(patient.ports, 'card', { ...CARD, ...fields });
  if (photo) await addFile(patient.ports, draft, photo);
  await saveCard(patient.ports, patient.act, patientVault, draft, now);
  return openNewest();
};

const DOCUMENT: DocumentFields = {
  title: 'Blood count',
  note: 'fasting',
  date: '2026-10-01',
  folder: 'labs',
  confidentiality: 'N',
};
const keepDocument = async (fields: Partial<DocumentFields> = {}, body = 'leukocytes 6.1'): Promise<OpenRecord> => {
  const draft = await openDraft<DocumentFields>(patient.ports, 'new', { ...DOCUMENT, ...fields });
  await addFile(patient.ports, draft, new File([body], 'count.txt', { type: 'text/plain' }));
  await saveDocument(patient.ports, patient.act, patientVault, draft);
  return openNewest();
};
const correct = async (what: OpenRecord, over: Partial<DocumentFields> & { keep?: number[]; reason?: string } = {}) => {
  const fields = { ...DOCUMENT, keep: [], reason: 'typed it wrong', ...over };
  const draft = await openDraft(patient.ports, `amend/${what.ref.digest}`, fields);
  return correctDocument(patient.ports, patient.act, patientVault, what, draft);
};

const bookWith = async (over: Partial<Parameters<typeof book>[3]> = {}, symptoms = 'MARKER cough'): Promise<Entry> => {
  const times = [{ start: '2026-12-01T09:00:00+01:00', end: '2026-12-01T12:00:00+01:00' }];
  const fields = { symptoms, preferred: 'mornings', times };
  const draft = await openDraft(patient.ports, `book/${doctor.wallet.account}`, fields);
  return book(patient.ports, patient.act, patientVault, {
    doctor: await patient.ports.chain.account(doctor.wallet.account),
    until: world.time + 7 * 86400,
    draft,
    acceptKey: null,
    ...over,
  });
};
const received = async (): Promise<OpenRecord> => {
  const [visit] = await visits(doctor.ports, doctor.wallet.account);
  return openRecord(doctor.ports, doctorVault, requestRef(visit!));
};

describe('the card', () => {
  it('is sealed to its folder, found by its hint, and the newest one holds', async () => {
    const first = await keepCard();
    const hint = first.ref.entry.args.hint as `0x${string}`;
    expect(folderByHint(patientVault, first.ref.digest, hint)).toBe(idOf('card'));
    const { keepPhoto: _, ...rest } = CARD;
    const card = readCard(first.manifest.resources);
    expect(card).toEqual({ ...rest, allergies: [{ substance: 'penicillin', reaction: 'rash' }], photo: null });
    const second = await keepCard({ name: 'Ana Horvat' });
    expect(readCard(second.manifest.resources)?.name).toBe('Ana Horvat');
    expect(readCard((await openNewest()).manifest.resources)?.name).toBe('Ana Horvat');
  });

  it('keeps its photo while the words change, until another one or none is wanted', async () => {
    const photo = new File(['JPEG one'], 'photo.jpg', { type: 'image/jpeg' });
    const text = async (r: OpenRecord) =>
      (await openFile(patient.ports, r, readCard(r.manifest.resources)!.photo!)).text();
    expect(await text(await keepCard({}, photo))).toBe('JPEG one');
    expect(await text(await keepCard({ name: 'Ana Horvat' }))).toBe('JPEG one');
    expect(await text(await keepCard({}, new File(['JPEG two'], 'p.jpg')))).toBe('JPEG two');
    const none = await keepCard({ keepPhoto: false });
    expect([readCard(none.manifest.resources)?.photo, none.manifest.files]).toEqual([null, []]);
  });

  it('leaves nothing readable in the browser, while it is typed and after', async () => {
    const draft = await openDraft<CardFields>(patient.ports, 'card', { ...CARD, name: 'MARKER name' });
    await addFile(patient.ports, draft, new File(['MARKER photo'], 'MARKER.jpg'));
    await saveCard(patient.ports, patient.act, patientVault, draft, null);
    await noteRecord(patient.cabinet, await openNewest());
    const kept = [
      dump(patient.cabinet),
      ...[...patient.storage.here.values()].map((b) => Buffer.from(b).toString('hex')),
    ];
    const marker = Buffer.from('MARKER').toString('hex');
    expect(kept.some((text) => text.includes(marker))).toBe(false);
  });
});

describe('a booking', () => {
  it('carries the ticked parts of the card, the photo among its files, the wished times, and nothing else', async () => {
    const record = await keepCard({}, new File(['JPEG'], 'photo.jpg', { type: 'image/jpeg' }));
    await bookWith({ card: { record, parts: ['name', 'photo'] } });
    const request = await received();
    const card = readCard(request.manifest.resources) as Card;
    expect(card).toEqual({ ...emptyCard(), name: 'Ana Marić', photo: 0 });
    expect(await (await openFile(doctor.ports, request, 0)).text()).toBe('JPEG');
    expect(readVisitRequest(request.manifest.resources).times).toHaveLength(1);
    expect(JSON.stringify(request.manifest)).not.toMatch(/penicillin|1980/);
  });

  it('without a tick says nothing of the card', async () => {
    await bookWith({ card: { record: await keepCard(), parts: [] } });
    expect(readCard((await received()).manifest.resources)).toBeNull();
  });

  it('hands an existing record on: the doctor opens it and its files, held against the patient’s own timeline', async () => {
    const document = await keepDocument();
    await bookWith({ attached: [document] });
    const [attached] = await attachedRefs(doctor.ports, await received());
    const opened = await openRecord(doctor.ports, doctorVault, attached!.ref!);
    expect([opened.manifest.title, opened.ref.author]).toEqual(['Blood count', patient.wallet.account]);
    expect(await (await openFile(doctor.ports, opened, 0)).text()).toBe('leukocytes 6.1');
    const { key: _, ...without } = attached!.ref!;
    expect(await codeOf(openRecord(doctor.ports, doctorVault, without))).toBe('crypto/not-for-you');
  });

  it('with another patient’s record attached: never leaves, and a reader refuses it', async () => {
    const other = new Device(world, person('other'), peer);
    const otherVault = await other.enroll();
    const draft = await openDraft<DocumentFields>(other.ports, 'new', { ...DOCUMENT, title: 'MARKER theirs' });
    await saveDocument(other.ports, other.act, otherVault, draft);
    const theirs = await openNewest(other, otherVault);
    expect(() => attachedOf(patient.wallet.account, [theirs])).toThrow('input/invalid');
    // a page that does not care
    await bookWith({ attached: [{ ...theirs, ref: { ...theirs.ref, patient: patient.wallet.account } }] });
    const [attached] = await attachedRefs(doctor.ports, await received());
    expect(attached?.ref).toBeNull();
    // even when the patient claims it in an event of their own, its manifest names another
    const add = { patient: patient.wallet.account, record: theirs.ref.digest, via: 0n, hint: '0x00000000' } as const;
    await send(patient.ports, patient.act, { name: 'add', args: add });
    const [claimed] = await attachedRefs(doctor.ports, await received());
    await expect(openRecord(doctor.ports, doctorVault, claimed!.ref!)).rejects.toMatchObject({
      code: 'record/mismatch',
      details: { field: 'author' },
    });
  });

  it('ciphertext swapped between two attached records opens neither', async () => {
    const [one, two] = [
      await keepDocument({ title: 'one' }, 'body one'),
      await keepDocument({ title: 'two' }, 'body two'),
    ];
    await bookWith({ attached: [one, two] });
    const [a, b] = await attachedRefs(doctor.ports, await received());
    expect(await codeOf(openRecord(doctor.ports, doctorVault, { ...a!.ref!, key: b!.key }))).toMatch(/^crypto\//);
    const first = await openRecord(doctor.ports, doctorVault, a!.ref!);
    const second = await openRecord(doctor.ports, doctorVault, b!.ref!);
    // a writer that lists it in the manifest
    const swapped = { ...first, manifest: { ...first.manifest, files: second.manifest.files } };
    expect(await codeOf(openFile(doctor.ports, swapped, 0))).toBe('record/file-mismatch');
    // a peer that serves the file of the one where the other’s is asked for
    const [cid, foreign] = [first, second].map((r) => r.manifest.files[0]!.cid) as [string, string];
    for (const store of [peer, doctor.storage.here]) store.set(cid, peer.get(foreign)!);
    expect(await codeOf(openFile(doctor.ports, first, 0))).toBe('storage/corrupt');
  });
});

describe('own documents', () => {
  it('are listed newest first beside what was sent and received, and found by their words', async () => {
    await keepDocument();
    await bookWith();
    const listed = (await filesOf()).map((f) => f.origin);
    expect(listed).toEqual(['booking', 'own']);
    for (const { ref } of await filesOf())
      await noteRecord(patient.cabinet, await openRecord(patient.ports, patientVault, ref));
    const again = patient.reloaded();
    await again.cabinet.unlock(patient.wallet.account, new Uint8Array(32));
    expect((await readIndex(again.cabinet)).size).toBe(0);
    const index = [...(await readIndex(patient.cabinet)).values()];
    const found = (typed: string) => index.filter((i) => matches(typed, i.words)).map((i) => i.kind);
    expect([found('BLOOD fast'), found('marker'), found('count.txt'), found('nothing')]).toEqual([
      ['document'],
      ['booking'],
      ['document'],
      [],
    ]);
  });

  it('say when they are from, and are refused without a title or content', async () => {
    const { manifest } = await keepDocument();
    expect(readDocument(manifest.resources)).toEqual({ note: 'fasting', date: '2026-10-01', folder: 'labs' });
    const empty = await openDraft<DocumentFields>(patient.ports, 'empty', { ...DOCUMENT, note: '' });
    expect(await codeOf(saveDocument(patient.ports, patient.act, patientVault, empty))).toBe('input/invalid');
  });

  it('that are very restricted say so', async () => {
    expect((await keepDocument({ folder: 'very-restricted' })).manifest.confidentiality).toBe('V');
  });

  it('survive a reload while the wallet is asked, and are added once', async () => {
    const draft = await openDraft<DocumentFields>(patient.ports, 'new', DOCUMENT);
    patient.wallet.declines = 1;
    expect(await codeOf(saveDocument(patient.ports, patient.act, patientVault, draft))).toBe('wallet/declined');
    await saveDocument(patient.ports, patient.act, patientVault, draft);
    expect((await filesOf()).filter((f) => f.origin === 'own')).toHaveLength(1);
  });
});

describe('amendments', () => {
  it('show the newest with its history and reasons, and carry the files that stay', async () => {
    const first = await keepDocument();
    await correct(first, { title: 'Blood count, 1 October', keep: [0, 5] });
    const second = await openNewest();
    expect(second.manifest.amends).toEqual({ digest: first.ref.digest, reason: 'typed it wrong' });
    expect(await (await openFile(patient.ports, second, 0)).text()).toBe('leukocytes 6.1');
    await correct(second, { title: 'third' });
    const events = await eventsOf(patient.ports, patient.wallet.account);
    const chain = await versionsOf(patient.ports, patientVault, events, first.ref);
    expect(chain.history.map((v) => v.manifest.title)).toEqual(['third', 'Blood count, 1 October', 'Blood count']);
    expect([chain.current.manifest.title, chain.unread]).toEqual(['third', []]);
    const hint = chain.current.ref.entry.args.hint as `0x${string}`;
    expect(folderByHint(patientVault, chain.current.ref.digest, hint)).toBe(idOf('labs'));
  });

  it('need a reason, and are for one’s own words alone', async () => {
    const first = await keepDocument();
    expect(await codeOf(correct(first, { reason: '  ' }))).toBe('input/invalid');
    const draft = await openDraft(doctor.ports, 'forged', {});
    const forged = amend(doctor.ports, doctor.act, doctorVault, {
      what: first,
      via: 0n,
      draft,
      reason: 'x',
      resources: [],
    });
    expect(await codeOf(forged)).toBe('input/invalid');
  });

  it('of a doctor’s prescription reach the patient under the same visit', async () => {
    await bookWith();
    const [visit] = await visits(doctor.ports, doctor.wallet.account);
    const lines = (medication: string) => [{ medication, dose: '1', frequency: '', duration: '', note: '' }];
    const draft = await openDraft(doctor.ports, 'rx', { advice: '', lines: lines('aspirin') });
    await prescribe(doctor.ports, doctor.act, doctorVault, visit!, await received(), draft);
    const [done] = await visits(doctor.ports, doctor.wallet.account);
    const what = await openRecord(doctor.ports, doctorVault, prescriptionRef(done!)!);
    const resources = what.manifest.resources.map((r) => ({ ...r, medicationCodeableConcept: { text: 'ibuprofen' } }));
    const again = await openDraft(doctor.ports, 'rx2', {});
    const input = { what, via: visit!.id, draft: again, reason: 'allergy', resources: resources as never };
    await amend(doctor.ports, doctor.act, doctorVault, input);
    const events = await eventsOf(patient.ports, patient.wallet.account);
    const [seen] = await visits(patient.ports, patient.wallet.account);
    const chain = await versionsOf(patient.ports, patientVault, events, prescriptionRef(seen!)!);
    expect(readPrescription(chain.current.manifest.resources)[0]?.medication).toBe('ibuprofen');
    expect(chain.history).toHaveLength(2);
    expect(filedRecords(events, patient.wallet.account)[0]).toMatchObject({ origin: 'report', unknown: false });
  });

  it('that cannot be fetched are told of, not passed over', async () => {
    const first = await keepDocument();
    await correct(first);
    const later = (await filesOf())[0]!;
    const lost = patient.reloaded();
    for (const store of [peer, lost.storage.here]) for (const cid of [...store.keys()]) store.delete(cid);
    const events = await eventsOf(lost.ports, patient.wallet.account);
    const chain = await versionsOf(lost.ports, patientVault, events, first.ref, [first]);
    expect(chain.current).toBe(first);
    expect(chain.unread.map((u) => [u.ref.digest, u.error.code])).toEqual([[later.ref.digest, 'storage/not-found']]);
  });

  const digest = (n: number): Digest => `0x${n.toString(16).padStart(64, '0')}`;
  const version = (n: number, amends: number | null, over: Partial<Version['ref']> = {}): Version => ({
    ref: {
      digest: digest(n),
      author: NOBODY,
      patient: NOBODY,
      appointment: null,
      entry: { block: n, logIndex: 0 } as Entry,
      ...over,
    },
    manifest: { kind: 'document', amends: amends === null ? null : { digest: digest(amends), reason: 'r' } },
  });
  const order = (v: { history: Version[] } | null) => v?.history.map((h) => h.ref.entry.block);

  it('count only from the same author, of the same kind, and of what came before', () => {
    const other = { author: `0x${'8'.repeat(40)}` } as const;
    expect(chainsOf([version(1, null), version(2, 1, other)]).map(order)).toEqual([[2], [1]]);
    const prescription: Version = {
      ...version(2, 1),
      manifest: { kind: 'prescription', amends: version(2, 1).manifest.amends },
    };
    expect(chainsOf([version(1, null), prescription])).toHaveLength(2);
    expect(chainsOf([version(1, 2), version(2, null)])).toHaveLength(2);
    expect(chainsOf([version(1, null), version(2, 1, { appointment: 4n })])).toHaveLength(2);
  });

  it('never go round, fork into one history, and end at a depth', () => {
    expect(chainsOf([version(1, 2), version(2, 1)]).map(order)).toEqual([[2, 1]]);
    expect(order(currentOf([version(3, 1), version(1, null), version(2, 1)], version(1, null).ref))).toEqual([3, 2, 1]);
    expect(currentOf([version(1, null)], version(9, null).ref)).toBeNull();
    expect(chainsOf([version(5, 5)]).map(order)).toEqual([[5]]);
    const long = Array.from({ length: MAX_AMENDMENTS + 10 }, (_, i) => version(i + 1, i || null));
    const [rest, whole] = chainsOf(long);
    expect([whole?.history.length, rest?.history.length]).toEqual([MAX_AMENDMENTS + 1, 9]);
  });
});

describe('what others write into the file', () => {
  const report = async (via: bigint): Promise<Entry> => {
    const draft = await openDraft(doctor.ports, `report/${via}`, {});
    const { recipient } = patientVault.identity;
    const about = { kind: 'report', title: 'R', patient: patient.wallet.account, resources: [] } as const;
    const appointment = via === 0n ? null : String(via);
    const record = await sealDraft(
      doctor.ports,
      doctor.act,
      draft,
      { ...about, appointment, resources: [] },
      [recipient],
      false,
    );
    const args = { patient: patient.wallet.account, record, via, hint: '0x00000000' } as const;
    return send(doctor.ports, doctor.act, { name: 'add', args });
  };

  it('is from an unknown sender unless a visit or an earlier share stands behind it', async () => {
    await report(0n);
    expect((await filesOf()).map((f) => [f.origin, f.unknown])).toEqual([['report', true]]);
    const shared = (event: string, at: number, access = `0x${'0'.repeat(64)}`): Entry =>
      ({
        event,
        author: patient.wallet.account,
        subject: doctor.wallet.account,
        args: { access },
        block: at,
        logIndex: 0,
      }) as unknown as Entry;
    const events = await eventsOf(patient.ports, patient.wallet.account);
    const added = events.find((e) => e.event === 'Added')!;
    const judge = (before: Entry[], after: Entry[] = []) =>
      fileOf([...before, added, ...after], patient.wallet.account)[0]?.unknown;
    expect(judge([shared('Shared', 1)])).toBe(false);
    expect(judge([], [shared('Shared', 99)])).toBe(true);
    expect(judge([shared('Shared', 1), shared('Revoked', 2)])).toBe(true);
    expect(judge([shared('Shared', 1), shared('Revoked', 2, `0x${'1'.repeat(64)}`)])).toBe(false);
    expect(judge([{ ...shared('Shared', 1), author: NOBODY }])).toBe(true);
  });

  it('is known when it names an accepted visit, and each record is listed once', async () => {
    await bookWith();
    const [visit] = await visits(doctor.ports, doctor.wallet.account);
    await accept(doctor.ports, doctor.act, doctorVault, visit!);
    const entry = await report(visit!.id);
    await send(doctor.ports, doctor.act, {
      name: 'add',
      args: {
        ...(entry.args as never as { via: bigint; record: Digest; hint: `0x${string}` }),
        patient: patient.wallet.account,
      },
    }).catch(() => undefined);
    const reports = (await filesOf()).filter((f) => f.origin === 'report');
    expect(reports.map((f) => [f.unknown, f.visit])).toEqual([[false, visit!.id]]);
    expect(new Set(reports.map((f) => keyOf(f.ref))).size).toBe(reports.length);
  });

  it('cannot take the place of the patient’s own: the same bytes named by another author are another record, and refused', async () => {
    const mine = await keepDocument();
    const args = { patient: patient.wallet.account, record: mine.ref.digest, via: 0n, hint: '0x00000000' } as const;
    await send(doctor.ports, doctor.act, { name: 'add', args });
    const both = (await filesOf()).filter((f) => f.ref.digest === mine.ref.digest);
    expect(both.map((f) => f.origin)).toEqual(['report', 'own']);
    expect(await codeOf(openRecord(patient.ports, patientVault, both[0]!.ref))).toBe('record/mismatch');
  });
});

it('a record of the card’s folder is published by nobody else: another’s hint finds none of our folders', async () => {
  const draft = await openDraft(patient.ports, 'x', {});
  const entry = await addRecord(patient.ports, patient.act, patientVault, {
    kind: 'card',
    title: '',
    folder: 'card',
    draft,
    resources: [],
  });
  expect(folderByHint(doctorVault, entry.args.record as Digest, entry.args.hint as `0x${string}`)).toBeNull();
});
