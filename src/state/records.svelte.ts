/** Everything in the patient's file, newest first: what was sent, received and kept. Titles come from the sealed index, then from the records. */
import { untrack } from 'svelte';
import type { Digest, Hex } from '../core/bytes.ts';
import { asSalusError, isSalusError, SalusError } from '../core/errors.ts';
import { attachedRefs, type Attached } from '../flows/attach.ts';
import { shown, type OpenRecord, type RecordRef } from '../flows/openRecord.ts';
import type { Ports, SealedBytes } from '../flows/ports/index.ts';
import { indexed, noteRecord, readIndex, type Indexed } from '../flows/recordIndex.ts';
import { fileOf, keyOf, type Filed, type TimeOf } from '../flows/records.ts';
import type { Vault } from '../flows/vault.ts';
import { reviewersOf, type Reviewed } from '../flows/reviewers.ts';
import { chainsOf } from '../flows/versions.ts';
import type { FolderId } from '../record/folders.ts';
import { ABOUT_OTHERS, type Kind } from '../record/manifest.ts';
import { matches } from '../record/search.ts';
import type { RecordState } from './record.svelte.ts';
import type { VisitsState } from './visits.svelte.ts';

/** One line of the list. `known` is null until it was opened once. `history`: newest first, the current one among them. */
export type RecordItem = { filed: Filed; known: Indexed | null; history: Filed[] };

/** What a record is, as far as its event tells before it is opened. */
export const kindOf = ({ filed, known }: Pick<RecordItem, 'filed' | 'known'>): Kind =>
  known?.kind ??
  ({ booking: 'booking', prescription: 'prescription', own: 'document', report: 'report' } as const)[filed.origin];

/** Bytes shown of a stored file. */
const STORED_HEAD = 96;
/** Records fetched at once while the list fills. */
const AT_ONCE = 2;

export class RecordsState {
  query = $state('');
  /** a kind, or `all` */
  kind = $state<Kind | 'all'>('all');
  /** null until the sealed index was read */
  index = $state.raw<ReadonlyMap<string, Indexed> | null>(null);
  /** what could not be opened, by {@link keyOf} */
  failed = $state.raw<ReadonlyMap<string, SalusError>>(new Map());
  /** very restricted ones that the person confirmed to see in this visit: of the others nothing is shown that says what they are */
  revealed = $state.raw<ReadonlyMap<string, Indexed>>(new Map());
  /** records still to be opened for the first time */
  waiting = $state(0);
  error = $state.raw<SalusError | null>(null);
  readonly #open: { ports: () => Promise<Ports>; vault: () => Vault };
  readonly #me: () => Vault | null;
  readonly #visits: VisitsState;
  readonly #timeOf: TimeOf;
  #filling = false;

