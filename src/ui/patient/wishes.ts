/** Wished times between what a person fills in and what is sent. */
import type { Wish } from '../../record/fhir.ts';

/** As it is filled in. `day`: YYYY-MM-DD, empty while none was chosen · `from`, `until`: HH:MM */
export type TypedWish = { day: string; from: string; until: string };

const two = (n: number) => String(n).padStart(2, '0');

/** RFC 3339 in the zone that this moment has in the browser: summer time may begin between now and then. */
const iso = (day: string, time: string): string => {
  const at = new Date(`${day}T${time}:00`);
  const east = -at.getTimezoneOffset();
  const zone = `${east < 0 ? '-' : '+'}${two(Math.floor(Math.abs(east) / 60))}:${two(Math.abs(east) % 60)}`;
  return `${day}T${time}:00${zone}`;
};

/** What is wrong with it, null when it can be sent. @param today YYYY-MM-DD */
export const wishFault = ({ day, from, until }: TypedWish, today: string): 'incomplete' | 'past' | 'order' | null => {
  if (!day || !from || !until) return 'incomplete';
  if (day < today) return 'past';
  return from < until ? null : 'order';
};

/** Those that are complete and end after they begin. */
export const wishesOf = (typed: readonly TypedWish[]): Wish[] =>
  typed
    .filter((w) => w.day && w.from && w.until && w.from < w.until)
    .map((w) => ({ start: iso(w.day, w.from), end: iso(w.day, w.until) }));

/** Back from a draft, in the zone it was written in. */
export const typedOf = ({ start, end }: Wish): TypedWish => ({
  day: start.slice(0, 10),
  from: start.slice(11, 16),
  until: end.slice(11, 16),
});
