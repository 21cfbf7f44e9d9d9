/**
 * A hospital assigns a patient to a doctor. It gives no access: the patient reads the note, and shares or does not. What the hospital
 * says of it is sealed to patient, doctor and hospital.
 */
import { fromUtf8, NO_DIGEST, utf8, type Address, type Digest, type Hex } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import { isoWithZone } from '../core/time.ts';
import { communication } from '../record/fhir.ts';
import type { Act } from './act.ts';
import type { RecordRef } from './openRecord.ts';
import type { Account, Cabinet, Entry, Ports } from './ports/index.ts';
import { distinct, sealStatement } from './seal.ts';
import { send } from './send.ts';
import { rememberKey, trustedKey } from './trust.ts';
import type { Vault } from './vault.ts';

/** What a hospital chose. `words`: may be empty. `accept`: a changed key's hash that the person has accepted */
export type AssignInput = { patient: Address; doctor: Account; words: string; accept?: Hex | null };

/**
 * @returns the Assigned entry
 * @throws input/invalid unless an accredited doctor and another account, chain/key-unproven (one of them never enrolled), chain/key-changed,
 * chain/reverted (NotHospital, NotAccredited)
 */
export const assign = async (ports: Ports, act: Act, vault: Vault, input: AssignInput): Promise<Entry> => {
  act.stage('prepare');
  const { patient, doctor, accept = null } = input;
  if (doctor.role !== 'doctor' || !doctor.accredited) throw new SalusError('input/invalid', { at: 'doctor' });
  if (patient === doctor.address || patient === vault.account) throw new SalusError('input/invalid', { at: 'patient' });
  const call = (note: Digest) => ({ name: 'assign', args: { patient, doctor: doctor.address, note } }) as const;
  const text = input.words.trim();
  if (!text) return send(ports, act, call(NO_DIGEST));
  const keys = [await trustedKey(ports, patient, accept), await trustedKey(ports, doctor.address, accept)];
  const record = await sealStatement(
    ports,
    act,
    {
      kind: 'statement',
      title: '',
      patient,
      appointment: null,
      resources: [communication(isoWithZone(ports.clock(), ports.zone()), text)],
    },
    distinct([...keys.map((k) => k.recipient), vault.identity.recipient]),
  );
  for (const key of keys) await rememberKey(ports, key);
  return send(ports, act, call(record), { record });
};

/**
 * Where an assignment stands for its patient. `shared`: something is shared with that doctor now · `declined`: remembered on this device
 * alone · `open`: neither
 */
export type Assignment = {
  hospital: Address;
  patient: Address;
  doctor: Address;
  /** the hospital's sealed words, null for none */
  note: RecordRef | null;
  entry: Entry;
  state: 'open' | 'shared' | 'declined';
};

/** Newest first; a hospital that assigns without end fills no screen. */
export const MOST_ASSIGNMENTS = 50;

/** By which an assignment is remembered. */
export const assignmentKey = ({ tx, logIndex }: Entry): string => `${tx}/${logIndex}`;

/** Whether `patient` lets `doctor` in at that time. @param entries of both timelines of either, newest first @param now Unix seconds */
export const letsIn = (entries: Entry[], patient: Address, doctor: Address, now: number): boolean => {
  const ended = new Set<unknown>();
  for (const e of entries) {
    if (e.author !== patient || (e.event !== 'Shared' && e.event !== 'Revoked')) continue;
    const access = String(e.args.access).toLowerCase();
    // a token is ended whoever it was taken from; everything, of whom it names
    if (e.event === 'Revoked' && BigInt(access) !== 0n) ended.add(access);
    if (e.subject !== doctor) continue;
    if (e.event === 'Revoked' && BigInt(access) === 0n) return false;
    if (e.event !== 'Shared' || ended.has(access)) continue;
    // of two with one access the newer holds
    if (BigInt(access) !== 0n) ended.add(access);
    const until = Number(e.args.until);
    if (until === 0 || until > now) return true;
  }
  return false;
};

/**
 * Assignments that concern `me`, as patient or as doctor, newest first, of several of one hospital for the same two the newest.
 * @param entries of both verified timelines of `me`, newest first
 * @param declined keys of those this person declined
 * @param now Unix seconds
 */
export const assignmentsOf = (
  entries: Entry[],
  me: Address,
  declined: ReadonlySet<string>,
  now: number,
): Assignment[] => {
  const seen = new Set<string>();
  const found: Assignment[] = [];
  for (const entry of entries) {
    const doctor = entry.args.other as Address | undefined;
    if (entry.event !== 'Assigned' || !doctor || (entry.subject !== me && doctor !== me)) continue;
    const pair = `${entry.author}/${entry.subject}/${doctor}`;
    if (seen.has(pair)) continue;
    seen.add(pair);
    const shared = letsIn(entries, entry.subject, doctor, now);
    const state = shared ? 'shared' : declined.has(assignmentKey(entry)) ? 'declined' : 'open';
    found.push({ hospital: entry.author, patient: entry.subject, doctor, note: noteOf(entry), entry, state });
    if (found.length >= MOST_ASSIGNMENTS) break;
  }
  return found;
};

const noteOf = (entry: Entry): RecordRef | null => {
  const digest = entry.args.note;
  if (typeof digest !== 'string' || BigInt(digest) === 0n) return null;
  return { digest: digest as Digest, author: entry.author, patient: entry.subject, appointment: null, entry };
};

const DECLINED = 'assign/declined';

/** Which assignments were declined on this device. What cannot be read counts as none. */
export const readDeclined = async ({ cabinet }: { cabinet: Cabinet }): Promise<Set<string>> => {
  const kept = await cabinet.get(DECLINED);
  if (!kept) return new Set();
  const list: unknown = JSON.parse(fromUtf8(kept));
  return new Set(Array.isArray(list) ? list.filter((k) => typeof k === 'string') : []);
};

/** Remembers it sealed, on this device. Nobody is told. @param on false takes it back */
export const setDeclined = async (ports: { cabinet: Cabinet }, entry: Entry, on: boolean): Promise<Set<string>> => {
  const declined = await readDeclined(ports);
  declined.delete(assignmentKey(entry));
  if (on) declined.add(assignmentKey(entry));
  await ports.cabinet.set(DECLINED, utf8(JSON.stringify([...declined].slice(-4 * MOST_ASSIGNMENTS))));
  return declined;
};
