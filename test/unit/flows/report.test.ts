/** What a doctor adds after a visit: reports, corrections, a time and place; and what is refused before anything is sealed or paid. */
import { beforeEach, describe, expect, it } from 'vitest';
import { NO_DIGEST, toHex, utf8, type Hex } from '../../../src/core/bytes.ts';
import type { SalusError } from '../../../src/core/errors.ts';
import { keyHash } from '../../../src/crypto/identity.ts';
import { accredit } from '../../../src/flows/accredit.ts';
import { amend } from '../../../src/flows/amend.ts';
import { book } from '../../../src/flows/book.ts';
import { correctPrescription, type CorrectionFields } from '../../../src/flows/correct.ts';
import { bookingDraft, prescriptionDraft, reportDraft } from '../../../src/flows/draft.ts';
import { glimpseOf, keepGlimpses, readGlimpses } from '../../../src/flows/glimpse.ts';
import { noteRef, openFile, openRecord, prescriptionRef, requestRef } from '../../../src/flows/openRecord.ts';
import { addedTo, exchanged, isReportable, patientsOf } from '../../../src/flows/patients.ts';
import { prescribe, type PrescriptionFields } from '../../../src/flows/prescribe.ts';
import { addReport, type ReportFields } from '../../../src/flows/report.ts';
import { accept } from '../../../src/flows/respond.ts';
import { acceptKey } from '../../../src/flows/trust.ts';
import type { Vault } from '../../../src/flows/vault.ts';
import { versionsOf } from '../../../src/flows/versions.ts';
import { eventsOf, visits, type Visit } from '../../../src/flows/visits.ts';
import { addFile, openDraft } from '../../../src/flows/writing.ts';
import { cardResources, emptyCard } from '../../../src/record/card.ts';
import { readPrescription, type VisitRequest } from '../../../src/record/fhir.ts';
import { readReport } from '../../../src/record/report.ts';
import { readVisitNote } from '../../../src/record/visitNote.ts';
import { dump } from '../../fakes/cabinet.ts';
import { FakeWorld, person } from '../../fakes/chain.ts';
import { Device } from '../../fakes/device.ts';
import type { Blocks } from '../../fakes/storage.ts';
import { codeOf } from '../code.ts';

const FEE = 10n ** 16n;
const FACE = {
  kind: 'doctor',
  name: 'Dr. A',
  qualification: 'MD',
  specialty: 'X',
  since: null,
  languages: [],
  phone: '',
} as const;

let world: FakeWorld;
let peer: Blocks;
let patient: Device;
let doctor: Device;
let other: Device;
let hospital: Device;
let patientVault: Vault;
let doctorVault: Vault;
let otherVault: Vault;

const asDoctor = async (name: string): Promise<[Device, Vault]> => {
  const device = new Device(world, person(name), peer);
  const vault = await device.enroll({ profile: { ...FACE, languages: [] }, fee: FEE });
  const account = await hospital.ports.chain.account(device.wallet.account);
  await accredit(hospital.ports, hospital.act, account, 'doctor', '1');
  return [device, vault];
};

beforeEach(async () => {
  world = new FakeWorld();
  peer = new Map();
  hospital = new Device(world, world.founders[0]!, peer);
  await hospital.enroll({ profile: { kind: 'hospital', name: 'General', city: '', phone: '' } });
  [doctor, doctorVault] = await asDoctor('doctor');
  [other, otherVault] = await asDoctor('other');
  patient = new Device(world, person('patient'), peer);
  patientVault = await patient.enroll();
});

const visitOf = async (device: Device, id = 1n): Promise<Visit> =>
  (await visits(device.ports, device.wallet.account)).find((v) => v.id === id) as Visit;

const bookNow = async (at = doctor): Promise<void> => {
  const empty: VisitRequest = { symptoms: 'MARKER cough', preferred: 'MARKER mornings' };
  const draft = await openDraft(patient.ports, bookingDraft(at.wallet.account), empty);
  const card = await patient.ports.chain.account(at.wallet.account);
  const input = { doctor: card, until: world.time + 7 * 86_400, draft, acceptKey: null };
  await book(patient.ports, patient.act, patientVault, input);
};

const prescribeNow = async (): Promise<Visit> => {
  const visit = await visitOf(doctor);
  const request = await openRecord(doctor.ports, doctorVault, requestRef(visit));
  const line = { medication: 'aspirin', dose: '100 mg', frequency: '', duration: '', note: '' };
  const empty: PrescriptionFields = { advice: 'rest', lines: [line] };
  const draft = await openDraft(doctor.ports, prescriptionDraft(visit), empty);
  await addFile(doctor.ports, draft, new File(['plan'], 'plan.txt', { type: 'text/plain' }));
  await prescribe(doctor.ports, doctor.act, doctorVault, visit, request, draft);
  return visitOf(doctor);
};

