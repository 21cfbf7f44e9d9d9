/** Pinning services: set, tried, looked into. Known while the vault is open only, since their tokens are secrets. */
import { asSalusError, isSalusError, type SalusError } from '../core/errors.ts';
import type { Service } from '../flows/pinning.ts';
import type { HeldPin, PinState, Ports } from '../flows/ports/index.ts';
import type { PlacesState } from './places.svelte.ts';

const keeping = () => import('../flows/pinning.ts');

/** A trial of one service. `unread`: it took the bytes, and nobody could be asked to give them back. */
export type Trial = { state: 'running' | 'good' | 'unread' | 'failed'; pin: PinState | null; error: SalusError | null };
export type Held = { state: 'looking' | 'here' | 'failed'; pins: HeldPin[]; error: SalusError | null };

export class PinningServices {
  /** null until the vault is open */
  list = $state.raw<Service[] | null>(null);
  error = $state.raw<SalusError | null>(null);
  trials = $state.raw<Record<string, Trial>>({});
  held = $state.raw<Record<string, Held>>({});
  readonly #ports: () => Promise<Ports>;
  readonly #places: PlacesState;
  readonly #running = new Map<string, AbortController>();

  constructor(ports: () => Promise<Ports>, places: PlacesState) {
    [this.#ports, this.#places] = [ports, places];
  }

  /** Takes up what is kept; the vault must be open. */
  load = async (): Promise<void> => {
    try {
      const { readServices } = await keeping();
      this.list = await readServices((await this.#ports()).cabinet);
      this.error = null;
      await this.#tell();
    } catch (error) {
      this.error = isSalusError(error, 'crypto/locked') ? null : asSalusError(error);
    }
  };

  /** Forgets the tokens; called on lock. */
  clear(): void {
    for (const running of this.#running.values()) running.abort();
    this.#running.clear();
    this.list = null;
    this.trials = {};
    this.held = {};
    this.#places.services = [];
  }

  /** Adds one, or changes the one at the same address. @returns whether it was sealed */
  set = async (service: Omit<Service, 'name' | 'on'>): Promise<boolean> => {
    const { origin, pathname, host } = new URL(service.url);
    const url = (origin + pathname).replace(/\/+$/, '');
    const fresh = { ...service, url, name: host, on: true };
    const list = this.list ?? [];
    const known = list.some((one) => one.url === url);
    return this.#save(known ? list.map((one) => (one.url === url ? fresh : one)) : [...list, fresh]);
  };

  toggle = (service: Service): Promise<boolean> =>
    this.#save((this.list ?? []).map((one) => (one.url === service.url ? { ...one, on: !one.on } : one)));

  remove = (service: Service): Promise<boolean> => {
    const { [service.url]: _, ...trials } = this.trials;
    this.trials = trials;
    return this.#save((this.list ?? []).filter((one) => one.url !== service.url));
  };

  /** Pins a few sealed bytes, reads them back, unpins them. */
  tryOut = async ({ url, token, gateway }: Service): Promise<void> => {
    if (this.#running.has(url)) return;
    const note = (trial: Trial) => (this.trials = { ...this.trials, [url]: trial });
    const running = new AbortController();
    this.#running.set(url, running);
    note({ state: 'running', pin: null, error: null });
    try {
      const { storage } = await this.#ports();
      const { readBack } = await storage.tryPinning(
        { url, token, gateway },
        { signal: running.signal, onProgress: ({ pin = null }) => note({ state: 'running', pin, error: null }) },
      );
      note({ state: readBack ? 'good' : 'unread', pin: 'pinned', error: null });
    } catch (error) {
      note({ state: 'failed', pin: null, error: asSalusError(error) });
    }
    if (this.#running.get(url) === running) this.#running.delete(url);
    await this.#places.look();
  };

  stop = (service: Service): void => this.#running.get(service.url)?.abort();

  /** Asks what it holds of ours. */
  look = async ({ url }: Service): Promise<void> => {
    const note = (held: Held) => (this.held = { ...this.held, [url]: held });
    note({ state: 'looking', pins: this.held[url]?.pins ?? [], error: null });
    try {
      const pins = await (await this.#ports()).storage.heldBy(url, { signal: AbortSignal.timeout(60_000) });
      note({ state: 'here', pins, error: null });
    } catch (error) {
      note({ state: 'failed', pins: [], error: asSalusError(error) });
    }
  };

  unpin = async (service: Service, pin: HeldPin): Promise<void> => {
    try {
      await (await this.#ports()).storage.unpinAt(service.url, pin, { signal: AbortSignal.timeout(60_000) });
      await this.look(service);
    } catch (error) {
      this.held = { ...this.held, [service.url]: { state: 'failed', pins: [], error: asSalusError(error) } };
    }
  };

  async #save(list: Service[]): Promise<boolean> {
    try {
      await (await keeping()).saveServices((await this.#ports()).cabinet, list);
      this.list = list;
      this.error = null;
      await this.#tell();
      return true;
    } catch (error) {
      this.error = asSalusError(error);
      return false;
    }
  }

  async #tell(): Promise<void> {
    const on = (this.list ?? []).filter((service) => service.on);
    await this.#places.useServices(on.map(({ url, token, gateway }) => ({ url, token, gateway })));
  }
}
