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
  /** from somebody who was never let write here: kept closed until the person opens it */
  unknown: boolean;
};

/** Stands for one record in maps and lists: the same bytes named by two authors are two. */
export const keyOf = ({ digest, author }: Pick<RecordRef, 'digest' | 'author'>): string => `${digest}/${author}`;

const file = (e: Entry, mayWrite: (who: Address) => boolean): Filed | null => {
  const ref = (over: Omit<RecordRef, 'author' | 'entry'>): RecordRef => ({ ...over, author: e.author, entry: e });
  if (e.event === 'Booked') {
    const booking = ref({ digest: e.args.request as Digest, patient: e.author, appointment: null });
    return { ref: booking, origin: 'booking', visit: e.args.id as bigint, unknown: false };
  }
  if (e.event === 'Completed') {
    const id = e.args.id as bigint;
    const prescription = ref({ digest: e.args.record as Digest, patient: e.subject, appointment: id });
    return { ref: prescription, origin: 'prescription', visit: id, unknown: false };
  }
  if (e.event !== 'Added') return null;
  const via = BigInt(e.args.via as bigint) || null;
  const own = e.author === e.subject;
  const added = ref({ digest: e.args.record as Digest, patient: e.subject, appointment: via });
  // an appointment that is named is theirs: the contract holds that
  return {
    ref: added,
    origin: own ? 'own' : 'report',
    visit: via,
    unknown: !own && via === null && !mayWrite(e.author),
  };
};

/** Whom `owner` let in so far: shared with, and not taken back whole since. */
const writers = (owner: Address) => {
  const allowed = new Set<Address>();
  return {
    see: (e: Entry) => {
      if (e.author !== owner) return;
      if (e.event === 'Shared') allowed.add(e.subject);
      if (e.event === 'Revoked' && BigInt(e.args.access as string) === 0n) allowed.delete(e.subject);
    },
    has: (who: Address) => allowed.has(who),
  };
};

/**
 * Every record that the events name, newest first, each once: the first event that names it counts.
 * @param events of both timelines of `account`, oldest first ({@link eventsOf})
 */
export const filedRecords = (events: Entry[], account: Address): Filed[] => {
  const filed = new Map<string, Filed>();
  const known = writers(account);
  for (const e of events) {
    known.see(e);
    const found = file(e, (who) => known.has(who));
    if (found && !filed.has(keyOf(found.ref))) filed.set(keyOf(found.ref), found);
  }
  return [...filed.values()].reverse();
};

/** What is in the patient's own file. */
export const fileOf = (events: Entry[], patient: Address): Filed[] =>
  filedRecords(events, patient).filter((f) => f.ref.patient === patient);
