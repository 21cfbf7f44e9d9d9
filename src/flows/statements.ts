/**
 * What both sides say while a dispute is open: records of kind `statement` under the visit, sealed to patient, doctor and the hospital
 * that decides. Found in the patient's own verified timelines, where either side's must stand.
 */
import { asSalusError, isSalusError, SalusError } from '../core/errors.ts';
import { isoWithZone } from '../core/time.ts';
import type { Address, Digest, Hex } from '../core/bytes.ts';
import { communication } from '../record/fhir.ts';
import { MAX_STATEMENTS } from '../record/statement.ts';
import type { Act } from './act.ts';
import { isHospital } from './dispute.ts';
import type { Draft } from './draft.ts';
import { openRecord, type OpenRecord, type RecordRef } from './openRecord.ts';
import type { Entry, Options, Ports, ReadPorts } from './ports/index.ts';
import { distinct, hintFor, sealDraft } from './seal.ts';
import { earlier, send } from './send.ts';
import { rememberKey, trustedKey, type Trusted } from './trust.ts';
import type { Vault } from './vault.ts';
import { eventsOf, type Visit } from './visits.ts';

/** What either side types. */
export type StatementFields = { words: string };

/** Of either side: among how many of its records its statements are looked for. */
export const MAX_LOOKED_AT = 24;

/** What ends a dispute; what is said afterwards does not count. */
const ENDS = new Set(['Resolved', 'Released', 'Declined']);
const before = (a: Entry, b: Entry) => a.block - b.block || a.logIndex - b.logIndex;

/** The hospital that the dispute itself names. */
export const namedIn = (visit: Visit): Address =>
  (visit.history.find((e) => e.event === 'Disputed')?.args.other as Address | undefined) ?? visit.arbiter;

/**
 * Records that may be statements: added under the visit by its patient or its doctor, after the dispute began and before it ended, oldest
 * first, at most {@link MAX_LOOKED_AT} of either side. Which of them are, their manifests tell.
 * @param events of both timelines of the visit's patient, oldest first
 */
export const saidIn = (events: Entry[], visit: Visit): RecordRef[] => {
  const begun = visit.history.find((e) => e.event === 'Disputed');
  if (!begun) return [];
  const ended = visit.history.find((e) => ENDS.has(e.event) && before(begun, e) < 0);
  const count = new Map<Address, number>();
  const found: RecordRef[] = [];
  for (const entry of events) {
    if (entry.event !== 'Added' || entry.subject !== visit.patient || BigInt(entry.args.via as bigint) !== visit.id)
      continue;
    const { author } = entry;
    if (author !== visit.patient && author !== visit.doctor) continue;
    if (before(begun, entry) >= 0 || (ended && before(entry, ended) >= 0)) continue;
    const already = count.get(author) ?? 0;
    if (already >= MAX_LOOKED_AT) continue;
    count.set(author, already + 1);
    found.push({ digest: entry.args.record as Digest, author, patient: visit.patient, appointment: visit.id, entry });
  }
  return found;
};

/** `unread`: why it cannot be shown. What is no statement, or not for this reader, is in neither. */
export type Said = { ref: RecordRef; opened: OpenRecord | null; unread: SalusError | null };

/**
 * Both sides' statements, oldest first, opened as far as they can be.
 * @throws chain/timeline-broken, chain/unreachable
 */
export const statementsOf = async (
  ports: Pick<ReadPorts, 'chain' | 'storage'>,
  vault: Vault,
  visit: Visit,
  options: Options = {},
): Promise<Said[]> => {
  const said: Said[] = [];
  const count = new Map<Address, number>();
  for (const ref of saidIn(await eventsOf(ports, visit.patient, options.signal), visit)) {
    const already = count.get(ref.author) ?? 0;
    if (already >= MAX_STATEMENTS) continue;
    const one = await look(ports, vault, ref, options);
    if (!one) continue;
    count.set(ref.author, already + 1);
    said.push(one);
  }
  return said;
};

const look = async (
  ports: Pick<ReadPorts, 'chain' | 'storage'>,
  vault: Vault,
  ref: RecordRef,
  options: Options,
): Promise<Said | null> => {
  try {
    const opened = await openRecord(ports, vault, ref, options);
    return opened.manifest.kind === 'statement' ? { ref, opened, unread: null } : null;
  } catch (error) {
    // a report or a correction is sealed to the two alone
    if (isSalusError(error, 'crypto/not-for-you')) return null;
    return { ref, opened: null, unread: asSalusError(error) };
  }
};

/**
 * One side says something more. Sealed to both sides, and to the hospital that the dispute names once it is proven to be one.
 * @returns the Added entry
 * @throws input/invalid without words, from anybody else, or when no dispute is open; chain/key-unproven, chain/key-changed
 */
export const addStatement = async (
  ports: Ports,
  act: Act,
  vault: Vault,
  visit: Visit,
  draft: Draft<StatementFields>,
  accept: Hex | null = null,
): Promise<Entry> => {
  act.stage('prepare');
  const begun = await earlier(ports, act, draft);
  if ('done' in begun) return begun.done;
  const words = draft.fields.words.trim();
  const me = vault.account;
  if (!words) throw new SalusError('input/invalid', { at: 'words' });
  if (visit.status !== 'disputed' || (me !== visit.patient && me !== visit.doctor))
    throw new SalusError('input/invalid', { at: 'visit' });
  // the two are those that the patient's own signature names
  await ports.chain.proveEntry(visit.history[0] as Entry);
  const keys = [await trustedKey(ports, me === visit.patient ? visit.doctor : visit.patient, accept)];
  const arbiter = namedIn(visit);
  if (await isHospital(ports, { ...visit, arbiter })) keys.push(...(await hospitalKey(ports, arbiter, accept)));
  const record = await sealDraft(
    ports,
    act,
    draft,
    {
      kind: 'statement',
      title: '',
      patient: visit.patient,
      appointment: String(visit.id),
      resources: [communication(isoWithZone(ports.clock(), ports.zone()), words)],
    },
    distinct([vault.identity.recipient, ...keys.map((k) => k.recipient)]),
    begun.asked,
  );
  for (const key of keys) await rememberKey(ports, key);
  const owner = me === visit.patient ? vault.identity.recipient : (keys[0] as Trusted).recipient;
  return send(
    ports,
    act,
    { name: 'add', args: { patient: visit.patient, record, via: visit.id, hint: hintFor(owner, record) } },
    { record, draft: draft.name, again: begun.asked },
  );
};

/** A hospital that never enrolled has no key: it decides by what the chain says. */
const hospitalKey = async (ports: Ports, arbiter: Address, accept: Hex | null): Promise<Trusted[]> => {
  try {
    return [await trustedKey(ports, arbiter, accept)];
  } catch (error) {
    if (isSalusError(error, 'chain/key-unproven') && error.details.reason === 'not-enrolled') return [];
    throw error;
  }
};
