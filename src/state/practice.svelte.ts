/** A doctor's money and public face. */
import { asSalusError, isSalusError, type SalusError } from '../core/errors.ts';
import { earnings, withdraw, type Earnings } from '../flows/pay.ts';
import type { Ports } from '../flows/ports/index.ts';
import { changeFee } from '../flows/profile.ts';
import type { Vault } from '../flows/vault.ts';
import type { Acts } from './act.svelte.ts';

export class PracticeState {
  money = $state.raw<Earnings | null>(null);
  error = $state.raw<SalusError | null>(null);
  readonly #ports: () => Promise<Ports>;
  readonly #vault: () => Vault;
  readonly #acts: Acts;

  constructor(ports: () => Promise<Ports>, vault: () => Vault, acts: Acts) {
    this.#ports = ports;
    this.#vault = vault;
    this.#acts = acts;
  }

  load = async (): Promise<void> => {
    try {
      this.money = await earnings(await this.#ports(), this.#vault());
      this.error = null;
    } catch (error) {
      this.error = isSalusError(error, 'crypto/locked') ? null : asSalusError(error);
    }
  };

  clear(): void {
    this.money = null;
  }

  withdraw = () => this.#acts.run('withdraw', async (act) => withdraw(await this.#ports(), act, this.#vault()));

  /** @param fee wei */
  setFee = (fee: bigint, open: boolean) =>
    this.#acts.run('fee', async (act) => changeFee(await this.#ports(), act, fee, open));
}
