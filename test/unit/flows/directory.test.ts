/** What anybody reads of a standing, without a wallet; and what is found by a number. */
import { beforeEach, describe, expect, it } from 'vitest';
import { accredit, suspend } from '../../../src/flows/accredit.ts';
import { confirm, members, propose } from '../../../src/flows/consortium.ts';
import { findPublic } from '../../../src/flows/findPublic.ts';
import { deedsOf, motionsAbout, spansOf } from '../../../src/flows/history.ts';
import { standingOf } from '../../../src/flows/standing.ts';
import type { Role } from '../../../src/flows/ports/index.ts';
import type { Vault } from '../../../src/flows/vault.ts';
import { accreditationNumber } from '../../../src/record/accreditation.ts';
import { formatCode, formatNumber } from '../../../src/record/salusNumber.ts';
import { PublicPage } from '../../../src/state/directory.svelte.ts';
import { FakeWorld, person } from '../../fakes/chain.ts';
import { Device } from '../../fakes/device.ts';
import type { Blocks } from '../../fakes/storage.ts';

let world: FakeWorld;
let peer: Blocks;
let hospitals: Device[];
let vaults: Vault[];
let doctor: Device;
/** somebody with no wallet: nothing but reading */
let reading: { chain: ReturnType<FakeWorld['chain']> };

const at = (n: number) => hospitals[n] as Device;
const who = () => doctor.wallet.account;
const vouch = async (n: number, role: Role = 'doctor', licence = '') =>
  accredit(at(n).ports, at(n).act, await doctor.ports.chain.account(who()), role, licence);
const stop = (n: number) => suspend(at(n).ports, at(n).act, vaults[n] as Vault, who(), '');
const spans = async () => spansOf(await standingOf(reading, who()), (await members(reading)).hospitals);
const decide = async (subject: Device, admit: boolean, by: [number, number], statement = '') => {
  await propose(at(by[0]).ports, at(by[0]).act, subject.wallet.account, admit, statement);
  const [p] = (await reading.chain.proposals(0n, 1)).entries;
  await confirm(at(by[1]).ports, at(by[1]).act, p!);
};

beforeEach(async () => {
  world = new FakeWorld();
  peer = new Map();
  hospitals = world.founders.map((f) => new Device(world, f, peer));
  vaults = [];
  for (const h of hospitals) vaults.push(await h.enroll());
  doctor = new Device(world, person('doctor'), peer);
  await doctor.enroll({ fee: 1n });
  reading = { chain: world.chain() };
});

describe('standing over time', () => {
  it('is the stretches in which each word stood', async () => {
    await vouch(0);
    await vouch(1);
    await vouch(0, 'doctor', 'HR-2');
    await stop(0);
    await vouch(0);
    const all = await spans();
    expect(all.map((s) => [s.number, s.role, s.to?.event ?? null])).toEqual([
      [0, 'doctor', 'Suspended'],
      [1, 'doctor', null],
      [0, 'doctor', null],
    ]);
    expect(all[0]!.from.block).toBeLessThan(all[0]!.to!.block);
  });

  it('begins anew in another role', async () => {
    await vouch(0);
    await vouch(0, 'nurse');
    expect((await spans()).map((s) => [s.role, s.to?.event ?? null])).toEqual([
      ['doctor', 'Accredited'],
      ['nurse', null],
    ]);
  });

  it('ends with the membership of whoever vouched', async () => {
    await vouch(2);
    await decide(at(2), false, [0, 1]);
    expect((await spans()).map((s) => [s.number, s.to?.event])).toEqual([[2, 'Confirmed']]);
  });

  it('is empty for whom nobody ever vouched', async () => {
    expect(await spans()).toEqual([]);
  });
});

describe('a hospital in public', () => {
  it('shows who proposed and voted, what carried, and what it said', async () => {
    await propose(at(0).ports, at(0).act, who(), true, 'not carried');
    await decide(doctor, true, [1, 2], 'A new hospital.');
    const [newest, first] = await motionsAbout(reading, who());
    expect(newest).toMatchObject({ admit: true, carried: { event: 'Confirmed', author: at(2).wallet.account } });
    expect(newest!.votes.map((v) => v.author)).toEqual([at(1).wallet.account, at(2).wallet.account]);
    expect(first).toMatchObject({ carried: null });
    expect(newest!.statement).not.toBeNull();
  });

  it('is counted by what it did', async () => {
    await vouch(0);
    await stop(0);
    await decide(doctor, true, [0, 1]);
    const { entries } = await reading.chain.timeline(at(0).wallet.account, 'own');
    expect(deedsOf(entries)).toMatchObject({ accredited: 1, suspended: 1, proposed: 1, confirmed: 1, settled: 0 });
  });

  it('is read whole by somebody without a wallet', async () => {
    await vouch(0, 'doctor', 'HR-1');
    const { chain, storage, cabinet, clock, random, zone } = new Device(world, person('passer-by'), peer).ports;
    const ports = async () => ({ chain, storage, cabinet, clock, random, zone });
    const page = new PublicPage(ports, at(0).wallet.account);
    await page.loadAll();
    expect([page.error, page.historyError]).toEqual([null, null]);
    expect(page.seats.map((s) => [s.number, s.active])).toEqual([[0, true]]);
    expect(page.staff?.map((a) => a.address)).toEqual([who()]);
    const standing = new PublicPage(ports, who());
    await standing.loadAll();
    expect(Object.values(standing.licences)).toEqual(['HR-1']);
    expect(standing.spans).toHaveLength(1);
    expect(standing.deeds).toBeNull();
    expect(standing.path?.path[0]?.hospital).toBe(at(0).wallet.account);
  });

  it('keeps what is proven when its history cannot be read', async () => {
    await vouch(0);
    const { chain, ...rest } = new Device(world, person('passer-by'), peer).ports;
    const broken = { ...chain, membership: () => Promise.reject(new TypeError('network')) };
    const page = new PublicPage(async () => ({ ...rest, chain: broken }), who());
    await page.loadAll();
    expect(page.words).toHaveLength(1);
    expect(page.historyError).not.toBeNull();
  });
});

describe('looked for in the directory', () => {
  it('by address, code, Salus number and accreditation number', async () => {
    const { block } = await vouch(1);
    const number = accreditationNumber(world, { hospital: 1, block, account: who() });
    for (const typed of [who(), formatCode(world, who()), formatNumber(world, who()), number, number.toLowerCase()])
      expect(await findPublic(reading, typed)).toBe(who());
    const hospital = at(0).wallet.account;
    expect(await findPublic(reading, formatNumber(world, hospital))).toBe(hospital);
  });

  it('a name is none of these, and a number nobody has finds nobody', async () => {
    const { block } = await vouch(1);
    const why = (typed: string) => findPublic(reading, typed).catch((e: { details: { why: string } }) => e.details.why);
    expect(await findPublic(reading, 'Dr. Byron')).toBeNull();
    expect(await why(accreditationNumber(world, { hospital: 1, block, account: person('other').account }))).toBe(
      'unknown-number',
    );
    expect(await why(accreditationNumber(world, { hospital: 200, block, account: who() }))).toBe('unknown-number');
    expect(await why(accreditationNumber(world, { hospital: 0, block, account: who() }))).toBe('unknown-number');
    expect(await why(formatCode({ ...world, chainId: 1 }, who()))).toBe('other-network');
  });
});
