/** Folders on the page, over real flows: counts, what arrived, what stays hidden, and sealing a folder anew batch by batch. */
import { beforeEach, expect, it } from 'vitest';
import type { Digest } from '../../../src/core/bytes.ts';
import { randomIdentity } from '../../../src/crypto/identity.ts';
import { accredit } from '../../../src/flows/accredit.ts';
import { renew } from '../../../src/flows/renew.ts';
import { hintFor, sealWhole } from '../../../src/flows/seal.ts';
import { send } from '../../../src/flows/send.ts';
import { trustedKey } from '../../../src/flows/trust.ts';
import { unlockWithWallet } from '../../../src/flows/unlock.ts';
import type { Vault } from '../../../src/flows/vault.ts';
import { idOf, type Folder } from '../../../src/record/folders.ts';
import type { Confidentiality } from '../../../src/record/manifest.ts';
import { Acts } from '../../../src/state/act.svelte.ts';
import { FoldersState } from '../../../src/state/folders.svelte.ts';
import { OwnState } from '../../../src/state/own.svelte.ts';
import { RecordsState } from '../../../src/state/records.svelte.ts';
import { ResealState } from '../../../src/state/reseal.svelte.ts';
import { VisitsState } from '../../../src/state/visits.svelte.ts';
import { FakeWorld, person } from '../../fakes/chain.ts';
import { Device } from '../../fakes/device.ts';
import type { Blocks } from '../../fakes/storage.ts';

const LABS = idOf('labs');
let world: FakeWorld;
let peer: Blocks;
let patient: Device;
let vault: Vault;

/** A page of this person, as it is after a reload. Acts go on by themselves. */
const pageOf = (device: Device, keys: Vault) => {
  const visits: VisitsState = new VisitsState({ ports: async () => device.ports, vault: () => keys, acts: new Acts() });
  const acts = new Acts(() => visits.load());
  const open = { ports: async () => device.ports, vault: () => keys, acts };
  const records = new RecordsState(open, () => keys, visits);
  const own = new OwnState(open, records);
  const folders = new FoldersState({ ...open, records, visits, me: () => keys.account, given: () => [] });
  const reseal = new ResealState({ ...open, records, folders });
  const look = async () => {
    await visits.load();
    await records.load();
    await folders.load();
  };
  /** acts, answering each prompt of the page */
  const done = async <T>(act: Promise<T>): Promise<T> => {
    const answering = setInterval(() => acts.current?.status === 'asking' && acts.current.goOn(), 1);
    const result = await act.finally(() => clearInterval(answering));
    expect(acts.current?.error ?? null).toBeNull();
    await look();
    return result;
  };
  return { visits, records, own, folders, reseal, acts, look, done };
};
type Page = ReturnType<typeof pageOf>;

const keep = async (
  { own, done }: Page,
  title: string,
  folder: Folder = 'labs',
  confidentiality: Confidentiality = 'N',
): Promise<Digest> => {
  const draft = own.documentDraft();
  await draft.open();
  Object.assign(draft.fields, { title, note: `note of ${title}`, folder, confidentiality });
  return (await done(own.saveDocument()))?.args.record as Digest;
};
/** Something a doctor adds, sealed to the account's key. */
const arrive = async (title: string): Promise<void> => {
  const doctor = new Device(world, person('doctor'), peer);
  const keys = await doctor.enroll({ fee: 1n });
  const { ports, act } = doctor;
  const hospital = new Device(world, world.founders[0]!, peer);
  await hospital.enroll();
  await accredit(hospital.ports, hospital.act, await ports.chain.account(keys.account), 'doctor', '');
  // let in first: what strangers add stays apart
  const args = { grantee: keys.account, capability: `0x${'1'.repeat(64)}`, access: `0x${'2'.repeat(64)}` } as const;
  await send(patient.ports, patient.act, { name: 'share', args: { ...args, until: 0, re: 0 } });
  const { recipient } = await trustedKey(ports, vault.account);
  const { identity } = await randomIdentity(ports.random);
  const about = { kind: 'report', title, patient: vault.account, appointment: null } as const;
  const { digest } = await sealWhole(ports, act, { ...about, resources: [] }, [recipient], { identity, files: [] });
  const call = { patient: vault.account, record: digest, via: 0n, hint: hintFor(recipient, digest) };
  await send(ports, act, { name: 'add', args: call }, { record: digest });
};
const titles = ({ folders }: Page) => folders.shown.map((i) => i.known?.title);

