/** A doctor's patients: their names and words out of the sealed bookings, and what is written for them. */
import type { Address } from '../core/bytes.ts';
import { asSalusError, SalusError } from '../core/errors.ts';
import type { CorrectionFields } from '../flows/correct.ts';
import { amendmentDraft, reportDraft } from '../flows/draft.ts';
import { glimpseOf, keepGlimpses, readGlimpses, type Glimpse } from '../flows/glimpse.ts';
import { openRecord, prescriptionRef, requestRef, type OpenRecord } from '../flows/openRecord.ts';
import { exchanged, isReportable, patientsOf, type Exchanged, type PatientOf } from '../flows/patients.ts';
import type { Entry, Ports } from '../flows/ports/index.ts';
import type { ReportFields } from '../flows/report.ts';
import type { Vault } from '../flows/vault.ts';
import { versionsOf, type Chain, type Unread } from '../flows/versions.ts';
import type { Visit } from '../flows/visits.ts';
import { readPrescription, readWords } from '../record/fhir.ts';
import type { PersonFacts } from '../record/person.ts';
import type { Acts } from './act.svelte.ts';
import type { DraftState } from './draft.svelte.ts';
import { Drafts } from './drafts.svelte.ts';
import type { VisitsState } from './visits.svelte.ts';

/** A prescription with its earlier versions, newest first; `unread`: later ones that could not be opened. */
export type Versions = Chain<OpenRecord> & { unread: Unread[] };

type Open = {
  ports: () => Promise<Ports>;
  vault: () => Vault;
  me: () => Address | null;
  acts: Acts;
  visits: VisitsState;
};

/** A correction that changes nothing yet: what the version says, with all its files. */
export const correctionOf = ({ manifest: { resources, files } }: OpenRecord): CorrectionFields => ({
  advice: readWords(resources),
  lines: readPrescription(resources),
  reason: '',
  keep: files.map((_, i) => i),
});

/** Requests opened at once. */
const AT_ONCE = 2;
/** A request that could not be read is tried again no sooner, ms. */
const AGAIN = 60_000;

export class PatientsState {
  /** what is known of each request, by the visit's id */
  glimpses = $state.raw<ReadonlyMap<string, Glimpse>>(new Map());
  /** why a request could not be read, by the visit's id */
  unread = $state.raw<ReadonlyMap<string, SalusError>>(new Map());
  /** requests still to be opened */
  reading = $state(0);
  readonly #open: Open;
  readonly #tried = new Map<string, number>();
  readonly #drafts: Drafts;
  #work: AbortController | null = null;

