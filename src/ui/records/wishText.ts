/** A wished time as people read it. */
import type { Wish } from '../../record/fhir.ts';
import { locale } from '../shared/i18n/index.ts';

/** “Tue, 1 Dec 2026, 9:00 – 12:00”, in the reader's own zone. */
export const wishText = ({ start, end }: Wish): string =>
  new Intl.DateTimeFormat(locale(), {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: 'numeric',
    minute: '2-digit',
  }).formatRange(Date.parse(start), Date.parse(end));
