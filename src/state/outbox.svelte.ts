/** What is still under way, and what lives only in this browser. */
import type { Digest } from '../core/bytes.ts';
import { asSalusError, isSalusError, type SalusError } from '../core/errors.ts';
import type { OutboxEntry } from '../flows/outbox.ts';
import type { Ports } from '../flows/ports/index.ts';
import type { Acts } from './act.svelte.ts';

const sending = () => import('../flows/send.ts');

export class OutboxState {
  entries = $state.raw<OutboxEntry[]>([]);
  /** of these, what was sent and can be followed to its end by itself: of a contract account what its owners have carried out */
  sent = $state.raw<OutboxEntry[]>([]);
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
      const ports = await this.#ports();
      const { cabinet, storage } = ports;
      const [{ outbox }, { isFollowed }] = await Promise.all([
        import('../flows/outbox.ts'),
        import('../flows/settle.ts'),
      ]);
      const entries = await outbox(cabinet).list();
      const followed = await Promise.all(entries.map((entry) => isFollowed(ports, entry)));
      this.entries = entries;
      this.sent = entries.filter((_, i) => followed[i]);
      this.onlyHere = await storage.onlyHere();
      this.error = null;
    } catch (error) {
      this.error = isSalusError(error, 'crypto/locked') ? null : asSalusError(error);
    }
  };

  clear(): void {
    this.entries = [];
    this.sent = [];
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