beforeEach(async () => {
  world = new FakeWorld();
  peer = new Map();
  patient = new Device(world, person('patient'), peer);
  vault = await patient.enroll();
});

it('counts what lies in each folder, own ones among them, and narrows the list', async () => {
  const page = pageOf(patient, vault);
  await page.look();
  await keep(page, 'Blood count');
  await keep(page, 'MRI', 'imaging');
  const made = await page.done(page.folders.save({ id: null, name: 'Knee', retired: false }));
  expect(page.folders.own.map((f) => f.name)).toEqual(['Knee']);
  // the record that names a folder is none that is listed
  expect(page.records.items).toHaveLength(2);
  const mri = page.records.items.find((i) => i.known?.title === 'MRI')!;
  await page.done(page.folders.move(mri, made!.id, 'N', true));
  expect([...page.folders.counts]).toEqual(
    expect.arrayContaining([
      [LABS, 1],
      [made!.id, 1],
    ]),
  );
  page.folders.chosen = made!.id;
  expect(titles(page)).toEqual(['MRI']);
  expect(page.records.items).toHaveLength(2);
  await page.done(page.folders.save({ id: made!.id, name: 'Left knee', retired: false }));
  expect(page.folders.own.map((f) => f.name)).toEqual(['Left knee']);
});

it('is the same on another device, where what was let go of is not missed', async () => {
  const page = pageOf(patient, vault);
  await page.look();
  await keep(page, 'MRI', 'imaging');
  const [item] = page.records.items;
  await page.done(page.folders.move(item!, LABS, 'N', true));
  const other = new Device(world, person('patient'), peer);
  const there = pageOf(other, await unlockWithWallet(other.ports, other.act, ''));
  await there.look();
  expect(titles(there)).toEqual(['MRI']);
  expect(there.folders.of(there.records.items[0]!.filed).folder).toBe(LABS);
  expect(there.records.failed.size).toBe(0);
});

it('keeps what is very restricted closed and nameless until it is confirmed, in each visit anew', async () => {
  const page = pageOf(patient, vault);
  await page.look();
  await keep(page, 'SECRET', 'labs', 'V');
  const [item] = page.records.items;
  expect([item?.known?.title, page.records.isHidden(item!.filed)]).toEqual(['', true]);
  page.records.query = 'secret';
  expect(titles(page)).toEqual([]);
  await page.records.reveal(item!.filed);
  expect(titles(page)).toEqual(['SECRET']);
  page.records.clear();
  page.records.query = '';
  await page.records.load();
  expect(titles(page)).toEqual(['']);
});

it('offers what arrived for filing, once, with one act for all', async () => {
  const page = pageOf(patient, vault);
  await page.look();
  await arrive('Finding');
  await page.look();
  expect(page.folders.arrivals.map((a) => [a.item.known?.title, a.folder, a.why])).toEqual([
    ['Finding', idOf('consultations'), 'none'],
  ]);
  await page.done(page.folders.file(page.folders.arrivals));
  expect(page.folders.arrivals).toEqual([]);
  expect(page.records.items).toHaveLength(1);
  expect(page.folders.of(page.records.items[0]!.filed)).toEqual({ folder: idOf('consultations'), by: 'filing' });
});

it('seals a folder anew in batches, goes on after a decline, and lets go of what is old', async () => {
  const page = pageOf(patient, vault);
  await page.look();
  for (let i = 0; i < 9; i++) await keep(page, `doc ${i}`);
  await renew(patient.ports, patient.act, vault, [LABS], { given: [] });
  await page.look();
  expect(page.folders.stale(LABS)).toHaveLength(9);
  // the first batch goes through, the second is declined
  let asked = 0;
  const answering = setInterval(() => {
    const { current } = page.acts;
    if (current?.status !== 'asking') return;
    if (asked++ === 0) current.goOn();
    else current.cancel();
  }, 1);
  await page.reseal.run(LABS).finally(() => clearInterval(answering));
  expect([page.reseal.status, page.reseal.done, page.reseal.total]).toEqual(['idle', 8, 9]);
  expect(page.folders.stale(LABS)).toHaveLength(1);
  await page.done(page.reseal.run(LABS));
  expect(page.folders.stale(LABS)).toEqual([]);
  expect(page.records.items).toHaveLength(9);
  const old = page.reseal.old(LABS);
  expect(old).toHaveLength(9);
  await page.reseal.letGo(
    LABS,
    old.map((o) => o.digest),
  );
  expect([page.reseal.left, page.reseal.old(LABS)]).toEqual([[], []]);
});
