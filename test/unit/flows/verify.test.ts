import { beforeEach, describe, expect, it } from 'vitest';
import { SalusError } from '../../../src/core/errors.ts';
import { accredit, suspend } from '../../../src/flows/accredit.ts';
import { book } from '../../../src/flows/book.ts';
import { bookingDraft, prescriptionDraft, saveDraft } from '../../../src/flows/draft.ts';
import { openRecord, requestRef } from '../../../src/flows/openRecord.ts';
import type { Entry } from '../../../src/flows/ports/index.ts';
import { prescribe, type PrescriptionFields } from '../../../src/flows/prescribe.ts';
import { fieldText, readReceipt, receiptJson } from '../../../src/flows/receipt.ts';
import type { Vault } from '../../../src/flows/vault.ts';
import { namedBy, STEPS, verify, type Outcome, type StepName } from '../../../src/flows/verify.ts';
import { visits, type Visit } from '../../../src/flows/visits.ts';
import { openDraft } from '../../../src/flows/writing.ts';
import type { VisitRequest } from '../../../src/record/fhir.ts';
import { STEP_NAMES } from '../../../src/state/proofs.svelte.ts';
import { FakeWorld, person } from '../../fakes/chain.ts';
import { Device } from '../../fakes/device.ts';
import type { Blocks } from '../../fakes/storage.ts';
import { codeOf } from '../code.ts';

let world: FakeWorld;
let peer: Blocks;
let patient: Device;
let doctor: Device;
let hospital: Device;
let hospitalVault: Vault;
let visit: Visit;

const PROFILE = {
  kind: 'doctor' as const,
  name: 'Dr. Ada Byron',
  qualification: 'MD',
  specialty: 'Cardiology',
  since: 2010,
  languages: [],
  phone: '',
};

beforeEach(async () => {
  world = new FakeWorld();
  peer = new Map();
  patient = new Device(world, person('patient'), peer);
  doctor = new Device(world, person('doctor'), peer);
  hospital = new Device(world, world.founders[0]!, peer);
  const patientVault = await patient.enroll();
  const doctorVault = await doctor.enroll({ profile: PROFILE, fee: 10n ** 16n });
  hospitalVault = await hospital.enroll({ profile: { kind: 'hospital', name: 'General', city: 'Zagreb', phone: '' } });
  await accredit(
    hospital.ports,
    hospital.act,
    await hospital.ports.chain.account(doctor.wallet.account),
    'doctor',
    'HR-1',
  );
  const draft = await openDraft<VisitRequest>(patient.ports, bookingDraft(doctor.wallet.account), {
    symptoms: '',
    preferred: '',
  });
  draft.fields.symptoms = 'chest pain';
  await saveDraft(patient.ports, draft);
  await book(patient.ports, patient.act, patientVault, {
    doctor: await patient.ports.chain.account(doctor.wallet.account),
    until: world.time + 7 * 86_400,
    draft,
    acceptKey: null,
  });
  visit = (await visits(doctor.ports, doctor.wallet.account))[0] as Visit;
  const answer = await openDraft<PrescriptionFields>(doctor.ports, prescriptionDraft(visit), { advice: '', lines: [] });
  answer.fields.advice = 'rest';
  const request = await openRecord(doctor.ports, doctorVault, requestRef(visit));
  await prescribe(doctor.ports, doctor.act, doctorVault, visit, request, answer);
  visit = (await visits(patient.ports, patient.wallet.account))[0] as Visit;
});

const entryOf = (event: string): Entry => visit.history.find((e) => e.event === event) as Entry;

const proof = async (entry: Entry, device = patient, signal = new AbortController().signal) => {
  const found: Partial<Record<StepName, Outcome>> = {};
  const begun: StepName[] = [];
  await verify(
    device.ports,
    entry,
    { begin: (step) => void begun.push(step), progress: () => undefined, end: (step, o) => void (found[step] = o) },
    signal,
  );
  expect(begun).toEqual(STEPS);
  return found as Record<StepName, Outcome>;
};
const statuses = (p: Record<StepName, Outcome>) => STEPS.map((s) => p[s].status);
const errorOf = (o: Outcome): SalusError => ('error' in o ? o.error : new SalusError('app/unexpected'));

