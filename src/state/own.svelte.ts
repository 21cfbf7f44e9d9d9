/** The patient's own hand: the card, documents without a visit, corrections, and what goes along with a booking. */
import { untrack } from 'svelte';
import { fromUtf8, utf8, type Hex } from '../core/bytes.ts';
import { asSalusError, isSalusError, type SalusError } from '../core/errors.ts';
import type { Act } from '../flows/act.ts';
import type { BookingFields, BookInput } from '../flows/book.ts';
import { amendmentDraft } from '../flows/draft.ts';
import type { OpenRecord } from '../flows/openRecord.ts';
import type { CardFields, DocumentCorrection } from '../flows/own.ts';
import type { Entry, Ports } from '../flows/ports/index.ts';
import { keyOf } from '../flows/records.ts';
import type { Vault } from '../flows/vault.ts';
import { CARD_PARTS, emptyCard, readCard, says, type Card, type CardPart } from '../record/card.ts';
import { readDocument, type DocumentFields } from '../record/document.ts';
import { idOf, standardOf } from '../record/folders.ts';
import type { ActKind, Acts } from './act.svelte.ts';
import type { DraftState } from './draft.svelte.ts';
import { Drafts } from './drafts.svelte.ts';
import type { RecordsState } from './records.svelte.ts';

/** Cryptography is loaded when something is first kept. */
const keeping = () => import('../flows/own.ts');
const PARTS = 'booking/parts';
/** Ticked until somebody chooses: who it is, and what a doctor must not overlook. */
const FIRST_PARTS: CardPart[] = ['name', 'birthDate', 'sex', 'allergies'];

export class OwnState {
  /** undefined until looked for, null where there is none */
  card = $state.raw<{ card: Card; record: OpenRecord } | null | undefined>(undefined);
  /** the parts that went along last, null when nobody ever chose */
  parts = $state.raw<CardPart[] | null>(null);
  error = $state.raw<SalusError | null>(null);
  readonly #open: { ports: () => Promise<Ports>; vault: () => Vault; acts: Acts };
  readonly #records: RecordsState;
  readonly #drafts: Drafts;
  #loading: Promise<void> | null = null;

  constructor(open: { ports: () => Promise<Ports>; vault: () => Vault; acts: Acts }, records: RecordsState) {
    this.#open = open;
    this.#records = records;
    this.#drafts = new Drafts(open.ports);
  }

  /** For an effect of a screen: looks again whenever an event names another record. */
  follow = (): void => {
    void this.#records.filed;
    if (this.#records.ready) untrack(() => void this.load());
  };

  /** Looks for the newest card: by the hint of its folder, so that nothing else is fetched. */
  load = (): Promise<void> => (this.#loading ??= this.#load().finally(() => (this.#loading = null)));

  async #load(): Promise<void> {
    try {
      const { cabinet } = await this.#open.ports();
      const kept = await cabinet.get(PARTS);
      if (kept) this.parts = known(JSON.parse(fromUtf8(kept)));
      const record = await this.#newest(this.card?.record ?? null);
      this.error = null;
      if (record && record === this.card?.record) return;
      const card = record && readCard(record.manifest.resources);
      this.card = record && card ? { card, record } : null;
      // the next form begins with what the card says now; what was typed and kept is found again
      this.#drafts.forget('card');
    } catch (error) {
      this.error = isSalusError(error, 'crypto/locked') ? null : asSalusError(error);
    }
  }

  /** Other things may lie in its folder too: each is opened once, and then known by its kind. */
  async #newest(now: OpenRecord | null): Promise<OpenRecord | null> {
    const { folderByHint } = await import('../flows/addRecord.ts');
    const vault = this.#open.vault();
    for (const { ref, origin } of this.#records.filed) {
      const kind = this.#records.index?.get(keyOf(ref))?.kind ?? 'card';
      if (origin !== 'own' || kind !== 'card') continue;
      if (folderByHint(vault, ref.digest, ref.entry.args.hint as Hex) !== idOf('card')) continue;
      if (ref.digest === now?.ref.digest) return now;
      const record = await this.#records.opened(ref);
      if (record.manifest.kind === 'card') return record;
    }
    return null;
  }

