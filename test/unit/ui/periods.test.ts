import { describe, expect, it } from 'vitest';
import { toCsv } from '../../../src/core/csv.ts';
import { bucketsOf, MOST_BUCKETS, rowsOf, type Dated } from '../../../src/ui/doctor/periods.ts';

const at = (text: string) => new Date(text).getTime() / 1000;
const paid = (when: string, amount: bigint, id = 1n): Dated => ({
  id,
  patient: '0xabc',
  amount,
  seconds: at(when),
  entry: { event: 'Released', tx: '0x1' } as unknown as Dated['entry'],
});
// local times: what counts is the reader's day
const payments = [
  paid('2026-01-30T23:59:00', 1n),
  paid('2026-01-31T00:01:00', 2n),
  paid('2026-03-01T12:00:00', 4n),
  paid('2026-03-31T12:00:00', 8n),
];
const now = at('2026-04-02T09:00:00');
const sums = (by: 'day' | 'week' | 'month') => bucketsOf(payments, by, now).map((b) => b.sum);

describe('earnings over time', () => {
  it('have every month until now, empty ones too, and add up', () => {
    expect(sums('month')).toEqual([3n, 0n, 12n, 0n]);
    expect(bucketsOf(payments, 'month', now).map((b) => b.total)).toEqual([3n, 3n, 15n, 15n]);
    expect(bucketsOf(payments, 'month', now).map((b) => b.count)).toEqual([2, 0, 2, 0]);
    expect(bucketsOf(payments, 'month', now)[1]?.start).toBe(at('2026-02-01T00:00:00'));
  });

  it('have days, over a change of clocks as well', () => {
    const days = bucketsOf(payments, 'day', now);
    expect(days).toHaveLength(63);
    expect(days.slice(0, 2).map((b) => b.sum)).toEqual([1n, 2n]);
    expect(days.reduce((n, b) => n + b.sum, 0n)).toBe(15n);
    expect(days.every((b) => new Date(b.start * 1000).getHours() === 0)).toBe(true);
  });

  it('have weeks that begin on Monday', () => {
    const weeks = bucketsOf(payments, 'week', now);
    expect(weeks.every((b) => new Date(b.start * 1000).getDay() === 1)).toBe(true);
    expect(weeks.reduce((n, b) => n + b.sum, 0n)).toBe(15n);
    expect(bucketsOf([paid('2026-03-01T12:00:00', 1n)], 'week', at('2026-03-01T13:00:00'))[0]?.start).toBe(
      at('2026-02-23T00:00:00'),
    );
  });

  it('are none without payments, and not more than can be told apart', () => {
    expect(bucketsOf([], 'day', now)).toEqual([]);
    const years = bucketsOf([paid('2020-01-01T12:00:00', 1n), ...payments], 'day', now);
    expect(years).toHaveLength(MOST_BUCKETS);
    // what lies before them is still in the sum
    expect(years.at(-1)?.total).toBe(16n);
  });

  it('do not mind a clock that is behind the chain', () => {
    expect(bucketsOf(payments, 'month', at('2026-01-01T00:00:00'))).toHaveLength(3);
  });

  it('go into a table with exact amounts', () => {
    const csv = toCsv(['=Date'], rowsOf([paid('2026-03-01T12:00:00Z', 10n ** 18n + 1n, 7n)]));
    expect(csv).toContain(`"'=Date"`);
    expect(csv).toContain('2026-03-01T12:00:00.000Z,7,0xabc,1.000000000000000001,Released,0x1');
  });
});
