/** What a hospital sees of its staff's dealings: open and overdue requests, shares that end; no content, and few questions to the node. */
import { beforeEach, describe, expect, it } from 'vitest';
import { NO_DIGEST, type Digest } from '../../../src/core/bytes.ts';
import { SalusError } from '../../../src/core/errors.ts';
import { accredit } from '../../../src/flows/accredit.ts';
import { staff } from '../../../src/flows/directory.ts';
import { LOOKED_AT, OVERDUE, overseen } from '../../../src/flows/oversight.ts';
import type { Call } from '../../../src/flows/ports/index.ts';
import { send } from '../../../src/flows/send.ts';
import { FakeWorld, person } from '../../fakes/chain.ts';
import { Device } from '../../fakes/device.ts';
import type { Blocks } from '../../fakes/storage.ts';

const SOME = `0x${'7'.repeat(64)}` as Digest;
const token = (n: number) => `0x${String(n).repeat(64)}` as Digest;
const DAY = 86_400;

let world: FakeWorld;
let hospital: Device;
let doctors: Device[];
let patient: Device;

const chain = () => hospital.ports.chain;
const look = async (with_ = chain()) => overseen({ chain: with_ }, await staff(hospital.ports, 0));
const does = async (who: Device, call: Call) => send(who.ports, who.act, call);
const ask = (who = doctors[0]!, reason = SOME) =>
  does(who, { name: 'requestAccess', args: { patient: patient.wallet.account, reason } });
const share = (until: number, access = NO_DIGEST, re = 0, to = doctors[0]!) =>
  does(patient, { name: 'share', args: { grantee: to.wallet.account, capability: SOME, access, until, re } });

/** Blocks have times of their own here, as on a chain. */
const later = (seconds: number) => (world.time += seconds);

beforeEach(async () => {
  world = new FakeWorld();
  const peer: Blocks = new Map();
  hospital = new Device(world, world.founders[0]!, peer);
  await hospital.enroll();
  doctors = [];
  for (const name of ['one', 'two']) {
    const doctor = new Device(world, person(name), peer);
    await doctor.enroll({ fee: 1n });
    await accredit(hospital.ports, hospital.act, await chain().account(doctor.wallet.account), 'doctor', '');
    doctors.push(doctor);
  }
  patient = new Device(world, person('patient'), peer);
  await patient.enroll();
});

describe('requests of one’s staff', () => {
  it('are open until they are answered, either way', async () => {
    const first = await ask();
    const second = await ask(doctors[1]);
    expect((await look()).requests.map((r) => [r.staff, r.patient, r.overdue])).toEqual([
      [doctors[0]!.wallet.account, patient.wallet.account, false],
      [doctors[1]!.wallet.account, patient.wallet.account, false],
    ]);
    await share(0, NO_DIGEST, first.inboxCount as number);
    await does(patient, {
      name: 'refuse',
      args: { requester: doctors[1]!.wallet.account, re: second.inboxCount as number, reason: NO_DIGEST },
    });
    expect((await look()).requests).toEqual([]);
  });

  it('are not answered by a share for something else, nor by another patient’s', async () => {
    const { inboxCount } = await ask();
    await share(0, NO_DIGEST, 0);
    await share(0, NO_DIGEST, (inboxCount as number) + 1);
    expect((await look()).requests).toHaveLength(1);
  });

  it('are withdrawn by one without a reason', async () => {
    await ask();
    await ask(doctors[0], NO_DIGEST);
    expect((await look()).requests).toEqual([]);
    await ask();
    expect((await look()).requests).toHaveLength(1);
  });

  it('are overdue after 14 days, found by a few times among many', async () => {
    const blocks = new Map<number, number>();
    for (let i = 0; i < 40; i++) {
      const { block } = await ask();
      blocks.set(block, i < 25 ? world.time : world.time + OVERDUE + DAY);
    }
    later(OVERDUE + DAY);
    let asked = 0;
    const times = {
      ...chain(),
      timeOf: async (block: number) => (asked++, blocks.get(block) as number),
    };
    const { requests } = await look(times);
    expect(requests.filter((r) => r.overdue)).toHaveLength(25);
    expect(requests.findIndex((r) => !r.overdue)).toBe(25);
    expect(asked).toBeLessThanOrEqual(6);
  });
});

describe('shares with one’s staff', () => {
  it('are named in the 14 days before they end, the newest of one token', async () => {
    await share(world.time + 3 * DAY, token(1));
    await share(world.time + 30 * DAY, token(2));
    await share(0, token(3));
    await share(world.time + 2 * DAY, token(4));
    await share(world.time + 60 * DAY, token(4));
    const { expiring } = await look();
    expect(expiring.map((e) => e.entry.args.access)).toEqual([token(1)]);
    expect(expiring[0]).toMatchObject({ patient: patient.wallet.account, by: null });
    later(20 * DAY);
    expect((await look()).expiring.map((e) => e.entry.args.access)).toEqual([token(2)]);
  });

  it('are not those that were taken back, one or all', async () => {
    await share(world.time + DAY, token(1));
    await share(world.time + DAY, token(2));
    const revoke = (access: Digest) =>
      does(patient, { name: 'revoke', args: { grantee: doctors[0]!.wallet.account, access } });
    await revoke(token(1));
    expect((await look()).expiring.map((e) => e.entry.args.access)).toEqual([token(2)]);
    await revoke(NO_DIGEST);
    expect((await look()).expiring).toEqual([]);
  });

  it('say who brought a colleague in', async () => {
    await does(doctors[0]!, {
      name: 'delegate',
      args: {
        patient: patient.wallet.account,
        colleague: doctors[1]!.wallet.account,
        capability: SOME,
        access: token(1),
        until: world.time + DAY,
      },
    });
    expect((await look()).expiring).toMatchObject([
      { staff: doctors[1]!.wallet.account, patient: patient.wallet.account, by: doctors[0]!.wallet.account },
    ]);
  });
});

describe('oversight', () => {
  it('reads each timeline once, and one that cannot be read hides its own rows only', async () => {
    await ask(doctors[0]);
    await ask(doctors[1]);
    const real = chain();
    const read: string[] = [];
    const broken = {
      ...real,
      timeline: async (...args: Parameters<typeof real.timeline>) => {
        read.push(`${args[0]}/${args[1]}`);
        expect(args[2]?.limit).toBe(LOOKED_AT);
        if (args[0] === doctors[0]!.wallet.account) throw new SalusError('chain/timeline-broken');
        return real.timeline(...args);
      },
    };
    const done: number[] = [];
    const found = await overseen({ chain: broken }, await staff(hospital.ports, 0), (n) => done.push(n));
    expect(new Set(read).size).toBe(read.length);
    expect(read).toHaveLength(4);
    expect(done).toEqual([1, 2]);
    expect(found.requests.map((r) => r.staff)).toEqual([doctors[1]!.wallet.account]);
    expect(found.unread.map((u) => [u.staff, u.error.code])).toEqual([
      [doctors[0]!.wallet.account, 'chain/timeline-broken'],
    ]);
  });

  it('says of whom it looked at the newest only', async () => {
    const real = chain();
    const cut = {
      ...real,
      timeline: async (...args: Parameters<typeof real.timeline>) => ({
        ...(await real.timeline(...args)),
        complete: args[0] !== doctors[1]!.wallet.account,
      }),
    };
    expect((await look(cut)).cut).toEqual([doctors[1]!.wallet.account]);
  });
});
