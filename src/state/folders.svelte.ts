/** The folders of one's file: the standard ones and one's own, what lies in each, and what still has to be filed. */
import { untrack } from 'svelte';
import type { Address, Digest, Hex } from '../core/bytes.ts';
import { asSalusError, isSalusError, type SalusError } from '../core/errors.ts';
import type { Given } from '../flows/given.ts';
import type { LetGo } from '../flows/move.ts';
import {
  filingFor,
  filingsOf,
  isForFolder,
  isUnderCurrent,
  isUnderOld,
  placeOf,
  type Keys,
  type Place,
  type Seal,
} from '../flows/placing.ts';
import type { Entry, Ports } from '../flows/ports/index.ts';
import { keyOf, type Filed } from '../flows/records.ts';
import type { Vault } from '../flows/vault.ts';
import { FOLDERS, idOf, standardOf, type FolderId } from '../record/folders.ts';
import { MAX_ATTACHED, type Confidentiality } from '../record/manifest.ts';
import type { OwnFolder } from '../record/ownFolder.ts';
import type { Acts } from './act.svelte.ts';
import type { RecordItem, RecordsState } from './records.svelte.ts';
import type { VisitsState } from './visits.svelte.ts';

/** What changes records is loaded when it is first done. */
const moving = () => import('../flows/move.ts');
const filing = () => import('../flows/filing.ts');
const saving = () => import('../flows/folders.ts');
const hinting = () => import('../flows/addRecord.ts');

/** Records looked through before the page may breathe: each takes about half a millisecond. */
const AT_ONCE = 40;

/** One of one's own folders, with the record that says so. */
export type MyFolder = OwnFolder & { filed: Filed };
/** A record that readers of its folder cannot open yet. `old`: it came under keys that are not the folder's current ones. */
export type Arrival = { item: RecordItem; folder: FolderId; why: 'none' | 'old' };

type Open = {
  ports: () => Promise<Ports>;
  vault: () => Vault;
  acts: Acts;
  records: RecordsState;
  visits: VisitsState;
  me: () => Address | null;
  /** everything given, null until looked for */
  given: () => readonly Given[] | null;
};

export class FoldersState {
  /** which folder the list shows */
  chosen = $state<FolderId | 'all'>('all');
  error = $state.raw<SalusError | null>(null);
  /** what could not be reached when old ciphertexts were let go of last */
  left = $state.raw<LetGo['left']>([]);
  /** under which epoch each record was sealed, by {@link keyOf}; null for none */
  #seals = $state.raw<ReadonlyMap<string, Seal>>(new Map());
  /** the nonce of each folder's epoch now */
  #current = $state.raw<ReadonlyMap<FolderId, Digest>>(new Map());
  #epochs = 0;
  #loading: Promise<void> | null = null;
  readonly #open: Open;

  /** one's own, the newest word on each, by name; those put away last */
  readonly own = $derived.by<MyFolder[]>(() => {
    const { records, me } = this.#open;
    const found = new Map<FolderId, MyFolder>();
    for (const filed of records.filed) {
      const list = filed.ref.author === me() ? records.index?.get(keyOf(filed.ref))?.list : null;
      if (list && !found.has(list.id)) found.set(list.id, { ...list, filed });
    }
    return [...found.values()].sort((a, b) => Number(a.retired) - Number(b.retired) || a.name.localeCompare(b.name));
  });

