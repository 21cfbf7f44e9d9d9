import { beforeEach, describe, expect, it } from 'vitest';
import { NO_DIGEST, utf8, type Address, type Digest } from '../../../src/core/bytes.ts';
import { accredit, suspend } from '../../../src/flows/accredit.ts';
import { attest, attestable, MOST_AT_ONCE } from '../../../src/flows/attest.ts';
import { book } from '../../../src/flows/book.ts';
import {
  confirm,
  majority,
  members,
  propose,
  provenProposal,
  readStatement,
  stateOf,
} from '../../../src/flows/consortium.ts';
import { bookingDraft, disputeDraft, saveDraft } from '../../../src/flows/draft.ts';
import { dispute, resolve, type DisputeFields } from '../../../src/flows/dispute.ts';
import { lookUp } from '../../../src/flows/lookUp.ts';
import { openRecord } from '../../../src/flows/openRecord.ts';
import { ARBITER_WINDOW, disputesOfOthers, openDispute } from '../../../src/flows/openDisputes.ts';
import { accept } from '../../../src/flows/respond.ts';
import { send } from '../../../src/flows/send.ts';
import { licenceOf, standingOf, suspensionRef } from '../../../src/flows/standing.ts';
import type { Vault } from '../../../src/flows/vault.ts';
import { openDraft } from '../../../src/flows/writing.ts';
import { visits } from '../../../src/flows/visits.ts';
import { readWords } from '../../../src/record/fhir.ts';
import { encodeLicence, parseLicence } from '../../../src/record/licence.ts';
import { formatCode, formatNumber } from '../../../src/record/salusNumber.ts';
import { encodeStatement, parseStatement } from '../../../src/record/statement.ts';
import { FakeWorld, person } from '../../fakes/chain.ts';
import { Device } from '../../fakes/device.ts';
import type { Blocks } from '../../fakes/storage.ts';
import { codeOf } from '../code.ts';

const FEE = 10n ** 16n;
const DAY = 86_400;
const SECRET = 'MARKER licence withdrawn by the chamber';

let world: FakeWorld;
let peer: Blocks;
let hospitals: Device[];
let vaults: Vault[];
let doctor: Device;
let doctorVault: Vault;
let patient: Device;
let patientVault: Vault;

const account = (device: Device) => device.ports.chain.account(device.wallet.account);
const at = (n: number): [Device, Vault] => [hospitals[n] as Device, vaults[n] as Vault];
const vouch = async (n: number, who = doctor, role: 'doctor' | 'nurse' = 'doctor', licence = 'HR-1') =>
  accredit(at(n)[0].ports, at(n)[0].act, await account(who), role, licence);

beforeEach(async () => {
  world = new FakeWorld();
  peer = new Map();
  hospitals = world.founders.map((f) => new Device(world, f, peer));
  vaults = [];
  for (const h of hospitals)
    vaults.push(await h.enroll({ profile: { kind: 'hospital', name: 'General', city: 'Zagreb', phone: '' } }));
  doctor = new Device(world, person('doctor'), peer);
  doctorVault = await doctor.enroll({ fee: FEE });
  patient = new Device(world, person('patient'), peer);
  patientVault = await patient.enroll();
  await vouch(0);
});

const visit = async () => (await visits(patient.ports, patient.wallet.account))[0]!;
const booked = async () => {
  const draft = await openDraft<{ symptoms: string; preferred: string }>(
    patient.ports,
    bookingDraft(doctor.wallet.account),
    { symptoms: '', preferred: '' },
  );
  draft.fields.symptoms = 'MARKER cough';
  await saveDraft(patient.ports, draft);
  await book(patient.ports, patient.act, patientVault, {
    doctor: await account(doctor),
    until: world.time + 7 * DAY,
    draft: draft as never,
    acceptKey: null,
  });
  return visit();
};
const accepted = async () => {
  await accept(doctor.ports, doctor.act, doctorVault, await booked());
  return visit();
};
const disputed = async () => {
  const v = await accepted();
  const record = `0x${'5'.repeat(64)}` as Digest;
  await send(doctor.ports, doctor.act, { name: 'complete', args: { id: v.id, record, hint: '0x00000000' } });
  const draft = await openDraft<DisputeFields>(patient.ports, disputeDraft(await visit()), { words: '', show: false });
  draft.fields.words = 'MARKER nobody came';
  await saveDraft(patient.ports, draft);
  await dispute(patient.ports, patient.act, patientVault, await visit(), draft, []);
  return visit();
};

