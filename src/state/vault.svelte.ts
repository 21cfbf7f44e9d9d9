/** Whether the account is enrolled and its vault open, and who its owner is. */
import type { Address } from '../core/bytes.ts';
import { asSalusError, type SalusError } from '../core/errors.ts';
import type { Act } from '../flows/act.ts';
import { countOf } from '../flows/calls.ts';
import type { EnrolInput, Prepared } from '../flows/enroll.ts';
import type { Account, Ports, ReadPorts } from '../flows/ports/index.ts';
import type { Ways } from '../flows/unlock.ts';
import type { Vault } from '../flows/vault.ts';
import type { Profile } from '../record/profile.ts';
import type { Acts } from './act.svelte.ts';

/** Cryptography is loaded when a vault is first looked at. */
const unlocking = () => import('../flows/unlock.ts');

/** Which screens are whose. A hospital is a member of the consortium; a doctor has published a doctor's profile or is accredited. */
export type Persona = 'patient' | 'doctor' | 'hospital';

export class VaultState {
  status = $state<'unknown' | 'absent' | 'locked' | 'open'>('unknown');
  me = $state.raw<Account | null>(null);
  profile = $state.raw<Profile | null>(null);
  ways = $state.raw<Ways | null>(null);
  current = $state.raw<Vault | null>(null);
  error = $state.raw<SalusError | null>(null);
  /** the vault was shut because its keys were changed on another device */
  outdated = $state(false);
  readonly #ports: () => Promise<Ports>;
  readonly #readPorts: () => Promise<ReadPorts>;
  readonly #acts: Acts;
  readonly #opened: () => Promise<void>;
  #prepared: Prepared | null = null;
  #looks = 0;
  /** entries in the own timeline when the vault was opened */
  #since = 0;

  /** @param ports fails where no wallet is connected, `readPorts` does not */
  constructor(
    ports: () => Promise<Ports>,
    readPorts: () => Promise<ReadPorts>,
    acts: Acts,
    opened: () => Promise<void>,
  ) {
    this.#ports = ports;
    this.#readPorts = readPorts;
    this.#acts = acts;
    this.#opened = opened;
  }

  get persona(): Persona {
    if (this.me?.hospital?.active || this.profile?.kind === 'hospital') return 'hospital';
    if ((this.me?.role ?? 'none') !== 'none' || this.profile?.kind === 'doctor') return 'doctor';
    // one that was expelled reads that on the hospital's screens, whether or not it ever published a profile
    return this.me?.hospital ? 'hospital' : 'patient';
  }

  /** At work with patients, but nobody books it: a nurse, a laboratory, a pharmacy, a research institution. */
  get unbooked(): boolean {
    return this.persona === 'doctor' && !['none', 'doctor'].includes(this.me?.role ?? 'none');
  }

  /** Looks the account up. `null` when the wallet went away. Of two looks under way only the later one counts. */
  async look(account: Address | null): Promise<void> {
    const turn = ++this.#looks;
    if (this.#prepared && this.#prepared.account !== account) this.#prepared = null;
    if (this.current && this.current.account !== account) await this.lock();
    if (turn !== this.#looks) return;
    this.error = null;
    if (!account) {
      this.status = 'unknown';
      this.me = null;
      this.profile = null;
      return;
    }
    try {
      const ports = await this.#ports();
      const me = await ports.chain.account(account);
      if (turn !== this.#looks) return;
      const enrolled = BigInt(me.keyHash) !== 0n;
      this.me = me;
      if (this.current) return;
      const ways = enrolled ? await (await unlocking()).unlockWays(ports) : null;
      if (turn !== this.#looks || this.current) return;
      this.ways = ways;
      this.status = enrolled ? 'locked' : 'absent';
    } catch (error) {
      if (turn === this.#looks) this.error = asSalusError(error);
    }
  }

  /** Between two tries of one visit the seed and the words that were written down stay the same. */
  enroll = (input: Omit<EnrolInput, 'prepared' | 'onPrepared'>): Promise<boolean> =>
    this.#admit(
      'enrol',
      async (ports, act) => {
        const { enroll } = await import('../flows/enroll.ts');
        const whole = { ...input, prepared: this.#prepared, onPrepared: (p: Prepared) => (this.#prepared = p) };
        const vault = await enroll(ports, act, whole);
        this.#prepared = null;
        return vault;
      },
      input.profile,
    );

  unlockWithWallet = (passphrase: string): Promise<boolean> =>
    this.#admit('unlock', async (ports, act) => (await unlocking()).unlockWithWallet(ports, act, passphrase));

  unlockWithPhrase = (words: string): Promise<boolean> =>
    this.#admit('unlock', async (ports) => (await unlocking()).unlockWithPhrase(ports, words));

  /** Goes on with the vault of the keys that replaced the old ones. */
  replace = async (vault: Vault): Promise<void> => {
    const ports = await this.#ports();
    if (this.current !== vault) this.current?.lock();
    this.current = vault;
    this.me = await ports.chain.account(vault.account);
    this.#since = countOf(this.me.own);
    this.ways = await (await unlocking()).unlockWays(ports);
  };

  /** True when the account's key on the chain is another than the open vault's: it was changed on another device. */
  get replacedElsewhere(): boolean {
    if (this.current === null || this.me === null || this.me.keyHash === this.current.keyHash) return false;
    // a node that lags shows an older key
    return countOf(this.me.own) > this.#since;
  }

  /** Forgets every key in this page, the worker's too. */
  lock = async (): Promise<void> => {
    // before anything that could fail: the wallet may be the very thing that went away
    this.current?.lock();
    this.current = null;
    this.profile = null;
    this.status = this.me ? 'locked' : 'unknown';
    const { cabinet, storage } = await this.#readPorts();
    cabinet.lock();
    await storage.lock();
    if (!this.me || this.ways) return;
    this.ways = await this.#ports()
      .then(async (ports) => (await unlocking()).unlockWays(ports))
      .catch(() => null);
  };

  /** The ways in may have been changed on another device while this page stood locked. */
  async #lookAgain(): Promise<void> {
    try {
      this.ways = await (await unlocking()).unlockWays(await this.#ports());
    } catch {
      // the act has said already what is wrong
    }
  }

  async #admit(
    kind: 'enrol' | 'unlock',
    work: (ports: Ports, act: Act) => Promise<Vault>,
    profile: Profile | null = null,
  ): Promise<boolean> {
    const vault = await this.#acts.run(kind, async (act) => work(await this.#ports(), act));
    if (!vault) {
      if (kind === 'unlock') await this.#lookAgain();
      return false;
    }
    const ports = await this.#ports();
    this.current = vault;
    this.me = await ports.chain.account(vault.account);
    this.#since = countOf(this.me.own);
    const published = async () => (await import('../flows/profile.ts')).readProfile(ports, vault.account);
    this.profile = profile ?? (await published().catch(() => null));
    this.status = 'open';
    this.outdated = false;
    await this.#opened();
    return true;
  }
}
