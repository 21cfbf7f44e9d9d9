/** The bell over a real page's state: what rings while it is open, what stays read, and an inbox full of unwanted entries. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Digest } from '../../../src/core/bytes.ts';
import { accredit } from '../../../src/flows/accredit.ts';
import type { Account, Call, Chain, TimelineKind } from '../../../src/flows/ports/index.ts';
import { rememberKey, trustedKey } from '../../../src/flows/trust.ts';
import { unlockWithWallet } from '../../../src/flows/unlock.ts';
import type { Vault } from '../../../src/flows/vault.ts';
import { Acts } from '../../../src/state/act.svelte.ts';
import { NoticesState } from '../../../src/state/notices.svelte.ts';
import { RecordsState } from '../../../src/state/records.svelte.ts';
import { FIRST, VisitsState } from '../../../src/state/visits.svelte.ts';
import { FakeWorld, person } from '../../fakes/chain.ts';
import { Device } from '../../fakes/device.ts';
import type { Blocks } from '../../fakes/storage.ts';

let world: FakeWorld;
let peer: Blocks;
let patient: Device;
let vault: Vault;
let doctor: Device;
let shelf: Map<string, string>;

/** A page of this person. `refresh` does what the page does at a new block. */
const pageOf = (device: Device, keys: Vault) => {
  const open = { ports: async () => device.ports, vault: () => keys, acts: new Acts() };
  const visits = new VisitsState(open);
  const records = new RecordsState(open, () => keys, visits);
  let me: Account | null = null;
  const notices = new NoticesState({
    ports: open.ports,
    vault: () => keys,
    me: () => me,
    visits,
    waiting: () => [],
    shelf: { get: (k) => shelf.get(k) ?? null, set: (k, v) => void shelf.set(k, v) },
    clock: device.ports.clock,
  });
  const refresh = async () => {
    me = await device.ports.chain.account(keys.account);
    await visits.load();
    await notices.load();
    notices.listen();
  };
  const lock = () => {
    me = null;
    visits.clear();
    notices.clear();
  };
  return { visits, records, notices, refresh, lock };
};
const word = (n: number): Digest => `0x${n.toString(16).padStart(64, '0')}`;
const add = (n: number): Call => ({
  name: 'add',
  args: { patient: patient.wallet.account, record: word(n), via: 0n, hint: '0x00000000' },
});
const ask = (): Call => ({ name: 'requestAccess', args: { patient: patient.wallet.account, reason: word(1) } });

beforeEach(async () => {
  world = new FakeWorld();
  peer = new Map();
  shelf = new Map();
  patient = new Device(world, person('patient'), peer);
  vault = await patient.enroll();
  doctor = new Device(world, person('doctor'), peer);
  await doctor.enroll({ fee: 1n });
  const hospital = new Device(world, world.founders[0]!, peer);
  await hospital.enroll();
  await accredit(hospital.ports, hospital.act, await hospital.ports.chain.account(doctor.wallet.account), 'doctor', '');
});

it('rings for what comes, tells it once, and stays read after a reload', async () => {
  const page = pageOf(patient, vault);
  await page.refresh();
  expect([page.notices.unread, page.notices.arrived, page.notices.waiting]).toEqual([[], [], false]);
  world.submit(doctor.wallet.account, ask());
  await page.refresh();
  expect(page.notices.unread.map((n) => n.kind)).toEqual(['asked']);
  const told = page.notices.arrived;
  expect(told.map((n) => n.kind)).toEqual(['asked']);
  await page.refresh();
  expect(page.notices.arrived).toBe(told);

  const before = pageOf(patient.reloaded(), vault);
  const again = patient.reloaded();
  const later = pageOf(again, await unlockWithWallet(again.ports, again.act, ''));
  await later.refresh();
  expect(later.notices.unread.length).toBe(1);
  expect(later.notices.arrived).toEqual([]);
  await later.notices.read(later.notices.list);
  expect(later.notices.unread).toEqual([]);
  expect(before.notices.list).toEqual([]);
  // the other tab sees it at its next look
  await page.refresh();
  expect(page.notices.unread).toEqual([]);
  later.lock();
  expect([later.notices.list, later.notices.unread]).toEqual([[], []]);
});

