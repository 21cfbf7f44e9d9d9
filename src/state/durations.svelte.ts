/** How long the account's own last acts took, for the performance page. */
import type { Duration } from '../flows/durations.ts';
import type { ReadPorts } from '../flows/ports/index.ts';
import type { ActState } from './act.svelte.ts';

const keeping = () => import('../flows/durations.ts');

export class DurationsState {
  /** newest first; null until loaded */
  list = $state.raw<Duration[] | null>(null);
  readonly #ports: () => Promise<ReadPorts>;

  constructor(ports: () => Promise<ReadPorts>) {
    this.#ports = ports;
  }

  load = async (): Promise<void> => {
    const { readDurations } = await keeping();
    this.list = await readDurations(await this.#ports()).catch(() => []);
  };

  /** Keeps an act that came to its end. What cannot be kept is not worth an error. */
  keep = async (act: ActState): Promise<void> => {
    const stages = act.durations;
    if (stages.length === 0) return;
    try {
      this.list = await (await keeping()).keepDuration(await this.#ports(), { kind: act.kind, at: Date.now(), stages });
    } catch {
      // locked meanwhile, or no room
    }
  };

  clear(): void {
    this.list = null;
  }
}
