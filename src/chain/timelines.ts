/** All timelines that were read in this visit, their heads compared across the nodes. */
import type { Address, Bytes, Hex } from '../core/bytes.ts';
import type { Clock } from '../core/time.ts';
import type { Account, Entry, Timeline, TimelineKind, TimelineProof } from '../flows/ports/chain.ts';
import { CacheWriter, decodeCache } from './cache.ts';
import { Finality } from './finality.ts';
import type { Agreed, Heads } from './heads.ts';
import { findLogs, hopLogs } from './logs.ts';
import type { Nodes } from './nodes.ts';
import { whileBroken } from './retry.ts';
import { TimelineReader, type LogSource, type WalkOptions } from './timeline.ts';
import { proveInTimeline } from './timelineProof.ts';
import { countOf } from './words.ts';

/** Test chains that start from nothing again under the same id, and are at hand. */
export const isLocal = (chainId: number): boolean => [1337, 31337].includes(chainId);

/** @property floor height of the deployment · @property pause milliseconds before the second try */
export type TimelinesOptions = {
  nodes: Nodes;
  heads: Heads;
  chainId: number;
  contract: Address;
  floor: number;
  clock: Clock;
  pause: number;
};
export type ReadOptions = WalkOptions & { signal?: AbortSignal | undefined };

export class Timelines {
  readonly #o: TimelinesOptions;
  readonly #finality: Finality;
  readonly #readers = new Map<string, TimelineReader>();
  readonly #writer = new CacheWriter();
  #origin: Hex | null = null;
  #settling: Promise<unknown> = Promise.resolve();
  /** the highest version of the membership that was proven */
  version = 0;

  constructor(options: TimelinesOptions) {
    this.#o = options;
    this.#finality = new Finality(options.nodes, options.floor, options.clock);
  }

  /** The agreed view of an account. @throws chain/stale-head when its heads lie behind what was final before, chain/timeline-broken */
  account(address: Address): Promise<Account> {
    return whileBroken(this.#o.pause, async () => (await this.#agreed(address)).value);
  }

  async #agreed(address: Address): Promise<Agreed<Account>> {
    const [agreed] = await Promise.all([this.#o.heads.account(address), this.#settling]);
    this.#reader(address, 'own').refuseStale(agreed.value.own);
    this.#reader(address, 'inbox').refuseStale(agreed.value.inbox);
    return agreed;
  }

  /** @throws chain/timeline-broken, chain/stale-head, chain/unreachable */
  read(address: Address, kind: TimelineKind, options: ReadOptions = {}): Promise<Timeline & { view: Account }> {
    return whileBroken(this.#o.pause, async () => {
      const agreed = await this.#agreed(address);
      const head = agreed.value[kind];
      const source = this.#source(address, kind, options.signal);
      const reader = this.#reader(address, kind);
      const entries = await reader.read(head, source, options);
      this.#settling = Promise.all([this.#settling, this.#settle(reader, agreed)]);
      const complete = entries.length === countOf(head);
      return { account: address, kind, head, entries, complete, view: agreed.value };
    });
  }

  /** Whoever reads waits for the entries alone; what of them is final is noted for the next time. */
  async #settle(reader: TimelineReader, agreed: Agreed<unknown>): Promise<void> {
    try {
      if (isLocal(this.#o.chainId)) this.#origin = await this.#finality.origin();
      reader.settle(await this.#finality.height(agreed));
    } catch {
      // no node answers now: noted with a later read
    }
  }

  /** @throws chain/timeline-broken, chain/stale-head, chain/unreachable */
  prove(entry: Entry): Promise<Omit<TimelineProof, 'agreement'>> {
    return whileBroken(this.#o.pause, async () => {
      const { head } = await this.read(entry.author, 'own', {
        until: (e) => e.tx === entry.tx && e.logIndex <= entry.logIndex,
      });
      return proveInTimeline(entry, this.#reader(entry.author, 'own').links, head);
    });
  }

  /** Forgets what was seen of an account: an explicit act of a person, when the nodes in use contradict what is remembered. */
  forget(address: Address): void {
    for (const kind of ['own', 'inbox']) this.#readers.delete(`${kind}:${address}`);
  }

  /** @returns JSON, for keeping sealed: it tells which accounts were read. The same object while nothing changed. */
  async export(): Promise<Bytes> {
    await this.#settling;
    return this.#writer.write(this.#origin, this.version, [...this.#readers.values()]);
  }

  /**
   * Takes up an export; every entry is verified again, and what does not verify is left out. Asks no node, but for a test
   * chain, where a new beginning makes it worthless.
   * @throws record/malformed when it is no export at all
   */
  async import(cache: Bytes): Promise<void> {
    const { origin, membership, timelines } = decodeCache(cache);
    if (isLocal(this.#o.chainId) && origin !== (await this.#finality.origin())) return;
    this.version = Math.max(this.version, membership);
    for (const t of timelines) await this.#reader(t.account, t.kind).restore(t.head, t.final, t.logs);
  }

  #reader(address: Address, kind: TimelineKind): TimelineReader {
    const key = `${kind}:${address}`;
    const reader = this.#readers.get(key) ?? new TimelineReader(address, kind, this.#o.floor);
    this.#readers.set(key, reader);
    return reader;
  }

  #source(account: Address, kind: TimelineKind, signal: AbortSignal | undefined): LogSource {
    const query = { contract: this.#o.contract, account, kind, signal };
    return {
      find: findLogs(this.#o.nodes, query),
      hop: (block) => hopLogs(this.#o.nodes, query, block),
    };
  }
}
