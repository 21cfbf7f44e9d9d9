import { beforeEach, describe, expect, it } from 'vitest';
import { toHex, utf8 } from '../../../src/core/bytes.ts';
import { accredit } from '../../../src/flows/accredit.ts';
import { book } from '../../../src/flows/book.ts';
import { doctors } from '../../../src/flows/directory.ts';
import { bookingDraft, prescriptionDraft, saveDraft } from '../../../src/flows/draft.ts';
import { openFile, openRecord, prescriptionRef, reasonRef, requestRef } from '../../../src/flows/openRecord.ts';
import { outbox } from '../../../src/flows/outbox.ts';
import { earnings, release, withdraw } from '../../../src/flows/pay.ts';
import { prescribe, type PrescriptionFields } from '../../../src/flows/prescribe.ts';
import { readProfile } from '../../../src/flows/profile.ts';
import { accept, cancel, decline } from '../../../src/flows/respond.ts';
import { rate } from '../../../src/flows/review.ts';
import { forget, resume } from '../../../src/flows/send.ts';
import { unlockWays, unlockWithPhrase, unlockWithWallet } from '../../../src/flows/unlock.ts';
import type { Vault } from '../../../src/flows/vault.ts';
import { addFile, openDraft, removeFile } from '../../../src/flows/writing.ts';
import { visits, type Visit } from '../../../src/flows/visits.ts';
import { readPrescription, readVisitRequest, readWords, type VisitRequest } from '../../../src/record/fhir.ts';
import { dump } from '../../fakes/cabinet.ts';
import { FakeWorld, person } from '../../fakes/chain.ts';
import { Device } from '../../fakes/device.ts';
import type { Blocks } from '../../fakes/storage.ts';
import { codeOf } from '../code.ts';

const FEE = 10n ** 16n;
const PROFILE = {
  kind: 'doctor',
  name: 'Dr. Ada Byron',
  qualification: 'MD',
  specialty: 'Cardiology',
  since: 2010,
  languages: ['English'],
  phone: '',
} as const;
const SECRET = 'MARKER chest pain since Tuesday';

let world: FakeWorld;
let peer: Blocks;
let patient: Device;
let doctor: Device;
let patientVault: Vault;
let doctorVault: Vault;

beforeEach(async () => {
  world = new FakeWorld();
  peer = new Map();
  patient = new Device(world, person('patient'), peer);
  doctor = new Device(world, person('doctor'), peer);
  patientVault = await patient.enroll();
  doctorVault = await doctor.enroll({ profile: { ...PROFILE, languages: ['English'] }, fee: FEE });
  const hospital = new Device(world, world.founders[0]!, peer);
  await hospital.enroll({ profile: { kind: 'hospital', name: 'General', city: 'Zagreb', phone: '' } });
  await accredit(
    hospital.ports,
    hospital.act,
    await hospital.ports.chain.account(doctor.wallet.account),
    'doctor',
    'HR-1',
  );
});

const draftFor = async (device: Device, symptoms = SECRET) => {
  const draft = await openDraft<VisitRequest>(device.ports, bookingDraft(doctor.wallet.account), {
    symptoms: '',
    preferred: '',
  });
  draft.fields.symptoms = symptoms;
  await saveDraft(device.ports, draft);
  return draft;
};

const bookNow = async (device = patient) => {
  const draft = await draftFor(device);
  await addFile(device.ports, draft, new File([utf8(`${SECRET} in a file`)], 'ecg.txt', { type: 'text/plain' }));
  const card = await device.ports.chain.account(doctor.wallet.account);
  return book(device.ports, device.act, patientVault, {
    doctor: card,
    until: world.time + 7 * 86400,
    draft,
    acceptKey: null,
  });
};

const onlyVisit = async (device: Device): Promise<Visit> => {
  const list = await visits(device.ports, device.wallet.account);
  expect(list).toHaveLength(1);
  return list[0] as Visit;
};