  /** newest first; null until the visits are loaded */
  list: PatientOf[] | null = $derived.by(() => {
    const me = this.#open.me();
    return me && this.#open.visits.list ? patientsOf(this.#open.visits.list, me) : null;
  });
  /** by address, as the newest request says that says anything */
  readonly #facts: ReadonlyMap<Address, PersonFacts> = $derived.by(() => {
    const all = [...this.glimpses.values()].filter((g) => g.name || g.birthDate || g.sex);
    all.sort((a, b) => (BigInt(a.id) < BigInt(b.id) ? -1 : 1));
    return new Map(all.map((g) => [g.patient, g]));
  });

  constructor(open: Open) {
    this.#open = open;
    this.#drafts = new Drafts(open.ports);
  }

  /** What the patient let this doctor know, null when nothing was, or is not read yet. */
  of = (patient: Address): PersonFacts | null => this.#facts.get(patient) ?? null;
  /** The name on the patient's card, null when it is not known. */
  nameOf = (patient: Address): string | null => this.of(patient)?.name || null;

  /** Takes up what was kept, and opens what is new, in the background, newest first. Safe to call at any time. */
  load = async (): Promise<void> => {
    if (this.#work) return;
    const work = new AbortController();
    this.#work = work;
    try {
      const ports = await this.#open.ports();
      if (this.glimpses.size === 0) this.glimpses = await readGlimpses(ports);
      if (!work.signal.aborted) await this.#read(ports, work.signal);
    } catch {
      // locked meanwhile, or no room to keep it: what is not kept is opened again next time
    }
    if (this.#work === work) this.#work = null;
  };

  /** Tries at once what could not be read. */
  again = async (): Promise<void> => {
    this.#tried.clear();
    await this.load();
  };

  /** Forgets everything; called on lock. */
  clear(): void {
    this.#work?.abort();
    this.#work = null;
    this.glimpses = new Map();
    this.unread = new Map();
    this.reading = 0;
    this.#tried.clear();
    this.#drafts.clear();
  }

  async #read(ports: Ports, signal: AbortSignal): Promise<void> {
    const now = ports.clock();
    const me = this.#open.me();
    const visits = this.#open.visits.list ?? [];
    // what was kept belongs to this request of this patient, or it is not shown
    const stale = visits.filter((v) => {
      const kept = this.glimpses.get(String(v.id));
      return kept && (kept.request !== v.request || kept.patient !== v.patient);
    });
    if (stale.length > 0) {
      const gone = new Set(stale.map((v) => String(v.id)));
      this.glimpses = new Map([...this.glimpses].filter(([id]) => !gone.has(id)));
    }
    const wanted = visits.filter(
      (v) =>
        v.doctor === me && !this.glimpses.has(String(v.id)) && now - (this.#tried.get(String(v.id)) ?? -AGAIN) >= AGAIN,
    );
    if (wanted.length === 0) return;
    this.reading = wanted.length;
    const next = async (): Promise<void> => {
      for (let visit = wanted.shift(); visit && !signal.aborted; visit = wanted.shift()) {
        await this.#glimpse(ports, visit, signal);
        if (!signal.aborted) this.reading -= 1;
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, next));
    if (!signal.aborted) await keepGlimpses(ports, this.glimpses);
  }

  async #glimpse(ports: Ports, visit: Visit, signal: AbortSignal): Promise<void> {
    const id = String(visit.id);
    const unread = new Map(this.unread);
    try {
      const opened = await openRecord(ports, this.#open.vault(), requestRef(visit), { signal });
      if (signal.aborted) return;
      this.glimpses = new Map(this.glimpses).set(id, glimpseOf(visit.id, opened));
      unread.delete(id);
    } catch (error) {
      if (signal.aborted) return;
      this.#tried.set(id, ports.clock());
      unread.set(id, asSalusError(error));
    }
    this.unread = unread;
  }

  /** One of {@link list}. */
  get(address: string): PatientOf | null {
    return this.list?.find((p) => p.address === address.toLowerCase()) ?? null;
  }

  /** Every record that went to and fro, newest first. */
  exchanged = (patient: PatientOf): Exchanged[] => {
    const me = this.#open.me();
    return me ? exchanged(this.#open.visits.entries, me, patient) : [];
  };

  /** Whether a report of this doctor may name the visit. */
  mayReport = (visit: Visit): boolean => {
    const me = this.#open.me();
    return me !== null && isReportable(visit, me);
  };

  /** The visits that a report may belong to, newest first. */
  reportable = (patient: PatientOf): Visit[] => patient.visits.filter(this.mayReport);

  reportDraft = (patient: Address): DraftState<ReportFields> =>
    this.#drafts.of(reportDraft(patient), { via: '', kind: 'consultation', title: '', words: '' });

  addReport = (patient: Address): Promise<Entry | undefined> =>
    this.#open.acts.run('report', async (act) => {
      const { addReport } = await import('../flows/report.ts');
      const draft = await this.reportDraft(patient).current();
      const visit = this.#open.visits.get(draft.fields.via);
      if (!visit) throw new SalusError('input/invalid', { at: 'visit' });
      const input = { patient, visit, draft };
      const entry = await addReport(await this.#open.ports(), act, this.#open.vault(), input);
      this.#drafts.forget(reportDraft(patient));
      return entry;
    });

  /** The prescription of a visit with what corrected it. @throws SalusError what opening it throws */
  versions = async (visit: Visit): Promise<Versions> => {
    const ref = prescriptionRef(visit);
    if (!ref) throw new SalusError('input/invalid', { at: 'prescription' });
    const events = this.#open.visits.entries.toReversed();
    return versionsOf(await this.#open.ports(), this.#open.vault(), events, ref);
  };

  /** Begins with what the newest version says. */
  correctionDraft = (newest: OpenRecord): DraftState<CorrectionFields> =>
    this.#drafts.of(amendmentDraft(newest), correctionOf(newest));

  correct = (visit: Visit, newest: OpenRecord): Promise<Entry | undefined> =>
    this.#open.acts.run('correct', async (act) => {
      const { correctPrescription } = await import('../flows/correct.ts');
      const draft = await this.correctionDraft(newest).current();
      const entry = await correctPrescription(await this.#open.ports(), act, this.#open.vault(), visit, newest, draft);
      this.#drafts.forget(amendmentDraft(newest));
      return entry;
    });
}
