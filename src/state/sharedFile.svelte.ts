/** One patient's file, as far as it is shared with this account: the grants, the records that they open, and what is known of those. */
import type { Address, Digest } from '../core/bytes.ts';
import { asSalusError, isSalusError, SalusError } from '../core/errors.ts';
import type { Grant } from '../flows/grants.ts';
import type { OpenRecord } from '../flows/openRecord.ts';
import type { Ports } from '../flows/ports/index.ts';
import type { FromPatient, Received } from '../flows/received.ts';
import { keyOf } from '../flows/records.ts';
import type { Glanced } from '../flows/sharedIndex.ts';
import { linesOf, nameAmong, type SharedLine } from '../flows/sharedLines.ts';
import type { SharedRecord } from '../flows/sharedRecords.ts';
import type { Vault } from '../flows/vault.ts';
import { matches } from '../record/search.ts';
import { kept } from './apart.svelte.ts';
import { RecordState } from './record.svelte.ts';

/** Cryptography is loaded with the first look. */
const flows = () =>
  Promise.all([
    import('../flows/received.ts'),
    import('../flows/sharedRecords.ts'),
    import('../flows/sharedIndex.ts'),
    import('../flows/openRecord.ts'),
    import('../flows/unaddressed.ts'),
  ]);

export type FileOpen = { ports: () => Promise<Ports>; vault: () => Vault; me: () => Address | null };

/** Records opened for the list at once, and at most in one go: what is older is opened when it is looked at. */
const AT_ONCE = 2;
const MOST = 400;

const isLive = (r: Received): boolean => r.grant.state === 'live';

export class SharedFile {
  readonly patient: Address;
  /** null until it was looked at */
  from = $state.raw<FromPatient | null>(null);
  loading = $state(false);
  error = $state.raw<SalusError | null>(null);
  records = $state.raw<SharedRecord[]>([]);
  index = $state.raw<ReadonlyMap<string, Glanced>>(new Map());
  /** what could not be opened, by {@link keyOf} */
  failed = $state.raw<ReadonlyMap<string, SalusError>>(new Map());
  /** records still to be opened for the first time */
  waiting = $state(0);
  query = $state('');
  readonly #open: FileOpen;
  readonly #states = new Map<string, RecordState>();
  /** bookings that did not open: sealed to others alone */
  readonly #others = new Set<string>();
  #round = 0;
  /** a link was followed: once is enough */
  #sought = false;

