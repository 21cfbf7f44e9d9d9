/** The ways into the open vault: which there are and since when, the 24 words, and changing them. */
import { asSalusError, isSalusError, type SalusError } from '../core/errors.ts';
import type { Act } from '../flows/act.ts';
import type { ChangeInput, KeyEvent, PreparedKeys } from '../flows/keys.ts';
import type { Ports } from '../flows/ports/index.ts';
import type { Vault } from '../flows/vault.ts';
import { replacesSeed, type Way } from '../flows/ways.ts';
import type { Acts } from './act.svelte.ts';

const keys = () => import('../flows/keys.ts');

export type { KeyEvent } from '../flows/keys.ts';
export type { Way } from '../flows/ways.ts';

type Open = {
  ports: () => Promise<Ports>;
  vault: () => Vault;
  acts: Acts;
  replaced: (vault: Vault) => Promise<void>;
};

export class KeysState {
  /** newest first; null until loaded */
  history = $state.raw<KeyEvent[] | null>(null);
  error = $state.raw<SalusError | null>(null);
  readonly #open: Open;
  #prepared: PreparedKeys | null = null;

  /** @param open.replaced called with the vault to go on with, before the act has ended */
  constructor(open: Open) {
    this.#open = open;
  }

  get way(): Way | null {
    return this.history?.[0]?.way ?? null;
  }

  load = async (): Promise<void> => {
    try {
      const { keyHistory } = await keys();
      this.history = await keyHistory(await this.#open.ports(), this.#open.vault().account);
      this.error = null;
    } catch (error) {
      this.error = isSalusError(error, 'crypto/locked') ? null : asSalusError(error);
    }
  };

  clear(): void {
    this.history = null;
    this.#prepared = null;
  }

  /** True when this change makes a new seed, and new words. */
  replaces = (to: Way): boolean => this.way !== null && replacesSeed(this.way, to);

  /** @returns whether it came to its end */
  change = async (input: Pick<ChangeInput, 'way' | 'passphrase' | 'confirmPhrase'>): Promise<boolean> => {
    const done = await this.#run('keys', async (ports, act) => {
      const { changeWay } = await keys();
      const onPrepared = (p: PreparedKeys) => (this.#prepared = p);
      const next = await changeWay(ports, act, this.#open.vault(), { ...input, prepared: this.#prepared, onPrepared });
      this.#prepared = null;
      await this.#open.replaced(next);
      return true;
    });
    await this.load();
    return done === true;
  };

  /** @returns the 24 words, undefined when it did not come to its end (the act says why) */
  reveal = (passphrase: string): Promise<string[] | undefined> =>
    this.#run('reveal', async (ports, act) => (await keys()).revealPhrase(ports, act, this.#open.vault(), passphrase));

  /** @throws crypto/bad-phrase */
  check = async (words: string): Promise<boolean> => (await keys()).checkPhrase(this.#open.vault(), words);

  #run<T>(kind: 'keys' | 'reveal', work: (ports: Ports, act: Act) => Promise<T>): Promise<T | undefined> {
    return this.#open.acts.run(kind, async (act) => work(await this.#open.ports(), act));
  }
}