const report = async (over: Partial<ReportFields> = {}, by = doctor, vault = doctorVault, at?: Visit) => {
  const visit = at ?? (await visitOf(doctor));
  const empty: ReportFields = { via: '1', kind: 'laboratory', title: 'MARKER blood', words: 'MARKER fine', ...over };
  const draft = await openDraft(by.ports, reportDraft(patient.wallet.account), empty);
  return addReport(by.ports, by.act, vault, { patient: patient.wallet.account, visit, draft });
};

const sealedSince = (device: Device) => {
  const [blocks, prompts] = [device.storage.here.size, device.wallet.prompts.length];
  return () => [device.storage.here.size - blocks, device.wallet.prompts.length - prompts];
};

describe('a report', () => {
  it('reaches the patient under the visit, signed, with its files, and stays the author’s to read', async () => {
    await bookNow();
    await accept(doctor.ports, doctor.act, doctorVault, await visitOf(doctor));
    const empty: ReportFields = { via: '1', kind: 'imaging', title: 'Chest', words: 'clear\nboth sides' };
    const draft = await openDraft(doctor.ports, reportDraft(patient.wallet.account), empty);
    await addFile(doctor.ports, draft, new File(['xray'], 'x.png', { type: 'image/png' }));
    const entry = await report();
    expect(entry).toMatchObject({ event: 'Added', author: doctor.wallet.account, subject: patient.wallet.account });

    const visit = await visitOf(patient);
    const [ref] = addedTo(await eventsOf(patient.ports, patient.wallet.account), visit);
    const opened = await openRecord(patient.ports, patientVault, ref!);
    expect([opened.signed, opened.manifest.kind, opened.manifest.appointment]).toEqual(['signature', 'report', '1']);
    expect(readReport(opened.manifest.resources)).toEqual({
      kind: 'imaging',
      title: 'Chest',
      words: 'clear\nboth sides',
    });
    expect(await (await openFile(patient.ports, opened, 0)).text()).toBe('xray');
    await openRecord(doctor.ports, doctorVault, ref!);
    expect(await codeOf(openRecord(other.ports, otherVault, ref!))).toBe('crypto/not-for-you');
  });

  it('keeps its draft when the wallet declines, and is sent once', async () => {
    await bookNow();
    await accept(doctor.ports, doctor.act, doctorVault, await visitOf(doctor));
    doctor.wallet.declines = 1;
    expect(await codeOf(report())).toBe('wallet/declined');
    await report({ title: 'is not taken: the draft is' });
    const [ref] = addedTo(await eventsOf(doctor.ports, doctor.wallet.account), await visitOf(doctor));
    expect((await openRecord(doctor.ports, doctorVault, ref!)).manifest.title).toBe('MARKER blood');
    expect(world.sent.filter((s) => s.call.name === 'add')).toHaveLength(1);
  });

  it.each([
    ['before the visit is accepted', {}],
    ['without a title', { title: ' ' }],
    ['with nothing in it', { words: ' ' }],
    ['under another visit than the one shown', { via: '2' }],
  ])('is refused %s, before anything is sealed or asked', async (when, over) => {
    await bookNow();
    if (!when.startsWith('before')) await accept(doctor.ports, doctor.act, doctorVault, await visitOf(doctor));
    const since = sealedSince(doctor);
    expect(await codeOf(report(over))).toBe('input/invalid');
    expect(since()).toEqual([0, 0]);
  });

  it('is refused to a doctor whose visit it is not, before anything is sealed or asked', async () => {
    await bookNow();
    await accept(doctor.ports, doctor.act, doctorVault, await visitOf(doctor));
    const since = sealedSince(other);
    expect(await codeOf(report({}, other, otherVault))).toBe('input/invalid');
    // whoever is not the doctor of the visit would be refused by the contract too
    const visit = { ...(await visitOf(doctor)), doctor: other.wallet.account };
    expect(await codeOf(report({}, other, otherVault, visit))).toBe('chain/reverted');
    expect(since()[1]).toBe(0);
  });

  it('is refused to who was suspended after accepting, before anything is sealed; who completed the visit may add for ever', async () => {
    await bookNow();
    await accept(doctor.ports, doctor.act, doctorVault, await visitOf(doctor));
    const suspension = { account: doctor.wallet.account, reason: NO_DIGEST };
    world.submit(hospital.wallet.account, { name: 'suspend', args: suspension });
    const since = sealedSince(doctor);
    expect(await codeOf(report())).toBe('chain/not-accredited');
    expect(since()).toEqual([0, 0]);

    const account = await hospital.ports.chain.account(doctor.wallet.account);
    await accredit(hospital.ports, hospital.act, account, 'doctor', '1');
    await prescribeNow();
    world.submit(hospital.wallet.account, { name: 'suspend', args: suspension });
    expect((await report()).event).toBe('Added');
  });

  it('stops when the patient’s key cannot be proven, or changed since it was used', async () => {
    await bookNow();
    await accept(doctor.ports, doctor.act, doctorVault, await visitOf(doctor));
    world.swapped.add(patient.wallet.account);
    const since = sealedSince(doctor);
    expect(await codeOf(report())).toBe('chain/key-unproven');
    expect(since()).toEqual([0, 0]);
  });

  it('goes on after a changed key was accepted, and only that one', async () => {
    await bookNow();
    await accept(doctor.ports, doctor.act, doctorVault, await visitOf(doctor));
    const account = patient.wallet.account;
    await doctor.cabinet.set(`key/${account}`, utf8(toHex(otherVault.identity.publicKey)));
    const since = sealedSince(doctor);
    const error = await report().catch((e: SalusError) => e);
    expect(error).toMatchObject({ code: 'chain/key-changed', details: { account } });
    expect(since()).toEqual([0, 0]);
    const now = (error as SalusError).details.now as Hex;
    const wrong = keyHash(otherVault.identity.publicKey);
    expect(await codeOf(acceptKey(doctor.ports, account, wrong))).toBe('chain/key-changed');
    await acceptKey(doctor.ports, account, now);
    expect((await report()).event).toBe('Added');
  });

  it('belongs to accepted and finished visits alone', () => {
    const me = doctor.wallet.account;
    const of = (status: Visit['status'], events: string[] = []) =>
      isReportable({ doctor: me, status, history: events.map((event) => ({ event })) } as Visit, me);
    expect((['accepted', 'completed', 'disputed', 'paid', 'split'] as const).map((s) => of(s))).not.toContain(false);
    expect((['booked', 'declined', 'cancelled', 'refunded', 'none'] as const).map((s) => of(s))).not.toContain(true);
    expect(of('refunded', ['Completed'])).toBe(true);
    expect(isReportable({ doctor: me, status: 'paid', history: [] } as unknown as Visit, other.wallet.account)).toBe(
      false,
    );
  });
});