const answer = async (device = doctor) => {
  const visit = await onlyVisit(device);
  const request = await openRecord(device.ports, doctorVault, requestRef(visit));
  const draft = await openDraft<PrescriptionFields>(device.ports, prescriptionDraft(visit), { advice: '', lines: [] });
  draft.fields.advice = 'MARKER rest';
  draft.fields.lines = [
    { medication: 'MARKER aspirin', dose: '100 mg', frequency: 'daily', duration: '30 days', note: '' },
  ];
  await addFile(device.ports, draft, new File(['MARKER plan'], 'plan.pdf', { type: 'application/pdf' }));
  return prescribe(device.ports, device.act, doctorVault, visit, request, draft);
};

describe('the main job', () => {
  it('goes from booking to rating, each side reading what was meant for it', async () => {
    const [found] = await doctors(patient.ports);
    expect(found?.address).toBe(doctor.wallet.account);
    expect(await readProfile(patient.ports, doctor.wallet.account)).toEqual(PROFILE);
    await bookNow();
    expect(patient.act.stages.slice(-6)).toEqual(['encrypt', 'store', 'wallet', 'sent', 'confirmed', 'verified']);

    let visit = await onlyVisit(doctor);
    expect(visit).toMatchObject({ status: 'booked', fee: FEE, patient: patient.wallet.account });
    await accept(doctor.ports, doctor.act, doctorVault, visit);
    const request = await openRecord(doctor.ports, doctorVault, requestRef(visit));
    expect(request.signed).toBe('signature');
    expect(readVisitRequest(request.manifest.resources).symptoms).toBe(SECRET);
    expect(await (await openFile(doctor.ports, request, 0)).text()).toBe(`${SECRET} in a file`);
    await answer();

    visit = await onlyVisit(patient);
    expect(visit.status).toBe('completed');
    const prescription = await openRecord(patient.ports, patientVault, prescriptionRef(visit)!);
    expect(readPrescription(prescription.manifest.resources)[0]?.medication).toBe('MARKER aspirin');
    expect(readWords(prescription.manifest.resources)).toBe('MARKER rest');
    expect(await (await openFile(patient.ports, prescription, 0)).text()).toBe('MARKER plan');

    await rate(patient.ports, patient.act, visit, 5);
    visit = await onlyVisit(patient);
    expect(visit).toMatchObject({ status: 'paid', score: 5, paid: FEE });
    expect((await doctors(patient.ports))[0]?.rating).toMatchObject({ count: 1, sum: 5 });

    const money = await earnings(doctor.ports, doctorVault);
    expect(money).toMatchObject({ credit: FEE, escrow: 0n, earned: FEE });
    await withdraw(doctor.ports, doctor.act, doctorVault);
    expect((await earnings(doctor.ports, doctorVault)).credit).toBe(0n);
  });

  it('lets the patient release first and rate afterwards', async () => {
    await bookNow();
    await answer();
    await release(patient.ports, patient.act, await onlyVisit(patient));
    expect(await onlyVisit(patient)).toMatchObject({ status: 'paid', score: 0, paid: FEE });
    await rate(patient.ports, patient.act, await onlyVisit(patient), 4);
    expect(await onlyVisit(doctor)).toMatchObject({ status: 'paid', score: 4, paid: FEE });
    expect(await codeOf(rate(patient.ports, patient.act, await onlyVisit(patient), 5))).toBe('chain/reverted');
  });

  it('gives the fee back on a decline, with a reason only the patient reads', async () => {
    await bookNow();
    const visit = await onlyVisit(doctor);
    await decline(doctor.ports, doctor.act, doctorVault, visit, 'MARKER please see a dentist');
    const mine = await onlyVisit(patient);
    expect(mine).toMatchObject({ status: 'declined', paid: 0n });
    expect(readWords((await openRecord(patient.ports, patientVault, reasonRef(mine)!)).manifest.resources)).toBe(
      'MARKER please see a dentist',
    );
  });

  it('an answer goes to the patient’s own key when the booking names a reply key that is none', async () => {
    await bookNow();
    const visit = await onlyVisit(doctor);
    const request = await openRecord(doctor.ports, doctorVault, requestRef(visit));
    request.manifest.reply = `age1pq1${'q'.repeat(1950)}`;
    const draft = await openDraft<PrescriptionFields>(doctor.ports, prescriptionDraft(visit), {
      advice: 'rest',
      lines: [],
    });
    await prescribe(doctor.ports, doctor.act, doctorVault, visit, request, draft);
    const answered = prescriptionRef(await onlyVisit(patient))!;
    expect(readWords((await openRecord(patient.ports, patientVault, answered)).manifest.resources)).toBe('rest');
  });

  it('an act tried twice at once is one act', async () => {
    await bookNow();
    const visit = await onlyVisit(doctor);
    world.automine = false;
    const first = accept(doctor.ports, doctor.act, doctorVault, visit);
    await expect.poll(async () => (await outbox(doctor.cabinet).list())[0]?.stage).toBe('sent');
    const second = accept(doctor.ports, doctor.act, doctorVault, visit);
    await expect.poll(() => doctor.act.stages.filter((s) => s === 'sent').length).toBe(3 + 1);
    world.mine();
    expect((await first).tx).toBe((await second).tx);
    expect(world.sent.filter((s) => s.call.name === 'accept')).toHaveLength(1);
  });

  it('lets the patient cancel before acceptance and not after', async () => {
    await bookNow();
    const visit = await onlyVisit(patient);
    await accept(doctor.ports, doctor.act, doctorVault, visit);
    expect(await codeOf(cancel(patient.ports, patient.act, visit))).toBe('chain/reverted');
  });

  it('leaves nothing readable in storage, at the peer or on the chain', async () => {
    await bookNow();
    await answer();
    const hidden = [
      SECRET,
      'MARKER',
      'ecg.txt',
      'plan.pdf',
      toHex(utf8('MARKER')).slice(2),
      patientVault.identity.identity,
    ];
    const kept = [...peer.values(), ...patient.storage.here.values(), ...doctor.storage.here.values()];
    const seen =
      kept.map((b) => new TextDecoder('latin1').decode(b)).join('\n') + dump(patient.cabinet) + dump(doctor.cabinet);
    const chain = JSON.stringify(world.sent, (_, v: unknown) => (typeof v === 'bigint' ? String(v) : v));
    for (const secret of hidden) {
      expect(seen).not.toContain(secret);
      expect(chain).not.toContain(secret);
    }
  });
});

