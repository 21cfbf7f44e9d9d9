/** The records of an account as its verified events tell of them: where from, by whom, about whom. What is inside only a key tells. */
import type { Address, Digest } from '../core/bytes.ts';
import type { RecordRef } from './openRecord.ts';
import type { Entry } from './ports/index.ts';

/** `own`: added by the patient's own hand · `report`: added by somebody else */
export type Origin = 'booking' | 'prescription' | 'own' | 'report';

export type Filed = {
  ref: RecordRef;
  origin: Origin;
  /** the appointment it belongs to, null where none */
  visit: bigint | null;
  /** from somebody who was not let in here at that moment: kept closed until the person opens it */
  unknown: boolean;
  /** its author is the patient, or had a right from the patient at that moment: what they say of others' records counts. A visit gives none */
  letIn: boolean;
};

/** Stands for one record in maps and lists: the same bytes named by two authors are two. */
export const keyOf = ({ digest, author }: Pick<RecordRef, 'digest' | 'author'>): string => `${digest}/${author}`;

const file = (e: Entry, mayWrite: (who: Address) => boolean): Filed | null => {
  const ref = (over: Omit<RecordRef, 'author' | 'entry'>): RecordRef => ({ ...over, author: e.author, entry: e });
  if (e.event === 'Booked') {
    const booking = ref({ digest: e.args.request as Digest, patient: e.author, appointment: null });
    return { ref: booking, origin: 'booking', visit: e.args.id as bigint, unknown: false, letIn: true };
  }
  if (e.event === 'Completed') {
    const id = e.args.id as bigint;
    const prescription = ref({ digest: e.args.record as Digest, patient: e.subject, appointment: id });
    return { ref: prescription, origin: 'prescription', visit: id, unknown: false, letIn: false };
  }
  if (e.event !== 'Added') return null;
  const via = BigInt(e.args.via as bigint) || null;
  const own = e.author === e.subject;
  const added = ref({ digest: e.args.record as Digest, patient: e.subject, appointment: via });
  const letIn = own || mayWrite(e.author);
  // an appointment that is named is theirs: the contract holds that
  return {
    ref: added,
    origin: own ? 'own' : 'report',
    visit: via,
    unknown: via === null && !letIn,
    letIn,
  };
};

/** Unix seconds of a block, null while not known. */
export type TimeOf = (block: number) => number | null;

/** `from`: who passed it on, null where the owner gave it · `until`: Unix seconds, 0 = none */
type Right = { to: Address; access: unknown; from: Address | null; until: number };

/** Whom `owner` let in at each moment: given a right, or passed one on by somebody who had it, that was not taken back nor had expired. */
export const letIn = (owner: Address, timeOf: TimeOf) => {
  let rights: Right[] = [];
  const lasts = (r: Right, now: number | null): boolean => r.until === 0 || now === null || now < r.until;
  const holds = (who: Address, now: number | null): boolean =>
    rights.some(
      (r) =>
        r.to === who &&
        lasts(r, now) &&
        (r.from === null || rights.some((f) => f.to === r.from && f.from === null && lasts(f, now))),
    );
  /** only then does the moment matter */
  const timed = (who: Address): boolean => rights.some((r) => r.to === who && (r.until !== 0 || r.from !== null));
  const give = (e: Entry, to: Address, from: Address | null): void => {
    const { access, until } = e.args;
    // a newer one with the same token holds in place of the older
    rights = rights.filter((r) => r.access !== access || r.from !== from);
    rights.push({ to, access, from, until: Number(until) });
  };
  const takeBack = ({ author, subject, args: { access } }: Entry): void => {
    const all = BigInt(access as string) === 0n;
    rights = rights.filter((r) => {
      const theirs = author === owner || author === r.from;
      return !(theirs && (all ? r.to === subject : r.access === access));
    });
  };
  return {
    see: (e: Entry) => {
      if (e.event === 'Shared' && e.author === owner) give(e, e.subject, null);
      if (e.event === 'Delegated' && e.subject === owner && e.author !== owner)
        give(e, e.args.other as Address, e.author);
      if (e.event === 'Revoked') takeBack(e);
    },
    has: (who: Address, block: number) => holds(who, timed(who) ? timeOf(block) : null),
  };
};

/**
 * Every record that the events name, newest first, each once: the first event that names it counts.
 * @param events of both timelines of `account`, oldest first ({@link eventsOf})
 * @param timeOf when what was let in had expired; where it is not known, it is taken not to have
 */
export const filedRecords = (events: readonly Entry[], account: Address, timeOf: TimeOf = () => null): Filed[] => {
  const filed = new Map<string, Filed>();
  const known = letIn(account, timeOf);
  for (const e of events) {
    known.see(e);
    const found = file(e, (who) => known.has(who, e.block));
    if (found && !filed.has(keyOf(found.ref))) filed.set(keyOf(found.ref), found);
  }
  return [...filed.values()].reverse();
};

/** What is in the patient's own file. */
export const fileOf = (events: readonly Entry[], patient: Address, timeOf?: TimeOf): Filed[] =>
  filedRecords(events, patient, timeOf).filter((f) => f.ref.patient === patient);