describe('vouching', () => {
  it('tells who vouched when in which role, with the licence anyone may look up', async () => {
    await vouch(1, doctor, 'doctor', '');
    const words = await standingOf(patient.ports, doctor.wallet.account);
    expect(words.map((w) => [w.kind, w.number, w.role, w.holds])).toEqual([
      ['accredited', 1, 'doctor', true],
      ['accredited', 0, 'doctor', true],
    ]);
    expect(words[0]?.licence).toBeNull();
    expect(await licenceOf(patient.ports, words[0]!)).toBeNull();
    expect(await licenceOf(patient.ports, words[1]!)).toBe('HR-1');
  });

  it('refuses one that is not enrolled, and a role that another hospital’s word holds', async () => {
    const stranger = new Device(world, person('stranger'), peer);
    expect(await codeOf(vouch(0, stranger))).toBe('input/invalid');
    expect(await codeOf(vouch(1, doctor, 'nurse'))).toBe('chain/reverted');
    await vouch(0, doctor, 'nurse');
    expect((await account(doctor)).role).toBe('nurse');
  });

  it('suspends with a reason that the suspended and the hospital read, and nobody else', async () => {
    const [general, vault] = at(0);
    await suspend(general.ports, general.act, vault, doctor.wallet.account, `  ${SECRET} `);
    const [word] = await standingOf(doctor.ports, doctor.wallet.account);
    expect(word).toMatchObject({ kind: 'suspended', number: 0, hospital: general.wallet.account });
    const ref = suspensionRef(word!)!;
    for (const [device, keys] of [[doctor, doctorVault] as const, [general, vault] as const])
      expect(readWords((await openRecord(device.ports, keys, ref)).manifest.resources)).toBe(SECRET);
    expect(await codeOf(openRecord(patient.ports, patientVault, ref))).toBe('crypto/not-for-you');
    const stored = [...peer.values(), ...general.storage.here.values()].map((b) => Buffer.from(b).toString('latin1'));
    expect(stored.join()).not.toContain('MARKER');
    expect((await account(doctor)).accredited).toBe(false);
    expect(await codeOf(suspend(general.ports, general.act, vault, doctor.wallet.account, ''))).toBe('chain/reverted');
  });

  it('is in force again after a suspension only by a new word', async () => {
    const [general, vault] = at(0);
    await suspend(general.ports, general.act, vault, doctor.wallet.account, '');
    expect((await standingOf(doctor.ports, doctor.wallet.account)).map((w) => w.holds)).toEqual([true, false]);
    expect(suspensionRef((await standingOf(doctor.ports, doctor.wallet.account))[0]!)).toBeNull();
    await vouch(0);
    expect((await standingOf(doctor.ports, doctor.wallet.account)).map((w) => [w.kind, w.holds])).toEqual([
      ['accredited', true],
      ['suspended', false],
      ['accredited', false],
    ]);
  });

  it('seals no reason to a key that is not proven', async () => {
    const [general, vault] = at(0);
    world.swapped.add(doctor.wallet.account);
    const tried = suspend(general.ports, general.act, vault, doctor.wallet.account, SECRET);
    expect(await codeOf(tried)).toBe('chain/key-unproven');
    expect((await account(doctor)).accredited).toBe(true);
    await suspend(general.ports, general.act, vault, doctor.wallet.account, '');
    expect((await account(doctor)).accredited).toBe(false);
  });

  it('finds an account by address, code, number, and a link with one of the first two in it', async () => {
    const { ports, wallet } = at(0)[0];
    const who = doctor.wallet.account;
    const mixed = `0x${who.slice(2).toUpperCase()}`;
    const links = [`https://x.example/#/your-patient/${who}`, `#/received/${mixed}`, `#/x/${formatCode(world, who)}/y`];
    for (const typed of [` ${mixed} `, formatCode(world, who), formatNumber(world, who), ...links])
      expect(await lookUp(ports, wallet.account, typed)).toBe(who);
    const why = async (typed: string) =>
      lookUp(ports, wallet.account, typed).catch((e: { details: { why: string } }) => e.details.why);
    expect(await why('Dr. Byron')).toBe('format');
    for (const link of ['https://x.example/', `#/x/${who}0`]) expect(await why(link)).toBe('format');
    expect(await why(formatNumber(world, person('nobody').account))).toBe('unknown-number');
    expect(await why(formatCode({ ...world, chainId: 1 }, who))).toBe('other-network');
  });
});