describe('unlocking', () => {
  it('opens the same vault with the wallet, and with the 24 words', async () => {
    const again = patient.reloaded();
    expect(await unlockWays(again.ports)).toEqual({ wallet: true, passphrase: false });
    expect((await unlockWithWallet(again.ports, again.act, '')).identity).toEqual(patientVault.identity);
    expect(again.wallet.prompts).toHaveLength(1);
    const elsewhere = new Device(world, patient.person, peer);
    expect((await unlockWithPhrase(elsewhere.ports, ` ${patient.words.join('\n ').toUpperCase()} `)).identity).toEqual(
      patientVault.identity,
    );
  });

  it('refuses another account’s words and a wrong checksum', async () => {
    const again = patient.reloaded();
    expect(await codeOf(unlockWithPhrase(again.ports, doctor.words.join(' ')))).toBe('crypto/wrong-unlock');
    expect(await codeOf(unlockWithPhrase(again.ports, 'abandon '.repeat(24)))).toBe('crypto/bad-phrase');
  });

  it('needs the passphrase where one was set', async () => {
    const careful = new Device(world, person('careful'), peer);
    const vault = await careful.enroll({ passphrase: 'correct horse' });
    const again = careful.reloaded();
    expect(await unlockWays(again.ports)).toEqual({ wallet: true, passphrase: true });
    expect(await codeOf(unlockWithWallet(again.ports, again.act, 'wrong'))).toBe('crypto/wrong-unlock');
    expect((await unlockWithWallet(again.ports, again.act, 'correct horse')).identity).toEqual(vault.identity);
  });

  it('a locked vault opens nothing, and its cabinet neither', async () => {
    patientVault.lock();
    patient.cabinet.lock();
    expect(() => patientVault.identities()).toThrow(expect.objectContaining({ code: 'crypto/locked' }));
    expect(await codeOf(outbox(patient.cabinet).list())).toBe('crypto/locked');
  });
});

