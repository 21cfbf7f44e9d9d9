import { beforeEach, describe, expect, it } from 'vitest';
import { toHex, utf8 } from '../../../src/core/bytes.ts';
import { accredit } from '../../../src/flows/accredit.ts';
import { book } from '../../../src/flows/book.ts';
import { bookingDraft, prescriptionDraft, saveDraft } from '../../../src/flows/draft.ts';
import { changeWay, checkPhrase, keyHistory, revealPhrase, type ChangeInput } from '../../../src/flows/keys.ts';
import { openRecord, prescriptionRef, requestRef } from '../../../src/flows/openRecord.ts';
import { outbox } from '../../../src/flows/outbox.ts';
import { prescribe, type PrescriptionFields } from '../../../src/flows/prescribe.ts';
import { unlockWays, unlockWithPhrase, unlockWithWallet } from '../../../src/flows/unlock.ts';
import type { Vault } from '../../../src/flows/vault.ts';
import { visits, type Visit } from '../../../src/flows/visits.ts';
import { openDraft } from '../../../src/flows/writing.ts';
import { readVisitRequest, readWords, type VisitRequest } from '../../../src/record/fhir.ts';
import { FakeWorld, person } from '../../fakes/chain.ts';
import { Device } from '../../fakes/device.ts';
import type { Blocks } from '../../fakes/storage.ts';
import { codeOf } from '../code.ts';

const FEE = 10n ** 16n;
let world: FakeWorld;
let peer: Blocks;
let patient: Device;
let doctor: Device;
let vault: Vault;

beforeEach(() => {
  world = new FakeWorld();
  peer = new Map();
  patient = new Device(world, person('patient'), peer);
});

/** Stretching a passphrase takes a second: only those have one that need it. */
const begin = async (passphrase = ''): Promise<void> => {
  vault = await patient.enroll({ passphrase });
};

/** Changes the way in, and keeps the words that were shown in `words`. */
const change = async (input: Partial<ChangeInput>, device = patient, from = vault): Promise<Vault> => {
  device.words = [];
  return changeWay(device.ports, device.act, from, {
    way: 'passphrase',
    passphrase: '',
    prepared: null,
    onPrepared: () => undefined,
    confirmPhrase: async (words) => void (device.words = words),
    ...input,
  });
};

const withDoctor = async () => {
  doctor = new Device(world, person('doctor'), peer);
  const doctorVault = await doctor.enroll({
    profile: {
      kind: 'doctor',
      name: 'Dr. Ada Byron',
      qualification: 'MD',
      specialty: 'Cardiology',
      since: 2010,
      languages: [],
      phone: '',
    },
    fee: FEE,
  });
  const hospital = new Device(world, world.founders[0]!, peer);
  const hospitalVault = await hospital.enroll({
    profile: { kind: 'hospital', name: 'General', city: 'Zagreb', phone: '' },
  });
  const account = await hospital.ports.chain.account(doctor.wallet.account);
  await accredit(hospital.ports, hospital.act, account, 'doctor', 'HR-1');
  void hospitalVault;
  return doctorVault;
};

const booked = async (symptoms: string): Promise<Visit> => {
  const draft = await openDraft<VisitRequest>(patient.ports, bookingDraft(doctor.wallet.account), {
    symptoms: '',
    preferred: '',
  });
  draft.fields.symptoms = symptoms;
  await saveDraft(patient.ports, draft);
  await book(patient.ports, patient.act, vault, {
    doctor: await patient.ports.chain.account(doctor.wallet.account),
    until: world.time + 7 * 86_400,
    draft,
    acceptKey: null,
  });
  return (await visits(patient.ports, patient.wallet.account))[0] as Visit;
};

