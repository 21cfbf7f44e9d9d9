/** A hospital's oversight of its staff's dealings, without content. Reads several timelines: only when somebody asks. */
import { asSalusError, type SalusError } from '../core/errors.ts';
import type { Oversight } from '../flows/oversight.ts';
import type { Account, Ports } from '../flows/ports/index.ts';
import type { StaffState } from './staff.svelte.ts';

type Open = { ports: () => Promise<Ports>; me: () => Account | null; staff: StaffState };

export class OversightState {
  /** null until read */
  found = $state.raw<Oversight | null>(null);
  /** of how many of the staff the timelines were read, while reading */
  progress = $state.raw<{ done: number; total: number } | null>(null);
  error = $state.raw<SalusError | null>(null);
  readonly #open: Open;
  #work: AbortController | null = null;

  constructor(open: Open) {
    this.#open = open;
  }

  load = async (): Promise<void> => {
    const me = this.#open.me();
    if (!me?.hospital?.active || this.#work) return;
    const work = new AbortController();
    this.#work = work;
    try {
      if (this.#open.staff.list === null) await this.#open.staff.load();
      const staff = this.#open.staff.list;
      if (!staff) throw this.#open.staff.error;
      this.progress = { done: 0, total: staff.length };
      const { overseen } = await import('../flows/oversight.ts');
      const count = (done: number) => (this.progress = { done, total: staff.length });
      const found = await overseen(await this.#open.ports(), staff, count, work.signal);
      if (!work.signal.aborted) [this.found, this.error] = [found, null];
    } catch (error) {
      if (!work.signal.aborted) this.error = asSalusError(error);
    }
    this.progress = null;
    if (this.#work === work) this.#work = null;
  };

  clear(): void {
    this.#work?.abort();
    this.#work = null;
    this.found = null;
    this.progress = null;
    this.error = null;
  }
}
