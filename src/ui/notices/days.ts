/** Notices by the day they came. */
import type { Notice } from '../../state/types.ts';
import { date } from '../shared/i18n/format.ts';
import { t } from '../shared/i18n/index.ts';

/** One day's notices, newest first. */
export type Day = { label: string; notices: Notice[] };

const dayOf = (unix: number): number => new Date(unix * 1000).setHours(0, 0, 0, 0);

const labelOf = (unix: number, now: number): string => {
  const [day, today] = [dayOf(unix), dayOf(now)];
  if (day >= today) return t('bell.today');
  // the day before, whatever the clocks were set to in between
  return day >= dayOf(today / 1000 - 1) ? t('bell.yesterday') : date(unix, 'long');
};

/**
 * @param all newest first, what is of no event before it
 * @param timeOf Unix seconds of a block, null while not known: such a notice stands with the one before it
 */
export const byDay = (all: readonly Notice[], timeOf: (block: number) => number | null, now: number): Day[] => {
  const days: Day[] = [];
  let label = '';
  for (const n of all) {
    const at = n.entry && timeOf(n.entry.block);
    if (n.entry === null) label = t('bell.now');
    else if (at !== null) label = labelOf(at, now);
    else if (label === '' || label === t('bell.now')) label = t('bell.undated');
    if (days.at(-1)?.label !== label) days.push({ label, notices: [] });
    days.at(-1)?.notices.push(n);
  }
  return days;
};
