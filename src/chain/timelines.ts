/** All timelines that were read in this visit, their heads compared across the nodes. */
import type { Address, Bytes, Hex } from '../core/bytes.ts';
import { isSalusError } from '../core/errors.ts';
import type { Clock } from '../core/time.ts';
import type { Account, Entry, Timeline, TimelineKind } from '../flows/ports/chain.ts';
import { decodeCache, encodeCache } from './cache.ts';
import type { Nodes } from './nodes.ts';
import { agreedAccount } from './heads.ts';
import { findLogs, hopLogs } from './logs.ts';
import { TimelineReader, type LogSource, type WalkOptions } from './timeline.ts';
import { countOf } from './words.ts';

/** Where a chain does not say what is final, this depth is taken for it. */
const DEEP = 64;
/** Milliseconds for which the answer to "what is final?" is kept. */
const KEPT = 12_000;
/** Tries before a timeline counts as broken: a reorganised tip, or a node whose parts stand at different heights, passes by itself. */
const TRIES = 3;
/** Test chains that start from nothing again under the same id, and are at hand. */
export const isLocal = (chainId: number): boolean => [1337, 31337].includes(chainId);

/** @property floor height of the deployment · @property pause milliseconds before the second try */
export type TimelinesOptions = {
  nodes: Nodes;
  chainId: number;
  contract: Address;
  floor: number;
  clock: Clock;
  pause: number;
};
export type ReadOptions = WalkOptions & { signal?: AbortSignal | undefined };

export class Timelines {
  readonly #o: TimelinesOptions;
  readonly #readers = new Map<string, TimelineReader>();
  #final: { height: number; at: number } | null = null;
  #origin: Hex | null = null;

  constructor(options: TimelinesOptions) {
    this.#o = options;
  }

  /** The agreed view of an account. @throws chain/stale-head when its heads lie behind what was final before */
  async account(address: Address): Promise<{ account: Account; nodes: number }> {
    const agreed = await agreedAccount(this.#o.nodes, this.#o.contract, address);
    this.#reader(address, 'own').refuseStale(agreed.account.own);
    this.#reader(address, 'inbox').refuseStale(agreed.account.inbox);
    return agreed;
  }

  /** @throws chain/timeline-broken, chain/stale-head, chain/unreachable */
  async read(address: Address, kind: TimelineKind, options: ReadOptions = {}): Promise<Timeline & { view: Account }> {
    for (let attempt = 1; ; attempt++) {
      try {
        const [{ account }, final] = await Promise.all([this.account(address), this.#finalHeight()]);
        const head = kind === 'own' ? account.own : account.inbox;
        const entries = await this.#reader(address, kind).read(
          head,
          final,
          this.#source(address, kind, options.signal),
          options,
        );
        const complete = entries.length === countOf(head);
        return { account: address, kind, head, entries, complete, view: account };
      } catch (error) {
        if (attempt === TRIES || !isSalusError(error, 'chain/timeline-broken')) throw error;
        await new Promise((resolve) => setTimeout(resolve, this.#o.pause * attempt));
      }
    }
  }

  /** Entries that were verified before, without asking anybody. */
  known(address: Address, kind: TimelineKind): Entry[] {
    return this.#reader(address, kind).links.map((l) => l.entry);
  }

  /** @returns JSON, for keeping sealed: it tells which accounts were read */
  export(): Bytes {
    return encodeCache(this.#origin, [...this.#readers.values()]);
  }

  /** Takes up an export; every entry is verified again. A test chain that began anew makes it worthless. @throws record/malformed */
  async import(cache: Bytes): Promise<void> {
    const { origin, timelines } = decodeCache(cache);
    await this.#finalHeight();
    if (origin !== this.#origin && isLocal(this.#o.chainId)) return;
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
      find: (floor, block) => findLogs(this.#o.nodes, query, floor, block),
      hop: (block) => hopLogs(this.#o.nodes, query, block),
    };
  }

  /** Height below which nothing is reorganised. Learns the chain's origin on the way. */
  async #finalHeight(): Promise<number> {
    if (this.#final && this.#o.clock() - this.#final.at < KEPT) return this.#final.height;
    const block = (tag: string) =>
      this.#o.nodes.first<{ number: Hex; hash: Hex } | null>('eth_getBlockByNumber', [tag, false]);
    this.#origin ??= (await block(`0x${this.#o.floor.toString(16)}`))?.hash ?? null;
    const final = await block('finalized').catch(() => null);
    const height = final ? Number(final.number) : Number((await block('latest'))?.number ?? 0) - DEEP;
    this.#final = { height, at: this.#o.clock() };
    return height;
  }
}