  /** The card as it is being written, beginning with what it says now. Call it once {@link card} is there. */
  cardDraft = (): DraftState<CardFields> => {
    const { photo, ...words } = this.card?.card ?? emptyCard();
    return this.#drafts.of('card', { ...words, keepPhoto: photo !== null });
  };

  saveCard = () =>
    this.#act('card', async (ports, act) => {
      const draft = await this.cardDraft().current();
      const entry = await (await keeping()).saveCard(ports, act, this.#open.vault(), draft, this.card?.record ?? null);
      this.#drafts.forget('card');
      return entry;
    });

  discardCard = async (): Promise<void> => {
    await this.#drafts.discard('card');
  };

  documentDraft = (): DraftState<DocumentFields> =>
    this.#drafts.of('document', { title: '', note: '', date: '', folder: 'consultations', confidentiality: 'N' });

  saveDocument = () =>
    this.#act('keep', async (ports, act) => {
      const draft = await this.documentDraft().current();
      const entry = await (await keeping()).saveDocument(ports, act, this.#open.vault(), draft);
      this.#drafts.forget('document');
      return entry;
    });

  /** Begins with what the newest version says, every file of it kept. */
  correctionDraft = (what: OpenRecord): DraftState<DocumentCorrection> => {
    const { title, files, folder, confidentiality, resources } = what.manifest;
    const said = readDocument(resources) ?? { note: '', date: '', folder: 'consultations' as const };
    const keep = files.map((_, i) => i);
    const place = { folder: (folder && standardOf(folder)) ?? folder ?? said.folder, confidentiality };
    return this.#drafts.of(amendmentDraft(what), { ...said, ...place, title, keep, reason: '' });
  };

  discardDocument = async (): Promise<void> => {
    await this.#drafts.discard('document');
  };

  discardCorrection = async (what: OpenRecord): Promise<void> => {
    await this.#drafts.discard(amendmentDraft(what));
  };

  correct = (what: OpenRecord) =>
    this.#act('amend', async (ports, act) => {
      const draft = await this.correctionDraft(what).current();
      const entry = await (await keeping()).correctDocument(ports, act, this.#open.vault(), what, draft);
      this.#drafts.forget(amendmentDraft(what));
      return entry;
    });

  /** What a booking takes along when nobody chose yet: what was chosen last, else the name. Only what the card says. */
  partsFor(fields: BookingFields): CardPart[] {
    const { card } = this.card ?? {};
    if (!card) return [];
    return (fields.parts ?? this.parts ?? FIRST_PARTS).filter((p) => says(card, p));
  }

  /** Opens what goes along with a booking, and remembers the choice. @throws SalusError when a record cannot be had */
  along = async (fields: BookingFields): Promise<Pick<BookInput, 'card' | 'attached'>> => {
    const parts = this.partsFor(fields);
    const { cabinet } = await this.#open.ports();
    if (this.card) await cabinet.set(PARTS, utf8(JSON.stringify(fields.parts ?? parts)));
    const wanted = this.#records.filed.filter((f) => fields.attach?.includes(keyOf(f.ref)));
    const attached: OpenRecord[] = [];
    for (const { ref } of wanted) attached.push(await this.#records.opened(ref));
    return { card: this.card ? { record: this.card.record, parts } : null, attached };
  };

  clear(): void {
    this.card = undefined;
    this.parts = null;
    this.error = null;
    this.#drafts.clear();
  }

  #act(kind: ActKind, work: (ports: Ports, act: Act) => Promise<Entry>): Promise<Entry | undefined> {
    return this.#open.acts.run(kind, async (act) => work(await this.#open.ports(), act));
  }
}

const known = (parts: unknown): CardPart[] | null =>
  Array.isArray(parts) ? CARD_PARTS.filter((p) => parts.includes(p)) : null;
