import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Lane } from '../../../src/state/lane.ts';

/** Tasks that end when told. */
const lane = () => {
  const begun: number[] = [];
  const shown: number[] = [];
  const ends: (() => void)[] = [];
  const made = new Lane<number>((item) => {
    begun.push(item);
    return new Promise((resolve) => (ends[item] = () => resolve(() => shown.push(item))));
  });
  const end = async (...items: number[]) => {
    for (const item of items) ends[item]?.();
    await vi.advanceTimersByTimeAsync(0);
  };
  return { made, begun, shown, end };
};
beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());
const many = Array.from({ length: 20 }, (_, n) => n);

describe('a lane', () => {
  it('works at six at a time, in order', async () => {
    const { made, begun, end } = lane();
    many.forEach((n) => made.add(n));
    expect(begun).toEqual([0, 1, 2, 3, 4, 5]);
    await end(3);
    expect(begun).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  it('takes those first that are wanted now, and leaves out what is taken', async () => {
    const { made, begun, end } = lane();
    many.forEach((n) => made.add(n));
    made.first([15, 12, 2]);
    expect(made.take(15)).toBe(true);
    expect(made.take(2)).toBe(false);
    await end(0, 1);
    expect(begun.slice(6)).toEqual([12, 6]);
  });

  it('shows the first outcome at once, and those that come soon after it together', async () => {
    const { made, shown, end } = lane();
    many.forEach((n) => made.add(n));
    await end(0);
    expect(shown).toEqual([0]);
    await end(1, 2);
    expect(shown).toEqual([0]);
    await vi.advanceTimersByTimeAsync(200);
    expect(shown).toEqual([0, 1, 2]);
    await vi.advanceTimersByTimeAsync(1_000);
    await end(3);
    expect(shown).toEqual([0, 1, 2, 3]);
  });
});