describe('attesting', () => {
  it('finds what may be attested, and the rating then counts among the attested', async () => {
    const [general] = at(0);
    await booked();
    expect(await attestable(general.ports, await account(general))).toEqual([]);
    await accept(doctor.ports, doctor.act, doctorVault, await visit());
    const [found, ...more] = await attestable(general.ports, await account(general));
    expect(more).toEqual([]);
    expect(found).toMatchObject({ id: 1n, doctor: doctor.wallet.account, fee: FEE, status: 'accepted' });
    await attest(general.ports, general.act, [found!]);
    expect(await attestable(general.ports, await account(general))).toEqual([]);
    const record = `0x${'5'.repeat(64)}` as Digest;
    await send(doctor.ports, doctor.act, { name: 'complete', args: { id: 1n, record, hint: '0x00000000' } });
    const comment = NO_DIGEST;
    await send(patient.ports, patient.act, { name: 'rate', args: { id: 1n, score: 4, comment } });
    expect((await account(doctor)).rating).toEqual({ count: 1, sum: 4, attestedCount: 1, attestedSum: 4 });
  });

  it('attests several in one transaction, all or none', async () => {
    const [general] = at(0);
    await accepted();
    await accepted();
    const list = await attestable(general.ports, await account(general));
    expect(list.map((v) => v.id)).toEqual([2n, 1n]);
    const entry = await attest(general.ports, general.act, list);
    expect(entry.event).toBe('Attested');
    expect(general.wallet.prompts.filter((p) => p.kind === 'send' && p.call.name === 'multicall')).toHaveLength(1);
    expect((await visits(patient.ports, patient.wallet.account)).every((v) => v.attested)).toBe(true);
    await accepted();
    const fresh = await attestable(general.ports, await account(general));
    expect(await codeOf(attest(general.ports, general.act, [...fresh, ...list]))).toBe('chain/reverted');
    expect(await attestable(general.ports, await account(general))).toHaveLength(1);
  });

  it('is the arbiter’s also after it stopped vouching, and nobody else’s', async () => {
    const [general, vault] = at(0);
    await accepted();
    await suspend(general.ports, general.act, vault, doctor.wallet.account, '');
    expect(await attestable(general.ports, await account(general))).toHaveLength(1);
    expect(await attestable(at(1)[0].ports, await account(at(1)[0]))).toEqual([]);
    const found = await attestable(general.ports, await account(general));
    expect(await codeOf(attest(at(1)[0].ports, at(1)[0].act, found))).toBe('chain/reverted');
  });

  it('takes neither none nor too many', async () => {
    const [general] = at(0);
    const v = await accepted();
    expect(await codeOf(attest(general.ports, general.act, []))).toBe('input/invalid');
    const many = Array.from({ length: MOST_AT_ONCE + 1 }, () => v);
    expect(await codeOf(attest(general.ports, general.act, many))).toBe('input/invalid');
  });
});

describe('disputes', () => {
  it('are the named hospital’s at once and everybody’s after 30 days', async () => {
    const v = await disputed();
    const [general, vault] = at(0);
    const [other, otherVault] = at(1);
    const mine = await openDispute(general.ports, general.wallet.account, v);
    expect(mine).toMatchObject({ named: general.wallet.account, from: mine.since });
    const [theirs] = await disputesOfOthers(other.ports, other.wallet.account);
    expect(theirs).toMatchObject({ named: general.wallet.account, from: mine.since + ARBITER_WINDOW });
    expect(await disputesOfOthers(general.ports, general.wallet.account)).toEqual([]);
    expect(await codeOf(resolve(other.ports, other.act, otherVault, v, 0n, ''))).toBe('chain/reverted');
    world.time += ARBITER_WINDOW;
    await resolve(other.ports, other.act, otherVault, v, FEE / 4n, 'MARKER half heard');
    expect(await visit()).toMatchObject({ status: 'split', paid: FEE - FEE / 4n });
    expect(await disputesOfOthers(other.ports, other.wallet.account)).toEqual([]);
    expect(vault.account).toBe(general.wallet.account);
  });

  it('do not wait for a hospital that was expelled', async () => {
    const v = await disputed();
    await propose(at(1)[0].ports, at(1)[0].act, at(0)[0].wallet.account, false, '');
    const [p] = (await at(2)[0].ports.chain.proposals(0n, 1)).entries;
    await confirm(at(2)[0].ports, at(2)[0].act, p!);
    const [theirs] = await disputesOfOthers(at(1)[0].ports, at(1)[0].wallet.account);
    expect(theirs?.from).toBe(theirs?.since);
    await resolve(at(1)[0].ports, at(1)[0].act, at(1)[1], v, FEE, '');
    expect(await visit()).toMatchObject({ status: 'refunded' });
  });
});