  readonly #filings = $derived.by(() => {
    const { records, me } = this.#open;
    const account = me();
    return account && records.index ? filingsOf(records.filed, records.index, account) : [];
  });

  readonly #keys = $derived<Keys>({
    filings: this.#filings,
    sealOf: ({ ref }) => this.#seals.get(keyOf(ref)) ?? null,
    current: (folder) => this.#current.get(folder) ?? null,
  });

  /** the lines that search, kind and folder leave */
  readonly shown = $derived.by<RecordItem[]>(() => {
    const { shown } = this.#open.records;
    return this.chosen === 'all' ? shown : shown.filter((i) => this.of(i.filed).folder === this.chosen);
  });

  /** how many records lie in each */
  readonly counts = $derived.by<ReadonlyMap<FolderId, number>>(() => {
    const counts = new Map<FolderId, number>();
    for (const { filed } of this.#open.records.items) {
      const { folder } = this.of(filed);
      counts.set(folder, (counts.get(folder) ?? 0) + 1);
    }
    return counts;
  });

  /** every folder that may be chosen: standard ones, then one's own that are in use */
  readonly all = $derived<FolderId[]>([
    ...FOLDERS.map(idOf),
    ...this.own.filter((f) => !f.retired || this.counts.has(f.id)).map((f) => f.id),
  ]);

  /** what came since the folder's keys are what they are, and its readers cannot open; newest first */
  readonly arrivals = $derived.by<Arrival[]>(() => {
    const { records, me } = this.#open;
    return records.items.flatMap((item): Arrival[] => {
      const { filed, known } = item;
      if (!known || !isForFolder(known) || !this.#seals.has(keyOf(filed.ref))) return [];
      const { folder } = this.of(filed);
      if (isUnderCurrent(filed, folder, this.#keys)) return [];
      const old = isUnderOld(filed, this.#keys);
      if (old ? !this.#isNew(filed, folder) : filed.ref.author === me()) return [];
      return [{ item, folder, why: old ? 'old' : 'none' }];
    });
  });

  constructor(open: Open) {
    this.#open = open;
  }

  /** Where a record lies, and what says so. */
  of = (filed: Filed): Place =>
    placeOf(filed, this.#open.records.known(filed), this.#filings, this.#seals.get(keyOf(filed.ref)) ?? null);

  /** One of one's own by its id. */
  mine = (id: FolderId): MyFolder | null => this.own.find((f) => f.id === id) ?? null;

  /** Records of a folder that former readers may have keys to: what is still to be sealed anew, newest first. */
  stale(folder: FolderId): RecordItem[] {
    return this.#open.records.items.filter(
      ({ filed, known }) =>
        known?.confidentiality === 'N' && this.of(filed).folder === folder && isUnderOld(filed, this.#keys),
    );
  }

  /** What was also given one by one, or went along with a request: whoever has its key would lose it with its bytes. */
  readonly held = $derived.by<ReadonlySet<Digest>>(() => {
    const { records, given, me } = this.#open;
    const live = (given() ?? []).flatMap((g) =>
      g.state === 'live' && g.what?.kind === 'record' ? [g.what.record] : [],
    );
    const own = [...(records.index ?? [])].filter(([key]) => key.endsWith(`/${me()}`));
    const along = own.flatMap(([key, k]) =>
      k.kind === 'booking' || (k.kind === 'filing' && live.some((d) => key.startsWith(d))) ? k.names : [],
    );
    return new Set([...live, ...along]);
  });

  /** For an effect of a screen: looks again whenever there is another record, or another is known. */
  follow = (): void => {
    void [this.#open.records.filed, this.#open.records.index];
    if (this.#open.records.index) untrack(() => void this.load());
  };

  /** Looks under which keys everything was sealed. Asks the own timeline alone. */
  load = (): Promise<void> => (this.#loading ??= this.#load().finally(() => (this.#loading = null)));

  async #load(): Promise<void> {
    const { ports, vault, records, me } = this.#open;
    const account = me();
    try {
      const [keys, { sealedUnder }, { learnEpochs }] = [vault(), await hinting(), await import('../flows/earlier.ts')];
      await keys.know(this.own.map((f) => f.id));
      await learnEpochs((await ports()).chain, keys);
      const known = keys.known();
      this.#current = new Map(known.map((f) => [f, keys.epochs(f)[0]?.nonce as Digest]));
      // what no key was found for may be under one that is known only now
      const epochs = known.reduce((n, f) => n + keys.epochs(f).length, 0);
      const seals = new Map([...this.#seals].filter(([, seal]) => seal !== null || epochs === this.#epochs));
      let looked = 0;
      for (const { ref } of records.filed) {
        const key = keyOf(ref);
        if (seals.has(key)) continue;
        const hint = ref.entry.args.hint as Hex | undefined;
        seals.set(key, hint ? sealedUnder(keys, ref.digest, hint, records.index?.get(key)?.folder ?? null) : null);
        if (++looked % AT_ONCE === 0) await new Promise((go) => setTimeout(go));
        if (me() !== account) return;
      }
      this.#epochs = epochs;
      if (looked > 0 || seals.size !== this.#seals.size) this.#seals = seals;
      this.error = null;
    } catch (error) {
      this.error = isSalusError(error, 'crypto/locked') ? null : asSalusError(error);
    }
  }

  /** Makes a folder, renames one, or puts it away. @returns it, undefined when it did not come to that */
  save = async (folder: OwnFolder | { id: null; name: string; retired: false }): Promise<OwnFolder | undefined> => {
    const { acts, ports, vault, records } = this.#open;
    const was = folder.id === null ? null : this.mine(folder.id);
    const saved = await acts.run('folder', async (act) => {
      const { saveFolder } = await saving();
      const { name, retired } = folder;
      const input = was ? { id: was.id, was: was.filed.ref, name, retired } : { id: null, name, retired };
      return saveFolder(await ports(), act, vault(), input);
    });
    await records.load();
    return saved?.folder;
  };

  /** Moves a record, or changes how confidential it is. @param letGo of its earlier ciphertexts @returns the digest it goes by now */
  move = async (
    item: RecordItem,
    folder: FolderId,
    confidentiality: Confidentiality,
    letGo: boolean,
  ): Promise<Digest | undefined> => {
    const { acts, ports, vault, records } = this.#open;
    const history = item.history.map((h) => h.ref.digest);
    const moved = await acts.run('move', async (act) => {
      const { moveRecord, reseals, retireAll } = await moving();
      const what = await records.opened(item.filed.ref);
      const input = { what, folder, confidentiality, title: this.mine(folder)?.name ?? '', history };
      const { digest } = await moveRecord(await ports(), act, vault(), input);
      const going = letGo && reseals(what, confidentiality) ? history.filter((h) => !this.held.has(h)) : [];
      const done = going.length > 0 ? await retireAll(await ports(), going) : null;
      this.left = done?.left ?? [];
      return digest;
    });
    await records.load();
    return moved;
  };

  /** Files what arrived where it belongs, at most 64 a folder: one small record each, one transaction for all. */
  file = async (arrivals: readonly Arrival[]): Promise<Entry | undefined> => {
    const { acts, ports, vault, records } = this.#open;
    const entry = await acts.run('move', async (act) => {
      const { fileRecords } = await filing();
      const filings = [];
      for (const folder of new Set(arrivals.map((a) => a.folder))) {
        const some = arrivals.filter((a) => a.folder === folder).slice(0, MAX_ATTACHED);
        const opened = [];
        for (const { item } of some) opened.push(await records.opened(item.filed.ref));
        const title = standardOf(folder) ? '' : (this.mine(folder)?.name ?? '');
        filings.push({ folder, title, records: opened });
      }
      return fileRecords(await ports(), act, vault(), filings);
    });
    await records.load();
    return entry;
  };

  /** The filing that put a record where it lies, null where none did. */
  filingOf = (filed: Filed): Filed | null => filingFor(this.#filings, filed.ref.digest)?.filed ?? null;

  clear(): void {
    this.chosen = 'all';
    this.error = null;
    this.left = [];
    this.#seals = new Map();
    this.#current = new Map();
    this.#epochs = 0;
  }

  /** Did it come after the folder's current keys? Before that, sealing the folder anew is another matter. */
  #isNew({ ref }: Filed, folder: FolderId): boolean {
    const nonce = this.#current.get(folder);
    const began = this.#open.visits.entries.find((e) => e.args['nonce'] === nonce);
    return !!began && (ref.entry.block - began.block || ref.entry.logIndex - began.logIndex) > 0;
  }
}
