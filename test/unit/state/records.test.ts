/** The list of records, over real flows: titles from the sealed index, one line a record with its corrections, strangers kept apart. */
import { beforeEach, expect, it } from 'vitest';
import type { Digest } from '../../../src/core/bytes.ts';
import { accredit } from '../../../src/flows/accredit.ts';
import { sealDraft } from '../../../src/flows/seal.ts';
import { send } from '../../../src/flows/send.ts';
import { openDraft } from '../../../src/flows/writing.ts';
import { unlockWithWallet } from '../../../src/flows/unlock.ts';
import type { Vault } from '../../../src/flows/vault.ts';
import { Acts } from '../../../src/state/act.svelte.ts';
import { OwnState } from '../../../src/state/own.svelte.ts';
import { kindOf, RecordsState } from '../../../src/state/records.svelte.ts';
import { VisitsState } from '../../../src/state/visits.svelte.ts';
import { FakeWorld, person } from '../../fakes/chain.ts';
import { Device } from '../../fakes/device.ts';
import type { Blocks } from '../../fakes/storage.ts';

let world: FakeWorld;
let peer: Blocks;
let patient: Device;
let vault: Vault;

/** A page of this person, as it is after a reload. Acts go on by themselves. */
const pageOf = (device: Device, keys: Vault) => {
  const open = { ports: async () => device.ports, vault: () => keys, acts: new Acts() };
  const visits = new VisitsState(open);
  const records = new RecordsState(open, () => keys, visits);
  const own = new OwnState(open, records);
  /** acts, answering each prompt of the page */
  const done = async <T>(act: Promise<T>): Promise<T> => {
    const answering = setInterval(() => open.acts.current?.status === 'asking' && open.acts.current.goOn(), 1);
    const result = await act.finally(() => clearInterval(answering));
    expect(open.acts.current?.error ?? null).toBeNull();
    await visits.load();
    return result;
  };
  return { visits, records, own, done };
};
type Page = ReturnType<typeof pageOf>;

const keepDocument = async ({ own, done }: Page, title: string): Promise<Digest> => {
  const draft = own.documentDraft();
  await draft.open();
  Object.assign(draft.fields, { title, note: `note of ${title}`, folder: 'labs' });
  return (await done(own.saveDocument()))?.args.record as Digest;
};
const keepCard = async ({ own, done }: Page, name: string): Promise<void> => {
  await own.load();
  const draft = own.cardDraft();
  await draft.open();
  draft.fields.name = name;
  await done(own.saveCard());
  await own.load();
};
const titles = ({ records }: Page) => records.shown.map((i) => i.known?.title || kindOf(i));

beforeEach(async () => {
  world = new FakeWorld();
  peer = new Map();
  patient = new Device(world, person('patient'), peer);
  vault = await patient.enroll();
});

it('shows a line a record, newest first, found by words and narrowed by kind', async () => {
  const page = pageOf(patient, vault);
  await keepDocument(page, 'Blood count');
  await keepDocument(page, 'MRI');
  await keepCard(page, 'Ana');
  await page.records.load();
  expect(titles(page)).toEqual(['card', 'MRI', 'Blood count']);
  page.records.query = 'note blood';
  expect(titles(page)).toEqual(['Blood count']);
  page.records.query = '';
  page.records.kind = 'card';
  expect(titles(page)).toEqual(['card']);
});

it('knows the titles at once after a reload, without fetching anything', async () => {
  const page = pageOf(patient, vault);
  await keepDocument(page, 'Blood count');
  await page.records.load();
  const again = patient.reloaded();
  const keys = await unlockWithWallet(again.ports, again.act, '');
  again.storage.here.clear();
  again.storage.online = false;
  const later = pageOf(again, keys);
  await later.visits.load();
  await later.records.load();
  expect(titles(later)).toEqual(['Blood count']);
  expect(later.records.failed.size).toBe(0);
});

