/** What of a DAG is not here yet, what is kept of what arrives, and why nobody had the rest. */
import type { CID } from 'multiformats/cid';
import type { Bytes } from '../core/bytes.ts';
import { SalusError, isSalusError } from '../core/errors.ts';
import type { ErrorCode } from '../core/errors.ts';
import { linksOf, readBlock } from './blocks.ts';
import type { Block, Blocks } from './blocks.ts';
import { storageError, throwIfAborted } from './errors.ts';
import type { Asking, Site } from './gateway.ts';
import type { Access } from './guarding.ts';

/** A DAG of the size that was reckoned with has at most so many blocks: a leaf is 1 MiB as a rule, and seldom below this. Bytes. */
const SMALLEST = 16 * 1024;
/** What a place can do to us. */
const OF_PLACES: ErrorCode[] = ['storage/corrupt', 'storage/not-let-in', 'storage/not-found', 'storage/timeout'];
/** Blocks being put while the next ones arrive. */
const AHEAD = 4;

/** @property name only this entry of the directory `root` is wanted · @property budget bytes that may come over the network */
export type Wanted = { root: CID; name?: string; budget: number };
/** @property noted runs what puts blocks that are not pinned: when it fails, they are swept at the next start */
export type Fetching = Asking & {
  store: Blocks;
  sites: Site[];
  noted: (work: () => Promise<void>) => Promise<void>;
  access?: Access;
  onBytes?: (bytes: number) => void;
};

/** What is known to be missing, and why nobody had it. */
export class Search {
  readonly missing = new Map<string, CID>();
  readonly failures: SalusError[] = [];
  readonly #wanted: Wanted;
  readonly #fetching: Fetching;
  #seen = new Set<string>();
  #received = 0;
  #kept = 0;
  #stored = 0;
  readonly #puts: Promise<void>[] = [];

  constructor(wanted: Wanted, fetching: Fetching) {
    this.#wanted = wanted;
    this.#fetching = fetching;
  }

  /** Notes what is missing at and under `cid`. */
  async look(cid: CID): Promise<void> {
    const queue = [cid];
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      if (this.#seen.has(next.toString())) continue;
      const isLeaf = next.code !== this.#wanted.root.code; // raw: it links to nothing, so it need not be read
      const bytes = isLeaf ? null : await readBlock(this.#fetching.store, next);
      if (isLeaf ? !(await this.#fetching.store.has(next)) : bytes === null) {
        this.missing.set(next.toString(), next);
        continue;
      }
      this.#seen.add(next.toString());
      if (bytes !== null) queue.push(...this.#below(next, bytes));
    }
  }

  #below(cid: CID, bytes: Bytes): CID[] {
    const { root, name } = this.#wanted;
    const all = linksOf(cid, bytes);
    if (name === undefined || !cid.equals(root)) return all.map((link) => link.cid);
    const links = all.filter((link) => link.name === name);
    if (links.length === 0) throw new SalusError('storage/not-found', { cid: root.toString(), name });
    return links.map((link) => link.cid);
  }

  /**
   * Keeps a verified block if it was wanted: a place cannot fill our disk with others.
   * @returns whether it has to do with what is wanted @throws input/too-large beyond the budget
   */
  async keep({ cid, bytes }: Block): Promise<boolean> {
    if (!this.missing.delete(cid.toString())) return this.#seen.has(cid.toString());
    const { budget } = this.#wanted;
    this.#received += bytes.length;
    if (this.#received > budget || ++this.#kept > 256 + budget / SMALLEST)
      throw new SalusError('input/too-large', { limit: budget });
    this.#seen.add(cid.toString());
    const put = this.#put(cid, bytes);
    put.catch(() => undefined); // told when it is waited for
    this.#puts.push(put);
    if (this.#puts.length > AHEAD) await this.#puts.shift();
    for (const child of this.#below(cid, bytes)) await this.look(child);
    return true;
  }

  async #put(cid: CID, bytes: Bytes): Promise<void> {
    try {
      await this.#fetching.store.put(cid, bytes);
    } catch (error) {
      throw storageError(error);
    }
    this.#stored += bytes.length;
    this.#fetching.onBytes?.(this.#stored);
  }

  /** Resolves when all that was kept lies in the store. @throws storage/quota */
  async flush(): Promise<void> {
    for (const result of await Promise.allSettled(this.#puts.splice(0)))
      if (result.status === 'rejected') throw result.reason;
  }

  /** Notes a place's failure, to go on; what is nobody's but ours (the budget, a full disk, the person) ends the search. */
  failed(error: unknown): void {
    throwIfAborted(this.#fetching.signal);
    if (!isSalusError(error) || !OF_PLACES.includes(error.code)) throw error;
    // the directory itself says that it has no such file
    if (this.#wanted.name !== undefined && error.details.name === this.#wanted.name) throw error;
    this.failures.push(error);
  }

  /** One that looked at a token or a name says more than one that was shown none. */
  #refusal(): SalusError | undefined {
    const all = this.failures.filter((e) => e.code === 'storage/not-let-in');
    return all.find((e) => e.details.reason !== 'none') ?? all[0];
  }

  /** The failure worth telling: wrong bytes before a refusal, a refusal before silence, silence before absence. */
  verdict(): SalusError {
    const first = [...this.missing.keys()][0];
    const told =
      this.failures.find((e) => e.code === 'storage/corrupt' && e.details.cid === first) ??
      this.failures.find((e) => e.code === 'storage/corrupt') ??
      this.#refusal() ??
      this.failures.find((e) => e.code === 'storage/timeout');
    if (told) return told;
    const places = [...new Set(this.failures.map((e) => e.details.place).filter((p) => p !== undefined))];
    return new SalusError('storage/not-found', { cid: first, places }, this.failures[0]);
  }
}
