/** What may be done with a visit from when until when, in Unix seconds; null while a block's time is on its way, or never. */
import { ARBITER_WINDOW, DISPUTE_WINDOW, RESOLVE_WINDOW, type Visit } from '../../state/types.ts';
import { list, number } from '../shared/i18n/format.ts';

export type VisitTimes = {
  /** the patient may dispute before then; from then on anyone may release */
  windowEnds: number | null;
  disputed: number | null;
  /** the named hospital alone decides before then */
  arbiterUntil: number | null;
  /** from then on anyone may end the dispute in halves */
  dividedFrom: number | null;
};

/** @param timeOf Unix seconds of a block, null while unknown */
export const timesOf = (visit: Visit, timeOf: (block: number) => number | null): VisitTimes => {
  const at = (event: string): number | null => {
    const entry = visit.history.findLast((e) => e.event === event);
    return entry ? timeOf(entry.block) : null;
  };
  const after = (from: number | null, seconds: number) => (from === null ? null : from + seconds);
  const disputed = at('Disputed');
  return {
    windowEnds: after(at('Completed'), DISPUTE_WINDOW),
    disputed,
    arbiterUntil: after(disputed, ARBITER_WINDOW),
    dividedFrom: after(disputed, RESOLVE_WINDOW),
  };
};

const unit = (value: number, name: 'day' | 'hour' | 'minute'): string =>
  number(value, { style: 'unit', unit: name, unitDisplay: 'long' });

/** “2 days and 4 hours”. @param seconds that are left, at least a minute is said */
export const span = (seconds: number): string => {
  const minutes = Math.max(1, Math.floor(seconds / 60));
  const [days, hours] = [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60)];
  if (days > 0) return list([unit(days, 'day'), ...(hours > 0 ? [unit(hours, 'hour')] : [])]);
  if (hours > 0) return list([unit(hours, 'hour'), ...(minutes % 60 > 0 ? [unit(minutes % 60, 'minute')] : [])]);
  return unit(minutes, 'minute');
};
