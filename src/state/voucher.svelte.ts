/** A voucher that somebody was handed: what it says, whether it holds, and keeping it. */
import { asSalusError, type SalusError } from '../core/errors.ts';
import type { Ports } from '../flows/ports/index.ts';
import type { Vault } from '../flows/vault.ts';
import type { Voucher } from '../flows/voucher.ts';
import { placeUrl, type PlacesState } from './places.svelte.ts';
import type { SessionState } from './session.svelte.ts';

/** Loaded when somebody follows such a link. */
const checking = () => import('../flows/voucher.ts');

type Open = { ports: () => Promise<Ports>; vault: () => Vault; places: PlacesState; session: SessionState };

/** The address of the peer that a voucher names: plain http on this machine alone. */
const urlOf = (peer: string): string | null => placeUrl(`http://${peer}`) ?? placeUrl(`https://${peer}`);

export class VoucherState {
  status = $state<'idle' | 'checking' | 'good' | 'kept' | 'failed'>('idle');
  /** set once it was checked */
  voucher = $state.raw<Voucher | null>(null);
  error = $state.raw<SalusError | null>(null);
  readonly #open: Open;
  #text = '';

  constructor(open: Open) {
    this.#open = open;
  }

  /** Reads it and holds it against the chain. @param text out of the link */
  check = async (text: string): Promise<void> => {
    this.clear();
    this.#text = text;
    this.status = 'checking';
    try {
      const { checkVoucher } = await checking();
      const voucher = await checkVoucher(await this.#open.ports(), text, this.#open.vault().account);
      if (this.#text !== text) return;
      [this.voucher, this.status] = [voucher, 'good'];
    } catch (error) {
      if (this.#text !== text) return;
      [this.error, this.status] = [asSalusError(error), 'failed'];
    }
  };

  /** Keeps it, turns the peer on, and shows it there from now on. */
  take = async (): Promise<void> => {
    const { ports, vault, places, session } = this.#open;
    try {
      const { takeVoucher } = await checking();
      const { peer } = await takeVoucher(await ports(), vault(), this.#text);
      const url = urlOf(peer);
      const known = places.list.find((p) => p.kind === 'peer' && new URL(p.url).host === peer);
      if (known && !known.on) await places.toggle(known);
      if (!known && url) await places.add('peer', url);
      await session.load();
      this.status = 'kept';
    } catch (error) {
      this.error = asSalusError(error);
    }
  };

  clear(): void {
    this.#text = '';
    this.status = 'idle';
    this.voucher = null;
    this.error = null;
  }
}
