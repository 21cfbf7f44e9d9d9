/** Blocks that were uploaded and are not pinned yet, by the root they came for. */
import type { CID } from 'multiformats/cid';
import { SalusError } from '../core/errors.ts';

/** Milliseconds that blocks may wait for their pin, after the last part of their record came. */
const GRACE = 3_600_000;
/** What may lie here unpinned, in bytes and blocks. */
const MOST = { bytes: 16 * 1024 ** 3, blocks: 100_000 };

type Waiting = { cids: Map<string, CID>; bytes: number; since: number };

export class Loose {
  readonly #byRoot = new Map<string, Waiting>();
  #bytes = 0;
  #blocks = 0;

  /** @param now ms @throws input/too-large (507) when there is too much already */
  add(root: string, cid: CID, bytes: number, now: number): void {
    const waiting = this.#byRoot.get(root) ?? { cids: new Map<string, CID>(), bytes: 0, since: now };
    waiting.since = now;
    this.#byRoot.set(root, waiting);
    if (waiting.cids.has(cid.toString())) return;
    if (this.#bytes + bytes > MOST.bytes || this.#blocks >= MOST.blocks)
      throw new SalusError('input/too-large', { what: 'unpinned', http: [507, 'INSUFFICIENT_STORAGE'] });
    waiting.cids.set(cid.toString(), cid);
    waiting.bytes += bytes;
    this.#bytes += bytes;
    this.#blocks++;
  }

  /** True for a block that somebody has just uploaded. */
  has(cid: CID): boolean {
    return [...this.#byRoot.values()].some(({ cids }) => cids.has(cid.toString()));
  }

  /** The record is pinned, or given up. */
  drop(root: string): void {
    const { cids, bytes } = this.#byRoot.get(root) ?? { cids: new Map<string, CID>(), bytes: 0 };
    this.#byRoot.delete(root);
    this.#bytes -= bytes;
    this.#blocks -= cids.size;
  }

  /** Forgets what waited too long. @returns it */
  late(now: number): { root: string; cids: CID[] }[] {
    const old = [...this.#byRoot].filter(([, { since }]) => now - since > GRACE);
    old.forEach(([root]) => this.drop(root));
    return old.map(([root, { cids }]) => ({ root, cids: [...cids.values()] }));
  }
}
