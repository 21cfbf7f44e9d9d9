/** The account's visits, followed while the vault is open. */
import { asSalusError, isSalusError, SalusError } from '../core/errors.ts';
import type { Act } from '../flows/act.ts';
import type { BookingFields, BookInput } from '../flows/book.ts';
import type { DisputeFields } from '../flows/dispute.ts';
import { disputesFor, visitById } from '../flows/disputes.ts';
import { bookingDraft, disputeDraft, prescriptionDraft } from '../flows/draft.ts';
import {
  disputeRef,
  noteRef,
  prescriptionRef,
  reasonRef,
  requestRef,
  resolutionRef,
  type RecordRef,
} from '../flows/openRecord.ts';
import { addedTo } from '../flows/patients.ts';
import type { Account, Entry, Ports, Signature } from '../flows/ports/index.ts';
import type { PrescriptionFields } from '../flows/prescribe.ts';
import type { Vault } from '../flows/vault.ts';
import { currentOf } from '../flows/versions.ts';
import { foldVisits, newestEvents, type Newest, type Visit } from '../flows/visits.ts';
import type { Address, Hex } from '../core/bytes.ts';
import type { VisitNote } from '../record/visitNote.ts';
import type { ActKind, Acts } from './act.svelte.ts';
import { kept } from './apart.svelte.ts';
import type { DraftState } from './draft.svelte.ts';
import { Drafts } from './drafts.svelte.ts';
import { RecordState } from './record.svelte.ts';

/** What needs cryptography is loaded when it is first needed: a visitor who only looks loads none. */
const responding = () => import('../flows/respond.ts');
const disputing = () => import('../flows/dispute.ts');
const paying = () => import('../flows/pay.ts');

/** Entries of a timeline that are shown before older ones are read, and how many more are read at a time then. */
export const FIRST = 100;
const STEP = 1000;

type Open = { ports: () => Promise<Ports>; vault: () => Vault; acts: Acts };

/** What goes along with a booking. */
type Along = Pick<BookInput, 'card' | 'attached'>;

/** What happened to this account's visits, and what is done in them. */
export class VisitsState {
  /** newest first; null until loaded. Until all is {@link whole}, those that began lately */
  list = $state.raw<Visit[] | null>(null);
  /** every entry of the account's verified timelines, newest first; until all is {@link whole}, the newest of each */
  entries = $state.raw<Entry[]>([]);
  /** true once every entry was read: before, what is not found may still come */
  whole = $state(false);
  loading = $state(false);
  error = $state.raw<SalusError | null>(null);
  /** visits whose dispute names this account as the hospital that decides, newest dispute first; null until loaded */
  disputed = $state.raw<Visit[] | null>(null);
  /** other people's visits that a hospital looked up by their number */
  found = $state.raw<Visit[]>([]);
  readonly #open: Open;
  readonly #records = new Map<string, RecordState>();
  readonly #drafts: Drafts;

  constructor(open: Open) {
    this.#open = open;
    this.#drafts = new Drafts(open.ports);
  }

  load = async (): Promise<void> => {
    if (this.loading) return;
    this.loading = true;
    try {
      const { account } = this.#open.vault();
      const ports = await this.#open.ports();
      for (let limit = this.whole ? Infinity : FIRST; ; limit += STEP) {
        const newest = await newestEvents(ports, account, limit);
        // a vault that was locked or changed meanwhile shows nothing of the old one
        if (this.#open.vault().account !== account) throw new SalusError('crypto/locked');
        this.#show(account, newest);
        if (newest.whole) break;
      }
      this.error = null;
      await this.#loadOthers(account);
    } catch (error) {
      this.error = isSalusError(error, 'crypto/locked') ? null : asSalusError(error);
    }
    this.loading = false;
  };

  /** A visit that began before what was read is left out until all is known of it. */
  #show(account: Address, { events, whole, since }: Newest): void {
    // what is known whole stays so, while a new head is read
    if (this.whole && !whole) return;
    this.entries = events.toReversed();
    const sure = whole ? events : events.filter((e) => e.block > since);
    this.list = foldVisits(sure).filter((v) => v.patient === account || v.doctor === account);
    this.whole = whole;
  }

  /** The account's visits as patient or doctor, newest first; null while none is known and some may still come. */
  side(side: 'patient' | 'doctor', account: Address | null): Visit[] | null {
    const mine = this.list?.filter((v) => v[side] === account) ?? [];
    return this.whole || mine.length > 0 ? mine : null;
  }

