/** What others did that concerns this account, what of it was read, and what is new. */
import { asSalusError, isSalusError, type SalusError } from '../core/errors.ts';
import { seconds, type Clock } from '../core/time.ts';
import { countOf } from '../flows/calls.ts';
import { ending, expiring, keyChanges, renewals, votes, type ChangedKey } from '../flows/dueNotices.ts';
import { grantsOf } from '../flows/grants.ts';
import {
  allMarked,
  compacted,
  isRead,
  keepMarks,
  marked,
  merged,
  readMarks,
  ringing,
  STRANGERS,
  type Marks,
} from '../flows/noticeMarks.ts';
import { notices, type Notice } from '../flows/notices.ts';
import type { Account, Ports, Proposal } from '../flows/ports/index.ts';
import type { Vault } from '../flows/vault.ts';
import type { Shelf } from './places.svelte.ts';
import type { VisitsState } from './visits.svelte.ts';

type Open = {
  ports: () => Promise<Ports>;
  vault: () => Vault;
  /** the open vault's account, null while locked */
  me: () => Account | null;
  visits: VisitsState;
  /** proposals that wait for this hospital's vote */
  waiting: () => Proposal[];
  shelf: Shelf;
  clock: Clock;
};

/** A preference of this browser, and all that is kept of it. */
const KEY = 'salus.notify';
/** Readers' keys are compared no more often, ms. */
const KEYS_EVERY = 600_000;

export class NoticesState {
  /** what was new when it was last listened, newest first: to be told once */
  arrived = $state.raw<Notice[]>([]);
  /** whether this browser is to show notifications of the system while the page is hidden */
  system = $state(false);
  error = $state.raw<SalusError | null>(null);
  #marks = $state.raw<Marks | null>(null);
  #changed = $state.raw<ChangedKey[]>([]);
  /** folders whose keys are due for renewal */
  #due = $state.raw<string[]>([]);
  /** Unix seconds of the last look */
  #now = $state(0);
  readonly #open: Open;
  #heard = new Set<string>();
  #top = 0;
  /** notices of strangers told of since something was read */
  #strangers = 0;
  #begun = false;
  #compared: { at: number; own: bigint } | null = null;

