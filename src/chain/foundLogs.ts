/** Logs that were fetched for one timeline, decoded only when its words lead to their block: of a long one, the newest page is read in no time. */
import type { Address } from '../core/bytes.ts';
import type { Entry, TimelineKind } from '../flows/ports/chain.ts';
import { decodeLog, previous, type Decoded, type RawLog } from './events.ts';
import type { Find } from './logs.ts';
import { advance, blockOf, countOf } from './words.ts';

/** A verified step: `log` leads from the word `prev` to `word`. */
export type Link = { word: bigint; prev: bigint; log: RawLog; entry: Entry };

/** `find`: for each place that names the account · `hop`: of `block` alone, from every node. */
export type LogSource = { find: Find[]; hop(block: number): Promise<RawLog[]> };

/** Logs decoded in one go: strangers may write into an inbox, and the page must stay alive while it is read. */
const SLICE = 100;
const breath = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

const toEntry = (d: Decoded, log: RawLog, prev: bigint, kind: TimelineKind): Entry => ({
  event: d.event,
  args: d.args,
  author: d.author,
  subject: d.subject,
  ownCount: kind === 'own' ? countOf(prev) + 1 : null,
  inboxCount: d.inbox === null || d.author === d.subject ? null : countOf(d.inbox) + 1,
  count: countOf(prev) + 1,
  block: log.block,
  logIndex: log.index,
  tx: log.tx,
});

export class FoundLogs {
  readonly #account: Address;
  readonly #kind: TimelineKind;
  /** not decoded yet, by block */
  readonly #raw = new Map<number, RawLog[]>();
  readonly #links = new Map<bigint, Link>();
  /** for each place, the ranges that were asked for: [lowest, highest] */
  readonly #asked: [number, number][][] = [[], []];
  #decoded = 0;

  constructor(account: Address, kind: TimelineKind) {
    this.#account = account;
    this.#kind = kind;
  }

  /** @returns the step that leads to `word`, which is verified by that; or whether one of the same place in the timeline was there */
  async find(word: bigint, floor: number, source: LogSource): Promise<Link | { nearly: boolean }> {
    const block = blockOf(word);
    await this.#decode(block);
    for (const [place, find] of source.find.entries()) {
      if (this.#links.has(word)) break;
      if (this.#asked[place]?.some(([low, high]) => low <= block && block <= high)) continue;
      const { logs, from, all } = await find(Math.min(floor, block), block);
      this.#add(logs);
      for (const [other, ranges] of this.#asked.entries()) if (all || other === place) ranges.push([from, block]);
      await this.#decode(block);
    }
    if (!this.#links.has(word)) {
      this.#add(await source.hop(block));
      await this.#decode(block);
    }
    return this.#links.get(word) ?? { nearly: this.#isNear(word) };
  }

  #add(logs: RawLog[]): void {
    for (const log of logs) {
      const beside = this.#raw.get(log.block);
      if (beside) beside.push(log);
      else this.#raw.set(log.block, [log]);
    }
  }

  async #decode(block: number): Promise<void> {
    const logs = this.#raw.get(block) ?? [];
    this.#raw.delete(block);
    for (const log of logs) {
      if (++this.#decoded % SLICE === 0) await breath();
      const decoded = decodeLog(log);
      const prev = decoded && previous(decoded, this.#account, this.#kind);
      if (!decoded || prev === null) continue;
      const word = advance(prev, decoded.hash, block);
      this.#links.set(word, { word, prev, log, entry: toEntry(decoded, log, prev, this.#kind) });
    }
  }

  #isNear(word: bigint): boolean {
    for (const other of this.#links.keys())
      if (blockOf(other) === blockOf(word) && countOf(other) === countOf(word)) return true;
    return false;
  }
}
