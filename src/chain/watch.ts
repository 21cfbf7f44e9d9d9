/**
 * Looks for new blocks while anybody wants to know. The first look is told too, and each block once more at the next look:
 * a node's receipts and logs may come a moment after its height, and on a quiet chain no other block follows. There it is told
 * now and then that nothing came, for what only time decides: a transaction that stays unknown would wait for ever.
 *
 * Looks become rarer while nodes fail, and while nobody looks at the page and no act waits for its block. They come back at
 * once when somebody does.
 */
import type { Hex } from '../core/bytes.ts';
import type { Pace } from '../flows/ports/chain.ts';
import type { Nodes } from './nodes.ts';

/** Looks without news after which everybody is told all the same. */
const QUIET = 20;
/** Milliseconds between looks at most, unless another tab keeps watch. */
const RAREST = 60_000;

type Listener = { tell: (block: number) => void; idle: boolean };

export class Watch {
  readonly #nodes: Nodes;
  readonly #poll: number;
  readonly #listeners = new Set<Listener>();
  #last = -1;
  #again = false;
  #quiet = 0;
  #failed = 0;
  #pace: Pace = 'eager';
  /** looks since the page was last looked at */
  #unseen = 0;
  #looking = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param poll milliseconds between looks */
  constructor(nodes: Nodes, poll: number) {
    this.#nodes = nodes;
    this.#poll = poll;
  }

  /** @param idle it only wants to be kept informed: looks may become rare for it @returns ends it */
  add(onBlock: (block: number) => void, idle = false): () => void {
    // an object of its own, so that one listener added twice is called twice
    const listener: Listener = { tell: onBlock, idle };
    this.#listeners.add(listener);
    this.#again = true;
    // one that waits for its block has not to wait for a rare look
    if (this.#listeners.size === 1 || !idle) void this.#look();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) clearTimeout(this.#timer);
    };
  }

  /** How closely to follow from now on. Looks at once, unless told to rest: after a sleep, what came meanwhile is told. */
  attend(pace: Pace): void {
    this.#pace = pace;
    this.#unseen = 0;
    this.#failed = 0;
    if (this.#listeners.size === 0) return;
    if (this.#resting) clearTimeout(this.#timer);
    else void this.#look();
  }

  get #resting(): boolean {
    return this.#pace === 'rest' && [...this.#listeners].every((l) => l.idle);
  }

  get #delay(): number {
    const relaxed = this.#pace !== 'eager' && [...this.#listeners].every((l) => l.idle);
    const slower = this.#failed + (relaxed ? this.#unseen : 0);
    return Math.max(this.#poll, Math.min(RAREST, this.#poll * 2 ** Math.min(slower, 16)));
  }

  async #look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    clearTimeout(this.#timer);
    try {
      const block = Number(await this.#nodes.first<Hex>('eth_blockNumber', []));
      this.#failed = 0;
      const news = block !== this.#last;
      this.#quiet = news ? 0 : this.#quiet + 1;
      const tell = news || this.#again || this.#quiet % QUIET === 0;
      this.#again = news;
      this.#last = block;
      if (tell) for (const listener of [...this.#listeners]) listener.tell(block);
    } catch {
      // not reachable now: a later look may find it again
      this.#failed += 1;
    }
    this.#unseen += 1;
    this.#looking = false;
    clearTimeout(this.#timer);
    if (this.#listeners.size > 0 && !this.#resting) this.#timer = setTimeout(() => void this.#look(), this.#delay);
  }
}