  readonly filed = $derived.by<Filed[]>(() => {
    const account = this.#me()?.account;
    const filed = account ? fileOf(this.#visits.entries.toReversed(), account, this.#timeOf) : [];
    // whom the account let in may stand in what is still to be read
    return this.#visits.whole ? filed : filed.filter((f) => !f.unknown);
  });

  /** ciphertexts that a copy of the person's own took the place of: nobody looks for their bytes any more */
  readonly replaced = $derived.by<ReadonlySet<string>>(() => {
    const me = this.#me()?.account;
    const own = [...(this.index ?? [])].filter(([key, known]) => known.copy?.for === null && key.endsWith(`/${me}`));
    return new Set(own.flatMap(([, known]) => known.replaces));
  });

  /** who looked which record over, oldest first: of those whom the person let in */
  readonly reviews = $derived.by<Reviewed[]>(() =>
    this.filed
      .flatMap(({ ref, letIn }): Reviewed[] => {
        const review = letIn ? this.index?.get(keyOf(ref))?.review : null;
        return review ? [{ ...review, by: ref.author, entry: ref.entry }] : [];
      })
      .sort((a, b) => newer({ entry: b.entry }, { entry: a.entry })),
  );

  /** one line a record with its corrections, newest first; those of unknown senders that nobody opened are left out */
  readonly items = $derived.by<RecordItem[]>(() => {
    const known = this.filed.flatMap((filed) => {
      const manifest = this.known(filed);
      const listed = manifest && !ABOUT_OTHERS.includes(manifest.kind) && !manifest.copy?.for;
      return listed ? [{ ref: filed.ref, manifest, filed }] : [];
    });
    const chains = chainsOf(known, this.reviews).map(({ current, history }) => ({
      filed: current.filed,
      known: current.manifest,
      history: history.map((h) => h.filed),
    }));
    const closed = this.filed
      .filter((f) => !f.unknown && !this.index?.has(keyOf(f.ref)) && !this.replaced.has(f.ref.digest))
      .map((filed) => ({ filed, known: null, history: [filed] }));
    return joinCards([...chains, ...closed]).sort((a, b) => newer(a.filed.ref, b.filed.ref));
  });

  /** from senders who were never let write here: closed until the person opens them */
  readonly unknown = $derived.by<Filed[]>(() => this.filed.filter((f) => f.unknown && !this.index?.has(keyOf(f.ref))));

  /** what search and filter leave */
  readonly shown = $derived.by<RecordItem[]>(() => {
    const typed = this.query.trim();
    return this.items.filter(
      (item) =>
        (this.kind === 'all' || kindOf(item) === this.kind) &&
        (!typed || (item.known && matches(typed, item.known.words))),
    );
  });

  constructor(
    open: { ports: () => Promise<Ports>; vault: () => Vault },
    me: () => Vault | null,
    visits: VisitsState,
    timeOf: TimeOf = () => null,
  ) {
    this.#open = open;
    this.#me = me;
    this.#visits = visits;
    this.#timeOf = timeOf;
  }

  /** What is known of a record; of a very restricted one, what may be shown. */
  known(filed: Filed): Indexed | null {
    const key = keyOf(filed.ref);
    return this.revealed.get(key) ?? this.index?.get(key) ?? null;
  }

  /** True for what is very restricted and was not confirmed in this visit: it is not to be opened, nor named. */
  isHidden(filed: Filed): boolean {
    const key = keyOf(filed.ref);
    return this.index?.get(key)?.confidentiality === 'V' && !this.revealed.has(key);
  }

  /** The person confirmed to see it. @throws SalusError */
  reveal = async (filed: Filed): Promise<void> => {
    const record = await this.opened(filed.ref);
    this.revealed = new Map([...this.revealed, [keyOf(filed.ref), indexed(record)]]);
  };

  /** For an effect of a screen: reads on whenever an event names another record. */
  follow = (): void => {
    void this.filed;
    untrack(() => void this.load());
  };

  /** True once all of the account's events are known. */
  get ready(): boolean {
    return this.#visits.whole;
  }

  /** Reads what is known of the records, then opens those that were never opened, a few at a time. */
  load = async (): Promise<void> => {
    try {
      if (this.index === null) this.index = await readIndex((await this.#open.ports()).cabinet);
      this.error = null;
    } catch (error) {
      this.error = isSalusError(error, 'crypto/locked') ? null : asSalusError(error);
      return;
    }
    await this.#fill();
  };

  /** Tries again what could not be opened. */
  again = async (): Promise<void> => {
    this.failed = new Map();
    await this.load();
  };

  /** The line that holds the record of this digest, whichever version it is; null when there is none. */
  item(digest: string): RecordItem | null {
    const has = (i: RecordItem) => i.history.some((h) => h.ref.digest === digest);
    const found = this.items.filter(has);
    // what a copy took the place of may be known by the copy alone
    const copy = () => this.items.find((i) => i.known?.replaces.includes(digest as Digest)) ?? null;
    return found.find((i) => i.known) ?? found.find((i) => i.filed.origin === 'own') ?? found[0] ?? copy();
  }

  /** The record as it stands on a screen; noted once it is open. */
  record = (ref: RecordRef): RecordState => this.#visits.record(ref);

  /** Who looked over any version of a line, or what it is a copy of. */
  reviewsOf({ history }: RecordItem): Reviewed[] {
    return history.flatMap((h) => {
      const copy = this.index?.get(keyOf(h.ref))?.copy;
      const { ref } = h;
      return [
        ...reviewersOf(this.reviews, ref),
        ...(copy ? reviewersOf(this.reviews, { ...copy, digest: copy.of }) : []),
      ];
    });
  }

  /** Notes an opened record for the list and for search. */
  note = async (record: OpenRecord): Promise<void> => {
    const key = keyOf(record.ref);
    if (this.index?.has(key)) return;
    const known = await noteRecord((await this.#open.ports()).cabinet, record);
    this.index = new Map([...(this.index ?? []), [key, known]]);
    if (this.failed.has(key)) this.failed = new Map([...this.failed].filter(([k]) => k !== key));
  };

  /** Opens a record that goes along with something. @throws SalusError */
  opened = async (ref: RecordRef): Promise<OpenRecord> => {
    const record = this.record(ref);
    await record.open();
    if (!record.opened) throw record.error ?? new SalusError('storage/aborted');
    await this.note(record.opened);
    return record.opened;
  };

  /** What a record hands on, held against its patient's verified timelines. @throws SalusError */
  attached = async (record: OpenRecord): Promise<Attached[]> => attachedRefs(await this.#open.ports(), record);

  /** The beginning of a file as it is stored, for whoever wants to see what others see. @throws SalusError */
  stored = async (ref: RecordRef, name: string, most: number): Promise<SealedBytes> =>
    (await this.#open.ports()).storage.sealedBytes(ref.digest, name, { most, limit: STORED_HEAD }, shown(ref, {}));

  /** The folder a record was sealed to, by its hint; null when it is none of this account's. */
  folder = async ({ digest, entry }: RecordRef): Promise<FolderId | null> => {
    const { folderByHint } = await import('../flows/addRecord.ts');
    return folderByHint(this.#open.vault(), digest, entry.args.hint as Hex);
  };

  clear(): void {
    this.index = null;
    this.revealed = new Map();
    this.failed = new Map();
    this.query = '';
    this.kind = 'all';
    this.waiting = 0;
    this.error = null;
  }

  #unread(): Filed[] {
    const isOpen = ({ ref }: Filed) => this.index?.has(keyOf(ref)) || this.failed.has(keyOf(ref));
    return this.filed.filter((f) => !f.unknown && !isOpen(f) && !this.replaced.has(f.ref.digest));
  }

  async #fill(): Promise<void> {
    if (this.#filling) return;
    this.#filling = true;
    const worker = async () => {
      for (let next = this.#next(); next; next = this.#next()) {
        const { ref } = next;
        try {
          await this.opened(ref);
        } catch (error) {
          if (this.#me() === null) return;
          this.failed = new Map([...this.failed, [keyOf(ref), asSalusError(error)]]);
        }
        this.#taken.delete(keyOf(ref));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    // an earlier ciphertext was looked for before the copy in its place was known
    const missed = [...this.failed].filter(([key]) => !this.replaced.has(key.split('/')[0] as string));
    if (missed.length < this.failed.size) this.failed = new Map(missed);
    this.waiting = 0;
    this.#filling = false;
  }

  readonly #taken = new Set<string>();

  #next(): Filed | undefined {
    const left = this.#unread().filter((f) => !this.#taken.has(keyOf(f.ref)));
    this.waiting = left.length + this.#taken.size;
    const [next] = left;
    if (next) this.#taken.add(keyOf(next.ref));
    return next;
  }
}

const newer = (a: Pick<RecordRef, 'entry'>, b: Pick<RecordRef, 'entry'>) =>
  b.entry.block - a.entry.block || b.entry.logIndex - a.entry.logIndex;

/** The newest card holds; those before it are its history. */
const joinCards = (items: RecordItem[]): RecordItem[] => {
  const isCard = (i: RecordItem) => i.filed.origin === 'own' && i.known?.kind === 'card';
  const history = items
    .filter(isCard)
    .flatMap((i) => i.history)
    .sort((a, b) => newer(a.ref, b.ref));
  const card = items.find((i) => isCard(i) && i.history.includes(history[0] as Filed));
  const rest = items.filter((i) => !isCard(i));
  return card ? [...rest, { ...card, history }] : rest;
};
