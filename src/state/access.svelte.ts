/** Who can read what of this account's file: what it gave, what was passed on of it, and what is due since. */
import { untrack } from 'svelte';
import type { Address } from '../core/bytes.ts';
import { asSalusError, isSalusError, type SalusError } from '../core/errors.ts';
import type { AccessLog } from '../flows/accessLog.ts';
import type { Given } from '../flows/given.ts';
import { grantKey } from '../flows/grants.ts';
import type { Account, Entry, Hospital, Ports } from '../flows/ports/index.ts';
import { liveByFolder, liveByRecord, readerOf, readersIn, throughVisits, unclear } from '../flows/readers.ts';
import type { Due } from '../flows/renew.ts';
import type { Vault } from '../flows/vault.ts';
import type { FolderId } from '../record/folders.ts';
import type { Acts } from './act.svelte.ts';
import type { VisitsState } from './visits.svelte.ts';

/** Cryptography is loaded when grants are first opened. */
const giving = () => import('../flows/given.ts');
const renewing = () => import('../flows/renew.ts');
const logging = () => import('../flows/accessLog.ts');

/** `asked`: the places were asked, and not only what is kept here was read */
export type Log = AccessLog & { asked: boolean };

type Open = {
  ports: () => Promise<Ports>;
  vault: () => Vault;
  me: () => Address | null;
  acts: Acts;
  visits: VisitsState;
};

export class AccessState {
  /** everything given, newest first, in whatever state; null until loaded */
  given = $state.raw<Given[] | null>(null);
  /** folders whose keys should be renewed */
  due = $state.raw<Due[]>([]);
  /** readers who stay and could not be given new keys, when a renewal was last tried */
  left = $state.raw<Given[]>([]);
  /** those who were given something, as the chain has them */
  accounts = $state.raw<ReadonlyMap<Address, Account>>(new Map());
  /** newest first; null until looked for */
  log = $state.raw<Log | null>(null);
  reading = $state(false);
  logError = $state.raw<SalusError | null>(null);
  /** of the consortium; null until somebody asks */
  #members = $state.raw<Hospital[] | null>(null);
  /** what the person calls those who publish no name */
  labels = $state.raw<ReadonlyMap<Address, string>>(new Map());
  loading = $state(false);
  error = $state.raw<SalusError | null>(null);
  readonly readers = $derived(readersIn(this.given ?? []));
  readonly folders = $derived(liveByFolder(this.given ?? []));
  readonly records = $derived(liveByRecord(this.given ?? []));
  readonly unclear = $derived(unclear(this.given ?? []));
  readonly through = $derived.by(() => {
    const me = this.#open.me();
    return me ? throughVisits(this.#open.visits.list ?? [], me) : [];
  });
  readonly #open: Open;
  #loading: Promise<void> | null = null;
  #again = false;

  constructor(open: Open) {
    this.#open = open;
  }

  /** For an effect of a screen: looks again whenever something happened. */
  follow = (): void => {
    void this.#open.visits.entries;
    if (this.#open.visits.whole) untrack(() => void this.load());
  };

  /** Whoever asks while it is under way gets what stands afterwards. */
  load = (): Promise<void> => {
    this.#again = this.#loading !== null;
    return (this.#loading ??= this.#load().finally(() => {
      this.#loading = null;
      if (this.#again) void this.load();
    }));
  };

  async #load(): Promise<void> {
    const me = this.#open.me();
    if (!me) return;
    this.loading = true;
    try {
      const [ports, vault] = [await this.#open.ports(), this.#open.vault()];
      const now = await ports.chain.now();
      const given = await (await giving()).given(ports, vault, now);
      if (this.#open.me() !== me) return;
      this.given = given;
      this.error = null;
      this.labels = await (await import('../flows/labels.ts')).readLabels(ports.cabinet);
      await this.#lookUp(ports, given);
      const due = given.length > 0 ? await (await renewing()).dueRotations(ports, vault, given) : [];
      if (this.#open.me() === me) this.due = due;
    } catch (error) {
      this.error = isSalusError(error, 'crypto/locked') ? null : asSalusError(error);
    } finally {
      this.loading = false;
    }
  }

  async #lookUp(ports: Ports, given: Given[]): Promise<void> {
    const all = [...new Set(given.flatMap((g) => [readerOf(g) ?? [], g.delegated ? g.giver : []].flat()))];
    if (all.length === 0) return;
    const accounts = await ports.chain.accounts(all);
    this.accounts = new Map(accounts.map((a) => [a.address, a]));
  }

  /** What was noted and is kept here; nobody is asked. */
  keptLog = async (): Promise<void> => {
    if (this.log !== null) return;
    const entries = await (await logging()).keptAccessLog((await this.#open.ports()).cabinet).catch(() => []);
    this.log ??= { entries, places: [], asked: false };
  };

  /** Asks the places for what they noted since. */
  readLog = async (): Promise<void> => {
    const me = this.#open.me();
    if (this.reading || !me) return;
    this.reading = true;
    try {
      const log = await (await logging()).readAccessLog(await this.#open.ports(), this.#open.vault());
      if (this.#open.me() === me) this.log = { ...log, asked: true };
      this.logError = null;
    } catch (error) {
      this.logError = isSalusError(error, 'crypto/locked') ? null : asSalusError(error);
    }
    this.reading = false;
  };

  /** Reads the consortium once, for whoever wants to know who vouches. */
  hospitals = async (): Promise<void> => {
    if (this.#members) return;
    this.#members = await (await this.#open.ports()).chain.hospitals().catch(() => null);
  };

  /** The active hospitals that vouch for an account, by what the chain says now. */
  vouching = (account: Account): Address[] =>
    (this.#members ?? []).filter((h) => h.active && account.vouchedBy.includes(h.number)).map((h) => h.address);

  /**
   * New keys for these folders, sealed to those who may still read. Who cannot be sealed to, for another reason than a changed key, is
   * {@link left} afterwards: the person decides.
   * @param without grants whose holders are knowingly left without the new keys
   */
  renew = async (folders: FolderId[], without: string[] = []): Promise<Entry | undefined> => {
    const { acts, ports: open, vault } = this.#open;
    const entry = await acts.run('rotate', async (act) => {
      const ports = await open();
      const given = await (await giving()).given(ports, vault(), await ports.chain.now());
      try {
        return await (await renewing()).renew(ports, act, vault(), folders, { given, without });
      } catch (error) {
        if (!isSalusError(error, 'chain/key-changed')) this.left = await this.#unsealable(ports, given, folders);
        throw error;
      }
    });
    if (entry) this.left = [];
    await this.load();
    return entry;
  };

  /** Readers of these folders who cannot be sealed to; those with a changed key are accepted first. */
  async #unsealable(ports: Ports, given: Given[], folders: FolderId[]): Promise<Given[]> {
    const { keysOf } = await import('../flows/rotate.ts');
    const found = new Map<string, Given>();
    for (const folder of folders)
      for (const { given: one, error } of (await keysOf(ports, given, folder)).left)
        if (error.code !== 'chain/key-changed') found.set(grantKey(one), one);
    return [...found.values()];
  }

  clear(): void {
    this.given = null;
    this.due = [];
    this.left = [];
    this.accounts = new Map();
    this.labels = new Map();
    this.#members = null;
    this.log = null;
    this.logError = null;
    this.error = null;
  }
}