it('a device that knows the account since today rings for what comes, not for what was', async () => {
  world.submit(doctor.wallet.account, ask());
  const fresh = new Device(world, person('patient'), peer);
  const page = pageOf(fresh, await unlockWithWallet(fresh.ports, fresh.act, ''));
  await page.refresh();
  expect([page.notices.list.length, page.notices.unread.length]).toEqual([1, 0]);
  expect(page.notices.list[0]?.asks).toBe(true);
  world.submit(doctor.wallet.account, ask());
  await page.refresh();
  expect(page.notices.unread.length).toBe(1);
  await page.notices.readAll();
  expect(page.notices.unread).toEqual([]);
});

it('tells of a reader whose key changed, until the change was looked at', async () => {
  const { ports } = patient;
  await rememberKey(ports, await trustedKey(ports, doctor.wallet.account));
  const share: Call = {
    name: 'share',
    args: { grantee: doctor.wallet.account, capability: word(5), access: word(6), until: 0, re: 0 },
  };
  world.submit(patient.wallet.account, share);
  const page = pageOf(patient, vault);
  await page.refresh();
  expect(page.notices.list.map((n) => n.kind)).toEqual([]);
  const enrolled = world.rules.stored(doctor.wallet.account).own;
  const key = { recipient: new Uint8Array(1216).fill(3), keyring: new Uint8Array(9), nonce: word(8), profile: word(0) };
  const args = { ...key, expected: enrolled.length, successor: person('next').account };
  world.submit(doctor.wallet.account, { name: 'enroll', args });
  world.time += 3600;
  await page.refresh();
  expect(page.notices.list.map((n) => [n.kind, n.who])).toEqual([['keyChanged', doctor.wallet.account]]);
  expect(page.notices.unread.length).toBe(1);
});

it('keeps one preference in this browser, and nothing else outside the cabinet', async () => {
  const page = pageOf(patient, vault);
  await page.refresh();
  expect(page.notices.system).toBe(false);
  page.notices.choose(true);
  expect([...shelf]).toEqual([['salus.notify', 'on']]);
  expect(pageOf(patient, vault).notices.system).toBe(true);
});

describe('with 5,000 unwanted entries in the inbox', () => {
  const MANY = 5000;
  let reads: { kind: TimelineKind; limit: number | undefined }[];

  /** Counts what is asked of the timelines; told to, it stops after so many reads. */
  const counted = (chain: Chain, most = Number.POSITIVE_INFINITY): Chain => ({
    ...chain,
    timeline: (address, kind, options = {}) => {
      reads.push({ kind, limit: options.limit });
      return reads.length > most ? new Promise(() => {}) : chain.timeline(address, kind, options);
    },
  });
  const paged = (most?: number) => {
    const device = patient.reloaded();
    Object.assign(device.ports, { chain: counted(device.ports.chain, most), cabinet: patient.ports.cabinet });
    return pageOf(device, vault);
  };

  beforeEach(async () => {
    reads = [];
    // one transaction after another would copy the whole state each time
    world.automine = false;
    for (let n = 0; n < MANY; n++) {
      const at = { block: 100 + n, logIndex: 0, tx: word(n), time: world.time };
      world.rules.apply(doctor.wallet.account, add(10 + n), at);
    }
    world.block = 100 + MANY;
    world.automine = true;
  });

  it('shows the newest page after one read of each timeline, before the others are asked for', async () => {
    world.submit(doctor.wallet.account, ask());
    const page = paged(2);
    void page.visits.load();
    await expect.poll(() => page.visits.entries.length).toBeGreaterThan(0);
    expect(reads.slice(0, 2)).toEqual([
      { kind: 'own', limit: FIRST },
      { kind: 'inbox', limit: FIRST },
    ]);
    expect(page.visits.whole).toBe(false);
    expect(page.visits.entries[0]?.event).toBe('AccessRequested');
    // what may be a stranger's is neither listed among the records nor counted, until it is known
    expect([page.records.items.length, page.records.unknown.length]).toEqual([0, 0]);
    expect(page.visits.side('patient', patient.wallet.account)).toBeNull();
  });

  it('keeps them apart, rings for none of them, and asks little afterwards', async () => {
    const page = paged();
    await page.refresh();
    world.submit(doctor.wallet.account, ask());
    const before = reads.length;
    await page.refresh();
    expect(reads.length - before).toBe(2);
    expect(before).toBeLessThanOrEqual(2 * (1 + Math.ceil(MANY / 1000)));
    await page.records.load();
    expect(page.visits.whole).toBe(true);
    expect([page.records.items.length, page.records.unknown.length]).toEqual([0, MANY]);
    expect(page.notices.list.map((n) => n.kind)).toEqual(['asked']);
    expect(page.notices.unread.length).toBe(1);
  });
});
