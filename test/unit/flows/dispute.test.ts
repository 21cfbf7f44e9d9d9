/** Three days to disagree, a hospital that divides, and what happens when nobody does. */
import { Decrypter } from 'age-encryption';
import { beforeEach, describe, expect, it } from 'vitest';
import { utf8 } from '../../../src/core/bytes.ts';
import { SalusError } from '../../../src/core/errors.ts';
import { accredit } from '../../../src/flows/accredit.ts';
import { book } from '../../../src/flows/book.ts';
import { dispute, isHospital, resolve, type DisputeFields } from '../../../src/flows/dispute.ts';
import { disputesFor, visitById } from '../../../src/flows/disputes.ts';
import { bookingDraft, disputeDraft, prescriptionDraft } from '../../../src/flows/draft.ts';
import {
  disputeRef,
  openFile,
  openRecord,
  prescriptionRef,
  reasonRef,
  requestRef,
  resolutionRef,
} from '../../../src/flows/openRecord.ts';
import { DISPUTE_WINDOW, release } from '../../../src/flows/pay.ts';
import { prescribe, type PrescriptionFields } from '../../../src/flows/prescribe.ts';
import { decline } from '../../../src/flows/respond.ts';
import { storedFile } from '../../../src/flows/takeAlong.ts';
import { unlockWithWallet } from '../../../src/flows/unlock.ts';
import type { Vault } from '../../../src/flows/vault.ts';
import { eventsOf, visits, type Visit } from '../../../src/flows/visits.ts';
import { addFile, openDraft } from '../../../src/flows/writing.ts';
import { readVisitRequest, readWords, type VisitRequest } from '../../../src/record/fhir.ts';
import { FakeWorld, person } from '../../fakes/chain.ts';
import { Device } from '../../fakes/device.ts';
import type { Blocks } from '../../fakes/storage.ts';
import { codeOf } from '../code.ts';

const FEE = 10n ** 16n;
const DAY = 86_400;
const WORDS = 'MARKER nobody called me back';
const DECISION = 'MARKER half of the visit took place';

let world: FakeWorld;
let peer: Blocks;
let patient: Device;
let doctor: Device;
let hospital: Device;
let patientVault: Vault;
let doctorVault: Vault;
let hospitalVault: Vault;

const only = async (who: Device): Promise<Visit> => (await visits(who.ports, who.wallet.account))[0] as Visit;

/** A visit that the doctor has completed. @param enrolled whether the hospital has keys */
const completed = async (enrolled = true): Promise<void> => {
  world = new FakeWorld();
  peer = new Map();
  patient = new Device(world, person('patient'), peer);
  doctor = new Device(world, person('doctor'), peer);
  hospital = new Device(world, world.founders[0]!, peer);
  patientVault = await patient.enroll();
  doctorVault = await doctor.enroll({ fee: FEE });
  if (enrolled) hospitalVault = await hospital.enroll();
  else await hospital.cabinet.unlock(hospital.wallet.account, new Uint8Array(32));
  const who = await doctor.ports.chain.account(doctor.wallet.account);
  await accredit(hospital.ports, hospital.act, who, 'doctor', '');
  const request = await openDraft<VisitRequest>(patient.ports, bookingDraft(doctor.wallet.account), {
    symptoms: 'MARKER cough',
    preferred: '',
  });
  await book(patient.ports, patient.act, patientVault, {
    doctor: await patient.ports.chain.account(doctor.wallet.account),
    until: world.time + 7 * DAY,
    draft: request,
    acceptKey: null,
  });
  const visit = await only(doctor);
  const opened = await openRecord(doctor.ports, doctorVault, requestRef(visit));
  const answer = await openDraft<PrescriptionFields>(doctor.ports, prescriptionDraft(visit), {
    advice: 'MARKER rest',
    lines: [],
  });
  await prescribe(doctor.ports, doctor.act, doctorVault, visit, opened, answer);
};

