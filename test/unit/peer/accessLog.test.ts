import { MemoryDatastore } from 'datastore-core';
import { beforeEach, expect, it } from 'vitest';
import { fromUtf8, type Hex } from '../../../src/core/bytes.ts';
import { openBytes } from '../../../src/crypto/envelope.ts';
import type { Identity } from '../../../src/crypto/identity.ts';
import { AccessLog, type Note } from '../../../src/peer/accessLog.ts';
import { identity } from '../storage/memory.ts';

const GUARD = `0x${'aa'.repeat(20)}` as const;
const record = (n: number): Hex => `0x${n.toString(16).padStart(64, '0')}`;
const note = (n: number, outcome: Note['outcome'] = 'served'): Note => ({
  guard: GUARD,
  record: record(n),
  access: null,
  outcome,
  reason: outcome === 'served' ? 'session' : 'none',
});

let disk: MemoryDatastore;
let key: Identity;
let time = 0;
const open = async (): Promise<AccessLog> => {
  const log = new AccessLog({ datastore: disk }, { id: 'QmPeer', name: 'peer.clinic' }, () => time);
  await log.sealTo(GUARD, key.recipient);
  return log;
};
const read = async (log: AccessLog, after = 0) => {
  const { entries, ...rest } = await log.page(GUARD, after);
  const opened = entries.map(async ({ sealed }) => {
    const plain = await openBytes({ identities: [key.identity] }, sealed);
    return JSON.parse(fromUtf8(plain)) as { record: Hex; count: number };
  });
  return { ids: entries.map(({ id }) => id), entries: await Promise.all(opened), ...rest };
};
beforeEach(async () => {
  [disk, key, time] = [new MemoryDatastore(), await identity(), 1_000_000];
});

it('counts what is alike within a minute, and survives a peer that was killed', async () => {
  const log = await open();
  for (let i = 0; i < 5; i++) await log.note(note(1));
  // never settled: the first of the five is on the disk
  expect((await read(await open())).entries).toMatchObject([{ record: record(1), count: 1 }]);
  expect((await read(log)).entries).toMatchObject([
    { record: record(1), count: 5, peer: 'QmPeer', name: 'peer.clinic' },
  ]);
  await log.note(note(1));
  time += 60_000;
  await log.note(note(1));
  expect((await read(log)).entries.map(({ count }) => count)).toEqual([5, 1, 1]);
});

it('never gives an id twice, whatever was cleared and started anew', async () => {
  const log = await open();
  for (const n of [1, 2, 3]) await log.note(note(n));
  expect((await read(log)).ids).toEqual([1, 2, 3]);
  await log.forget(GUARD, 2);
  expect((await read(log)).ids).toEqual([3]);
  await log.forget(GUARD, 99);
  const again = await open();
  await again.note(note(4));
  expect(await read(again)).toMatchObject({ ids: [4], last: 4, dropped: 0, more: false });
});

it('whoever is refused pushes out nothing that was served, and what had to go is counted', async () => {
  const log = await open();
  await log.note(note(0));
  for (let n = 1; n <= 1010; n++) await log.note(note(n, 'refused'));
  const first = await read(log);
  expect(first).toMatchObject({ dropped: 10, more: true, last: 1011 });
  expect(first.entries[0]).toMatchObject({ record: record(0) });
  expect(first.entries[1]).toMatchObject({ record: record(11) });
  await log.forget(GUARD, first.ids.at(-1)!);
  expect((await read(log)).dropped).toBe(0);
}, 30_000);

it('keeps the key it has when the next one is none', async () => {
  const log = await open();
  expect(await log.sealTo(GUARD, 'age1pq1nonsense')).toBe(false);
  await log.note(note(1));
  expect((await read(log)).entries).toHaveLength(1);
});

it('serves nobody while it cannot write', async () => {
  const log = await open();
  disk.put = () => {
    throw new Error('disk full');
  };
  await expect(log.note(note(1))).rejects.toThrow('disk full');
});
