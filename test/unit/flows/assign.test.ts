/** A hospital suggests a doctor to a patient: a note for both, no access, and a "no" that is told nobody. */
import { beforeEach, describe, expect, it } from 'vitest';
import { NO_DIGEST, type Digest } from '../../../src/core/bytes.ts';
import { accredit, suspend } from '../../../src/flows/accredit.ts';
import {
  assign,
  assignmentKey,
  assignmentsOf,
  MOST_ASSIGNMENTS,
  readDeclined,
  setDeclined,
} from '../../../src/flows/assign.ts';
import { openRecord } from '../../../src/flows/openRecord.ts';
import type { Entry } from '../../../src/flows/ports/index.ts';
import { send } from '../../../src/flows/send.ts';
import type { Vault } from '../../../src/flows/vault.ts';
import { eventsOf } from '../../../src/flows/visits.ts';
import { readWords } from '../../../src/record/fhir.ts';
import { dump } from '../../fakes/cabinet.ts';
import { FakeWorld, person } from '../../fakes/chain.ts';
import { Device } from '../../fakes/device.ts';
import type { Blocks } from '../../fakes/storage.ts';
import { codeOf } from '../code.ts';

const WORDS = 'MARKER for the knee, she operates twice a week';
const SOME = `0x${'7'.repeat(64)}` as Digest;
const TOKEN = `0x${'a'.repeat(64)}` as Digest;

let world: FakeWorld;
let peer: Blocks;
let hospital: Device;
let doctor: Device;
let patient: Device;
let other: Device;
let vaults: Record<'hospital' | 'doctor' | 'patient' | 'other', Vault>;

beforeEach(async () => {
  world = new FakeWorld();
  peer = new Map();
  hospital = new Device(world, world.founders[0]!, peer);
  [doctor, patient, other] = ['doctor', 'patient', 'other'].map((n) => new Device(world, person(n), peer)) as [
    Device,
    Device,
    Device,
  ];
  vaults = {
    hospital: await hospital.enroll(),
    doctor: await doctor.enroll({ fee: 1n }),
    patient: await patient.enroll(),
    other: await other.enroll(),
  };
  await accredit(hospital.ports, hospital.act, await viewOf(doctor), 'doctor', '');
});

const viewOf = (who: Device) => who.ports.chain.account(who.wallet.account);
const suggest = async (words = WORDS, to = patient.wallet.account) =>
  assign(hospital.ports, hospital.act, vaults.hospital, { patient: to, doctor: await viewOf(doctor), words });
const seenBy = async (who: Device) => {
  const entries = (await eventsOf(who.ports, who.wallet.account)).toReversed();
  const declined = await readDeclined(who.ports);
  return assignmentsOf(entries, who.wallet.account, declined, world.time);
};
const share = (until = 0, access = NO_DIGEST) =>
  send(patient.ports, patient.act, {
    name: 'share',
    args: { grantee: doctor.wallet.account, capability: SOME, access, until, re: 0 },
  });

describe('an assignment', () => {
  it('is read by patient, doctor and hospital, and by nobody else', async () => {
    await suggest();
    for (const [device, vault] of [
      [patient, vaults.patient],
      [doctor, vaults.doctor],
    ] as const) {
      const [one, ...more] = await seenBy(device);
      expect(more).toEqual([]);
      expect(one).toMatchObject({ hospital: hospital.wallet.account, doctor: doctor.wallet.account, state: 'open' });
      const opened = await openRecord(device.ports, vault, one!.note!);
      expect(readWords(opened.manifest.resources)).toBe(WORDS);
      expect(await codeOf(openRecord(other.ports, vaults.other, one!.note!))).toBe('crypto/not-for-you');
    }
    expect(await seenBy(other)).toEqual([]);
    for (const bytes of peer.values()) expect(Buffer.from(bytes).toString('latin1')).not.toContain('MARKER');
  });

  it('may say nothing', async () => {
    await suggest('   ');
    expect((await seenBy(patient))[0]).toMatchObject({ note: null });
  });

  it('is for two others, and for an accredited doctor', async () => {
    expect(await codeOf(suggest(WORDS, doctor.wallet.account))).toBe('input/invalid');
    expect(await codeOf(suggest(WORDS, hospital.wallet.account))).toBe('input/invalid');
    await suspend(hospital.ports, hospital.act, vaults.hospital, doctor.wallet.account, '');
    expect(await codeOf(suggest())).toBe('input/invalid');
  });

  it('seals nothing to whom it knows no key of', async () => {
    expect(await codeOf(suggest(WORDS, person('never enrolled').account))).toBe('chain/key-unproven');
    world.swapped.add(patient.wallet.account);
    expect(await codeOf(suggest())).toBe('chain/key-unproven');
    expect(await seenBy(patient)).toEqual([]);
  });

  it('is no hospital’s word from anybody else', async () => {
    const tried = assign(other.ports, other.act, vaults.other, {
      patient: patient.wallet.account,
      doctor: await viewOf(doctor),
      words: '',
    });
    expect(await codeOf(tried)).toBe('chain/reverted');
  });
});

