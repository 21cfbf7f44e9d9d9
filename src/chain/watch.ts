/**
 * Looks for new blocks while anybody wants to know. The first look is told too, and each block once more at the next look:
 * a node's receipts and logs may come a moment after its height, and on a quiet chain no other block follows. There it is told
 * now and then that nothing came, for what only time decides: a transaction that stays unknown would wait for ever.
 */
import type { Hex } from '../core/bytes.ts';
import type { Nodes } from './nodes.ts';

/** Looks without news after which everybody is told all the same. */
const QUIET = 20;

export class Watch {
  readonly #nodes: Nodes;
  readonly #poll: number;
  readonly #listeners = new Set<(block: number) => void>();
  #last = -1;
  #again = false;
  #quiet = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param poll milliseconds between looks */
  constructor(nodes: Nodes, poll: number) {
    this.#nodes = nodes;
    this.#poll = poll;
  }

  /** @returns ends it */
  add(onBlock: (block: number) => void): () => void {
    // its own function, so that one listener added twice is called twice
    const listener = (block: number) => onBlock(block);
    this.#listeners.add(listener);
    this.#again = true;
    if (this.#listeners.size === 1) void this.#look();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) clearTimeout(this.#timer);
    };
  }

  async #look(): Promise<void> {
    clearTimeout(this.#timer);
    try {
      const block = Number(await this.#nodes.first<Hex>('eth_blockNumber', []));
      const news = block !== this.#last;
      this.#quiet = news ? 0 : this.#quiet + 1;
      const tell = news || this.#again || this.#quiet % QUIET === 0;
      this.#again = news;
      this.#last = block;
      if (tell) for (const listener of [...this.#listeners]) listener(block);
    } catch {
      // not reachable now: the next look may find it again
    }
    clearTimeout(this.#timer);
    if (this.#listeners.size > 0) this.#timer = setTimeout(() => void this.#look(), this.#poll);
  }
}
