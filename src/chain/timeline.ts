/**
 * Timelines, walked back from their head word. Every entry is taken only if the word it leads to is the one that the
 * newer entry (or the head) names, so nothing can be altered, left out or put in another order. What was verified is kept.
 */
import type { Address } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import type { Entry, TimelineKind } from '../flows/ports/chain.ts';
import type { RawLog } from './events.ts';
import { FoundLogs, type Link, type LogSource } from './foundLogs.ts';
import { blockOf, countOf } from './words.ts';

export type { Link, LogSource } from './foundLogs.ts';

/** `limit`: entries wanted at most · `until`: nothing older is wanted than the newest entry for which this holds */
export type WalkOptions = { limit?: number | undefined; until?: ((entry: Entry) => boolean) | undefined };

/** One timeline as far as it was read: links newest first, without gaps. Reads wait for one another. */
export class TimelineReader {
  readonly account: Address;
  readonly kind: TimelineKind;
  /** height below which no entry can be */
  readonly #floor: number;
  #links: readonly Link[] = [];
  /** fetched, and older than what was wanted so far */
  #found: FoundLogs;
  #final = 0n;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(account: Address, kind: TimelineKind, floor: number) {
    this.account = account;
    this.kind = kind;
    this.#floor = floor;
    this.#found = new FoundLogs(account, kind);
  }

  get links(): readonly Link[] {
    return this.#links;
  }

  /** The newest word whose block was final when it was read: every later head must build on it. */
  get final(): bigint {
    return this.#final;
  }

  /**
   * Reads from `head` back to what is known, then as far as wanted.
   * @returns verified entries, newest first
   * @throws chain/timeline-broken with `count` and `block` of the entry that could not be verified, chain/stale-head
   */
  read(head: bigint, source: LogSource, options: WalkOptions = {}): Promise<Entry[]> {
    const run = this.#queue.then(async () => {
      this.refuseStale(head);
      this.#links = await this.#walk(head, source, options);
      if (this.#isWhole) this.#found = new FoundLogs(this.account, this.kind);
      return this.#cut(options);
    });
    this.#queue = run.catch(() => {
      // whatever did not fit together is fetched anew
      this.#found = new FoundLogs(this.account, this.kind);
    });
    return run;
  }

  /** Remembers what was read as final. @param block height that will not be reorganised any more */
  settle(block: number): void {
    this.#final = this.#links.find((l) => blockOf(l.word) <= block && l.word > this.#final)?.word ?? this.#final;
  }

  /** Takes up what an earlier visit kept: the logs are verified again; the final word holds even if they are not whole. */
  async restore(head: bigint, final: bigint, logs: RawLog[]): Promise<void> {
    const all = { find: [async () => ({ logs, from: 0, all: true })], hop: async () => [] };
    await this.read(head, all, { limit: logs.length }).catch(() => undefined);
    this.#found = new FoundLogs(this.account, this.kind);
    if (final > this.#final) this.#final = final;
  }

  /** @throws chain/stale-head when `head` is older than, or beside, what was final before */
  refuseStale(head: bigint): void {
    const [count, seen] = [countOf(head), countOf(this.#final)];
    if (count < seen || (count === seen && head !== this.#final))
      throw new SalusError('chain/stale-head', { account: this.account, kind: this.kind, count, seen });
  }

  async #walk(head: bigint, source: LogSource, { limit, until }: WalkOptions): Promise<readonly Link[]> {
    if (this.#links[0]?.word === head && this.#suffices({ limit, until })) return this.#links;
    const known = new Map(this.#links.map((link, i) => [link.word, i]));
    let links: Link[] = [];
    let reached = false;
    let word = head;
    const enough = () => reached || (limit !== undefined && links.length >= limit);
    const step = async (floor: number) => {
      const link = await this.#find(word, floor, source);
      reached ||= until?.(link.entry) ?? false;
      links.push(link);
      word = link.prev;
    };
    // the gap to what is known is always closed: else a head beside it would go unnoticed
    const floor = this.#links[0] ? blockOf(this.#links[0].word) : this.#floor;
    const gap = known.size > 0 || this.#final > 0n;
    while (countOf(word) > 0 && !known.has(word) && (gap ? countOf(word) > countOf(this.#final) : !enough()))
      await step(floor);
    if (gap && countOf(word) <= countOf(this.#final)) this.refuseStale(word);
    const join = known.get(word);
    if (join !== undefined) {
      links = links.concat(this.#links.slice(join));
      word = (links.at(-1) as Link).prev;
      reached ||= until !== undefined && links.some((l) => until(l.entry));
    }
    while (countOf(word) > 0 && !enough()) await step(this.#floor);
    return links;
  }

  get #isWhole(): boolean {
    return countOf(this.#links.at(-1)?.prev ?? 0n) === 0;
  }

  /** True when what is known answers, without anything older. */
  #suffices({ limit, until }: WalkOptions): boolean {
    if (this.#isWhole) return true;
    return (
      (limit !== undefined && this.#links.length >= limit) ||
      (until !== undefined && this.#links.some((l) => until(l.entry)))
    );
  }

  async #find(word: bigint, floor: number, source: LogSource): Promise<Link> {
    const link = await this.#found.find(word, floor, source);
    if ('word' in link) return link;
    throw new SalusError('chain/timeline-broken', {
      reason: link.nearly ? 'altered' : 'missing',
      account: this.account,
      kind: this.kind,
      count: countOf(word),
      block: blockOf(word),
    });
  }

  #cut({ limit, until }: WalkOptions): Entry[] {
    const entries = this.#links.slice(0, limit).map((l) => l.entry);
    const last = until ? entries.findIndex(until) : -1;
    return last < 0 ? entries : entries.slice(0, last + 1);
  }
}
