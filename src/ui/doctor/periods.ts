/** Earnings by day, week and month, in the reader's own time zone. */
import type { Cell } from '../../core/csv.ts';
import type { Payment } from '../../state/types.ts';
import { decimal } from '../shared/i18n/format.ts';

/** Lengths of a period; weeks begin on Monday (ISO 8601). */
export const PERIODS = ['day', 'week', 'month'] as const;
export type Period = (typeof PERIODS)[number];
/** A payment with the time of its block, Unix seconds. */
export type Dated = Payment & { seconds: number };
/** `start`: Unix seconds · `sum`: wei of the period · `total`: wei of everything until its end */
export type Bucket = { start: number; sum: bigint; count: number; total: bigint };

/** More than a chart can tell apart. */
export const MOST_BUCKETS = 400;

const startOf = (seconds: number, by: Period): Date => {
  const d = new Date(seconds * 1000);
  const [year, month, day] = [d.getFullYear(), d.getMonth(), d.getDate()];
  if (by === 'month') return new Date(year, month, 1);
  return new Date(year, month, by === 'week' ? day - ((d.getDay() + 6) % 7) : day);
};

const after = (d: Date, by: Period): Date => {
  const [year, month, day] = [d.getFullYear(), d.getMonth(), d.getDate()];
  return by === 'month' ? new Date(year, month + 1, 1) : new Date(year, month, day + (by === 'week' ? 7 : 1));
};

/** Every period from the first payment to now, empty ones too, oldest first; the newest {@link MOST_BUCKETS} of them. @param now Unix seconds */
export const bucketsOf = (payments: Dated[], by: Period, now: number): Bucket[] => {
  if (payments.length === 0) return [];
  const sums = new Map<number, { sum: bigint; count: number }>();
  for (const { seconds, amount } of payments) {
    const at = startOf(seconds, by).getTime();
    const { sum, count } = sums.get(at) ?? { sum: 0n, count: 0 };
    sums.set(at, { sum: sum + amount, count: count + 1 });
  }
  const last = Math.max(startOf(now, by).getTime(), ...sums.keys());
  const buckets: Bucket[] = [];
  let total = 0n;
  for (let d = new Date(Math.min(...sums.keys())); d.getTime() <= last; d = after(d, by)) {
    const { sum, count } = sums.get(d.getTime()) ?? { sum: 0n, count: 0 };
    total += sum;
    buckets.push({ start: d.getTime() / 1000, sum, count, total });
  }
  return buckets.slice(-MOST_BUCKETS);
};

/** One row a payment, oldest first, with the exact amount. */
export const rowsOf = (payments: Dated[]): Cell[][] =>
  payments
    .toSorted((a, b) => a.seconds - b.seconds)
    .map(({ seconds, id, patient, amount, entry }) => [
      new Date(seconds * 1000).toISOString(),
      id,
      patient,
      decimal(amount),
      entry.event,
      entry.tx,
    ]);