const complain = async (fields: Partial<DisputeFields> = {}, files: File[] = []) => {
  const visit = await only(patient);
  const draft = await openDraft<DisputeFields>(patient.ports, disputeDraft(visit), {
    words: WORDS,
    show: false,
    ...fields,
  });
  for (const file of files) await addFile(patient.ports, draft, file);
  const shown = [requestRef(visit), prescriptionRef(visit)!];
  const opened = await Promise.all(shown.map((ref) => openRecord(patient.ports, patientVault, ref)));
  return dispute(patient.ports, patient.act, patientVault, visit, draft, opened);
};

const named = async (): Promise<Visit[]> => {
  const events = await eventsOf(hospital.ports, hospital.wallet.account);
  return (await disputesFor(hospital.ports, hospital.wallet.account, events.toReversed())).visits;
};

const credit = (who: Device) => world.chain().credit(who.wallet.account);

describe('a dispute', () => {
  beforeEach(() => completed());

  it('is read by patient, doctor and hospital, and divided', async () => {
    await complain({}, [new File([utf8('MARKER photo')], 'photo.png', { type: 'image/png' })]);
    for (const [device, vault] of [
      [patient, patientVault],
      [doctor, doctorVault],
    ] as const) {
      const ref = disputeRef(await only(device))!;
      expect(readWords((await openRecord(device.ports, vault, ref)).manifest.resources)).toBe(WORDS);
    }
    const [visit] = await named();
    expect(visit).toMatchObject({ status: 'disputed', patient: patient.wallet.account, fee: FEE });
    const complaint = await openRecord(hospital.ports, hospitalVault, disputeRef(visit!)!);
    expect(readWords(complaint.manifest.resources)).toBe(WORDS);
    expect(await (await openFile(hospital.ports, complaint, 0)).text()).toBe('MARKER photo');
    expect(await codeOf(openRecord(hospital.ports, hospitalVault, requestRef(visit!)))).toBe('crypto/not-for-you');

    await resolve(hospital.ports, hospital.act, hospitalVault, visit!, FEE / 2n, DECISION);
    for (const [device, vault] of [
      [patient, patientVault],
      [doctor, doctorVault],
    ] as const) {
      const mine = await only(device);
      expect(mine).toMatchObject({ status: 'split', paid: FEE / 2n });
      const words = await openRecord(device.ports, vault, resolutionRef(mine)!);
      expect(words.ref.author).toBe(hospital.wallet.account);
      expect(readWords(words.manifest.resources)).toBe(DECISION);
    }
    expect([await credit(patient), await credit(doctor)]).toEqual([FEE / 2n, FEE / 2n]);
    expect((await named())[0]).toMatchObject({ status: 'split' });
  });

  it('hands request and prescription to the hospital when the patient says so, and to nobody else', async () => {
    await complain({ show: true });
    const [visit] = await named();
    const complaint = await openRecord(hospital.ports, hospitalVault, disputeRef(visit!)!);
    const keys = new Map(complaint.manifest.attached.map((a) => [a.digest, a.key]));
    const request = await openRecord(hospital.ports, hospitalVault, {
      ...requestRef(visit!),
      key: keys.get(visit!.request)!,
    });
    expect(readVisitRequest(request.manifest.resources).symptoms).toBe('MARKER cough');
    const answer = { ...prescriptionRef(visit!)!, key: keys.get(visit!.prescription!)! };
    expect(readWords((await openRecord(hospital.ports, hospitalVault, answer)).manifest.resources)).toBe('MARKER rest');
    const other = { ...answer, key: keys.get(visit!.request)! };
    expect(await codeOf(openRecord(hospital.ports, hospitalVault, other))).toMatch(/^crypto\//);
  });

  it('leaves nothing readable', async () => {
    await complain({}, [new File([utf8('MARKER photo')], 'MARKER.png')]);
    const [visit] = await named();
    await resolve(hospital.ports, hospital.act, hospitalVault, visit!, 0n, DECISION);
    for (const bytes of peer.values()) expect(Buffer.from(bytes).toString('latin1')).not.toContain('MARKER');
  });

  it('wants words', async () => {
    expect(await codeOf(complain({ words: '  ' }))).toBe('input/invalid');
    expect(patient.wallet.prompts.filter((p) => p.kind === 'send' && p.call.name === 'dispute')).toHaveLength(0);
  });

  it('comes too late after three days', async () => {
    world.time += DISPUTE_WINDOW;
    expect(await codeOf(complain())).toBe('chain/reverted');
    expect(await only(patient)).toMatchObject({ status: 'completed' });
  });

  it('is sent once, though the page was reloaded', async () => {
    const visit = await only(patient);
    const draft = await openDraft<DisputeFields>(patient.ports, disputeDraft(visit), { words: WORDS, show: false });
    world.automine = false;
    const going = dispute(patient.ports, patient.act, patientVault, visit, draft, []);
    await expect.poll(() => world.sent.filter((s) => s.call.name === 'dispute').length).toBe(1);
    patient.act.controller.abort();
    await going.catch(() => undefined);
    const again = patient.reloaded();
    const vault = await unlockWithWallet(again.ports, again.act, '');
    world.automine = true;
    world.mine();
    const kept = await openDraft<DisputeFields>(again.ports, disputeDraft(visit), { words: '', show: false });
    expect(kept.fields.words).toBe(WORDS);
    await dispute(again.ports, again.act, vault, visit, kept, []);
    expect(world.sent.filter((s) => s.call.name === 'dispute')).toHaveLength(1);
  });
});

describe('giving in', () => {
  beforeEach(() => completed());

  it('by the patient gives all to the doctor, before the 180 days', async () => {
    await complain();
    await release(patient.ports, patient.act, await only(patient));
    expect(await only(doctor)).toMatchObject({ status: 'paid', paid: FEE });
    expect(await credit(doctor)).toBe(FEE);
  });

  it('by the doctor gives all back, with words', async () => {
    await complain();
    await decline(doctor.ports, doctor.act, doctorVault, await only(doctor), 'MARKER sorry');
    const mine = await only(patient);
    expect(mine).toMatchObject({ status: 'declined', paid: 0n });
    expect(readWords((await openRecord(patient.ports, patientVault, reasonRef(mine)!)).manifest.resources)).toBe(
      'MARKER sorry',
    );
    // what was said before stays readable
    expect(readWords((await openRecord(patient.ports, patientVault, disputeRef(mine)!)).manifest.resources)).toBe(
      WORDS,
    );
    expect(await credit(patient)).toBe(FEE);
  });

  it('is for nobody else before the time', async () => {
    await complain();
    expect(await codeOf(release(doctor.ports, doctor.act, await only(doctor)))).toBe('chain/reverted');
  });
});

describe('who is to read a dispute', () => {
  beforeEach(() => completed());

  it('is a hospital that is proven, not whoever a node names as one', async () => {
    const thief = new Device(world, person('thief'), peer);
    const thiefVault = await thief.enroll();
    const visit = { ...(await only(patient)), arbiter: thief.wallet.account };
    const draft = await openDraft<DisputeFields>(patient.ports, disputeDraft(visit), { words: WORDS, show: true });
    const shown = await openRecord(patient.ports, patientVault, requestRef(visit));
    expect(await isHospital(patient.ports, visit)).toBe(false);
    await dispute(patient.ports, patient.act, patientVault, visit, draft, [shown]);
    const complaint = disputeRef(await only(patient))!;
    expect(await codeOf(openRecord(thief.ports, thiefVault, complaint))).toBe('crypto/not-for-you');
    await openRecord(doctor.ports, doctorVault, complaint);
  });

  it('is no doctor either, however accredited', async () => {
    expect(await isHospital(patient.ports, { ...(await only(patient)), arbiter: doctor.wallet.account })).toBe(false);
    expect(await isHospital(patient.ports, await only(patient))).toBe(true);
  });

  it('is the doctor whom the patient signed', async () => {
    const visit = await only(patient);
    const draft = await openDraft<DisputeFields>(patient.ports, disputeDraft(visit), { words: WORDS, show: false });
    world.sent.find((s) => s.tx === visit.history[0]?.tx)!.from = hospital.wallet.account;
    expect(await codeOf(dispute(patient.ports, patient.act, patientVault, visit, draft, []))).toBe(
      'chain/key-unproven',
    );
  });
});

describe('a dispute that nobody settles', () => {
  beforeEach(() => completed());

  it('is divided by anyone after 180 days', async () => {
    await complain();
    world.time += 180 * DAY;
    await release(doctor.ports, doctor.act, await only(doctor));
    expect(await only(patient)).toMatchObject({ status: 'split', paid: FEE / 2n });
    expect([await credit(patient), await credit(doctor)]).toEqual([FEE / 2n, FEE / 2n]);
  });

  it('is another hospital’s after 30 days, which reads the visit by its number', async () => {
    await complain();
    const other = new Device(world, world.founders[1]!, peer);
    const vault = await other.enroll();
    const visit = (await visitById(other.ports, 1n))!;
    expect(visit).toMatchObject({ patient: patient.wallet.account, status: 'disputed' });
    expect(await codeOf(openRecord(other.ports, vault, disputeRef(visit)!))).toBe('crypto/not-for-you');
    expect(await codeOf(resolve(other.ports, other.act, vault, visit, 1n, ''))).toBe('chain/reverted');
    world.time += 30 * DAY;
    await resolve(other.ports, other.act, vault, visit, FEE, '');
    expect(await only(patient)).toMatchObject({ status: 'refunded', paid: 0n, resolution: null });
  });
});

describe('what a hospital may do', () => {
  it('is not kept from its disputes by one patient’s timeline that cannot be read', async () => {
    await completed();
    await complain();
    const { chain } = hospital.ports;
    const events = await eventsOf(hospital.ports, hospital.wallet.account);
    const broken = events.find((e) => e.event === 'Disputed')!;
    const other = { ...broken, author: person('unread').account };
    const ports = {
      chain: {
        ...chain,
        timeline: async (...args: Parameters<typeof chain.timeline>) => {
          if (args[0] === other.author) throw new SalusError('chain/timeline-broken', { account: other.author });
          return chain.timeline(...args);
        },
      },
    };
    const { visits: read, error } = await disputesFor(ports, hospital.wallet.account, [other, broken]);
    expect(read).toHaveLength(1);
    expect(error?.code).toBe('chain/timeline-broken');
  });

  it('no more than the fee', async () => {
    await completed();
    await complain();
    const [visit] = await named();
    for (const refund of [-1n, FEE + 1n])
      expect(await codeOf(resolve(hospital.ports, hospital.act, hospitalVault, visit!, refund, ''))).toBe(
        'input/invalid',
      );
  });

  it('without keys it decides by what the chain says, and keeps nobody from disputing', async () => {
    await completed(false);
    await complain();
    const mine = await only(doctor);
    expect(readWords((await openRecord(doctor.ports, doctorVault, disputeRef(mine)!)).manifest.resources)).toBe(WORDS);
    expect(await named()).toHaveLength(1);
  });
});

describe('files taken along', () => {
  it('as stored are the very bytes that every place has, and open with the record’s own key', async () => {
    await completed();
    await complain({}, [new File([utf8('MARKER photo')], 'photo.png', { type: 'image/png' })]);
    const mine = await openRecord(patient.ports, patientVault, disputeRef(await only(patient))!);
    const stored = await storedFile(patient.ports, mine, 0);
    expect(stored.size).toBe(mine.manifest.files[0]!.sealedSize);
    const decrypter = new Decrypter();
    decrypter.addIdentity(mine.manifest.identity);
    const padded = Buffer.from(await decrypter.decrypt(new Uint8Array(await stored.arrayBuffer())));
    expect(padded.subarray(0, mine.manifest.files[0]!.size).toString()).toBe('MARKER photo');
    expect(await codeOf(storedFile(patient.ports, mine, 1))).toBe('record/not-listed');
    const other = {
      ...mine,
      manifest: { ...mine.manifest, files: [{ ...mine.manifest.files[0]!, cid: 'bafkother' }] },
    };
    expect(await codeOf(storedFile(patient.ports, other, 0))).toBe('record/file-mismatch');
  });
});
