/** When a block was made, fetched when first shown. */
import type { ReadPorts } from '../flows/ports/index.ts';
import { apart } from './apart.svelte.ts';

/** Unix seconds, null while on its way or when the node does not tell. */
export class BlockTime {
  seconds = $state<number | null>(null);
}

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
    const time = apart(() => new BlockTime());
    this.#times.set(block, time);
    void this.#fetch(block, time);
    return time;
  }

  async #fetch(block: number, time: BlockTime): Promise<void> {
    try {
      time.seconds = await (await this.#ports()).chain.timeOf(block);
    } catch {
      this.#times.delete(block);
    }
  }
}
