/** How much a new block makes the page ask. */
import { beforeEach, expect, it } from 'vitest';
import type { Account } from '../../../src/flows/ports/index.ts';
import { Follower } from '../../../src/state/follower.ts';

let now: number;
let known: Account | null;
let is: Account | null;
let settled: boolean;
let every: number;
let asked: { views: number; reads: number };
let gate: Promise<void>;
let follower: Follower;

const account = (inbox: bigint) => ({ own: 1n, inbox, role: 'none' }) as unknown as Account;

beforeEach(() => {
  [now, known, is, settled, every] = [0, account(5n), account(5n), true, 60_000];
  asked = { views: 0, reads: 0 };
  gate = Promise.resolve();
  follower = new Follower({
    settled: () => settled,
    every: () => every,
    before: () => known,
    now: async () => {
      asked.views += 1;
      return is;
    },
    read: async () => {
      asked.reads += 1;
      await gate;
      known = is ?? known;
      follower.note();
    },
    glance: async () => {},
    clock: () => now,
  });
  follower.note();
});

it('asks one view while nothing happens to the account, and reads all now and then', async () => {
  for (let block = 0; block < 25; block++) {
    now += 2_000;
    await follower.look();
  }
  expect(asked).toEqual({ views: 25, reads: 0 });
  now += 12_000;
  await follower.look();
  expect(asked.reads).toBe(1);
  every = 0;
  await follower.look();
  expect(asked).toEqual({ views: 25, reads: 2 });
});

it('reads all at once when something happened, when it failed before, or when nobody answers', async () => {
  is = account(6n);
  await follower.look();
  expect(asked.reads).toBe(1);
  await follower.look();
  expect(asked.reads).toBe(1);
  settled = false;
  await follower.look();
  expect(asked.reads).toBe(2);
  [settled, is] = [true, null];
  await follower.look();
  expect(asked.reads).toBe(3);
});

it('makes one look of all blocks that come while it reads', async () => {
  settled = false;
  let open = () => {};
  gate = new Promise((resolve) => (open = resolve));
  const first = follower.look();
  await Promise.all(Array.from({ length: 50 }, () => follower.look()));
  open();
  await first;
  expect(asked.reads).toBe(2);
});

it('goes on looking after a read that failed', async () => {
  settled = false;
  gate = Promise.reject(new Error('down'));
  await expect(follower.look()).rejects.toThrow('down');
  gate = Promise.resolve();
  await follower.look();
  expect(asked.reads).toBe(2);
});
