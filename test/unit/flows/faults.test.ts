/** A wallet that is slow, refuses, or answers after everybody left; and another device that was quicker. Nothing is sent twice, nothing is lost. */
import { beforeEach, describe, expect, it } from 'vitest';
import { NO_DIGEST, type Hex } from '../../../src/core/bytes.ts';
import { SalusError, type ErrorCode } from '../../../src/core/errors.ts';
import { indexKey } from '../../../src/crypto/identity.ts';
import { accredit } from '../../../src/flows/accredit.ts';
import { book } from '../../../src/flows/book.ts';
import { bookingDraft, saveDraft } from '../../../src/flows/draft.ts';
import { outbox } from '../../../src/flows/outbox.ts';
import { resume, send } from '../../../src/flows/send.ts';
import { visits } from '../../../src/flows/visits.ts';
import type { Vault } from '../../../src/flows/vault.ts';
import { openDraft } from '../../../src/flows/writing.ts';
import type { VisitRequest } from '../../../src/record/fhir.ts';
import { FakeWorld, person } from '../../fakes/chain.ts';
import { Device, FakeAct } from '../../fakes/device.ts';
import { codeOf } from '../code.ts';

const FEE = 10n ** 16n;
const DOCTOR = {
  kind: 'doctor',
  name: 'Dr. Ada Byron',
  qualification: 'MD',
  specialty: 'Cardiology',
  since: 2010,
  languages: ['English'],
  phone: '',
} as const;

let world: FakeWorld;
let patient: Device;
let doctor: Device;
let hospital: Device;
let vault: Vault;

beforeEach(async () => {
  world = new FakeWorld();
  const peer = new Map();
  patient = new Device(world, person('patient'), peer);
  doctor = new Device(world, person('doctor'), peer);
  hospital = new Device(world, world.founders[0]!, peer);
  vault = await patient.enroll();
  await doctor.enroll({ profile: { ...DOCTOR, languages: ['English'] }, fee: FEE });
  await hospital.enroll({ profile: { kind: 'hospital', name: 'General', city: 'Zagreb', phone: '' } });
  const card = await hospital.ports.chain.account(doctor.wallet.account);
  await accredit(hospital.ports, hospital.act, card, 'doctor', 'HR-1');
});

const draft = async () => {
  const made = await openDraft<VisitRequest>(patient.ports, bookingDraft(doctor.wallet.account), {
    symptoms: '',
    preferred: '',
  });
  made.fields.symptoms = 'MARKER cough';
  await saveDraft(patient.ports, made);
  return made;
};
const bookNow = async (act = patient.act) =>
  book(patient.ports, act, vault, {
    doctor: await patient.ports.chain.account(doctor.wallet.account),
    until: world.time + 7 * 86_400,
    draft: await draft(),
    acceptKey: null,
  });
const journal = () => outbox(patient.cabinet).list();
const booked = async () => (await visits(patient.ports, patient.wallet.account)).length;

describe('what a hardware device refuses', () => {
  it.each<ErrorCode>(['wallet/device-locked', 'wallet/device-app', 'wallet/device-blind', 'wallet/device-gone'])(
    '%s: nothing was sent, nothing hangs over, the draft is kept and goes through later',
    async (code) => {
      const answer = patient.wallet.send.bind(patient.wallet);
      patient.wallet.send = () => Promise.reject(new SalusError(code));
      expect(await codeOf(bookNow())).toBe(code);
      expect(await journal()).toEqual([]);
      expect(await patient.cabinet.get((await draft()).name)).not.toBeNull();
      patient.wallet.send = answer;
      await bookNow();
      expect(await booked()).toBe(1);
    },
  );
});

