/** What people with write access try with other people's ciphertext (DESIGN §4, A record). */
import { beforeEach, expect, it } from 'vitest';
import type { Digest } from '../../../src/core/bytes.ts';
import { randomIdentity } from '../../../src/crypto/identity.ts';
import { accredit } from '../../../src/flows/accredit.ts';
import { book } from '../../../src/flows/book.ts';
import { addFile, openDraft } from '../../../src/flows/writing.ts';
import { openFile, openRecord, prescriptionRef, requestRef, type RecordRef } from '../../../src/flows/openRecord.ts';
import type { Entry } from '../../../src/flows/ports/index.ts';
import { send } from '../../../src/flows/send.ts';
import { trustedKey, rememberKey } from '../../../src/flows/trust.ts';
import type { Vault } from '../../../src/flows/vault.ts';
import { visits } from '../../../src/flows/visits.ts';
import { encodeManifest, type Manifest } from '../../../src/record/manifest.ts';
import { FakeWorld, person } from '../../fakes/chain.ts';
import { Device } from '../../fakes/device.ts';
import type { Blocks } from '../../fakes/storage.ts';
import { codeOf } from '../code.ts';

const FEE = 1n;
let world: FakeWorld;
let peer: Blocks;
let patient: Device;
let honest: Device;
let mallory: Device;
let patientVault: Vault;
let malloryVault: Vault;

const visitTo = async (doctor: Device, secret: string): Promise<Entry> => {
  const draft = await openDraft(patient.ports, `book/${doctor.wallet.account}`, { symptoms: secret, preferred: '' });
  await addFile(patient.ports, draft, new File([secret], 'secret.txt'));
  const card = await patient.ports.chain.account(doctor.wallet.account);
  const input = { doctor: card, until: world.time + 7 * 86400, draft, acceptKey: null };
  return book(patient.ports, patient.act, patientVault, input);
};

beforeEach(async () => {
  world = new FakeWorld();
  peer = new Map();
  [patient, honest, mallory] = ['patient', 'honest', 'mallory'].map((n) => new Device(world, person(n), peer)) as [
    Device,
    Device,
    Device,
  ];
  patientVault = await patient.enroll();
  await honest.enroll({ fee: FEE });
  malloryVault = await mallory.enroll({ fee: FEE });
  const hospital = new Device(world, world.founders[0]!, peer);
  await hospital.enroll();
  for (const d of [honest, mallory])
    await accredit(hospital.ports, hospital.act, await hospital.ports.chain.account(d.wallet.account), 'doctor', '');
});

/** Mallory answers the visit with a record of her making. */
const answerWith = async (record: Digest): Promise<RecordRef> => {
  const id = (await visits(mallory.ports, mallory.wallet.account))[0]!.id;
  const call = { name: 'complete', args: { id, record, hint: '0x00000000' } } as const;
  await send(mallory.ports, mallory.act, call);
  const visit = (await visits(patient.ports, patient.wallet.account)).find((v) => v.id === id)!;
  return prescriptionRef(visit)!;
};

const malloryManifest = (over: Partial<Manifest>): Manifest => ({
  version: 1,
  kind: 'prescription',
  title: '',
  created: '2026-11-20T10:00:00+00:00',
  author: mallory.wallet.account,
  patient: patient.wallet.account,
  chain: world.chainId,
  contract: world.contract,
  appointment: '2',
  confidentiality: 'N',
  identity: '',
  files: [],
  resources: [],
  keywords: [],
  amends: null,
  folder: null,
  copy: null,
  attached: [],
  reply: null,
  ...over,
});

it('a writer posts another visit’s whole record, manifest.age and 0.age, as her own', async () => {
  const booked = await visitTo(honest, 'for the honest doctor only');
  await visitTo(mallory, 'for mallory');
  const ref = await answerWith(booked.args.request as Digest);
  await expect(openRecord(patient.ports, patientVault, ref)).rejects.toMatchObject({
    code: 'record/mismatch',
    details: { field: 'author' },
  });
});

