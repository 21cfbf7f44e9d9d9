/** What will not be reorganised any more, as far as nodes can be believed: what is remembered as final can never be taken back. */
import type { Hex } from '../core/bytes.ts';
import type { Clock } from '../core/time.ts';
import type { Nodes } from './nodes.ts';

/** Where a chain does not say what is final, or one node alone says it, this depth is taken for it. */
const DEEP = 64;
/** Milliseconds for which the answer to "what is final?" is kept. */
const KEPT = 12_000;

export class Finality {
  readonly #nodes: Nodes;
  readonly #clock: Clock;
  readonly #floor: number;
  #said: { height: Promise<number | null>; at: number } | null = null;
  #origin: Promise<Hex | null> | null = null;

  /** @param floor height of the deployment */
  constructor(nodes: Nodes, floor: number, clock: Clock) {
    this.#nodes = nodes;
    this.#floor = floor;
    this.#clock = clock;
  }

  /** The least that any node calls final, and never near what the nodes that agree have. @param agreed height and number of nodes of a comparison */
  async height(agreed: { height: number; nodes: number }): Promise<number> {
    if (!this.#said || this.#clock() - this.#said.at >= KEPT) this.#said = { height: this.#ask(), at: this.#clock() };
    const { height } = this.#said;
    height.catch(() => (this.#said = null));
    const deep = agreed.height - DEEP;
    return Math.min((await height) ?? deep, agreed.nodes > 1 ? agreed.height - 1 : deep);
  }

  async #ask(): Promise<number | null> {
    const answers = await this.#nodes.each((n) =>
      n.request<{ number: Hex } | null>('eth_getBlockByNumber', ['finalized', false]).catch(() => null),
    );
    const heights = answers.map((a) => Number(a.value?.number ?? Number.NaN)).filter(Number.isSafeInteger);
    return heights.length > 0 ? Math.min(...heights) : null;
  }

  /** Hash of the block of the deployment, which tells one run of a test chain from another. @returns null when no node has it */
  origin(): Promise<Hex | null> {
    const tag = `0x${this.#floor.toString(16)}`;
    const asked = (this.#origin ??= this.#nodes
      .first<{ hash: Hex } | null>('eth_getBlockByNumber', [tag, false])
      .then((block) => block?.hash ?? null));
    asked.catch(() => (this.#origin = null));
    return asked;
  }
}
