/** Whom a hospital vouches for, and what hospitals said of an account: of a colleague, or of oneself. */
import type { Address } from '../core/bytes.ts';
import { asSalusError, type SalusError } from '../core/errors.ts';
import { staff } from '../flows/directory.ts';
import type { Account, Ports, Role } from '../flows/ports/index.ts';
import { suspensionRef, type Word } from '../flows/standing.ts';
import type { Vault } from '../flows/vault.ts';
import type { Acts } from './act.svelte.ts';
import { RecordState } from './record.svelte.ts';
import { Standing } from './standing.svelte.ts';
import { kept } from './apart.svelte.ts';

const vouching = () => import('../flows/accredit.ts');

type Open = { ports: () => Promise<Ports>; vault: () => Vault; me: () => Account | null; acts: Acts };

/** An account as a hospital looks at it before and after vouching for it; also how an account looks at itself. */
export class Colleague extends Standing {
  readonly #open: Open;
  readonly #reasons = new Map<string, RecordState>();

  constructor(open: Open, address: Address) {
    super(open.ports, address);
    this.#open = open;
  }

  /** The sealed reason of a suspension, null when none was given. */
  reason(word: Word): RecordState | null {
    const ref = suspensionRef(word);
    if (!ref) return null;
    return kept(this.#reasons, ref.digest, () => new RecordState(this.#open, ref));
  }
}

export class StaffState {
  /** null until loaded */
  list = $state.raw<Account[] | null>(null);
  error = $state.raw<SalusError | null>(null);
  readonly #open: Open;
  readonly #people = new Map<Address, Colleague>();

  constructor(open: Open) {
    this.#open = open;
  }

  load = async (): Promise<void> => {
    const me = this.#open.me();
    if (!me?.hospital?.active) return;
    try {
      const list = await staff(await this.#open.ports(), me.hospital.number);
      // a vault that was locked or changed meanwhile shows nothing of the old one
      if (this.#open.me()?.address === me.address) this.list = list;
      this.error = null;
    } catch (error) {
      this.error = asSalusError(error);
    }
  };

  clear(): void {
    this.list = null;
    this.error = null;
    this.#people.clear();
  }

  /** Not loaded yet when it is new. */
  of(address: Address): Colleague {
    return kept(this.#people, address, () => new Colleague(this.#open, address));
  }

  accredit = (account: Account, role: Role, licence: string) =>
    this.#changed(
      account.address,
      this.#open.acts.run('accredit', async (act) =>
        (await vouching()).accredit(await this.#open.ports(), act, account, role, licence),
      ),
    );

  /** @param reason sealed to both, may be empty */
  suspend = (address: Address, reason: string) =>
    this.#changed(
      address,
      this.#open.acts.run('suspend', async (act) =>
        (await vouching()).suspend(await this.#open.ports(), act, this.#open.vault(), address, reason),
      ),
    );

  async #changed<T>(address: Address, done: Promise<T>): Promise<T> {
    const result = await done;
    await this.of(address).load();
    return result;
  }
}
