/** A field in which an account is named: what was typed, what is wrong with it, and whether it is being looked up. */
import type { Address } from '../../core/bytes.ts';
import { asSalusError, isSalusError, type SalusError } from '../../core/errors.ts';
import { en } from './i18n/en/index.ts';
import { t, type Key } from './i18n/index.ts';

type Options = {
  /** @returns null for what names nobody and is no fault either @throws input/invalid with `why` */
  look: (typed: string) => Promise<Address | null>;
  found: (address: Address) => void;
  /** said of what is none of the things that are looked up, where the usual words do not fit */
  format?: Key;
};

/** One such field. */
export class Finding {
  typed = $state('');
  /** what is wrong with what was typed, in words */
  bad = $state<string | null>(null);
  /** why it could not be looked up, which is no fault of what was typed */
  error = $state.raw<SalusError | null>(null);
  busy = $state(false);
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  /** An address, a code or a number: nobody is found by it in a list of names. */
  get coded(): boolean {
    return /^(0x|salus1|sls-)/i.test(this.typed.trim());
  }

  /** Looks up what was typed. */
  find = async (): Promise<void> => {
    [this.bad, this.error, this.busy] = [null, null, true];
    try {
      const address = await this.#options.look(this.typed);
      if (address) this.#options.found(address);
    } catch (caught) {
      this.bad = this.#fault(caught);
      if (this.bad === null) this.error = asSalusError(caught);
    }
    this.busy = false;
  };

  /**
   * For `{@attach}`: Enter looks up what is coded and takes the first of those found by name. The form around it is sent by its button alone.
   * @param first whom a list of names shows first
   */
  onEnter = (first: () => Address | undefined) => (node: HTMLElement) => {
    const entered = (event: KeyboardEvent) => {
      if (event.key !== 'Enter') return;
      event.preventDefault();
      const address = first();
      if (this.coded) void this.find();
      else if (address) this.#options.found(address);
    };
    node.addEventListener('keydown', entered);
    return () => node.removeEventListener('keydown', entered);
  };

  /** Begins anew. */
  clear(): void {
    [this.typed, this.bad, this.error] = ['', null, null];
  }

  #fault(caught: unknown): string | null {
    if (!isSalusError(caught, 'input/invalid')) return null;
    const why = String(caught.details.why);
    if (why === 'format' && this.#options.format) return t(this.#options.format);
    return Object.hasOwn(en.find.why, why) ? t(`find.why.${why}` as Key) : null;
  }
}
