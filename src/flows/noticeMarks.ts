/**
 * What was read of the notices, kept sealed in the cabinet for each account. An inbox is counted by the contract, so "everything up to
 * here" and a few beyond it say all there is to say of events; what is of no event goes by its name.
 */
import { fromUtf8, utf8 } from '../core/bytes.ts';
import type { Notice } from './notices.ts';
import type { Cabinet } from './ports/index.ts';

/** `upTo`: every event of the inbox up to this count is read · `beyond`: counts after it · `said`: notices that are of no event, by id */
export type Marks = { upTo: number; beyond: number[]; said: string[] };

const NAME = 'notices/read';
/** Kept at most: more notices than that are never shown. */
export const MOST_MARKS = 400;
/** Of notices from strangers so many ring at a time. */
export const STRANGERS = 3;

const counts = (v: unknown): number[] =>
  Array.isArray(v) ? v.filter((n) => Number.isSafeInteger(n) && n >= 0).slice(-MOST_MARKS) : [];
const names = (v: unknown): string[] =>
  Array.isArray(v) ? v.filter((n) => typeof n === 'string' && n.length <= 256).slice(-MOST_MARKS) : [];

/** @returns null when nothing was ever marked here, or what was kept cannot be understood */
export const readMarks = async ({ cabinet }: { cabinet: Cabinet }): Promise<Marks | null> => {
  const kept = await cabinet.get(NAME);
  try {
    const { upTo, beyond, said } = JSON.parse(fromUtf8(kept as NonNullable<typeof kept>)) as Record<string, unknown>;
    return Number.isSafeInteger(upTo) ? { upTo: upTo as number, beyond: counts(beyond), said: names(said) } : null;
  } catch {
    return null;
  }
};

export const keepMarks = ({ cabinet }: { cabinet: Cabinet }, marks: Marks): Promise<void> =>
  cabinet.set(NAME, utf8(JSON.stringify(marks)));

/** Both devices' or tabs' marks: what one of them read is read. */
export const merged = (a: Marks, b: Marks): Marks => {
  const upTo = Math.max(a.upTo, b.upTo);
  const beyond = [...new Set([...a.beyond, ...b.beyond])].filter((n) => n > upTo).sort((x, y) => x - y);
  return { upTo, beyond: beyond.slice(-MOST_MARKS), said: [...new Set([...a.said, ...b.said])].slice(-MOST_MARKS) };
};

export const isRead = (n: Notice, marks: Marks): boolean =>
  n.entry ? n.entry.count <= marks.upTo || marks.beyond.includes(n.entry.count) : marks.said.includes(n.id);

/** With these read as well. */
export const marked = (marks: Marks, read: readonly Notice[]): Marks =>
  merged(marks, {
    upTo: marks.upTo,
    beyond: read.flatMap((n) => (n.entry ? [n.entry.count] : [])),
    said: read.flatMap((n) => (n.entry ? [] : [n.id])),
  });

/** The same in fewer words: up to the oldest that is not read, all is. @param all every notice there is */
export const compacted = (marks: Marks, all: readonly Notice[]): Marks => {
  const events = all.filter((n) => n.entry);
  const unread = events.filter((n) => !isRead(n, marks)).map((n) => (n.entry?.count ?? 1) - 1);
  const upTo = unread.length > 0 ? Math.min(...unread) : Math.max(0, ...events.map((n) => n.entry?.count ?? 0));
  return merged(marks, { upTo, beyond: [], said: [] });
};

/** Everything read. @param count of the inbox as it was shown */
export const allMarked = (marks: Marks, shown: readonly Notice[], count: number): Marks =>
  merged(marked(marks, shown), { upTo: count, beyond: [], said: [] });

/** What rings: what is not read, and of strangers' the oldest few. Newest first, as given. */
export const ringing = (all: readonly Notice[], marks: Marks): Notice[] => {
  const unread = all.filter((n) => !isRead(n, marks));
  const heard = new Set(unread.filter((n) => n.stranger).slice(-STRANGERS));
  return unread.filter((n) => !n.stranger || heard.has(n));
};
