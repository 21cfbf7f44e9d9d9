/** Visits a hospital may attest. */
import { asSalusError, type SalusError } from '../core/errors.ts';
import type { Account, Ports } from '../flows/ports/index.ts';
import type { Visit } from '../flows/visits.ts';
import type { Acts } from './act.svelte.ts';

const attesting = () => import('../flows/attest.ts');

export class AttestsState {
  /** newest first; null until loaded */
  list = $state.raw<Visit[] | null>(null);
  error = $state.raw<SalusError | null>(null);
  readonly #ports: () => Promise<Ports>;
  readonly #me: () => Account | null;
  readonly #acts: Acts;

  constructor(ports: () => Promise<Ports>, me: () => Account | null, acts: Acts) {
    this.#ports = ports;
    this.#me = me;
    this.#acts = acts;
  }

  load = async (): Promise<void> => {
    const me = this.#me();
    if (!me?.hospital?.active) return;
    try {
      const list = await (await attesting()).attestable(await this.#ports(), me);
      if (this.#me()?.address === me.address) this.list = list;
      this.error = null;
    } catch (error) {
      this.error = asSalusError(error);
    }
  };

  clear(): void {
    this.list = null;
    this.error = null;
  }

  /** In one transaction, however many. */
  attest = async (visits: Visit[]): Promise<boolean> => {
    const done = await this.#acts.run('attest', async (act) =>
      (await attesting()).attest(await this.#ports(), act, visits),
    );
    await this.load();
    return done !== undefined;
  };
}