  readonly live = $derived((this.from?.received ?? []).filter(isLive));
  readonly over = $derived((this.from?.received ?? []).filter((r) => !isLive(r)));
  /** what this account passed on, live or not, newest first */
  readonly passedOn = $derived.by<Grant[]>(() => (this.from?.grants ?? []).filter((g) => g.giver === this.#open.me()));
  /** newest first */
  readonly lines = $derived.by<SharedLine[]>(() => {
    const me = this.#open.me();
    return me ? linesOf(this.records, this.index, me) : [];
  });
  readonly shown = $derived.by<SharedLine[]>(() => {
    const typed = this.query.trim();
    return typed ? this.lines.filter((l) => l.known && matches(typed, l.known.words)) : this.lines;
  });
  /** as their card or a booking among what is shared says, empty when none does */
  readonly name = $derived(nameAmong(this.records, this.index));
  /** Unix seconds at which the next of the grants ends, Infinity = none does */
  readonly next = $derived(Math.min(...this.live.map((r) => r.grant.ends || Infinity), Infinity));

  constructor(open: FileOpen, patient: Address) {
    this.#open = open;
    this.patient = patient;
  }

  /** Reads the patient's timelines, takes in what came, lets go of what ended, then fills the list. @param wanted also tries what names nobody */
  load = async (wanted = false): Promise<void> => {
    const seek = (this.#sought ||= wanted);
    const round = ++this.#round;
    const current = () => round === this.#round;
    this.loading = true;
    try {
      const ports = await this.#open.ports();
      const vault = this.#open.vault();
      const [{ receivedFrom }, { sharedRecords }, { readGlances }, , { follow }] = await flows();
      const from = await receivedFrom(ports, vault, this.patient, seek);
      if (seek && from.received.some((r) => r.grant.grantee === null)) await follow(ports.cabinet, this.patient);
      const index = await readGlances(ports.cabinet, this.patient);
      const records = await sharedRecords(from);
      if (!current()) return;
      this.from = from;
      this.index = index;
      this.#show(records);
      this.error = null;
      this.loading = false;
      await this.#fill(ports, vault, current);
    } catch (error) {
      if (current()) this.error = isSalusError(error, 'crypto/locked') ? null : asSalusError(error);
    }
    if (current()) this.loading = false;
  };

  /** Tries again what could not be opened. */
  again = async (): Promise<void> => {
    this.failed = new Map();
    await this.load();
  };

  /** The line that holds the record of this digest, whichever version it is. */
  line(digest: string): SharedLine | null {
    return this.lines.find((l) => l.history.some((h) => h.filed.ref.digest === digest)) ?? null;
  }

  /** What a grant gives, by sha256 of its token: the one that holds, else the newest. */
  grant(access: string): Received | null {
    const all = (this.from?.received ?? []).filter((r) => r.grant.access === access);
    return all.find(isLive) ?? all[0] ?? null;
  }

  /** By which right a record is opened. */
  rightTo({ grant }: SharedRecord): Received | null {
    return this.grant(grant.access);
  }

  /** A record as it stands on a screen: opened only while the right to it holds, which is asked anew each time. */
  record = ({ filed: { ref }, grant }: SharedRecord): RecordState =>
    kept(
      this.#states,
      `${keyOf(ref)}/${grant.access}`,
      () => new RecordState(this.#open, ref, () => this.#allowed(grant)),
    );

  /** One that a shown record hands on. */
  handed = (record: SharedRecord, ref: SharedRecord['filed']['ref']): RecordState =>
    this.record({ ...record, filed: { ...record.filed, ref } });

  /** This account's own review of a record, opened. @throws input/invalid when there is none, what opening it throws */
  ownReview = async (of: Digest): Promise<OpenRecord> => {
    const me = this.#open.me();
    const found = this.records.find(
      (r) => r.filed.ref.author === me && this.index.get(keyOf(r.filed.ref))?.review?.of === of,
    );
    if (!found) throw new SalusError('input/invalid', { at: 'review' });
    const state = this.record(found);
    await state.open();
    if (!state.opened) throw state.error ?? new SalusError('storage/aborted');
    return state.opened;
  };

  /** Notes what was opened on a screen. */
  note = async (state: RecordState): Promise<void> => {
    if (!state.opened || this.index.has(keyOf(state.ref))) return;
    const [, , { noteGlance }] = await flows();
    const glance = await noteGlance((await this.#open.ports()).cabinet, state.opened);
    this.index = new Map([...this.index, [keyOf(state.ref), glance]]);
  };

  /** Forgets what was opened; called on lock. */
  clear(): void {
    this.#round++;
    for (const state of this.#states.values()) state.cancel();
    this.#states.clear();
    this.from = null;
    this.records = [];
    this.index = new Map();
    this.failed = new Map();
    this.query = '';
  }

  async #allowed(grant: Grant): Promise<void> {
    const [{ requireLive }] = await flows();
    try {
      await requireLive(await this.#open.ports(), grant);
    } catch (error) {
      if (isSalusError(error, 'record/ended')) void this.load();
      throw error;
    }
  }

  /** What may not be read any more is dropped wherever it stands open. */
  #show(records: SharedRecord[]): void {
    this.records = records;
    const stay = new Set(records.map((r) => `${keyOf(r.filed.ref)}/${r.grant.access}`));
    const live = new Set(this.live.map((r) => r.grant.access));
    for (const [key, state] of this.#states)
      if (!stay.has(key) && !live.has(key.split('/')[2] as `0x${string}`)) {
        state.cancel();
        this.#states.delete(key);
      }
  }

  /** Follows filings, opens what was never opened, the newest first, and forgets what may not be read any more. */
  async #fill(ports: Ports, vault: Vault, current: () => boolean): Promise<void> {
    const from = this.from as FromPatient;
    const [, { handedOn }, { noteGlance, forgetGlances }, { openRecord }] = await flows();
    const follow = (): void => {
      const have = new Set(this.records.map(keyOfShared));
      const more = new Map<string, SharedRecord>();
      for (const r of this.records) {
        const known = this.index.get(keyOfShared(r));
        for (const m of known ? handedOn(from, r, known) : [])
          if (!have.has(keyOfShared(m))) more.set(keyOfShared(m), m);
      }
      if (more.size > 0) this.records = [...this.records, ...more.values()];
    };
    const left = (): SharedRecord[] =>
      this.records.filter((r) => {
        const key = keyOfShared(r);
        return !this.index.has(key) && !this.failed.has(key) && !this.#others.has(key);
      });
    const open = async (one: SharedRecord): Promise<void> => {
      const key = keyOfShared(one);
      try {
        const opened = await openRecord(ports, vault, one.filed.ref);
        if (!current()) return;
        this.index = new Map([...this.index, [key, await noteGlance(ports.cabinet, opened)]]);
        follow();
      } catch (error) {
        if (!current() || isSalusError(error, 'crypto/locked')) return;
        // of what carries no hint, most is not meant for this account
        if (one.trial && isSalusError(error, 'crypto/not-for-you')) this.#others.add(key);
        else this.failed = new Map([...this.failed, [key, asSalusError(error)]]);
      }
    };
    follow();
    await inTurn(left, open, current, (waiting) => (this.waiting = waiting));
    if (current()) await forgetGlances(ports.cabinet, this.patient, new Set(this.records.map(keyOfShared)));
  }
}

const keyOfShared = (r: SharedRecord): string => keyOf(r.filed.ref);

/** A few at a time, each once, the newest first; what turns up meanwhile comes along. */
const inTurn = async (
  left: () => SharedRecord[],
  open: (one: SharedRecord) => Promise<void>,
  current: () => boolean,
  tell: (waiting: number) => void,
): Promise<void> => {
  const taken = new Set<string>();
  const next = (): SharedRecord | undefined => {
    const rest = left().filter((r) => !taken.has(keyOfShared(r)));
    tell(rest.length);
    const [first] = taken.size < MOST ? rest.sort(newestFirst) : [];
    if (first) taken.add(keyOfShared(first));
    return first;
  };
  const worker = async (): Promise<void> => {
    for (let one = next(); one && current(); one = next()) await open(one);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
};

const newestFirst = (a: SharedRecord, b: SharedRecord): number =>
  b.filed.ref.entry.block - a.filed.ref.entry.block || b.filed.ref.entry.logIndex - a.filed.ref.entry.logIndex;
