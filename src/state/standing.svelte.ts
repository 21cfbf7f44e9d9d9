/** An account's standing as anybody can read it: what hospitals said of it, since when, and how that is proven. */
import type { Address } from '../core/bytes.ts';
import { asSalusError, type SalusError } from '../core/errors.ts';
import type { Account, Accreditation, ReadPorts } from '../flows/ports/index.ts';
import { licenceOf, standingOf, type Word } from '../flows/standing.ts';

/** Milliseconds for one licence. */
const PATIENCE = 30_000;

export class Standing {
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
  readonly #ports: () => Promise<ReadPorts>;

  constructor(ports: () => Promise<ReadPorts>, address: Address) {
    this.#ports = ports;
    this.address = address;
  }

  load = async (): Promise<void> => {
    try {
      const ports = await this.#ports();
      const account = await ports.chain.account(this.address);
      this.words = await standingOf(ports, this.address);
      this.account = account;
      this.error = null;
      const proven = account.accredited || account.hospital?.active;
      this.path = proven ? await ports.chain.accreditation(this.address).catch(() => null) : null;
      await this.#prove(ports, account);
      await Promise.all(this.words.map((word) => this.#licence(ports, word)));
    } catch (error) {
      this.error = asSalusError(error);
    }
  };

  async #prove(ports: ReadPorts, account: Account): Promise<void> {
    if (BigInt(account.keyHash) === 0n) return;
    try {
      this.key = (await ports.chain.provenKey(this.address)).by;
      this.keyError = null;
    } catch (error) {
      this.key = null;
      this.keyError = asSalusError(error);
    }
  }

  async #licence(ports: ReadPorts, word: Word): Promise<void> {
    if (!word.licence || this.licences[word.licence]) return;
    const options = { signal: AbortSignal.timeout(PATIENCE) };
    this.licences[word.licence] = await licenceOf(ports, word, options).catch(() => null);
  }
}