describe('proof of trusted authority', () => {
  it('leads from a prescription to its place in the timeline, its signer, a founder, and every block', async () => {
    const completed = entryOf('Completed');
    const p = await proof(completed);
    expect(statuses(p)).toEqual(['passed', 'passed', 'passed', 'passed']);
    expect(p.timeline).toMatchObject({ evidence: { proof: { account: doctor.wallet.account } } });
    expect(p.signer).toMatchObject({ evidence: { signature: { signer: doctor.wallet.account } } });
    expect(p.accreditation).toMatchObject({
      evidence: { standing: 'now', accreditation: { role: 'doctor', path: [{ hospital: hospital.wallet.account }] } },
    });
    expect(p.integrity).toMatchObject({
      evidence: { inspected: [{ field: 'record', inspection: { files: [{ name: 'manifest.age' }] } }] },
    });
  });

  it('asks no accreditation of a patient', async () => {
    expect(statuses(await proof(entryOf('Booked')))).toEqual(['passed', 'passed', 'skipped', 'passed']);
  });

  it('accepts what a doctor did before being suspended, and says so', async () => {
    await suspend(hospital.ports, hospital.act, hospitalVault, doctor.wallet.account, '');
    const p = await proof(entryOf('Completed'));
    expect(p.accreditation).toMatchObject({ status: 'passed', evidence: { standing: 'then' } });
  });

  it.each([
    ['dropped', 'timeline', 'chain/timeline-broken'],
    ['signer', 'signer', 'chain/key-unproven'],
  ] as const)('notices a node that lies: %s', async (lie, step, code) => {
    world.lies.add(lie);
    const p = await proof(entryOf('Completed'));
    expect(errorOf(p[step]).code).toBe(code);
    expect(STEPS.filter((s) => p[s].status !== 'passed')).toEqual([step]);
  });

  it('notices an entry whose fields were altered', async () => {
    const completed = entryOf('Completed');
    const other = namedBy(entryOf('Booked'))[0]?.digest;
    const p = await proof({ ...completed, args: { ...completed.args, record: other } });
    expect(errorOf(p.timeline).details.reason).toBe('altered');
  });

  it('notices an author who was never accredited', async () => {
    const completed = entryOf('Completed');
    world.rules.stored(doctor.wallet.account).inbox.length = 0;
    world.rules.stored(doctor.wallet.account).vouches.clear();
    const p = await proof(completed);
    expect(p.accreditation.status).toBe('failed');
    expect(errorOf(p.accreditation).code).toBe('chain/not-accredited');
  });

  it('names the block that was tampered with', async () => {
    const completed = entryOf('Completed');
    const { inspection } = (
      (await proof(completed)).integrity as { evidence: { inspected: { inspection: { files: { cid: string }[] } }[] } }
    ).evidence.inspected[0]!;
    const cid = inspection.files[0]?.cid as string;
    for (const blocks of [peer, patient.storage.here]) if (blocks.has(cid)) blocks.set(cid, new Uint8Array(5000));
    const p = await proof(completed);
    expect(statuses(p)).toEqual(['passed', 'passed', 'passed', 'failed']);
    expect(errorOf(p.integrity)).toMatchObject({ code: 'storage/corrupt', details: { cid } });
  });

  it('says what could not be checked, which is no failure', async () => {
    const elsewhere = new Device(world, person('patient'), new Map());
    const p = await proof(entryOf('Completed'), elsewhere);
    expect(p.integrity.status).toBe('unchecked');
    expect(errorOf(p.integrity).code).toBe('storage/not-found');
  });

  it('can be left', async () => {
    const controller = new AbortController();
    controller.abort();
    const report = { begin: () => undefined, progress: () => undefined, end: () => undefined };
    expect(await codeOf(verify(patient.ports, entryOf('Booked'), report, controller.signal))).toBe('storage/aborted');
  });

  it('has the steps that the page shows', () => expect(STEP_NAMES).toEqual(STEPS));
});

describe('a receipt', () => {
  it('holds everything, amounts exactly', async () => {
    const booked = entryOf('Booked');
    const full = await readReceipt(patient.ports, booked);
    expect(full.receipt).toMatchObject({ tx: booked.tx, block: booked.block });
    expect(full.named).toEqual([{ field: 'request', digest: visit.request, cid: expect.stringMatching(/^bafybei/) }]);
    const json = JSON.parse(receiptJson(full)) as Record<string, unknown>;
    expect(json).toMatchObject({
      version: 1,
      contract: world.contract,
      event: { name: 'Booked', fields: { fee: '10000000000000000' } },
      transaction: { hash: booked.tx, gasUsed: '100000' },
      signature: { signer: patient.wallet.account },
    });
  });

  it('is not given while the nodes have none', async () => {
    world.lies.add('receipt');
    expect(await codeOf(readReceipt(patient.ports, entryOf('Booked')))).toBe('chain/not-found');
  });

  it('spells long bytes by their length', () => {
    expect(fieldText(`0x${'ab'.repeat(1216)}`)).toMatch(/^0xabab.*… \(1216 bytes\)$/);
    expect(fieldText(7n)).toBe('7');
  });
});
