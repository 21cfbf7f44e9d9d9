/**
 * Makes sure that a DAG is here: what is local is used, the rest is asked of the configured places, by one CAR stream first,
 * then block by block. A place that serves wrong bytes is named, and the others are still asked.
 */
import type { CID } from 'multiformats/cid';
import { SalusError, asSalusError, isSalusError } from '../core/errors.ts';
import type { Bytes } from '../core/bytes.ts';
import { MAX_BLOCK, linksOf, readBlock } from './blocks.ts';
import type { Block, Blocks } from './blocks.ts';
import { throwIfAborted } from './errors.ts';
import { fetchBlock, fetchCar } from './gateway.ts';
import type { Asking, Site } from './gateway.ts';

/** Blocks asked for at once. */
const AT_ONCE = 6;
/** Blocks in a row that nobody asked for, after which a place is not listened to any longer. */
const JUNK = 64;
/** A DAG of the size that was reckoned with has at most so many blocks: a leaf is 1 MiB as a rule, and seldom below this. Bytes. */
const SMALLEST = 16 * 1024;

/** @property name only this entry of the directory `root` is wanted · @property budget bytes that may come over the network */
export type Wanted = { root: CID; name?: string; budget: number };
/** @property noted runs what puts blocks that are not pinned: when it fails, they are swept at the next start */
export type Fetching = Asking & {
  store: Blocks;
  sites: Site[];
  noted: (work: () => Promise<void>) => Promise<void>;
  onBytes?: (bytes: number) => void;
};

/** What is known to be missing, and why nobody had it. */
class Search {
  readonly missing = new Map<string, CID>();
  readonly failures: SalusError[] = [];
  readonly #wanted: Wanted;
  readonly #fetching: Fetching;
  #seen = new Set<string>();
  #received = 0;
  #kept = 0;

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
    await this.#fetching.store.put(cid, bytes);
    this.#fetching.onBytes?.(this.#received);
    await this.look(cid);
    return true;
  }

  /** Notes a place's failure and goes on, unless it is the person or the budget that ends the search. */
  failed(error: unknown): void {
    throwIfAborted(this.#fetching.signal);
    if (isSalusError(error, 'input/too-large') || isSalusError(error, 'storage/quota')) throw error;
    this.failures.push(asSalusError(error, 'storage/not-found'));
  }

  /** The failure worth telling: wrong bytes before silence, silence before absence. */
  verdict(): SalusError {
    const first = [...this.missing.keys()][0];
    const told =
      this.failures.find((e) => e.code === 'storage/corrupt' && e.details.cid === first) ??
      this.failures.find((e) => e.code === 'storage/corrupt') ??
      this.failures.find((e) => e.code === 'storage/timeout');
    if (told) return told;
    const places = [...new Set(this.failures.map((e) => e.details.place).filter((p) => p !== undefined))];
    return new SalusError('storage/not-found', { cid: first, places }, this.failures[0]);
  }
}

const byCar = async (search: Search, site: Site, { root, name, budget }: Wanted, fetching: Fetching): Promise<void> => {
  const path = name === undefined ? `${root}` : `${root}/${name}`;
  let junk = 0;
  try {
    // half as much again: every block comes with its name
    for await (const block of fetchCar(site, path, 1.5 * budget + MAX_BLOCK, fetching)) {
      junk = (await search.keep(block)) ? 0 : junk + 1;
      if (search.missing.size === 0) return;
      if (junk > JUNK) throw new SalusError('storage/not-found', { place: site.name, why: 'sends something else' });
    }
  } catch (error) {
    search.failed(error);
  }
};

const byBlock = async (search: Search, cid: CID, fetching: Fetching): Promise<boolean> => {
  for (const site of fetching.sites) {
    try {
      await search.keep({ cid, bytes: await fetchBlock(site, cid, fetching) });
      return true;
    } catch (error) {
      search.failed(error);
    }
  }
  return false;
};

/**
 * @returns when all that is wanted is in the store
 * @throws storage/corrupt (naming the place), storage/timeout, storage/not-found, input/too-large, storage/aborted
 */
export const ensure = async (wanted: Wanted, fetching: Fetching): Promise<void> => {
  const search = new Search(wanted, fetching);
  await search.look(wanted.root);
  if (search.missing.size > 0) await fetching.noted(() => find(search, wanted, fetching));
};

const find = async (search: Search, wanted: Wanted, fetching: Fetching): Promise<void> => {
  for (const site of fetching.sites) {
    if (search.missing.size === 0) return;
    await byCar(search, site, wanted, fetching);
  }
  while (search.missing.size > 0) {
    throwIfAborted(fetching.signal);
    const batch = [...search.missing.values()].slice(0, AT_ONCE);
    const found = await Promise.all(batch.map((cid) => byBlock(search, cid, fetching)));
    if (!found.every(Boolean)) throw search.verdict();
  }
};