describe('enrolment', () => {
  it('refuses a wallet that does not repeat its signature, before anything is sent', async () => {
    const moody = new Device(world, person('moody'), peer);
    moody.wallet.repeatable = false;
    expect(await codeOf(moody.enroll())).toMatch(/^crypto\/(unrepeatable|bad)-signature$/);
    expect(moody.wallet.prompts.some((p) => p.kind === 'send')).toBe(false);
    expect(await moody.enroll({ way: 'phrase' })).toBeTruthy();
  });

  it('sends nothing until the phrase is confirmed', async () => {
    const hasty = new Device(world, person('hasty'), peer);
    await expect(hasty.enroll({ confirmPhrase: () => Promise.reject(new Error('closed')) })).rejects.toThrow('closed');
    expect(hasty.wallet.prompts.some((p) => p.kind === 'send')).toBe(false);
  });

  it.each([0, 1, 2])('survives the wallet declining prompt %i', async (n) => {
    const shy = new Device(world, person('shy'), peer);
    let asked = 0;
    shy.act.turnBackAt = () => asked++ === n;
    expect(await codeOf(shy.enroll())).toBe('wallet/declined');
    expect(await codeOf(shy.ports.chain.provenKey(shy.wallet.account))).toBe('chain/key-unproven');
    shy.act.turnBackAt = null;
    await shy.enroll();
    expect((await shy.ports.chain.provenKey(shy.wallet.account)).by).toBe('signature');
  });

  it('declining only the last prompt keeps the words that were written down, for another try of the same visit', async () => {
    const slip = new Device(world, person('slip'), peer);
    slip.wallet.declines = 0;
    slip.act.turnBackAt = (p) => p.kind === 'transaction';
    expect(await codeOf(slip.enroll({ passphrase: 'correct horse' }))).toBe('wallet/declined');
    const written = slip.words;
    slip.act.turnBackAt = null;
    slip.words = [];
    const signatures = slip.wallet.prompts.length;
    const vault = await slip.enroll({ passphrase: 'correct horse', prepared: slip.prepared });
    expect([slip.words, slip.wallet.prompts.length - signatures]).toEqual([[], 1]);
    const again = slip.reloaded();
    expect((await unlockWithPhrase(again.ports, written.join(' '))).identity).toEqual(vault.identity);
    const other = new Device(world, person('other'), peer);
    await other.enroll({ passphrase: 'correct horse', prepared: slip.prepared });
    expect(other.words).toHaveLength(24);
  });

  it('a doctor who declines only the fee is enrolled, with a closed practice', async () => {
    const shy = new Device(world, person('shy doctor'), peer);
    shy.act.turnBackAt = (p) => p.kind === 'transaction' && p.call.name === 'setFee';
    await shy.enroll({ profile: { ...PROFILE, languages: [] }, fee: FEE, open: true });
    expect(await shy.ports.chain.account(shy.wallet.account)).toMatchObject({ fee: 0n, open: false });
  });

  it('can be left while the wallet does not answer for a signature', async () => {
    const lost = new Device(world, person('lost'), peer);
    lost.wallet.sign = () => new Promise(() => {});
    const hanging = lost.enroll();
    await expect.poll(() => lost.act.prompts.length).toBe(1);
    lost.act.controller.abort();
    expect(await codeOf(hanging)).toBe('storage/aborted');
  });

  it('of an enrolled account is refused in its own words', async () => {
    expect(await codeOf(patient.reloaded().enroll())).toBe('input/already-enrolled');
  });

  it('counts the prompts down', async () => {
    expect(doctor.act.prompts.map((p) => [p.kind, p.left])).toEqual([
      ['signature', 3],
      ['signature', 2],
      ['transaction', 1],
      ['transaction', 0],
    ]);
  });
});

