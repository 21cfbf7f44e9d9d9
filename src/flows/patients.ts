/** A doctor's patients, and what went to and fro with each, computed from verified events alone. */
import type { Address, Digest } from '../core/bytes.ts';
import { noteRef, prescriptionRef, reasonRef, requestRef, type RecordRef } from './openRecord.ts';
import type { Entry } from './ports/index.ts';
import type { Visit } from './visits.ts';

/** `visits`: newest first. */
export type PatientOf = { address: Address; visits: Visit[] };

/** Everybody whom `doctor` sees or saw, the latest first. @param visits newest first */
export const patientsOf = (visits: Visit[], doctor: Address): PatientOf[] => {
  const all = new Map<Address, Visit[]>();
  for (const v of visits) if (v.doctor === doctor) all.set(v.patient, [...(all.get(v.patient) ?? []), v]);
  return [...all].map(([address, theirs]) => ({ address, visits: theirs }));
};

/** `added`: a report or a correction; which of the two stands in its manifest. */
export type Exchanged = { kind: 'request' | 'note' | 'prescription' | 'reason' | 'added'; ref: RecordRef };

const added = (entry: Entry): RecordRef => {
  const via = BigInt(entry.args.via as bigint);
  return {
    digest: entry.args.record as Digest,
    author: entry.author,
    patient: entry.subject,
    appointment: via === 0n ? null : via,
    entry,
  };
};
const newestFirst = (a: Entry, b: Entry): number => b.block - a.block || b.logIndex - a.logIndex;

/** What `doctor` added to a patient's file, newest first. @param entries of the doctor's verified timelines, in any order */
export const addedFor = (entries: Entry[], doctor: Address, patient: PatientOf): RecordRef[] => {
  const ids = new Set(patient.visits.map((v) => v.id));
  return entries
    .filter((e) => e.event === 'Added' && e.author === doctor && e.subject !== doctor)
    .filter((e) => e.subject === patient.address || ids.has(e.args.via as bigint))
    .sort(newestFirst)
    .map(added);
};

/**
 * What its doctor added under a visit, newest first: reports, and corrections of the prescription (their manifests tell which).
 * @param entries of the verified timelines of either side, in any order
 */
export const addedTo = (entries: Entry[], visit: Visit): RecordRef[] =>
  entries
    .filter((e) => e.event === 'Added' && e.author === visit.doctor && e.subject !== visit.doctor)
    .filter((e) => BigInt(e.args.via as bigint) === visit.id)
    .sort(newestFirst)
    .map(added);

/** Every record between the two, newest first. */
export const exchanged = (entries: Entry[], doctor: Address, patient: PatientOf): Exchanged[] => {
  const ofVisits = patient.visits.flatMap((v): Exchanged[] => {
    const of = (kind: Exchanged['kind'], ref: RecordRef | null): Exchanged[] => (ref ? [{ kind, ref }] : []);
    return [
      ...of('request', requestRef(v)),
      ...of('note', noteRef(v)),
      ...of('prescription', prescriptionRef(v)),
      ...of('reason', reasonRef(v)),
    ];
  });
  const fromDoctor = addedFor(entries, doctor, patient).map((ref): Exchanged => ({ kind: 'added', ref }));
  return [...ofVisits, ...fromDoctor].sort((a, b) => newestFirst(a.ref.entry, b.ref.entry));
};

const FINISHED = new Set<Visit['status']>(['completed', 'disputed', 'paid', 'split']);

/** Completed and not paid back whole: whoever did may add to it for ever, whatever their standing. */
export const isFinished = (visit: Visit): boolean => FINISHED.has(visit.status);

/** @returns whether a report of `author` may name the visit: it was accepted and still stands, or was completed (IRecords, `via`) */
export const isReportable = (visit: Visit, author: Address): boolean =>
  visit.doctor === author &&
  (visit.status === 'accepted' || isFinished(visit) || visit.history.some((e) => e.event === 'Completed'));
