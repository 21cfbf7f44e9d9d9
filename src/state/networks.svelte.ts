/** Which networks this page knows and which of them is used: all of the state that the landing page has. */
import { asSalusError, type SalusError } from '../core/errors.ts';
import type { Deployment } from '../flows/ports/index.ts';
import type { Shelf } from './places.svelte.ts';

type Source = {
  /** @throws SalusError */
  deployments: () => Promise<Deployment[]>;
  shelf: Shelf;
};

/** A preference of this browser: the chain's id. */
const KEY = 'salus.chain';

/** The networks of deployments.json. */
export class Networks {
  /** `empty`: deployments.json names no chain · `failed`: it could not be read */
  status = $state<'starting' | 'ready' | 'empty' | 'failed'>('starting');
  /** the one that is used */
  current = $state.raw<Deployment | null>(null);
  all = $state.raw<Deployment[]>([]);
  error = $state.raw<SalusError | null>(null);
  readonly #source: Source;

  constructor(source: Source) {
    this.#source = source;
  }

  /** Reads which networks there are. Nothing else is loaded or asked yet. */
  start = async (): Promise<void> => {
    this.error = null;
    try {
      this.all = await this.#source.deployments();
      const chosen = Number(this.#source.shelf.get(KEY));
      this.current = this.all.find((d) => d.chainId === chosen) ?? this.all[0] ?? null;
      this.status = this.current ? 'ready' : 'empty';
    } catch (error) {
      this.error = asSalusError(error);
      this.status = 'failed';
    }
  };

  /** Another network: everything starts anew. */
  choose = (chainId: number): void => {
    this.#source.shelf.set(KEY, String(chainId));
    location.reload();
  };
}