describe('the patient’s answer', () => {
  it('is yes when something is shared with that doctor, for as long as it is', async () => {
    await suggest();
    await share(world.time + 1000, TOKEN);
    expect((await seenBy(patient))[0]?.state).toBe('shared');
    expect((await seenBy(doctor))[0]?.state).toBe('shared');
    world.time += 2000;
    expect((await seenBy(patient))[0]?.state).toBe('open');
    await share(0, TOKEN);
    expect((await seenBy(patient))[0]?.state).toBe('shared');
    const revoke = { name: 'revoke', args: { grantee: doctor.wallet.account, access: TOKEN } } as const;
    await send(patient.ports, patient.act, revoke);
    expect((await seenBy(patient))[0]?.state).toBe('open');
  });

  it('is yes until its token is ended, also without naming anybody', async () => {
    await suggest();
    await share(0, TOKEN);
    const nobody = `0x${'0'.repeat(40)}` as const;
    await send(patient.ports, patient.act, { name: 'revoke', args: { grantee: nobody, access: TOKEN } });
    expect((await seenBy(patient))[0]?.state).toBe('open');
  });

  it('is yes until everything is taken back', async () => {
    await suggest();
    await share();
    await share(0, TOKEN);
    expect((await seenBy(patient))[0]?.state).toBe('shared');
    const revoke = { name: 'revoke', args: { grantee: doctor.wallet.account, access: NO_DIGEST } } as const;
    await send(patient.ports, patient.act, revoke);
    expect((await seenBy(patient))[0]?.state).toBe('open');
  });

  it('is no without a word to anybody, remembered sealed, and may be undone', async () => {
    await suggest();
    const [one] = await seenBy(patient);
    const sent = world.sent.length;
    await setDeclined(patient.ports, one!.entry, true);
    expect((await seenBy(patient))[0]?.state).toBe('declined');
    expect(world.sent).toHaveLength(sent);
    expect((await seenBy(doctor))[0]?.state).toBe('open');
    expect(dump(patient.cabinet)).not.toContain(one!.entry.tx.slice(2));
    await setDeclined(patient.ports, one!.entry, false);
    expect((await seenBy(patient))[0]?.state).toBe('open');
    // a newer word of the hospital is a new question
    await setDeclined(patient.ports, one!.entry, true);
    await suggest();
    const [again, ...older] = await seenBy(patient);
    expect([again?.state, older]).toEqual(['open', []]);
  });

  it('is kept from a flood', async () => {
    await suggest('');
    const [one] = await seenBy(patient);
    const flood: Entry[] = Array.from({ length: 5000 }, (_, i) => ({
      ...one!.entry,
      logIndex: i,
      args: { ...one!.entry.args, other: `0x${i.toString(16).padStart(40, '0')}` },
    }));
    expect(assignmentsOf(flood, patient.wallet.account, new Set(), world.time)).toHaveLength(MOST_ASSIGNMENTS);
    expect(assignmentKey(flood[0]!)).not.toBe(assignmentKey(flood[1]!));
  });
});