describe('a correction', () => {
  const correct = async (fields: Partial<CorrectionFields>, by = doctor, vault = doctorVault) => {
    const visit = await visitOf(doctor);
    const events = await eventsOf(by.ports, doctor.wallet.account);
    const { current } = await versionsOf(by.ports, vault, events, prescriptionRef(visit)!);
    const empty = { advice: '', lines: [], reason: 'wrong dose', keep: [0], ...fields };
    const draft = await openDraft<CorrectionFields>(by.ports, `amend/${current.ref.digest}`, empty);
    return correctPrescription(by.ports, by.act, vault, visit, current, draft);
  };
  const line = { medication: 'aspirin', dose: '50 mg', frequency: '', duration: '', note: '' };

  it('shows both sides the newest with its history, its reason and the files that still hold', async () => {
    await bookNow();
    await prescribeNow();
    await correct({ lines: [line] });
    await correct({ lines: [{ ...line, dose: '25 mg' }], reason: 'still too much', keep: [] });
    for (const [device, vault] of [
      [patient, patientVault],
      [doctor, doctorVault],
    ] as const) {
      const events = await eventsOf(device.ports, device.wallet.account);
      const found = await versionsOf(device.ports, vault, events, prescriptionRef(await visitOf(device))!);
      const doses = found.history.map((v) => readPrescription(v.manifest.resources)[0]?.dose);
      expect(doses).toEqual(['25 mg', '50 mg', '100 mg']);
      expect(found.history.map((v) => v.manifest.amends?.reason ?? '')).toEqual(['still too much', 'wrong dose', '']);
      expect(found.history.map((v) => v.manifest.files.length)).toEqual([0, 1, 1]);
      expect(await (await openFile(device.ports, found.history[1]!, 0)).text()).toBe('plan');
      expect(found.unread).toEqual([]);
    }
  });

  it('needs a reason and something in it, before anything is sealed', async () => {
    await bookNow();
    await prescribeNow();
    const since = sealedSince(doctor);
    expect(await codeOf(correct({ lines: [line], reason: ' ' }))).toBe('input/invalid');
    doctor.cabinet.kept.clear();
    expect(await codeOf(correct({ keep: [] }))).toBe('input/invalid');
    expect(since()).toEqual([0, 0]);
  });

  it('by somebody else is refused before it is sealed, and not taken when it is sent all the same', async () => {
    await bookNow();
    const visit = await prescribeNow();
    const mine = await openRecord(doctor.ports, doctorVault, prescriptionRef(visit)!);
    const draft = await openDraft(other.ports, 'amend/x', {});
    const forged = { what: mine, via: 0n, draft, reason: 'mine now', resources: [] };
    const since = sealedSince(other);
    expect(await codeOf(amend(other.ports, other.act, otherVault, forged))).toBe('input/invalid');
    expect(since()).toEqual([0, 0]);

    // another accredited doctor says it is theirs, and names it
    const as = { ...mine, ref: { ...mine.ref, author: other.wallet.account } };
    await amend(other.ports, other.act, otherVault, { ...forged, what: as });
    const events = await eventsOf(patient.ports, patient.wallet.account);
    const found = await versionsOf(patient.ports, patientVault, events, prescriptionRef(await visitOf(patient))!);
    expect(found.history).toHaveLength(1);
  });
});