  get(id: string): Visit | null {
    const all = [...(this.list ?? []), ...(this.disputed ?? []), ...this.found];
    return all.find((v) => String(v.id) === id) ?? null;
  }

  /** Reads a visit of others, as a hospital may have to. {@link get} knows it afterwards. @throws SalusError */
  find = async (id: string): Promise<Visit | null> => {
    const { account } = this.#open.vault();
    const visit = await visitById(await this.#open.ports(), BigInt(id));
    if (visit && this.#open.vault().account === account)
      this.found = [...this.found.filter((v) => v.id !== visit.id), visit];
    return visit;
  };

  async #loadOthers(account: Address): Promise<void> {
    const ports = await this.#open.ports();
    const { visits: disputed, error } = await disputesFor(ports, account, this.entries);
    const found = await Promise.all(this.found.map((v) => visitById(ports, v.id).catch(() => v)));
    if (this.#open.vault().account !== account) return;
    this.disputed = disputed;
    this.found = found.filter((v) => v !== null);
    this.error = error;
  }

  /** Forgets everything opened; called on lock. */
  clear(): void {
    this.list = null;
    this.whole = false;
    this.entries = [];
    this.disputed = null;
    this.found = [];
    this.error = null;
    this.#records.clear();
    this.#drafts.clear();
  }

  /** Any record that a verified event names. */
  record = (ref: RecordRef): RecordState => this.#record(ref);
  /** Tries every record again that no place had. */
  again = (): void => this.#records.forEach((record) => void record.again());
  request = (v: Visit): RecordState => this.#record(requestRef(v));
  note = (v: Visit): RecordState | null => this.#recordOrNull(noteRef(v));
  prescription = (v: Visit): RecordState | null => this.#recordOrNull(prescriptionRef(v));
  reason = (v: Visit): RecordState | null => this.#recordOrNull(reasonRef(v));
  /** what the patient said to the dispute */
  complaint = (v: Visit): RecordState | null => this.#recordOrNull(disputeRef(v));
  /** what the hospital said to its decision */
  decision = (v: Visit): RecordState | null => this.#recordOrNull(resolutionRef(v));
  /** what its doctor added under it, newest first: reports, and corrections of the prescription */
  added = (v: Visit): RecordState[] => addedTo(this.entries, v).map((ref) => this.#record(ref));
  /** The prescription as it stands now, and as it stood before, of what was opened: newest first, never empty once there is one. */
  versions = (v: Visit): RecordState[] => {
    const first = this.prescription(v);
    if (!first?.opened) return first ? [first] : [];
    const opened = [first, ...this.added(v)].flatMap((r) => (r.opened ? [r.opened] : []));
    return (currentOf(opened, first.ref)?.history ?? []).map((o) => this.#record(o.ref));
  };
  /** The author's own signature under an entry, recovered anew; null where a contract account acted. @throws chain/key-unproven */
  signature = async (entry: Entry): Promise<Signature | null> => (await this.#open.ports()).chain.signatureOf(entry);
  /** Whether the doctor lost its accreditation: before accepting, the fee can then be taken back at once. */
  suspended = async (v: Visit): Promise<boolean> =>
    !(await (await this.#open.ports()).chain.account(v.doctor)).accredited;
  /** Whether the hospital that decides has no keys yet, or is not proven to be a hospital: nothing is sealed to it. */
  keyless = async (v: Visit): Promise<boolean> => {
    const ports = await this.#open.ports();
    if (BigInt((await ports.chain.account(v.arbiter)).keyHash) === 0n) return true;
    return !(await (await disputing()).isHospital(ports, v));
  };

  bookingDraft = (doctor: Address): DraftState<BookingFields> =>
    this.#drafts.of(bookingDraft(doctor), { symptoms: '', preferred: '', times: [], parts: null, attach: [] });

  prescriptionDraft = (v: Visit): DraftState<PrescriptionFields> =>
    this.#drafts.of(prescriptionDraft(v), { advice: '', lines: [] });

  disputeDraft = (v: Visit): DraftState<DisputeFields> => this.#drafts.of(disputeDraft(v), { words: '', show: false });

  /**
   * @param until Unix seconds @param acceptKey a changed key hash the person has accepted
   * @param along what of the card and which records go along, opened when it is time
   */
  book = (doctor: Account, until: number, acceptKey: Hex | null = null, along?: (f: BookingFields) => Promise<Along>) =>
    this.#act('book', async (ports, act) => {
      const { book } = await import('../flows/book.ts');
      const draft = await this.bookingDraft(doctor.address).current();
      act.stage('prepare');
      const more = (await along?.(draft.fields)) ?? {};
      const entry = await book(ports, act, this.#open.vault(), { doctor, until, draft, acceptKey, ...more });
      this.#drafts.forget(bookingDraft(doctor.address));
      return entry;
    });

  /** @param note when and where to come, null to say nothing */
  accept = (v: Visit, note: VisitNote | null = null) =>
    this.#act('accept', async (ports, act) => (await responding()).accept(ports, act, this.#open.vault(), v, note));
  decline = (v: Visit, reason: string) =>
    this.#act('decline', async (ports, act) => (await responding()).decline(ports, act, this.#open.vault(), v, reason));
  cancel = (v: Visit) => this.#act('cancel', async (ports, act) => (await responding()).cancel(ports, act, v));
  reclaim = (v: Visit) => this.#act('reclaim', async (ports, act) => (await responding()).reclaim(ports, act, v));
  /** Gives the fee back, after completing or in a dispute. @param reason sealed to the patient, may be empty */
  giveBack = (v: Visit, reason: string) =>
    this.#act('give-back', async (ports, act) =>
      (await responding()).decline(ports, act, this.#open.vault(), v, reason),
    );
  /** Ends a dispute that nobody decided for 180 days: half to each. */
  divide = (v: Visit) => this.#act('divide', async (ports, act) => (await paying()).release(ports, act, v));
  release = (v: Visit) => this.#act('release', async (ports, act) => (await paying()).release(ports, act, v));
  /** @param text public for ever, '' for stars alone */
  rate = (v: Visit, score: number, text = '') =>
    this.#act('rate', async (ports, act) => (await import('../flows/review.ts')).rate(ports, act, v, score, text));

  /** Words and files are those of {@link disputeDraft}. @param acceptKey a changed key hash the person has accepted */
  dispute = (v: Visit, acceptKey: Hex | null = null) =>
    this.#act('dispute', async (ports, act) => {
      const { dispute } = await disputing();
      const draft = await this.disputeDraft(v).current();
      const records = [this.request(v), this.prescription(v)].filter((r) => r !== null);
      if (draft.fields.show) for (const record of records) await record.open();
      const shown = records.map((r) => r.opened).filter((o) => o !== null);
      const entry = await dispute(ports, act, this.#open.vault(), v, draft, shown, acceptKey);
      this.#drafts.forget(disputeDraft(v));
      return entry;
    });

  /** A hospital divides a disputed fee. @param refund wei for the patient @param words sealed to both sides, may be empty */
  resolve = (v: Visit, refund: bigint, words: string, acceptKey: Hex | null = null) =>
    this.#act('resolve', async (ports, act) =>
      (await disputing()).resolve(ports, act, this.#open.vault(), v, refund, words, acceptKey),
    );

  /** The request must have been opened: the answer is sealed to the recipient it names. */
  prescribe = (v: Visit) =>
    this.#act('prescribe', async (ports, act) => {
      const { prescribe } = await import('../flows/prescribe.ts');
      const request = this.request(v);
      await request.open();
      if (!request.opened) throw request.error;
      const draft = this.prescriptionDraft(v);
      const entry = await prescribe(ports, act, this.#open.vault(), v, request.opened, await draft.current());
      this.#drafts.forget(prescriptionDraft(v));
      return entry;
    });

  /** Unix seconds from which anyone may release the fee. */
  releasableFrom = async (v: Visit): Promise<number> => (await paying()).releasableFrom(await this.#open.ports(), v);

  #act(kind: ActKind, work: (ports: Ports, act: Act) => Promise<Entry>): Promise<Entry | undefined> {
    return this.#open.acts.run(kind, async (act) => work(await this.#open.ports(), act));
  }

  #record(ref: RecordRef): RecordState {
    const key = `${ref.digest}/${ref.author}/${ref.appointment}/${ref.key ?? ''}`;
    return kept(this.#records, key, () => new RecordState(this.#open, ref));
  }

  #recordOrNull(ref: RecordRef | null): RecordState | null {
    return ref && this.#record(ref);
  }
}
