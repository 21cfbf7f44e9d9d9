/**
 * What concerns an account, out of its verified events alone: what others did, never what it did itself. Whatever an event says beyond
 * that (ids, dates, digests, which request it answers) its author chose, and is held here against what the account itself did.
 */
import type { Address } from '../core/bytes.ts';
import { heard, type Heard } from './noticeKinds.ts';
import type { Entry } from './ports/index.ts';
import type { Visit } from './visits.ts';

/** What happened. The last line is not of one event, but follows from many, and from the time ({@link dueNotices}). */
export type NoticeKind =
  | 'booked'
  | 'accepted'
  | 'declined'
  | 'returned'
  | 'cancelled'
  | 'reclaimed'
  | 'prescribed'
  | 'paid'
  | 'released'
  | 'rated'
  | 'reviewed'
  | 'disputed'
  | 'toDecide'
  | 'resolved'
  | 'attested'
  | 'stated'
  | 'report'
  | 'asked'
  | 'assigned'
  | 'assignedTo'
  | 'delegated'
  | 'broughtIn'
  | 'shared'
  | 'keyArrived'
  | 'revoked'
  | 'refused'
  | 'accredited'
  | 'suspended'
  | 'proposed'
  | 'voted'
  | 'admitted'
  | 'expelled'
  | 'moved'
  | 'expiring'
  | 'ending'
  | 'renew'
  | 'keyChanged'
  | 'vote';

/** Where a notice leads: a screen by its name in the page's routes, and its params. */
export type Lead = { screen: string; params: Record<string, string> };

export type Notice = {
  /** the same after a reload */
  id: string;
  kind: NoticeKind;
  /** who did it; null where nobody did */
  who: Address | null;
  /** whom it is about besides: the colleague brought in, the doctor assigned, the patient whose file it is */
  about: Address | null;
  /** the newest event, which stands in the inbox; null where it is of none */
  entry: Entry | null;
  /** Unix seconds of what will happen, null where nothing will */
  at: number | null;
  /** waits for an answer of this account */
  asks: boolean;
  /** from somebody this account never had to do with: a few of them ring at a time */
  stranger: boolean;
  /** how many events it stands for */
  times: number;
  to: Lead;
};

/** Notices kept at most, newest first: a list nobody reads to its end. Strangers fill a part of their own, and drive out nobody. */
export const MOST = 300;
export const MOST_STRANGERS = 50;

/** The same by the same person, leading to the same place, is one notice: its newest. So are all requests of one person. */
const together = (n: Notice): string =>
  [n.kind, n.who, n.about, n.to.screen, ...(n.kind === 'asked' ? [] : Object.values(n.to.params))].join('/');

const joined = (before: Notice, now: Notice): Notice => ({
  ...now,
  times: before.times + 1,
  asks: now.asks || before.asks,
  to: now.kind === 'asked' ? { screen: 'requests', params: {} } : now.to,
});

/** Notices in the order of their newest event. */
class Shelf {
  readonly #all = new Map<string, Notice>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  add(notice: Notice): void {
    const key = together(notice);
    const before = this.#all.get(key);
    // the newest last, where a map keeps it
    this.#all.delete(key);
    this.#all.set(key, before ? joined(before, notice) : notice);
    if (this.#all.size > this.#most) this.#all.delete(this.#all.keys().next().value as string);
  }

  get all(): Notice[] {
    return [...this.#all.values()];
  }
}

const newestFirst = (a: Notice, b: Notice): number => (b.entry?.count ?? 0) - (a.entry?.count ?? 0);

/**
 * @param events of both timelines of `account`, oldest first, all that was read
 * @param visits of the account and those it is to decide, as they stand now
 * @param whole false while older events are still to be read: what they could show to be a stranger's is left out
 * @returns newest first
 */
export const notices = (events: readonly Entry[], account: Address, visits: Visit[], whole = true): Notice[] => {
  const context: Heard = heard(account, events, visits);
  const [known, strangers] = [new Shelf(MOST), new Shelf(MOST_STRANGERS)];
  for (const e of events) {
    context.see(e);
    const notice = e.author === account ? null : context.notice(e);
    if (notice && !notice.stranger) known.add(notice);
    else if (notice && whole) strangers.add(notice);
  }
  return [...known.all, ...strangers.all].sort(newestFirst);
};