  /** everything, newest first; what is of no event, and of now, before it */
  readonly list = $derived.by<Notice[]>(() => {
    const { visits } = this.#open;
    const account = this.#open.me()?.address;
    if (!account) return [];
    const events = visits.entries.toReversed();
    const soon =
      this.#now === 0 || !visits.whole ? [] : [expiring, ending].flatMap((f) => f(events, account, this.#now));
    return [
      ...votes(this.#open.waiting()),
      ...keyChanges(this.#changed),
      ...renewals(this.#due),
      ...soon,
      ...notices(events, account, [...(visits.list ?? []), ...(visits.disputed ?? [])], visits.whole),
    ];
  });

  /** what is not read and rings, newest first */
  readonly unread = $derived.by<Notice[]>(() => (this.#marks ? ringing(this.list, this.#marks) : []));

  constructor(open: Open) {
    this.#open = open;
    this.system = open.shelf.get(KEY) === 'on';
  }

  /** True until the newest are known. */
  get waiting(): boolean {
    return this.#marks === null || (!this.#open.visits.whole && this.list.length === 0);
  }

  /** Looks at the marks (another tab may have read something), the clock, and the keys of those who read. */
  load = async (): Promise<void> => {
    const account = this.#open.me();
    if (!account) return;
    this.#now = seconds(this.#open.clock);
    try {
      const ports = await this.#open.ports();
      const kept = await readMarks(ports);
      if (this.#open.me()?.address !== account.address) return;
      // a device that knows the account since today rings for what comes, not for the years before
      const marks = kept ?? this.#marks ?? { upTo: countOf(account.inbox), beyond: [], said: [] };
      this.#marks = this.#marks ? merged(this.#marks, marks) : marks;
      if (!kept) await keepMarks(ports, this.#marks);
      this.error = null;
      await this.#compare(ports, account);
    } catch (error) {
      this.#failed(error);
    }
  };

  isUnread = (n: Notice): boolean => this.unread.includes(n);

  /** Marks what was read, here and on the disk. Nothing happens where all of it was. */
  read = async (what: readonly Notice[]): Promise<void> => {
    const marks = this.#marks;
    const left = marks ? what.filter((n) => !isRead(n, marks)) : [];
    if (marks && left.length > 0) await this.#keep(marked(marks, left));
  };

  readAll = async (): Promise<void> => {
    const newest = this.#open.visits.entries.filter((e) => e.author !== this.#open.me()?.address);
    const count = Math.max(0, ...newest.slice(0, 1).map((e) => e.count));
    if (this.#marks) await this.#keep(allMarked(this.#marks, this.list, count));
  };

  /** For an effect: takes note of what is unread; what came since the last time is in {@link arrived}. */
  listen = (): void => {
    const top = Math.max(this.#top, ...this.unread.map((n) => n.entry?.count ?? 0));
    const fresh = this.unread.filter((n) => !this.#heard.has(n.id) && (n.entry === null || n.entry.count > this.#top));
    for (const n of this.unread) this.#heard.add(n.id);
    this.#top = top;
    // strangers are told of a few times, then only shown, until the person has read something
    const told = fresh.filter((n) => !n.stranger || ++this.#strangers <= STRANGERS);
    if (this.#begun && told.length > 0) this.arrived = told;
    this.#begun ||= this.#marks !== null && this.#open.visits.whole;
  };

  /** @param on whether this browser shows notifications of the system; it was asked before */
  choose = (on: boolean): void => {
    this.system = on;
    this.#open.shelf.set(KEY, on ? 'on' : 'off');
  };

  /** Forgets everything; called on lock. */
  clear(): void {
    this.#marks = null;
    this.#changed = [];
    this.#now = 0;
    this.#heard = new Set();
    this.#top = 0;
    this.#strangers = 0;
    this.#begun = false;
    this.#compared = null;
    this.arrived = [];
    this.#due = [];
    this.error = null;
  }

  async #keep(marks: Marks): Promise<void> {
    const account = this.#open.me()?.address;
    // at once for the eye, then on the disk with what other tabs read meanwhile
    this.#marks = marks;
    this.#strangers = 0;
    try {
      const ports = await this.#open.ports();
      const kept = await readMarks(ports);
      if (this.#open.me()?.address !== account) return;
      const all = kept ? merged(marks, kept) : marks;
      this.#marks = this.#open.visits.whole ? compacted(all, this.list) : all;
      await keepMarks(ports, this.#marks);
      this.error = null;
    } catch (error) {
      this.#failed(error);
    }
  }

  async #compare(ports: Ports, account: Account): Promise<void> {
    const { visits, clock } = this.#open;
    const before = this.#compared;
    // what this account does itself may change whom it sealed to last
    if (!visits.whole || (before && before.own === account.own && clock() - before.at < KEYS_EVERY)) return;
    const grants = grantsOf(visits.entries, account.address, this.#now).filter((g) => g.giver === account.address);
    if (grants.length === 0) return;
    this.#compared = { at: clock(), own: account.own };
    const still = () => this.#open.me()?.address === account.address;
    try {
      const { changedKeys, readersOf } = await import('../flows/keyChanges.ts');
      const changed = await changedKeys(ports, readersOf(grants));
      if (still()) this.#changed = changed;
      const [{ given }, { dueRotations }] = await Promise.all([
        import('../flows/given.ts'),
        import('../flows/renew.ts'),
      ]);
      const vault = this.#open.vault();
      const due = await dueRotations(ports, vault, await given(ports, vault, this.#now));
      if (still()) this.#due = due.map((d) => d.folder);
    } catch {
      // no node or place answered, or it was locked meanwhile: looked at again the next time
      this.#compared = null;
    }
  }

  #failed(error: unknown): void {
    this.error = isSalusError(error, 'crypto/locked') ? null : asSalusError(error);
  }
}
