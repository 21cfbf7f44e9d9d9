/** The measurements' plan: turns, patience, what the browser lacks, stopping. */
import { describe, expect, it } from 'vitest';
import { SalusError } from '../../../src/core/errors.ts';
import { METHODS, type Load, type Measurer } from '../../../src/flows/ports/measure.ts';
import { median, PerformanceState } from '../../../src/state/performance.svelte.ts';

const fake = (time: (load: Load) => number | SalusError) => {
  const asked: Load[] = [];
  let closed = 0;
  const measurer: Measurer = {
    time: async (load) => {
      asked.push(load);
      if (closed > 0) throw new SalusError('storage/aborted');
      const ms = time(load);
      if (typeof ms === 'number') return ms;
      throw ms;
    },
    close: () => void closed++,
  };
  return { asked, measurer, closed: () => closed };
};

describe('measuring', () => {
  it('draws medians of every run, for every method and both ways', async () => {
    const { measurer, closed } = fake(() => 2);
    const state = new PerformanceState(() => measurer);
    await state.run(3);
    expect(state.status).toBe('done');
    expect(state.done).toBe(state.total);
    expect(closed()).toBe(1);
    for (const axis of ['size', 'records'] as const)
      for (const direction of ['encrypt', 'decrypt'] as const) {
        const { xs, series } = state.graph(axis, direction);
        expect(xs).toEqual([...xs].sort((a, b) => a - b));
        expect(series.map((s) => s.method)).toEqual([...METHODS]);
        for (const { values } of series) expect(values).toEqual(xs.map(() => 2));
      }
    expect(state.points.every((p) => p.times.length === 3)).toBe(true);
  });

  it('lets the methods take turns, so that what disturbs one disturbs all', async () => {
    const { asked, measurer } = fake(() => 1);
    await new PerformanceState(() => measurer).run(2);
    const turn = METHODS.length * 2;
    expect(new Set(asked.slice(0, turn).map((l) => l.method))).toEqual(new Set(METHODS));
    expect(asked.slice(0, asked.length / 2)).toEqual(asked.slice(asked.length / 2));
  });

  it('leaves out what would take too long, and says how long', async () => {
    const { asked, measurer } = fake(({ method, bytes, count }) =>
      method === 'rsaBlocks' ? (bytes * count) / 100 : 1,
    );
    const state = new PerformanceState(() => measurer);
    await state.run(1);
    const slow = state.points.filter((p) => p.load.method === 'rsaBlocks');
    const left = slow.filter((p) => p.skipped !== null);
    expect(left.length).toBeGreaterThan(0);
    expect(left.every((p) => p.times.length === 0 && (p.skipped as number) > 1500)).toBe(true);
    expect(asked.filter((l) => l.method === 'rsaBlocks').every((l) => (l.bytes * l.count) / 100 < 20_000)).toBe(true);
  });

  it('goes on without a cipher that the browser lacks', async () => {
    const { asked, measurer } = fake(({ method }) =>
      method === 'chachaNative' ? new SalusError('crypto/unsupported') : 1,
    );
    const state = new PerformanceState(() => measurer);
    await state.run(2);
    expect(state.status).toBe('done');
    expect(state.missing).toEqual(['chachaNative']);
    expect(asked.filter((l) => l.method === 'chachaNative')).toHaveLength(1);
    expect(state.graph('size', 'encrypt').series.map((s) => s.method)).not.toContain('chachaNative');
  });

  it('keeps what it has when it is stopped, and says what failed', async () => {
    let passes = 0;
    const stopped = fake(() => {
      if (++passes === 5) state.stop();
      return 1;
    });
    const state: PerformanceState = new PerformanceState(() => stopped.measurer);
    await state.run(1);
    expect(state.status).toBe('stopped');
    expect(state.points).toHaveLength(5);

    const failing = new PerformanceState(() => fake(() => new SalusError('crypto/corrupt')).measurer);
    await failing.run(1);
    expect(failing.status).toBe('failed');
    expect(failing.error?.code).toBe('crypto/corrupt');
  });
});

it('takes the middle', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
});
