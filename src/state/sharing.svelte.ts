/** Giving and taking back: whom one may give to, what is known of them, and the acts themselves. */
import { NO_ADDRESS, type Address } from '../core/bytes.ts';
import { asSalusError, isSalusError, type SalusError } from '../core/errors.ts';
import { accreditedPages } from '../flows/directory.ts';
import type { Back, BackPlan } from '../flows/backPlan.ts';
import type { Change } from '../flows/changeGrant.ts';
import type { Grant } from '../flows/grants.ts';
import type { Whom } from '../flows/grantee.ts';
import type { OpenRecord, RecordRef } from '../flows/openRecord.ts';
import type { Entry, Ports, Role } from '../flows/ports/index.ts';
import type { ShareInput } from '../flows/share.ts';
import type { Vault } from '../flows/vault.ts';
import type { OwnFolder } from '../record/ownFolder.ts';
import type { Acts } from './act.svelte.ts';
import type { People } from './people.svelte.ts';
import type { RecordsState } from './records.svelte.ts';
import type { VisitsState } from './visits.svelte.ts';

/** Cryptography is loaded with the first look at somebody. */
const giving = () => import('../flows/share.ts');
const looking = () => import('../flows/grantee.ts');
const planning = () => import('../flows/backPlan.ts');
const takingBack = () => import('../flows/takeBack.ts');
const naming = () => import('../flows/labels.ts');

type Open = {
  ports: () => Promise<Ports>;
  vault: () => Vault;
  me: () => Address | null;
  acts: Acts;
  visits: VisitsState;
  records: RecordsState;
  /** one's own folders, as the records that name them say */
  folders: () => readonly Pick<OwnFolder, 'id'>[];
  people: People;
};

export class SharingState {
  /** what the person calls accounts that publish no name; null until read */
  labels = $state.raw<ReadonlyMap<Address, string> | null>(null);
  /** everybody whom a hospital vouches for, and the hospitals themselves, as far as read; null until asked for */
  listed = $state.raw<ReadonlyMap<Address, Role | 'hospital'> | null>(null);
  error = $state.raw<SalusError | null>(null);
  readonly #open: Open;

  /** shared with, asked by, or visited before: the latest first */
  readonly known = $derived.by<Address[]>(() => {
    const me = this.#open.me();
    const found = new Set<Address>();
    for (const e of this.#open.visits.entries) {
      if (e.author === me && (e.event === 'Shared' || e.event === 'Booked')) found.add(e.subject);
      if (e.subject === me && e.event === 'AccessRequested') found.add(e.author);
    }
    for (const account of this.labels?.keys() ?? []) found.add(account);
    return [...found].filter((a) => a !== me && a !== NO_ADDRESS);
  });

  constructor(open: Open) {
    this.#open = open;
  }

  /** Reads the names that were given here, and everybody who may be found by name. */
  load = async (): Promise<void> => {
    try {
      const ports = await this.#open.ports();
      this.labels = await (await naming()).readLabels(ports.cabinet);
      const hospitals = (await ports.chain.hospitals()).filter((h) => h.active);
      const all = new Map<Address, Role | 'hospital'>();
      for await (const page of accreditedPages(ports.chain)) {
        for (const account of page) if (account.accredited) all.set(account.address, account.role);
        // a list that is read again does not shrink meanwhile
        if (all.size >= (this.listed?.size ?? 0)) this.listed = new Map(all);
      }
      for (const { address } of hospitals) all.set(address, 'hospital');
      this.listed = all;
      this.error = null;
    } catch (error) {
      this.error = isSalusError(error, 'crypto/locked') ? null : asSalusError(error);
    }
  };

  /** Reactive. What the person calls an account, null where they gave it no name. */
  nameOf = (account: Address): string | null => this.labels?.get(account) ?? null;

  /** @throws share/self, share/moved, share/not-enrolled, chain/key-unproven, chain/unreachable */
  lookAt = async (account: Address): Promise<Whom> =>
    (await looking()).lookAt(await this.#open.ports(), this.#open.vault().account, account);

  /** Opens each of these. @throws SalusError of the first that does not open */
  opened = (refs: readonly RecordRef[]): Promise<OpenRecord[]> => Promise.all(refs.map(this.#open.records.opened));

  /** @param refs records of one's own file */
  share = async (input: Omit<ShareInput, 'records'>, refs: readonly RecordRef[]): Promise<Entry | undefined> => {
    const entry = await this.#open.acts.run('share', async (act) => {
      act.stage('prepare');
      const [records, vault] = [await this.opened(refs), this.#open.vault()];
      await vault.know(this.#open.folders().map((f) => f.id));
      return (await giving()).share(await this.#open.ports(), act, vault, { ...input, records });
    });
    if (entry) await this.#relabel();
    return entry;
  };

  /** The same gift until another day, with less or more in it. */
  change = (grant: Grant, change: Change): Promise<Entry | undefined> =>
    this.#open.acts.run('change', async (act) => {
      const { changeGrant } = await import('../flows/changeGrant.ts');
      return changeGrant(await this.#open.ports(), act, this.#open.vault(), grant, change);
    });

  /** What a taking back would do. @throws share/gone, chain/unreachable */
  plan = async (back: Back): Promise<BackPlan> =>
    (await planning()).planBack(await this.#open.ports(), this.#open.vault(), back);

  /** @param without grants whose holders are knowingly left without the new keys */
  takeBack = (back: Back, without: readonly string[] = []): Promise<Entry | undefined> =>
    this.#open.acts.run('revoke', async (act) =>
      (await takingBack()).takeBack(await this.#open.ports(), act, this.#open.vault(), back, without),
    );

  clear(): void {
    this.labels = null;
    this.listed = null;
    this.error = null;
  }

  async #relabel(): Promise<void> {
    const { cabinet } = await this.#open.ports();
    this.labels = await (await naming()).readLabels(cabinet).catch(() => this.labels);
  }
}
