import { beforeEach, describe, expect, it } from 'vitest';
import { utf8, type Bytes, type Digest, type Hex } from '../../../src/core/bytes.ts';
import { SalusError } from '../../../src/core/errors.ts';
import { sealBytes } from '../../../src/crypto/envelope.ts';
import { randomIdentity } from '../../../src/crypto/identity.ts';
import { accessOf } from '../../../src/crypto/capability.ts';
import { keptAccessLog, readAccessLog } from '../../../src/flows/accessLog.ts';
import type { Vault } from '../../../src/flows/vault.ts';
import { dump } from '../../fakes/cabinet.ts';
import { FakeWorld, person } from '../../fakes/chain.ts';
import { Device } from '../../fakes/device.ts';
import { guardedPlace, type GuardedPlace } from '../../fakes/guardedPlace.ts';
import type { Blocks } from '../../fakes/storage.ts';

const TOKEN = new Uint8Array(32).fill(9);
const hex = `0x${'09'.repeat(32)}` as Hex;
const DAY = 86_400;

describe('who opened what', () => {
  let [world, place]: [FakeWorld, GuardedPlace] = [null!, null!];
  let [alice, bob]: [Device, Device] = [null!, null!];
  let vault: Vault = null!;
  let [digest, key]: [Digest, Bytes] = [null!, null!];

  beforeEach(async () => {
    world = new FakeWorld();
    const peer: Blocks = new Map();
    place = guardedPlace(peer);
    alice = new Device(world, person('alice'), peer);
    bob = new Device(world, person('bob'), peer);
    vault = await alice.enroll();
    const { recipient } = vault.identity;
    const guard = vault.account;
    const sealed = await alice.storage.sealRecord(utf8('{}'), [recipient], [], { guard });
    [digest, key] = [sealed.digest, sealed.manifestKey];
    await alice.storage.push(digest);
    const args = { grantee: bob.person.account, capability: hex, access: accessOf(TOKEN), until: 0, re: 0 };
    world.submit(guard, { name: 'share', args });
  });
  const open = (token?: Hex) => bob.storage.openManifest(digest, { fileKey: key }, token ? { token } : {});
  const read = (ports = alice.ports) => readAccessLog(ports, vault);
  const facts = async () => (await read()).entries.map(({ outcome, reason, access }) => [outcome, reason, access]);

  it('is told newest first, and kept sealed when the peer has forgotten', async () => {
    await open(hex);
    world.time += 60;
    await expect(open()).rejects.toMatchObject({ code: 'storage/not-let-in' });
    expect(await facts()).toEqual([
      ['refused', 'session', null],
      ['served', 'token', accessOf(TOKEN)],
    ]);
    place.notes.length = 0;
    expect(await facts()).toHaveLength(2);
    expect(await keptAccessLog(alice.cabinet)).toHaveLength(2);
    const disk = dump(alice.cabinet);
    for (const secret of [digest.slice(2), accessOf(TOKEN).slice(2), 'served']) expect(disk).not.toContain(secret);
  });

  it('comes once, however often it is asked for', async () => {
    const asked: number[] = [];
    const real = alice.storage.accessLog.bind(alice.storage);
    alice.storage.accessLog = (url, after) => (asked.push(after), real(url, after));
    await open(hex);
    for (let i = 0; i < 3; i++) expect(await facts()).toHaveLength(1);
    world.time += 60;
    await open(hex);
    expect(await facts()).toHaveLength(2);
    expect(asked).toEqual([0, 1, 1, 1]);
  });

  it('is asked of a peer once more from the beginning when it counts less than before', async () => {
    const entry = {
      version: 1,
      at: world.time * 1000,
      record: digest,
      access: null,
      outcome: 'refused',
      reason: 'none',
    };
    const sealed = await sealBytes(
      [vault.identity.recipient],
      utf8(JSON.stringify({ ...entry, count: 2, peer: 'QmPeer', name: 'a' })),
    );
    let last = 40;
    alice.storage.accessLog = async (_url, after) => ({
      entries: after < last ? [{ id: last, sealed }] : [],
      dropped: 7,
      more: false,
      last,
    });
    const first = await read();
    expect(first.places).toEqual([{ url: 'http://127.0.0.1', dropped: 7, unreadable: 0, error: null }]);
    expect(first.entries).toMatchObject([{ count: 2, name: 'a', peer: 'QmPeer' }]);
    last = 3;
    expect((await read()).entries).toHaveLength(1); // the same one, known by what it says
  });

  it('takes nothing on a peer’s word that is none: malformed, unsealed, another’s, of tomorrow, or without end', async () => {
    const other = await randomIdentity((n) => crypto.getRandomValues(new Uint8Array(n)));
    const good = {
      version: 1,
      at: world.time * 1000,
      record: digest,
      access: null,
      outcome: 'served',
      reason: 'session',
      count: 1,
      peer: 'QmPeer',
      name: 'a\u202eb\nc',
    };
    const seal = (value: unknown, to = vault.identity.recipient) => sealBytes([to], utf8(JSON.stringify(value)));
    const bad = [
      utf8('not an age file'),
      await seal(good, other.recipient),
      await seal('text'),
      await seal({ ...good, more: 1 }),
      await seal({ ...good, at: (world.time + 2 * DAY) * 1000 }),
      await seal({ ...good, count: 0 }),
      await seal({ ...good, outcome: 'given' }),
      await seal({ ...good, record: '0x12' }),
      await seal({ ...good, peer: '<b>' }),
      await seal({ ...good, name: 'x'.repeat(5000) }),
    ];
    let calls = 0;
    alice.storage.accessLog = async (_url, after) => ({
      entries: [...bad, await seal(good)].map((sealed, i) => ({ id: after + i + 1, sealed })),
      dropped: 0,
      more: calls++ < 3,
      last: after + 11,
    });
    const { entries, places } = await read();
    expect(entries).toEqual([expect.objectContaining({ reason: 'session', name: 'ab c', url: 'http://127.0.0.1' })]);
    expect(places[0]).toMatchObject({ unreadable: 4 * bad.length, error: null });
    expect(calls).toBe(4);
  });

  it('says which place could not be asked, keeps what is known, and does not hide that nobody is signed in', async () => {
    await open(hex);
    await read();
    alice.storage.account = null;
    const { entries, places } = await read();
    expect(entries).toHaveLength(1);
    expect(places[0]?.error).toMatchObject({ code: 'storage/not-let-in', details: { signIn: true } });
    alice.cabinet.lock();
    await expect(read()).rejects.toThrow('crypto/locked');
  });

  it('no place crowds out another’s entries, and no flood of refusals what was served', async () => {
    const { recipient } = vault.identity;
    const said = { version: 1, record: digest, access: null, count: 1, peer: 'QmPeer', name: 'x' };
    const entry = async (id: number, at: number, outcome: string, reason: string) => ({
      id,
      sealed: await sealBytes([recipient], utf8(JSON.stringify({ ...said, at, outcome, reason }))),
    });
    const now = world.time * 1000;
    const honest = await entry(1, now - 5 * DAY * 1000, 'served', 'deposit');
    const flood = [await entry(1, now - DAY * 1000, 'served', 'session')];
    // as many as are kept, each of another moment: sealed once, told apart by what is kept of them
    const kept = Array.from({ length: 4999 }, (_, i) => ({
      ...said,
      at: now - i,
      outcome: 'refused',
      reason: 'none',
      url: 'http://flood',
    })).map(({ version: _, ...rest }) => rest);
    await alice.cabinet.set('accessLog', utf8(JSON.stringify({ entries: kept, places: [] })));
    alice.storage.guards = async () => ['http://flood', 'http://honest'];
    alice.storage.accessLog = async (url, after) => ({
      entries: (url === 'http://flood' ? [...flood, await entry(2, now, 'refused', 'session')] : [honest]).filter(
        ({ id }) => id > after,
      ),
      dropped: 0,
      more: false,
      last: url === 'http://flood' ? 2 : 1,
    });
    const { entries } = await read();
    expect(entries).toHaveLength(5000);
    expect(entries.filter((e) => e.outcome === 'served').map((e) => e.reason)).toEqual(['session', 'deposit']);
  });

  it('lets a peer forget what is old and kept here, and nothing else', async () => {
    await open(hex);
    world.time += 100 * DAY;
    await open(hex);
    const told: number[] = [];
    alice.storage.forgetAccessLog = async (_url: string, id: number) => void told.push(id);
    await read();
    expect(told).toEqual([1]);
    const failing = { ...alice.ports, cabinet: Object.assign(Object.create(alice.cabinet), {}) };
    failing.cabinet.set = () => Promise.reject(new SalusError('storage/quota'));
    failing.cabinet.get = () => Promise.resolve(null);
    await expect(readAccessLog(failing, vault)).rejects.toThrow('storage/quota');
    expect(told).toEqual([1]);
  });
});