describe('a reload, at every step of booking', () => {
  const waiting = async (device: Device) => (await outbox(device.cabinet).list())[0]!;
  const booked = () => world.sent.filter((s) => s.call.name === 'book').length;
  const after = async () => {
    const again = patient.reloaded();
    await unlockWithWallet(again.ports, again.act, '');
    return again;
  };

  it('keeps words and files while they are being written', async () => {
    const draft = await draftFor(patient);
    const file = await addFile(patient.ports, draft, new File(['x'], 'x.txt'));
    const again = await after();
    const same = await openDraft<VisitRequest>(again.ports, bookingDraft(doctor.wallet.account), {
      symptoms: '',
      preferred: '',
    });
    expect(same).toEqual(draft);
    await removeFile(again.ports, same, same.files[0]!);
    expect(again.storage.here.has(file.cid)).toBe(false);
  });

  it('at the explanation before the wallet: asks again, sends once', async () => {
    patient.act.prompt = () => new Promise(() => {});
    void bookNow();
    await expect.poll(async () => (await outbox(patient.cabinet).list())[0]?.stage).toBe('ready');
    const again = await after();
    await resume(again.ports, again.act, await waiting(again));
    expect(booked()).toBe(1);
    expect(await outbox(again.cabinet).list()).toEqual([]);
  });

  it('turning back at the explanation leaves the draft and nothing else', async () => {
    patient.act.turnBackAt = (p) => p.kind === 'transaction';
    expect(await codeOf(bookNow())).toBe('wallet/declined');
    expect(await outbox(patient.cabinet).list()).toEqual([]);
    const draft = await draftFor(patient);
    expect(draft.files).toHaveLength(1);
  });

  it('when the wallet sent it and the page never heard: finds it in the timeline, asks nothing', async () => {
    const real = patient.wallet.send.bind(patient.wallet);
    patient.wallet.send = async (call, quote) => {
      await real(call, quote);
      throw new Error('the page is gone');
    };
    await expect(bookNow()).rejects.toThrow('gone');
    const again = await after();
    expect((await waiting(again)).stage).toBe('asked');
    await resume(again.ports, again.act, await waiting(again));
    expect(again.wallet.prompts.filter((p) => p.kind === 'send')).toHaveLength(0);
    expect(booked()).toBe(1);
    expect(await onlyVisit(again)).toMatchObject({ status: 'booked' });
  });

  it('while it waits to be mined: will not ask the wallet again', async () => {
    world.automine = false;
    const real = patient.wallet.send.bind(patient.wallet);
    patient.wallet.send = async (call, quote) => {
      await real(call, quote);
      throw new Error('the page is gone');
    };
    await expect(bookNow()).rejects.toThrow('gone');
    const again = await after();
    expect(await codeOf(resume(again.ports, again.act, await waiting(again)))).toBe('wallet/pending');
    world.mine();
    await resume(again.ports, again.act, await waiting(again));
    expect(booked()).toBe(1);
  });

  it('after it was sent: follows the hash', async () => {
    world.automine = false;
    const hanging = bookNow();
    await expect.poll(async () => (await outbox(patient.cabinet).list())[0]?.stage).toBe('sent');
    const again = await after();
    const done = resume(again.ports, again.act, await waiting(again));
    world.mine();
    expect((await done).event).toBe('Booked');
    await hanging;
    expect(booked()).toBe(1);
  });

  it('when the wallet was asked, and nothing was sent: says so and asks again', async () => {
    const send = patient.wallet.send.bind(patient.wallet);
    patient.wallet.send = () => Promise.reject(new Error('the page is gone'));
    await expect(bookNow()).rejects.toThrow('gone');
    patient.wallet.send = send;
    const again = await after();
    await resume(again.ports, again.act, await waiting(again));
    expect(again.act.prompts.at(-1)).toMatchObject({ kind: 'transaction', again: true });
    expect(booked()).toBe(1);
  });

  it('booking again from the same draft takes the old one up instead', async () => {
    patient.wallet.declines = 1;
    expect(await codeOf(bookNow())).toBe('wallet/declined');
    await bookNow();
    expect(booked()).toBe(1);
    expect(await outbox(patient.cabinet).list()).toEqual([]);
  });
});