it('a writer lists another folder’s 0.age in a manifest of her own: it opens for nobody', async () => {
  const booked = await visitTo(honest, 'for the honest doctor only');
  await visitTo(mallory, 'for mallory');
  const theirs = await openRecord(patient.ports, patientVault, {
    digest: booked.args.request as Digest,
    author: patient.wallet.account,
    patient: patient.wallet.account,
    appointment: null,
    entry: booked,
  });
  const stolen = theirs.manifest.files[0]!;
  const { identity } = await randomIdentity(mallory.ports.random);
  const bytes = encodeManifest(malloryManifest({ identity, files: [stolen] }));
  mallory.storage.here.set(stolen.cid, peer.get(stolen.cid)!);
  const { digest } = await mallory.storage.sealRecord(bytes, [patientVault.identity.recipient], [stolen]);
  await mallory.storage.push(digest);
  const opened = await openRecord(patient.ports, patientVault, await answerWith(digest));
  expect(await codeOf(openFile(patient.ports, opened, 0))).toBe('crypto/not-for-you');
});

it.each([
  ['another patient', { patient: `0x${'7'.repeat(40)}` as const }],
  ['another author', { author: `0x${'7'.repeat(40)}` as const }],
  ['another chain', { chain: 1 }],
  ['another contract', { contract: `0x${'7'.repeat(40)}` as const }],
  ['another visit', { appointment: '1' }],
  ['no visit', { appointment: null }],
])('a manifest of %s is refused', async (_, over) => {
  await visitTo(honest, 'a');
  await visitTo(mallory, 'b');
  const { identity } = await randomIdentity(mallory.ports.random);
  const bytes = encodeManifest(malloryManifest({ identity, ...over }));
  const { digest } = await mallory.storage.sealRecord(bytes, [patientVault.identity.recipient], []);
  await mallory.storage.push(digest);
  expect(await codeOf(openRecord(patient.ports, patientVault, await answerWith(digest)))).toBe('record/mismatch');
});

it('a directory with a file that the manifest does not list is refused', async () => {
  await visitTo(honest, 'a');
  await visitTo(mallory, 'b');
  const { identity, recipient } = await randomIdentity(mallory.ports.random);
  const extra = await mallory.storage.sealFile(new Blob(['extra']), recipient);
  const bytes = encodeManifest(malloryManifest({ identity }));
  const { digest } = await mallory.storage.sealRecord(bytes, [patientVault.identity.recipient], [extra]);
  await mallory.storage.push(digest);
  expect(await codeOf(openRecord(patient.ports, patientVault, await answerWith(digest)))).toBe('record/not-listed');
});

it('a node that invents an event: its author never signed that transaction', async () => {
  const booked = await visitTo(mallory, 'real');
  const visit = (await visits(mallory.ports, mallory.wallet.account))[0]!;
  const forged = { ...requestRef(visit), entry: { ...booked, author: honest.wallet.account } };
  expect(await codeOf(openRecord(mallory.ports, malloryVault, forged))).toBe('chain/key-unproven');
});

it('a substituted public key: a change is refused until the person accepts it', async () => {
  const key = await trustedKey(patient.ports, honest.wallet.account);
  await rememberKey(patient.ports, { ...key, publicKey: malloryVault.identity.publicKey });
  await expect(trustedKey(patient.ports, honest.wallet.account)).rejects.toMatchObject({
    code: 'chain/key-changed',
    details: { now: key.keyHash },
  });
  expect((await trustedKey(patient.ports, honest.wallet.account, key.keyHash)).recipient).toBe(key.recipient);
});

it('another person’s vault opens nothing of it', async () => {
  await visitTo(honest, 'for the honest doctor only');
  const visit = (await visits(patient.ports, patient.wallet.account))[0]!;
  expect(await codeOf(openRecord(mallory.ports, malloryVault, requestRef(visit)))).toBe('crypto/not-for-you');
});