describe('another passphrase', () => {
  it('makes a new seed and new words, and still opens what was sealed before', async () => {
    await begin();
    const doctorVault = await withDoctor();
    const words = patient.words;
    const visit = await booked('chest pain');
    const old = { seed: toHex(vault.seed), key: toHex(vault.identity.publicKey) };
    const next = await change({ passphrase: 'second passphrase' });
    expect(toHex(next.seed)).not.toBe(old.seed);
    expect(patient.words).toHaveLength(24);
    expect(patient.words).not.toEqual(words);

    const own = await openRecord(patient.ports, next, requestRef(visit));
    expect(readVisitRequest(own.manifest.resources).symptoms).toBe('chest pain');

    // the doctor answers the booking that named an old key: sealed to the new one, and only to that
    const request = await openRecord(doctor.ports, doctorVault, requestRef(visit));
    const draft = await openDraft<PrescriptionFields>(doctor.ports, prescriptionDraft(visit), {
      advice: '',
      lines: [],
    });
    draft.fields.advice = 'rest';
    await prescribe(doctor.ports, doctor.act, doctorVault, visit, request, draft);
    const answered = prescriptionRef((await visits(patient.ports, patient.wallet.account))[0] as Visit)!;
    expect(readWords((await openRecord(patient.ports, next, answered)).manifest.resources)).toBe('rest');
    expect(await codeOf(openRecord(patient.ports, vault, answered))).toBe('crypto/not-for-you');
  });

  it('opens with the new one alone, on every device, and everything kept here is there again', async () => {
    await begin('first passphrase');
    await patient.cabinet.set('draft/x', utf8('kept'));
    const before = toHex(vault.identity.publicKey);
    const next = await change({ passphrase: 'second passphrase' });
    expect(await patient.cabinet.get('draft/x')).toEqual(utf8('kept'));
    const again = patient.reloaded();
    expect(await codeOf(unlockWithWallet(again.ports, again.act, 'first passphrase'))).toBe('crypto/wrong-unlock');
    const opened = await unlockWithWallet(again.ports, again.act, 'second passphrase');
    expect(toHex(opened.identity.publicKey)).toBe(toHex(next.identity.publicKey));
    expect(await again.cabinet.get('draft/x')).toEqual(utf8('kept'));
    expect(opened.identities()).toEqual(next.identities());
    expect(opened.identities()).toHaveLength(2 * vault.identities().length);
    expect(toHex(opened.identity.publicKey)).not.toBe(before);
    // a browser that has only ever seen the old seed
    const elsewhere = new Device(world, person('patient'), peer);
    await unlockWithPhrase(elsewhere.ports, patient.words.join(' '));
    expect(elsewhere.wallet.prompts).toEqual([]);
  });

  it('the old words open nothing of it any more', async () => {
    await begin();
    const words = patient.words.join(' ');
    await change({ passphrase: 'second passphrase' });
    expect(await codeOf(unlockWithPhrase(patient.ports, words))).toBe('crypto/wrong-unlock');
  });

  it('takes over what another browser kept under the seed before', async () => {
    await begin('first passphrase');
    const second = new Device(world, person('patient'), peer);
    await unlockWithWallet(second.ports, second.act, 'first passphrase');
    await second.cabinet.set('draft/there', utf8('kept'));
    await change({ passphrase: 'second passphrase' });
    await change(
      { passphrase: 'third passphrase' },
      patient,
      await unlockWithPhrase(patient.ports, patient.words.join(' ')),
    );
    const back = second.reloaded();
    await unlockWithWallet(back.ports, back.act, 'third passphrase');
    expect(await back.cabinet.get('draft/there')).toEqual(utf8('kept'));
  });

  it('leaves everything as it was when a prompt is declined, and keeps the confirmed words for another try', async () => {
    await begin();
    patient.act.turnBackAt = (p) => p.kind === 'transaction';
    let prepared: ChangeInput['prepared'] = null;
    const declined = change({ passphrase: 'second passphrase', onPrepared: (p) => (prepared = p) });
    expect(await codeOf(declined)).toBe('wallet/declined');
    expect(await outbox(patient.cabinet).list()).toEqual([]);
    const words = patient.words;
    patient.act.turnBackAt = null;
    await change({ passphrase: 'second passphrase', prepared });
    expect(patient.words).toEqual([]);
    const again = patient.reloaded();
    await unlockWithPhrase(again.ports, words.join(' '));
  });

  it('is refused while another device has changed the keys', async () => {
    await begin('first passphrase');
    const second = new Device(world, person('patient'), peer);
    const other = await unlockWithWallet(second.ports, second.act, 'first passphrase');
    await change({ passphrase: 'second passphrase' });
    expect(await codeOf(change({ passphrase: 'third passphrase' }, second, other))).toBe('crypto/wrong-unlock');
  });

  it('keeps the published profile', async () => {
    await begin();
    const doctorVault = await withDoctor();
    const { profile } = await doctor.ports.chain.provenKey(doctor.wallet.account);
    await change({ passphrase: 'a passphrase' }, doctor, doctorVault);
    expect((await doctor.ports.chain.provenKey(doctor.wallet.account)).profile).toBe(profile);
  });
});