describe('a wallet that the person stops waiting for', () => {
  let answer: { send: () => Promise<void>; refuse: (code: ErrorCode) => void };
  let asked: Promise<void>;

  beforeEach(() => {
    const real = patient.wallet.send.bind(patient.wallet);
    let begun = () => {};
    asked = new Promise((resolve) => (begun = resolve));
    patient.wallet.send = (call, quote, nonce) => {
      patient.wallet.send = real;
      begun();
      return new Promise<Hex>((resolve, reject) => {
        answer = {
          send: async () => resolve(await real(call, quote, nonce)),
          refuse: (code) => reject(new SalusError(code)),
        };
      });
    };
  });
  const leave = async (): Promise<void> => {
    const act = new FakeAct();
    const left = codeOf(bookNow(act));
    await asked;
    act.controller.abort(new SalusError('storage/aborted'));
    expect(await left).toBe('storage/aborted');
    expect((await journal()).map((e) => e.stage)).toEqual(['asked']);
  };

  it('and that sends after all: the hash is followed, the visit is booked and paid once', async () => {
    await leave();
    world.automine = false;
    await answer.send();
    await expect.poll(async () => (await journal()).map((e) => e.stage)).toEqual(['sent']);
    world.automine = true;
    world.mine();
    const [entry] = await journal();
    await resume(patient.ports, patient.act, entry!);
    expect(await journal()).toEqual([]);
    expect(world.sent.filter((s) => s.call.name === 'book')).toHaveLength(1);
    expect(await booked()).toBe(1);
  });

  it('and that sends after all, while the person tries again: both cannot be mined', async () => {
    await leave();
    await answer.send();
    await bookNow();
    expect(world.sent.filter((s) => s.call.name === 'book' && s.receipt && !s.error)).toHaveLength(1);
    expect(await booked()).toBe(1);
  });

  it('and that says no in the end: nothing hangs over', async () => {
    await leave();
    answer.refuse('wallet/declined');
    await expect.poll(journal).toEqual([]);
    await bookNow();
    expect(await booked()).toBe(1);
  });

  it('when the vault was locked meanwhile: what comes late is found on the chain', async () => {
    await leave();
    const kept = (await journal())[0]!;
    patient.cabinet.lock();
    await answer.send();
    await patient.cabinet.unlock(patient.wallet.account, indexKey(vault.seed));
    expect((await journal()).map((e) => e.id)).toEqual([kept.id]);
    await resume(patient.ports, patient.act, kept);
    expect(await booked()).toBe(1);
    expect(world.sent.filter((s) => s.call.name === 'book')).toHaveLength(1);
  });
});

describe('between looking and acting', () => {
  it('the doctor was suspended: refused before the wallet is asked, and the draft is kept', async () => {
    const card = await patient.ports.chain.account(doctor.wallet.account);
    const made = await draft();
    const args = { account: doctor.wallet.account, reason: NO_DIGEST };
    await send(hospital.ports, hospital.act, { name: 'suspend', args });
    const prompts = patient.wallet.prompts.length;
    const until = world.time + 7 * 86_400;
    const code = await codeOf(
      book(patient.ports, patient.act, vault, { doctor: card, until, draft: made, acceptKey: null }),
    );
    expect(['chain/not-accredited', 'chain/reverted']).toContain(code);
    expect(patient.wallet.prompts).toHaveLength(prompts);
    expect(await patient.cabinet.get(made.name)).not.toBeNull();
  });

  it('the same visit was rated on another device: the second rating is refused in the contract’s words', async () => {
    await bookNow();
    const [visit] = await visits(patient.ports, patient.wallet.account);
    const id = visit!.id;
    const record = `0x${'5'.repeat(64)}` as const;
    await send(doctor.ports, doctor.act, { name: 'complete', args: { id, record, hint: '0x01020304' } });
    const rating = (score: number) => ({ name: 'rate' as const, args: { id, score, comment: NO_DIGEST } });
    const elsewhere = new Device(world, person('patient'), new Map());
    await elsewhere.cabinet.unlock(elsewhere.wallet.account, indexKey(vault.seed));
    await send(patient.ports, patient.act, rating(5));
    await expect(send(elsewhere.ports, elsewhere.act, rating(1))).rejects.toMatchObject({
      code: 'chain/reverted',
      details: { name: 'AlreadyRated' },
    });
    expect(elsewhere.wallet.prompts).toEqual([]);
    expect(await outbox(elsewhere.cabinet).list()).toEqual([]);
    expect((await visits(patient.ports, patient.wallet.account))[0]).toMatchObject({ score: 5 });
  });
});
