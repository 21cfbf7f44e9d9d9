/** When a block was made, fetched when first shown. */
import type { ReadPorts } from '../flows/ports/index.ts';
import { kept } from './apart.svelte.ts';

/** Unix seconds, null while on its way or when the node does not tell. */
export class BlockTime {
  seconds = $state<number | null>(null);
}

/** Blocks asked for at the same time. */
const ABREAST = 8;

export class Times {
  readonly #ports: () => Promise<ReadPorts>;
  readonly #times = new Map<number, BlockTime>();

  constructor(ports: () => Promise<ReadPorts>) {
    this.#ports = ports;
  }

  /** Reactive: fills in when the node answers. */
  of(block: number): BlockTime {
    const known = this.#times.get(block);
    if (known) return known;
    const time = this.at(block);
    void this.#fetch(block, time);
    return time;
  }

  /** Reactive, and asks nobody: for long lists, whose times {@link known} fetches. */
  at(block: number): BlockTime {
    return kept(this.#times, block, () => new BlockTime());
  }

  /** Resolves when each of these is known, or the node did not tell. A few at a time. */
  known = async (blocks: number[]): Promise<void> => {
    const left = [...new Set(blocks)].filter((block) => this.at(block).seconds === null);
    while (left.length > 0)
      await Promise.all(left.splice(0, ABREAST).map((block) => this.#fetch(block, this.at(block))));
  };

  async #fetch(block: number, time: BlockTime): Promise<void> {
    try {
      time.seconds = await (await this.#ports()).chain.timeOf(block);
    } catch {
      this.#times.delete(block);
    }
  }
}