describe('a draft changed between two tries', () => {
  const FIRST = 'MARKER with the file I regret';
  const card = () => patient.ports.chain.account(doctor.wallet.account);
  const bookDraft = async (draft: Awaited<ReturnType<typeof draftFor>>) =>
    book(patient.ports, patient.act, patientVault, {
      doctor: await card(),
      until: world.time + 7 * 86400,
      draft,
      acceptKey: null,
    });
  const received = async () => {
    const request = await openRecord(doctor.ports, doctorVault, requestRef(await onlyVisit(doctor)));
    return { ...readVisitRequest(request.manifest.resources), files: request.manifest.files.map((f) => f.name) };
  };

  it('after the wallet declined: what goes out is what stands there now', async () => {
    const draft = await draftFor(patient, FIRST);
    const regretted = await addFile(patient.ports, draft, new File(['x'], 'regretted.pdf'));
    patient.wallet.declines = 1;
    expect(await codeOf(bookDraft(draft))).toBe('wallet/declined');
    await removeFile(patient.ports, draft, regretted);
    draft.fields.symptoms = 'only this';
    await bookDraft(draft);
    expect(await received()).toMatchObject({ symptoms: 'only this', files: [] });
  });

  it('after the first had been sent unheard: says so, sends nothing more and keeps the changes', async () => {
    const real = patient.wallet.send.bind(patient.wallet);
    patient.wallet.send = async (call, quote) => {
      await real(call, quote);
      throw new Error('the page is gone');
    };
    const draft = await draftFor(patient, FIRST);
    await expect(bookDraft(draft)).rejects.toThrow('gone');
    patient.wallet.send = real;
    draft.fields.symptoms = 'changed my mind';
    await saveDraft(patient.ports, draft);
    expect(await codeOf(bookDraft(draft))).toBe('input/already-sent');
    expect(world.sent.filter((s) => s.call.name === 'book')).toHaveLength(1);
    expect((await received()).symptoms).toBe(FIRST);
    const kept = await openDraft<VisitRequest>(patient.ports, bookingDraft(doctor.wallet.account), {
      symptoms: '',
      preferred: '',
    });
    expect(kept.fields.symptoms).toBe('changed my mind');
  });
});

describe('a node whose word about a transaction is wrong', () => {
  it('says “dropped”, and the wallet’s own node mines it: the next try finds it and pays once', async () => {
    world.automine = false;
    const find = patient.ports.chain.find;
    patient.ports.chain.find = async () => ({ state: 'dropped' });
    expect(await codeOf(bookNow())).toBe('chain/stuck');
    patient.ports.chain.find = find;
    world.mine();
    await resume(patient.ports, patient.act, (await outbox(patient.cabinet).list())[0]!);
    expect(world.sent.filter((s) => s.call.name === 'book')).toHaveLength(1);
    expect(await outbox(patient.cabinet).list()).toEqual([]);
  });

  it('says “reverted” while it waits: nothing is asked again, nor forgotten', async () => {
    world.automine = false;
    const find = patient.ports.chain.find;
    const receipt = { tx: '0x', block: 1, blockHash: '0x', index: 0, gasUsed: 0n, fee: 0n } as const;
    patient.ports.chain.find = async () => ({ state: 'reverted', receipt, error: null });
    expect(await codeOf(bookNow())).toBe('chain/reverted');
    patient.ports.chain.find = find;
    const entry = (await outbox(patient.cabinet).list())[0]!;
    expect(await codeOf(resume(patient.ports, patient.act, entry))).toBe('chain/stuck');
    expect(await codeOf(forget(patient.ports, entry))).toBe('chain/stuck');
    world.mine();
    expect(await codeOf(forget(patient.ports, entry))).toBe('input/invalid');
  });

  it('shows nothing waiting, and mines the first while the second is being explained: the wallet is not asked', async () => {
    world.automine = false;
    const { nonces } = patient.ports.chain;
    const real = patient.wallet.send.bind(patient.wallet);
    patient.wallet.send = async (call, quote) => {
      await real(call, quote);
      throw new Error('the page is gone');
    };
    await expect(bookNow()).rejects.toThrow('gone');
    patient.ports.chain.nonces = async () => ({ mined: 1, pending: 1 });
    const asked = patient.wallet.prompts.length;
    patient.act.turnBackAt = () => {
      world.mine();
      return false;
    };
    await resume(patient.ports, patient.act, (await outbox(patient.cabinet).list())[0]!);
    patient.ports.chain.nonces = nonces;
    expect(patient.wallet.prompts).toHaveLength(asked);
    expect(world.sent.filter((s) => s.call.name === 'book')).toHaveLength(1);
  });
});

