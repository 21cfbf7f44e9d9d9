/** How often a tab asks for new blocks: rarely while nodes fail or nobody looks, at once when somebody does. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Nodes } from '../../../src/chain/nodes.ts';
import { Watch } from '../../../src/chain/watch.ts';

let block = 0;
let asked = 0;
let down = false;
const nodes = {
  first: async () => {
    asked += 1;
    if (down) throw new Error('down');
    return `0x${block.toString(16)}`;
  },
} as unknown as Nodes;

beforeEach(() => {
  vi.useFakeTimers();
  [block, asked, down] = [0, 0, false];
});
afterEach(() => vi.useRealTimers());

const HOUR = 3_600_000;
const asksWithin = async (ms: number) => {
  const before = asked;
  await vi.advanceTimersByTimeAsync(ms);
  return asked - before;
};

it('asks at full pace while the page is looked at, and tells each block', async () => {
  const told: number[] = [];
  const end = new Watch(nodes, 4_000).add((b) => told.push(b), true);
  expect(await asksWithin(40_000)).toBe(10);
  block = 7;
  await vi.advanceTimersByTimeAsync(8_000);
  expect(told).toEqual([0, 0, 7, 7]);
  end();
  expect(await asksWithin(HOUR)).toBe(0);
});

it('asks ever more rarely while nodes fail, and at full pace again once one answers', async () => {
  new Watch(nodes, 4_000).add(() => {}, true);
  await vi.advanceTimersByTimeAsync(0);
  down = true;
  expect(await asksWithin(HOUR)).toBeLessThan(70);
  down = false;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(await asksWithin(40_000)).toBe(10);
});

it('asks once a minute at most while hidden, at once when looked at again', async () => {
  const watch = new Watch(nodes, 4_000);
  const told: number[] = [];
  watch.add((b) => told.push(b), true);
  await vi.advanceTimersByTimeAsync(0);
  watch.attend('idle');
  await vi.advanceTimersByTimeAsync(HOUR);
  expect(await asksWithin(HOUR)).toBeLessThanOrEqual(60);
  block = 9;
  const before = asked;
  watch.attend('eager');
  await vi.advanceTimersByTimeAsync(0);
  expect([asked - before, told.at(-1)]).toEqual([1, 9]);
  expect(await asksWithin(40_000)).toBe(10);
});

it('asks nothing while another tab keeps watch, but for an act that waits for its block', async () => {
  const watch = new Watch(nodes, 4_000);
  watch.add(() => {}, true);
  await vi.advanceTimersByTimeAsync(0);
  watch.attend('rest');
  expect(await asksWithin(HOUR)).toBe(0);
  const done = watch.add(() => {});
  expect(await asksWithin(40_000)).toBe(10);
  done();
  await vi.advanceTimersByTimeAsync(4_000);
  expect(await asksWithin(HOUR)).toBe(0);
});
