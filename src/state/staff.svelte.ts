/** Whom a hospital vouches for, and what hospitals said of an account: of a colleague, or of oneself. */
import type { Address } from '../core/bytes.ts';
import { asSalusError, type SalusError } from '../core/errors.ts';
import { staff } from '../flows/directory.ts';
import type { Account, Accreditation, Ports, Role } from '../flows/ports/index.ts';
import { licenceOf, standingOf, suspensionRef, type Word } from '../flows/standing.ts';
import type { Vault } from '../flows/vault.ts';
import type { Acts } from './act.svelte.ts';
import { RecordState } from './record.svelte.ts';
import { kept } from './apart.svelte.ts';

const vouching = () => import('../flows/accredit.ts');

type Open = { ports: () => Promise<Ports>; vault: () => Vault; me: () => Account | null; acts: Acts };

/** An account as a hospital looks at it before and after vouching for it; also how an account looks at itself. */
export class Colleague {
  readonly address: Address;
  account = $state.raw<Account | null>(null);
  /** every hospital's word, newest first; null until read */
  words = $state.raw<Word[] | null>(null);
  /** how its public key was proven; null until it was */
  key = $state.raw<'signature' | 'agreement' | null>(null);
  /** why it could not be */
  keyError = $state.raw<SalusError | null>(null);
  /** back to a founder, null where nobody active vouches */
  path = $state.raw<Accreditation | null>(null);
  /** by digest; undefined while on its way, null where it cannot be had */
  licences = $state<Record<string, string | null>>({});
  error = $state.raw<SalusError | null>(null);
  readonly #open: Open;
  readonly #reasons = new Map<string, RecordState>();

  constructor(open: Open, address: Address) {
    this.#open = open;
    this.address = address;
  }

  load = async (): Promise<void> => {
    try {
      const ports = await this.#open.ports();
      const account = await ports.chain.account(this.address);
      this.words = await standingOf(ports, this.address);
      this.account = account;
      this.error = null;
      this.path = account.accredited ? await ports.chain.accreditation(this.address).catch(() => null) : null;
      await this.#prove(ports, account);
      await Promise.all(this.words.map((word) => this.#licence(ports, word)));
    } catch (error) {
      this.error = asSalusError(error);
    }
  };

  /** The sealed reason of a suspension, null when none was given. */
  reason(word: Word): RecordState | null {
    const ref = suspensionRef(word);
    if (!ref) return null;
    return kept(this.#reasons, ref.digest, () => new RecordState(this.#open, ref));
  }

  async #prove(ports: Ports, account: Account): Promise<void> {
    if (BigInt(account.keyHash) === 0n) return;
    try {
      this.key = (await ports.chain.provenKey(this.address)).by;
      this.keyError = null;
    } catch (error) {
      this.key = null;
      this.keyError = asSalusError(error);
    }
  }

  async #licence(ports: Ports, word: Word): Promise<void> {
    if (!word.licence || this.licences[word.licence]) return;
    const options = { signal: AbortSignal.timeout(30_000) };
    this.licences[word.licence] = await licenceOf(ports, word, options).catch(() => null);
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

  /** @param typed an address, a code or a Salus number @throws input/invalid with `why`, chain/unreachable */
  lookUp = async (typed: string): Promise<Address> => {
    const { lookUp } = await import('../flows/lookUp.ts');
    return lookUp(await this.#open.ports(), this.#open.vault().account, typed);
  };

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
