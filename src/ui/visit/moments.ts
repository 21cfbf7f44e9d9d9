/** A visit as a line of moments: what happened, where it stands, what is to come. */
import type { Visit } from '../../state/types.ts';
import type { Moment } from '../shared/Timeline.svelte';
import { number } from '../shared/i18n/format.ts';
import { t } from '../shared/i18n/index.ts';
import { eventIcon, eventTitle } from '../shared/events.ts';

const BAD = new Set(['Declined', 'Cancelled', 'Disputed', 'Reclaimed']);

const coming: Partial<Record<Visit['status'], ('Accepted' | 'Completed' | 'Released' | 'Resolved')[]>> = {
  booked: ['Accepted', 'Completed', 'Released'],
  accepted: ['Completed', 'Released'],
  completed: ['Released'],
  disputed: ['Resolved'],
};

/** Past events with their blocks, then what the contract foresees next. @param timeOf Unix seconds of a block, null while unknown */
export const momentsOf = (visit: Visit, timeOf: (block: number) => number | null): Moment[] => {
  const past = visit.history.map<Moment>((entry) => ({
    key: entry.tx + entry.logIndex,
    icon: eventIcon(entry.event),
    title: eventTitle(entry.event),
    text: t('visit.block', { block: number(entry.block) }),
    unix: timeOf(entry.block),
    state: BAD.has(entry.event) ? 'bad' : 'done',
  }));
  const next = (coming[visit.status] ?? []).map<Moment>((event, i) => ({
    key: `next-${event}`,
    icon: 'clock',
    title: t(`visit.next.${event}`),
    state: i === 0 ? 'now' : 'next',
  }));
  return [...past, ...next];
};
