/**
 * Whether the wallet's keys are in a hardware device, which shows less than the page does: then the page says beforehand what it will
 * show. Nobody else is bothered with it. Known from the wallet's name, from what the device answered, or said by the person.
 */
import type { SalusError } from '../core/errors.ts';
import type { Shelf } from './places.svelte.ts';

const KEY = 'salus.device';
/** Wallets that are the companion of a device, by the name they announce. */
const COMPANIONS = /ledger|trezor|keystone|gridplus|lattice|onekey|bitbox|keepkey/i;

export class DeviceState {
  /** what the person said, null while nobody did */
  #chosen = $state<boolean | null>(null);
  #met = $state(false);
  readonly #shelf: Shelf;
  readonly #wallet: () => string | null;

  /** @param wallet the name of the connected wallet */
  constructor(shelf: Shelf, wallet: () => string | null) {
    this.#shelf = shelf;
    this.#wallet = wallet;
    const kept = shelf.get(KEY);
    if (kept === 'yes' || kept === 'no') this.#chosen = kept === 'yes';
  }

  /** True while prompts are explained for a device too. */
  get on(): boolean {
    return this.#chosen ?? (this.#met || COMPANIONS.test(this.#wallet() ?? ''));
  }

  choose = (on: boolean): void => {
    this.#chosen = on;
    this.#shelf.set(KEY, on ? 'yes' : 'no');
  };

  /** A device's own error is a device: from here on, in this visit. */
  notice(error: SalusError | null): void {
    if (error?.code.startsWith('wallet/device-')) this.#met = true;
  }
}