describe('other ways', () => {
  it('without a passphrase the seed and the words stay', async () => {
    await begin('first passphrase');
    const next = await change({ way: 'wallet' });
    expect(next).toBe(vault);
    expect(patient.words).toEqual([]);
    expect(await unlockWays(patient.ports)).toEqual({ wallet: true, passphrase: false });
    const again = patient.reloaded();
    expect(toHex((await unlockWithWallet(again.ports, again.act, '')).seed)).toBe(toHex(vault.seed));
  });

  it('a passphrase after none closes the wallet’s own way', async () => {
    await begin();
    const open = await change({ way: 'wallet' });
    const next = await change({ way: 'passphrase', passphrase: 'second passphrase' }, patient, open);
    expect(next).not.toBe(open);
    const again = patient.reloaded();
    expect(await codeOf(unlockWithWallet(again.ports, again.act, ''))).toBe('crypto/wrong-unlock');
  });

  it('the words alone, and back to the wallet with the same words', async () => {
    await begin('first passphrase');
    const next = await change({ way: 'words' });
    const words = patient.words;
    expect(await unlockWays(patient.ports)).toEqual({ wallet: false, passphrase: false });
    expect(await codeOf(change({ way: 'words' }, patient, next))).toBe('input/invalid');
    expect(await change({ way: 'passphrase', passphrase: 'second passphrase' }, patient, next)).toBe(next);
    const again = patient.reloaded();
    await unlockWithPhrase(again.ports, words.join(' '));
    await unlockWithWallet(again.ports, again.act, 'second passphrase');
  });

  it('the history says which way opened the vault since which entry', async () => {
    await begin('first passphrase');
    const open = await change({ way: 'wallet' });
    await change({ passphrase: 'second passphrase' }, patient, open);
    const history = await keyHistory(patient.ports, patient.wallet.account);
    expect(history.map((k) => [k.entry.event, k.number, k.way])).toEqual([
      ['Enrolled', 2, 'passphrase'],
      ['KeyringSet', 1, 'wallet'],
      ['Enrolled', 1, 'passphrase'],
    ]);
  });
});

describe('the 24 words', () => {
  it('are shown again after a fresh signature and the passphrase', async () => {
    await begin('first passphrase');
    const { words } = patient;
    expect(await revealPhrase(patient.ports, patient.act, vault, 'first passphrase')).toEqual(words);
    expect(patient.act.prompts.at(-1)).toMatchObject({ kind: 'signature', purpose: 'reveal' });
    expect(await codeOf(revealPhrase(patient.ports, patient.act, vault, 'wrong'))).toBe('crypto/wrong-unlock');
    expect(await codeOf(revealPhrase(patient.ports, patient.act, vault, ''))).toBe('crypto/wrong-unlock');
    patient.wallet.declines = 1;
    expect(await codeOf(revealPhrase(patient.ports, patient.act, vault, 'first passphrase'))).toBe('wallet/declined');
  });

  it('on paper are compared without being shown', async () => {
    await begin();
    const { words } = patient;
    expect(checkPhrase(vault, ` ${words.join('\n').toUpperCase()}`)).toBe(true);
    const stranger = new Device(world, person('stranger'), peer);
    await stranger.enroll();
    expect(checkPhrase(vault, stranger.words.join(' '))).toBe(false);
    expect(await codeOf(Promise.resolve().then(() => checkPhrase(vault, 'twelve words only')))).toBe(
      'crypto/bad-phrase',
    );
  });
});
