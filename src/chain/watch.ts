/** Looks for new blocks while anybody wants to know. */
import type { Hex } from '../core/bytes.ts';
import type { Nodes } from './client.ts';

export class Watch {
  readonly #nodes: Nodes;
  readonly #poll: number;
  readonly #listeners = new Set<(block: number) => void>();
  #last = -1;
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
      const news = block !== this.#last && this.#last >= 0;
      this.#last = block;
      if (news) for (const listener of [...this.#listeners]) listener(block);
    } catch {
      // not reachable now: the next look may find it again
    }
    clearTimeout(this.#timer);
    if (this.#listeners.size > 0) this.#timer = setTimeout(() => void this.#look(), this.#poll);
  }
}