describe('accepting with a time and place', () => {
  it('seals them to the patient', async () => {
    await bookNow();
    const note = { when: 'Monday 10:30', where: 'Room 4', words: 'come fasting' };
    await accept(doctor.ports, doctor.act, doctorVault, await visitOf(doctor), note);
    const ref = noteRef(await visitOf(patient))!;
    const opened = await openRecord(patient.ports, patientVault, ref);
    expect(readVisitNote(opened.manifest.resources)).toEqual(note);
    expect(await codeOf(openRecord(other.ports, otherVault, ref))).toBe('crypto/not-for-you');
  });

  it('says nothing where nothing was written', async () => {
    await bookNow();
    const note = { when: ' ', where: '', words: '' };
    await accept(doctor.ports, doctor.act, doctorVault, await visitOf(doctor), note);
    expect(noteRef(await visitOf(patient))).toBeNull();
  });
});

describe('a doctor’s patients', () => {
  it('come with everything that went to and fro, newest first', async () => {
    await bookNow();
    await accept(doctor.ports, doctor.act, doctorVault, await visitOf(doctor), { when: 'now', where: '', words: '' });
    await prescribeNow();
    await report();
    await bookNow();
    await bookNow(other);
    const events = await eventsOf(doctor.ports, doctor.wallet.account);
    const [one, ...rest] = patientsOf(await visits(doctor.ports, doctor.wallet.account), doctor.wallet.account);
    expect(rest).toEqual([]);
    expect(one?.visits.map((v) => v.id)).toEqual([2n, 1n]);
    const kinds = exchanged(events, doctor.wallet.account, one!).map((x) => x.kind);
    expect(kinds).toEqual(['request', 'added', 'prescription', 'note', 'request']);
  });
});

describe('the queue’s sealed memory', () => {
  it('is read back as it was, after a reload, and says nothing on the disk', async () => {
    await bookNow();
    const visit = await visitOf(doctor);
    const opened = await openRecord(doctor.ports, doctorVault, requestRef(visit));
    const card = { ...emptyCard(), name: 'MARKER \u202ename\n', birthDate: '1990-05-04', sex: 'female' as const };
    opened.manifest.resources.push(...cardResources(world.chainId, patient.wallet.account, card));
    const glimpse = glimpseOf(visit.id, opened);
    expect(glimpse).toMatchObject({
      name: 'MARKER name',
      birthDate: '1990-05-04',
      sex: 'female',
      words: 'MARKER cough',
      card: true,
    });
    await keepGlimpses(doctor.ports, new Map([[glimpse.id, glimpse]]));
    for (const secret of ['MARKER', toHex(utf8('MARKER')).slice(2)]) expect(dump(doctor.cabinet)).not.toContain(secret);

    const again = doctor.reloaded();
    expect(await codeOf(readGlimpses(again.ports))).toBe('crypto/locked');
    expect([...(await readGlimpses(doctor.ports)).values()]).toEqual([glimpse]);
  });

  it('of another form, or none, is empty', async () => {
    expect((await readGlimpses(doctor.ports)).size).toBe(0);
    for (const kept of ['{', '{}', '[1, null, {"id": 3}]', '[{"id": "1"}]']) {
      await doctor.cabinet.set('queue/glimpses', utf8(kept));
      expect((await readGlimpses(doctor.ports)).size, kept).toBe(0);
    }
  });
});