describe('when the chain or a place fails', () => {
  it('a revert after sending says which error of the contract, and the draft is kept', async () => {
    world.next.push('revert');
    const draft = await draftFor(patient);
    const card = await patient.ports.chain.account(doctor.wallet.account);
    const input = { doctor: card, until: world.time + 7 * 86400, draft, acceptKey: null };
    await expect(book(patient.ports, patient.act, patientVault, input)).rejects.toMatchObject({
      code: 'chain/reverted',
      details: { name: 'Stale' },
    });
    expect(await patient.cabinet.get(draft.name)).not.toBeNull();
  });

  it('a dropped transaction is stuck until its nonce is used by another, then may be sent again', async () => {
    world.next.push('drop');
    expect(await codeOf(bookNow())).toBe('chain/stuck');
    expect(await codeOf(bookNow())).toBe('chain/stuck');
    world.submit(patient.wallet.account, { name: 'setProfile', args: { profile: `0x${'1'.repeat(64)}` } });
    await bookNow();
    expect(await onlyVisit(doctor)).toMatchObject({ status: 'booked' });
  });

  it('no place that confirms: the person is told before the wallet is asked, and may turn back', async () => {
    const draft = await draftFor(patient);
    patient.storage.online = false;
    patient.act.turnBackAt = (p) => p.kind === 'transaction' && p.onlyHere?.code === 'storage/push-failed';
    const before = patient.wallet.prompts.length;
    const card = await patient.ports.chain.account(doctor.wallet.account);
    const input = { doctor: card, until: world.time + 7 * 86400, draft, acceptKey: null };
    expect(await codeOf(book(patient.ports, patient.act, patientVault, input))).toBe('wallet/declined');
    expect(patient.wallet.prompts).toHaveLength(before);
    expect(await patient.storage.onlyHere()).toHaveLength(1);
  });

  it('sent all the same, the doctor can open it once a place holds it', async () => {
    patient.storage.online = false;
    await bookNow();
    const ref = requestRef(await onlyVisit(doctor));
    expect(await codeOf(openRecord(doctor.ports, doctorVault, ref))).toBe('storage/not-found');
    patient.storage.online = true;
    for (const digest of await patient.storage.onlyHere()) await patient.storage.push(digest);
    expect((await openRecord(doctor.ports, doctorVault, ref)).manifest.kind).toBe('booking');
    expect(await patient.storage.onlyHere()).toEqual([]);
  });

  it('a doctor’s key that cannot be proven gets nothing', async () => {
    world.swapped.add(doctor.wallet.account);
    expect(await codeOf(bookNow())).toBe('chain/key-unproven');
    expect(world.sent.some((s) => s.call.name === 'book')).toBe(false);
  });

  it('the fee changed since it was shown: refused before the wallet is asked', async () => {
    const card = await patient.ports.chain.account(doctor.wallet.account);
    const { changeFee } = await import('../../../src/flows/profile.ts');
    await changeFee(doctor.ports, doctor.act, FEE * 2n, true);
    const input = { doctor: card, until: world.time + 7 * 86400, draft: await draftFor(patient), acceptKey: null };
    await expect(book(patient.ports, patient.act, patientVault, input)).rejects.toMatchObject({
      code: 'chain/reverted',
      details: { name: 'WrongFee' },
    });
  });
});
