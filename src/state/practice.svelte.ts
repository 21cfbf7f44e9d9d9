/** A doctor's money and public face; a hospital's staff. */
import type { Address } from '../core/bytes.ts';
import { asSalusError, isSalusError, type SalusError } from '../core/errors.ts';
import { accredit, suspend } from '../flows/accredit.ts';
import { staff } from '../flows/directory.ts';
import { earnings, withdraw, type Earnings } from '../flows/pay.ts';
import type { Account, Ports, Role } from '../flows/ports/index.ts';
import { changeFee, changeProfile } from '../flows/profile.ts';
import type { Vault } from '../flows/vault.ts';
import type { Profile } from '../record/profile.ts';
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

  setProfile = (profile: Profile) =>
    this.#acts.run('profile', async (act) => changeProfile(await this.#ports(), act, profile));
}

export class StaffState {
  /** null until loaded */
  list = $state.raw<Account[] | null>(null);
  found = $state.raw<Account | null>(null);
  error = $state.raw<SalusError | null>(null);
  readonly #ports: () => Promise<Ports>;
  readonly #me: () => Account | null;
  readonly #acts: Acts;

  constructor(ports: () => Promise<Ports>, me: () => Account | null, acts: Acts) {
    this.#ports = ports;
    this.#me = me;
    this.#acts = acts;
  }

  load = async (): Promise<void> => {
    const number = this.#me()?.hospital?.number;
    if (number === undefined) return;
    try {
      this.list = await staff(await this.#ports(), number);
      this.error = null;
    } catch (error) {
      this.error = asSalusError(error);
    }
  };

  clear(): void {
    this.list = null;
    this.found = null;
  }

  /** Looks an account up before it is accredited. */
  find = async (address: Address): Promise<void> => {
    this.error = null;
    try {
      this.found = await (await this.#ports()).chain.account(address);
    } catch (error) {
      this.found = null;
      this.error = asSalusError(error);
    }
  };

  accredit = (account: Account, role: Role, licence: string) =>
    this.#acts.run('accredit', async (act) => accredit(await this.#ports(), act, account, role, licence));

  suspend = (account: Account) =>
    this.#acts.run('suspend', async (act) => suspend(await this.#ports(), act, account.address));
}