it('puts corrections and earlier cards under their newest', async () => {
  const page = pageOf(patient, vault);
  const first = await keepDocument(page, 'Blood count');
  await page.records.load();
  const what = await page.records.opened(page.records.item(first)!.filed.ref);
  const draft = page.own.correctionDraft(what);
  await draft.open();
  Object.assign(draft.fields, { title: 'Blood count, again', reason: 'a slip' });
  await page.done(page.own.correct(what));
  await keepCard(page, 'Ana');
  await keepCard(page, 'Ana Marić');
  await page.records.load();
  expect(page.records.items.map((i) => [kindOf(i), i.history.length])).toEqual([
    ['card', 2],
    ['document', 2],
  ]);
  expect(page.records.item(first)?.known?.title).toBe('Blood count, again');
  expect(page.own.card?.card.name).toBe('Ana Marić');
});

it('says what could not be opened, and finds it when it is there again', async () => {
  const page = pageOf(patient, vault);
  await keepDocument(page, 'Blood count');
  const again = patient.reloaded();
  const keys = await unlockWithWallet(again.ports, again.act, '');
  const kept = new Map(again.storage.here);
  again.storage.here.clear();
  again.storage.online = false;
  const later = pageOf(again, keys);
  await later.visits.load();
  await later.records.load();
  expect([...later.records.failed.values()].map((e) => e.code)).toEqual(['storage/not-found']);
  expect(later.records.items.map((i) => i.known)).toEqual([null]);
  for (const [cid, bytes] of kept) again.storage.here.set(cid, bytes);
  await later.records.again();
  expect([titles(later), later.records.failed.size]).toEqual([['Blood count'], 0]);
});

it('keeps what unknown senders wrote closed and apart until the person opens it', async () => {
  const doctor = new Device(world, person('doctor'), peer);
  await doctor.enroll({ fee: 1n });
  const hospital = new Device(world, world.founders[0]!, peer);
  await hospital.enroll();
  await accredit(hospital.ports, hospital.act, await hospital.ports.chain.account(doctor.wallet.account), 'doctor', '');
  const draft = await openDraft(doctor.ports, 'report', {});
  const about = { kind: 'report', title: 'Surprise', patient: patient.wallet.account, appointment: null } as const;
  const recipients = [vault.identity.recipient];
  const record = await sealDraft(doctor.ports, doctor.act, draft, { ...about, resources: [] }, recipients, false);
  const args = { patient: patient.wallet.account, record, via: 0n, hint: '0x00000000' } as const;
  await send(doctor.ports, doctor.act, { name: 'add', args }, { record });

  const page = pageOf(patient, vault);
  await page.visits.load();
  await page.records.load();
  expect([page.records.items, page.records.unknown.map((f) => f.ref.digest)]).toEqual([[], [record]]);
  await page.records.opened(page.records.unknown[0]!.ref);
  expect([titles(page), page.records.unknown]).toEqual([['Surprise'], []]);
  expect(page.records.items[0]?.filed.unknown).toBe(true);
});

it('takes along what was ticked, remembers the choice, and says nothing that the card does not', async () => {
  const page = pageOf(patient, vault);
  await keepCard(page, 'Ana');
  const digest = await keepDocument(page, 'Blood count');
  await page.records.load();
  const attach = [`${digest}/${patient.wallet.account}`];
  expect(page.own.partsFor({ symptoms: '', preferred: '' })).toEqual(['name']);
  const along = await page.own.along({ symptoms: '', preferred: '', parts: ['name', 'phone'], attach });
  expect(along.card?.parts).toEqual(['name']);
  expect(along.attached?.map((r) => r.manifest.title)).toEqual(['Blood count']);
  await page.own.along({ symptoms: '', preferred: '', parts: [] });
  const later = pageOf(patient, vault);
  await later.visits.load();
  await later.own.load();
  expect(later.own.partsFor({ symptoms: '', preferred: '' })).toEqual([]);
});
