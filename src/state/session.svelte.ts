/** Whether peers that ask know who is talking (ERC-4361). */
import { asSalusError, type SalusError } from '../core/errors.ts';
import type { Ports } from '../flows/ports/index.ts';
import type { Sessions } from '../flows/ports/session.ts';
import type { Site } from '../flows/signIn.ts';
import type { Vault } from '../flows/vault.ts';
import type { Acts } from './act.svelte.ts';
import type { PlacesState } from './places.svelte.ts';

/** Loaded once a vault is open. */
const signing = () => import('../flows/signIn.ts');

export class SessionState {
  /** true while a session of this device is good */
  active = $state(false);
  error = $state.raw<SalusError | null>(null);
  readonly #ports: () => Promise<Ports>;
  readonly #sessions: () => Promise<Sessions>;
  readonly #vault: () => Vault;
  readonly #acts: Acts;
  readonly #places: PlacesState;
  readonly #site: Site;

  constructor(o: {
    ports: () => Promise<Ports>;
    sessions: () => Promise<Sessions>;
    vault: () => Vault;
    acts: Acts;
    places: PlacesState;
    site: Site;
  }) {
    this.#ports = o.ports;
    this.#sessions = o.sessions;
    this.#vault = o.vault;
    this.#acts = o.acts;
    this.#places = o.places;
    this.#site = o.site;
  }

  /** Takes up what this device kept; the vault must be open. */
  load = async (): Promise<void> => {
    try {
      const { cabinet, clock } = await this.#ports();
      await this.#use(await (await signing()).keptSession(cabinet, this.#site, clock()));
    } catch (error) {
      this.error = asSalusError(error);
    }
  };

  /** One signature, good for seven days on this device. */
  signIn = (): Promise<unknown> =>
    this.#acts.run('sign-in', async (act) =>
      this.#use(
        await (await signing()).signIn(await this.#ports(), await this.#sessions(), act, this.#vault(), this.#site),
      ),
    );

  signOut = async (): Promise<void> => {
    await (await signing()).signOut(await this.#ports());
    await this.#use(null);
  };

  clear(): void {
    this.active = false;
  }

  async #use(token: string | null): Promise<void> {
    this.active = token !== null;
    const { keptVouchers } = await import('../flows/voucher.ts');
    const { cabinet, clock } = await this.#ports();
    await this.#places.show(token, token === null ? [] : await keptVouchers(cabinet, clock()));
  }
}
