/** A doctor's money and public face. */
import { asSalusError, isSalusError, type SalusError } from '../core/errors.ts';
import type { Earnings, Payment } from '../flows/pay.ts';
import type { Ports } from '../flows/ports/index.ts';
import type { Vault } from '../flows/vault.ts';
import type { Acts } from './act.svelte.ts';

const paying = () => import('../flows/pay.ts');

export class PracticeState {
  money = $state.raw<Earnings | null>(null);
  error = $state.raw<SalusError | null>(null);
  /** payments with the time of their block; null until they were looked up */
  dated = $state.raw<(Payment & { seconds: number })[] | null>(null);
  dating = $state.raw({ done: 0, total: 0 });
  datedError = $state.raw<SalusError | null>(null);
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
      this.money = await (await paying()).earnings(await this.#ports(), this.#vault());
      this.error = null;
    } catch (error) {
      this.error = isSalusError(error, 'crypto/locked') ? null : asSalusError(error);
    }
  };

  /** Looks up when each payment was made; what is shown stays until the new list is whole. */
  date = async (): Promise<void> => {
    const { money } = this;
    if (!money) return;
    const { datedPayments, paymentsOf } = await paying();
    const payments = paymentsOf(money.paid);
    this.dating = { done: 0, total: payments.length };
    try {
      const dated = await datedPayments(await this.#ports(), payments, (done) => {
        if (this.money === money) this.dating = { done, total: payments.length };
      });
      // newer money is looked up by whoever showed it
      if (this.money === money) this.dated = dated;
      this.datedError = null;
    } catch (error) {
      this.datedError = this.dated ? null : asSalusError(error);
    }
  };

  clear(): void {
    this.money = null;
    this.dated = null;
  }

  withdraw = () =>
    this.#acts.run('withdraw', async (act) => (await paying()).withdraw(await this.#ports(), act, this.#vault()));

  /** @param fee wei */
  setFee = (fee: bigint, open: boolean) =>
    this.#acts.run('fee', async (act) =>
      (await import('../flows/profile.ts')).changeFee(await this.#ports(), act, fee, open),
    );
}