describe('the consortium', () => {
  const candidate = person('hospital d').account;
  const newest = async () => (await at(0)[0].ports.chain.proposals(0n, 1)).entries[0]!;
  const start = (subject: Address = candidate, admit = true, statement = 'A teaching hospital in Split.') =>
    propose(at(0)[0].ports, at(0)[0].act, subject, admit, statement);

  it('admits by a strict majority, with a statement that anyone reads', async () => {
    await start();
    const proven = await provenProposal(patient.ports, 1n);
    expect(proven).toMatchObject({ by: 'signature', proposal: { subject: candidate, confirmedBy: [0], live: true } });
    expect(await readStatement(patient.ports, proven.proposal.statement!)).toBe('A teaching hospital in Split.');
    const before = await members(patient.ports);
    expect(majority(before.hospitals)).toBe(2);
    expect(stateOf(proven.proposal, before.version)).toBe('open');
    await confirm(at(1)[0].ports, at(1)[0].act, proven.proposal);
    const after = await members(patient.ports);
    expect(after.version).toBe(1);
    expect(after.hospitals.map((h) => [h.active, h.admission?.event ?? 'founder'])).toEqual([
      [true, 'founder'],
      [true, 'founder'],
      [true, 'founder'],
      [true, 'Confirmed'],
    ]);
    const done = await provenProposal(patient.ports, 1n);
    expect(done.votes.map((v) => v.author)).toEqual([at(0)[0].wallet.account, at(1)[0].wallet.account]);
    expect(stateOf(done.proposal, after.version)).toBe('executed');
    expect(await codeOf(confirm(at(2)[0].ports, at(2)[0].act, done.proposal))).toBe('chain/reverted');
  });

  it('expels, and what the expelled vouched for ends', async () => {
    await start(at(2)[0].wallet.account, false, '');
    const p = await newest();
    expect(p.statement).toBeNull();
    await confirm(at(1)[0].ports, at(1)[0].act, p);
    const { hospitals: list } = await members(patient.ports);
    expect(list[2]).toMatchObject({ active: false, admission: null, expulsion: { event: 'Confirmed' } });
    expect(await codeOf(vouch(2))).toBe('chain/reverted');
  });

  it('lets a hospital propose its own end', async () => {
    await start(at(0)[0].wallet.account, false, '');
    expect(await provenProposal(patient.ports, 1n)).toMatchObject({ votes: [{ author: at(0)[0].wallet.account }] });
  });

  it('knows a proposal that is dead of age from one that was overtaken', async () => {
    await start();
    await start(person('hospital e').account);
    await confirm(at(1)[0].ports, at(1)[0].act, (await newest()) as never);
    const [, first] = (await patient.ports.chain.proposals(0n, 2)).entries;
    expect(stateOf(first!, 1)).toBe('outdated');
    await start();
    world.time += 31 * DAY;
    expect(stateOf(await newest(), 1)).toBe('expired');
    expect(await codeOf(confirm(at(1)[0].ports, at(1)[0].act, await newest()))).toBe('chain/reverted');
  });

  it.each([
    ['another subject', { subject: person('stranger').account }],
    ['the other aim', { admit: false }],
    ['another statement', { statement: `0x${'1'.repeat(64)}` as Digest }],
    ['a vote nobody gave', { confirmedBy: [0, 2] }],
  ])('finds out a node that tells of %s', async (_, lie) => {
    await start();
    const { chain } = at(1)[0].ports;
    const lying = {
      chain: {
        ...chain,
        proposals: async (cursor: bigint, limit: number) => {
          const page = await chain.proposals(cursor, limit);
          return { ...page, entries: page.entries.map((p) => ({ ...p, ...lie })) };
        },
      },
    };
    expect(await codeOf(provenProposal(lying, 1n))).toBe('chain/timeline-broken');
  });

  it('says so when there is no such proposal, and takes no confirmation of another’s aim', async () => {
    expect(await codeOf(provenProposal(patient.ports, 1n))).toBe('chain/not-found');
    await start();
    const p = await newest();
    expect(await codeOf(confirm(at(1)[0].ports, at(1)[0].act, { ...p, admit: false }))).toBe('chain/reverted');
    expect(await codeOf(start(at(1)[0].wallet.account))).toBe('chain/reverted');
    expect(await codeOf(propose(patient.ports, patient.act, candidate, true, ''))).toBe('chain/reverted');
  });
});

describe('what hospitals publish', () => {
  it('is bounded and taken for text', () => {
    expect(parseStatement(encodeStatement('2026-11-20T10:00:00Z', ' Why. '))).toBe('Why.');
    expect(parseLicence(encodeLicence('HR-1'))).toBe('HR-1');
    const bad = ['null', '[]', '{}', '{"resourceType":"Communication","payload":[{"contentString":7}]}', '{', '"a"'];
    for (const text of bad) expect(() => parseStatement(utf8(text)), text).toThrow('record/malformed');
    for (const text of bad) expect(() => parseLicence(utf8(text)), text).toThrow('record/malformed');
    expect(() => parseLicence(utf8(JSON.stringify({ version: 1, licence: 'x'.repeat(101) })))).toThrow();
    expect(() => encodeStatement('', 'x'.repeat(4001))).toThrow('input/too-large');
    expect(() => parseStatement(utf8(`{"a":"${'x'.repeat(40_000)}"}`))).toThrow('record/malformed');
    const long = { resourceType: 'Communication', payload: [{ contentString: 'x'.repeat(9000) }] };
    expect(parseStatement(utf8(JSON.stringify(long)))).toHaveLength(4000);
  });
});
