/**
 * Where records go besides this browser, and which node is asked. Nothing is used until the person agrees: a peer or a gateway sees
 * the reader's IP address and which ciphertexts it asks for. Only URLs are kept, in plain.
 */
import { asSalusError, type SalusError } from '../core/errors.ts';
import type { Deployment, PinningService, PlaceState, Storage } from '../flows/ports/index.ts';

export type PlaceChoice = { kind: 'peer' | 'gateway'; name: string; url: string; on: boolean; suggested: boolean };
/** `localStorage`, or something like it. */
export type Shelf = { get(key: string): string | null; set(key: string, value: string): void };

const KEY = 'salus.places';

/** @returns the URL without a trailing slash, null unless it is https, or http on this machine, and carries no name or password */
export const placeUrl = (text: string): string | null => {
  try {
    const url = new URL(text.trim());
    const local = url.hostname === '127.0.0.1' || url.hostname === 'localhost' || url.hostname === '[::1]';
    if (url.username || url.password) return null;
    return url.protocol === 'https:' || (url.protocol === 'http:' && local) ? url.href.replace(/\/$/, '') : null;
  } catch {
    return null;
  }
};

export class PlacesState {
  list = $state.raw<PlaceChoice[]>([]);
  /** true once the person has answered, either way */
  answered = $state(false);
  usage = $state.raw<{ usage: number; quota: number; persisted: boolean } | null>(null);
  error = $state.raw<SalusError | null>(null);
  /** pinning services in use, with their tokens: never kept here, set while the vault is open */
  services = $state.raw<PinningService[]>([]);
  /** how each place was last found, by its address */
  states = $state.raw<Record<string, PlaceState>>({});
  readonly #shelf: Shelf;
  readonly #storage: () => Promise<Storage>;
  readonly #changed: () => void;
  #chain = 0;
  #session: string | null = null;
  #vouchers: { host: string; voucher: string }[] = [];

  /** @param changed called after the person has chosen other places */
  constructor(shelf: Shelf, storage: () => Promise<Storage>, changed: () => void = () => {}) {
    this.#changed = changed;
    this.#shelf = shelf;
    this.#storage = storage;
  }

  /** The deployment's suggestions, off, together with what the person chose before. */
  begin = async (deployment: Deployment): Promise<void> => {
    const kept = this.#kept(deployment.chainId);
    const suggested = [
      ...deployment.peers.map((p) => ({ kind: 'peer' as const, ...p })),
      ...deployment.gateways.map((g) => ({ kind: 'gateway' as const, ...g })),
    ].map((p) => ({ ...p, on: false, suggested: true }));
    const choices = (kept ?? []).filter(
      (k) => !k.suggested || suggested.some((s) => s.url === k.url && s.kind === k.kind),
    );
    const fresh = suggested.filter((s) => !choices.some((k) => k.url === s.url && k.kind === s.kind));
    this.list = [...choices, ...fresh];
    this.answered = kept !== null;
    this.#chain = deployment.chainId;
    await this.#apply();
  };

  /** A peer or pinning service that the person turned on holds what is pushed; without one a record lives only here. */
  get hasPeer(): boolean {
    return this.services.length > 0 || this.list.some((p) => p.on && p.kind === 'peer');
  }

  /** Turns every suggestion on, or leaves them off; either is an answer. */
  answer = async (agree: boolean): Promise<void> => {
    if (agree) this.list = this.list.map((p) => (p.suggested ? { ...p, on: true } : p));
    await this.#keep();
  };

  toggle = async (place: PlaceChoice): Promise<void> => {
    this.list = this.list.map((p) => (p === place ? { ...p, on: !p.on } : p));
    await this.#keep();
  };

  /** @param url as {@link placeUrl} returns it */
  add = async (kind: PlaceChoice['kind'], url: string): Promise<void> => {
    if (this.list.some((p) => p.kind === kind && p.url === url)) return;
    this.list = [...this.list, { kind, name: new URL(url).host, url, on: true, suggested: false }];
    await this.#keep();
  };

  remove = async (place: PlaceChoice): Promise<void> => {
    this.list = this.list.filter((p) => p !== place);
    await this.#keep();
  };

  estimate = async (): Promise<void> => {
    try {
      this.usage = await (await this.#storage()).estimate();
    } catch (error) {
      this.error = asSalusError(error);
    }
  };

  /** Pinning services from now on. */
  useServices = async (services: PinningService[]): Promise<void> => {
    if (services.length === 0 && this.services.length === 0) return;
    this.services = services;
    await this.#apply();
    this.#changed();
  };

  /** How each place was last found; asks nobody. */
  look = async (): Promise<void> => {
    try {
      const states = await (await this.#storage()).placeStates();
      this.states = Object.fromEntries(states.map((state) => [state.url, state]));
    } catch (error) {
      this.error = asSalusError(error);
    }
  };

  /** Asks the peers in use whether they check access tokens. */
  askGuards = async (): Promise<void> => {
    try {
      await (await this.#storage()).guards();
    } catch (error) {
      this.error = asSalusError(error);
    }
    await this.look();
  };

  /** A peer in use is known to check access tokens: records that go to such places only have somewhere to go. */
  get hasGuard(): boolean {
    return this.list.some((p) => p.on && p.kind === 'peer' && this.states[p.url]?.guards === true);
  }

  /** Tells storage again, after it was restarted on lock: whoever was signed in no longer is. */
  apply = (): Promise<void> => this.show(null);

  /** @param session what peers that ask are shown, null for nothing @param vouchers shown beside it, each to the peer it names */
  show = async (session: string | null, vouchers: { host: string; voucher: string }[] = []): Promise<void> => {
    this.#session = session;
    this.#vouchers = vouchers;
    await this.#apply();
  };

  async #keep(): Promise<void> {
    this.answered = true;
    const all = this.#all();
    all[this.#chain] = this.list;
    this.#shelf.set(KEY, JSON.stringify(all));
    await this.#apply();
    this.#changed();
  }

  async #apply(): Promise<void> {
    const on = (kind: PlaceChoice['kind']) => this.list.filter((p) => p.on && p.kind === kind).map((p) => p.url);
    try {
      const chosen = {
        peers: on('peer'),
        gateways: on('gateway'),
        session: this.#session,
        vouchers: this.#vouchers,
        pinning: this.services,
      };
      await (await this.#storage()).configure(chosen);
      this.error = null;
    } catch (error) {
      this.error = asSalusError(error);
    }
  }

  #all(): Record<string, PlaceChoice[]> {
    try {
      const parsed: unknown = JSON.parse(this.#shelf.get(KEY) ?? '{}');
      return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, PlaceChoice[]>) : {};
    } catch {
      return {};
    }
  }

  #kept(chain: number): PlaceChoice[] | null {
    const kept = this.#all()[chain];
    return Array.isArray(kept) ? kept.filter((p) => typeof p?.url === 'string' && placeUrl(p.url) !== null) : null;
  }
}
