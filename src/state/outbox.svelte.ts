/** What is still under way, and what lives only in this browser. */
import type { Digest } from '../core/bytes.ts';
import { asSalusError, isSalusError, type SalusError } from '../core/errors.ts';
import type { OutboxEntry } from '../flows/outbox.ts';
import type { Ports } from '../flows/ports/index.ts';
import type { Acts } from './act.svelte.ts';

const sending = () => import('../flows/send.ts');

export class OutboxState {
  entries = $state.raw<OutboxEntry[]>([]);
  /** records that no other place has confirmed */
  onlyHere = $state.raw<Digest[]>([]);
  pushing = $state(false);
  error = $state.raw<SalusError | null>(null);
  readonly #ports: () => Promise<Ports>;
  readonly #acts: Acts;

  constructor(ports: () => Promise<Ports>, acts: Acts) {
    this.#ports = ports;
    this.#acts = acts;
  }

  load = async (): Promise<void> => {
    try {
      const { cabinet, storage } = await this.#ports();
      const { outbox } = await import('../flows/outbox.ts');
      this.entries = await outbox(cabinet).list();
      this.onlyHere = await storage.onlyHere();
      this.error = null;
    } catch (error) {
      this.error = isSalusError(error, 'crypto/locked') ? null : asSalusError(error);
    }
  };

  clear(): void {
    this.entries = [];
    this.onlyHere = [];
  }

  /** What was sent asks the wallet nothing: if another tab follows it, this one waits for that. */
  resume = (entry: OutboxEntry) =>
    this.#acts.run(
      'resume',
      async (act) => (await sending()).resume(await this.#ports(), act, entry),
      entry.stage === 'sent',
    );

  forget = async (entry: OutboxEntry): Promise<void> => {
    const failed = await sending()
      .then(async ({ forget }) => forget(await this.#ports(), entry))
      .catch(asSalusError);
    await this.load();
    this.error ??= failed ?? null;
  };

  /** Tries again to bring everything to a place that confirms it. */
  pushAll = async (): Promise<void> => {
    this.pushing = true;
    this.error = null;
    try {
      const { storage } = await this.#ports();
      for (const digest of this.onlyHere) await storage.push(digest, { signal: AbortSignal.timeout(600_000) });
    } catch (error) {
      this.error = asSalusError(error);
    }
    this.pushing = false;
    await this.load();
  };
}
