/** Disputes that wait for this hospital, with their deadlines; those of others when somebody looks for them. */
import { asSalusError, isSalusError, type SalusError } from '../core/errors.ts';
import type { OpenDispute } from '../flows/openDisputes.ts';
import type { Account, Ports } from '../flows/ports/index.ts';
import type { Acts } from './act.svelte.ts';
import type { VisitsState } from './visits.svelte.ts';

type Open = { ports: () => Promise<Ports>; me: () => Account | null; acts: Acts; visits: VisitsState };

const reading = () => import('../flows/openDisputes.ts');

export class DisputesState {
  /** open ones that name this hospital, newest first; null until loaded */
  list = $state.raw<OpenDispute[] | null>(null);
  /** open ones that name another; null until somebody asked */
  others = $state.raw<OpenDispute[] | null>(null);
  looking = $state(false);
  error = $state.raw<SalusError | null>(null);
  readonly #open: Open;

  constructor(open: Open) {
    this.#open = open;
  }

  /** Open ones that name this hospital, as the navigation counts them. */
  get waiting(): number {
    return (this.#open.visits.disputed ?? []).filter((v) => v.status === 'disputed').length;
  }

  load = async (): Promise<void> => {
    const { visits } = this.#open;
    const me = this.#open.me();
    if (!me) return;
    try {
      if (visits.disputed === null) await visits.load();
      const ports = await this.#open.ports();
      const open = (visits.disputed ?? []).filter((v) => v.status === 'disputed');
      const { openDispute } = await reading();
      const list = await Promise.all(open.map((v) => openDispute(ports, me.address, v)));
      if (this.#open.me()?.address === me.address) this.list = list;
      this.error = visits.error;
    } catch (error) {
      this.error = isSalusError(error, 'crypto/locked') ? null : asSalusError(error);
    }
  };

  /** Reads every doctor's inbox. */
  loadOthers = async (): Promise<void> => {
    const me = this.#open.me();
    if (!me || this.looking) return;
    this.looking = true;
    try {
      this.others = await (await reading()).disputesOfOthers(await this.#open.ports(), me.address);
      this.error = null;
    } catch (error) {
      this.error = asSalusError(error);
    }
    this.looking = false;
  };

  /** One dispute by its visit's number, looked up where it is not known; null when there is none, or it has ended. */
  find = async (id: string): Promise<OpenDispute | null> => {
    const me = this.#open.me();
    const { visits } = this.#open;
    const visit = visits.get(id) ?? (await visits.find(id));
    if (!me || visit?.status !== 'disputed') return null;
    return (await reading()).openDispute(await this.#open.ports(), me.address, visit);
  };

  clear(): void {
    this.list = null;
    this.others = null;
    this.error = null;
  }
}
