/**
 * Proof of trusted authority (DESIGN §4, Authenticity), one entry at a time: it stands in its author's timeline, its author signed it, the
 * author was accredited where that is needed, and every block of what it names is what was named. Each step stands alone, so
 * that one that fails does not hide what the others say.
 */
import type { Address, Digest } from '../core/bytes.ts';
import { asSalusError, SalusError, type ErrorCode } from '../core/errors.ts';
import type {
  Accreditation,
  Entry,
  Inspection,
  Progress,
  ReadPorts,
  Role,
  Signature,
  TimelineProof,
} from './ports/index.ts';
import { ROLES } from './standing.ts';

export const STEPS = ['timeline', 'signer', 'accreditation', 'integrity'] as const;
export type StepName = (typeof STEPS)[number];

/** What a digest of an event stands for: the event's field, and the directory. */
export type Named = { field: string; digest: Digest };
/** What a step saw. `standing`: `now`, or `then` where the author was accredited when it acted and no longer is. */
export type Evidence =
  | { step: 'timeline'; proof: TimelineProof }
  | { step: 'signer'; author: Address; signature: Signature | null }
  | { step: 'accreditation'; standing: 'now' | 'then'; accreditation: Accreditation }
  | { step: 'integrity'; inspected: (Named & { inspection: Inspection })[] };
/** `skipped`: there is nothing to check · `unchecked`: it could not be checked now, which says nothing either way */
export type Outcome =
  | { status: 'passed'; evidence: Evidence }
  | { status: 'skipped' }
  | { status: 'failed' | 'unchecked'; error: SalusError };

/** Told as it happens. `named`: which of the entry's directories is being looked at. */
export type Report = {
  begin(step: StepName): void;
  progress(p: Progress, named: Named): void;
  end(step: StepName, outcome: Outcome): void;
};
type VerifyPorts = Pick<ReadPorts, 'chain' | 'storage'>;

/** Fields of events that name a directory. */
const DIRECTORIES = new Set([
  'request',
  'record',
  'note',
  'reason',
  'comment',
  'profile',
  'licence',
  'statement',
  'capability',
  'bundle',
]);
/** Events that only hospitals, only doctors, or any accredited account can cause. */
const OF_HOSPITALS = new Set(['Accredited', 'Suspended', 'Proposed', 'Confirmed', 'Attested', 'Resolved', 'Assigned']);
const OF_DOCTORS = new Set(['Accepted', 'Declined', 'Completed']);
const PROFESSIONAL = new Set([...OF_HOSPITALS, ...OF_DOCTORS, 'Delegated', 'AccessRequested']);

/** Whether somebody of that role may cause it; a hospital's own is `none`. */
const mayCause = ({ event }: Entry, role: Role): boolean =>
  OF_HOSPITALS.has(event) ? role === 'none' : !OF_DOCTORS.has(event) || role === 'doctor';
/** What keeps a step from being done, and is nobody's lie. */
const UNCHECKED = new Set<ErrorCode>([
  'chain/unreachable',
  'storage/not-found',
  'storage/timeout',
  'storage/aborted',
  'storage/unavailable',
  'storage/quota',
  'storage/not-let-in',
]);

/** The directories that an entry names. */
export const namedBy = (entry: Entry): Named[] =>
  Object.entries(entry.args).flatMap(([field, value]) =>
    DIRECTORIES.has(field) && typeof value === 'string' && /^0x[0-9a-f]{64}$/.test(value) && BigInt(value) !== 0n
      ? [{ field, digest: value as Digest }]
      : [],
  );

const before = (a: Entry, b: Entry): boolean => a.block < b.block || (a.block === b.block && a.logIndex < b.logIndex);

/** The hospital's word under which the author acted, when none holds any more. @throws chain/not-accredited */
const accreditedThen = async ({ chain }: VerifyPorts, entry: Entry, now: unknown): Promise<Accreditation> => {
  const { entries } = await chain.timeline(entry.author, 'inbox');
  const words = entries.filter((e) => (e.event === 'Accredited' || e.event === 'Suspended') && before(e, entry));
  const latest = new Map<unknown, Entry>();
  for (const e of words) if (!latest.has(e.args.hospital)) latest.set(e.args.hospital, e);
  for (const word of latest.values()) {
    // what a node says of a role today is not what the hospital signed
    const role = ROLES[word.args.role as number] ?? 'none';
    if (word.event !== 'Accredited' || !mayCause(entry, role)) continue;
    await chain.proveEntry(word);
    const { path, role: of } = await chain.accreditation(word.author);
    const hospital = { hospital: word.author, number: word.args.hospital as number, tx: word.tx };
    const { hospitals } = await chain.membership();
    // an accredited account is no hospital, and a hospital has one number
    if (of !== 'none' || !hospitals.some((h) => h.address === word.author && h.number === hospital.number)) continue;
    return { account: entry.author, role, path: [hospital, ...path.filter((p) => p.hospital !== word.author)] };
  }
  throw now;
};

const timeline = async ({ chain }: VerifyPorts, entry: Entry): Promise<Outcome> => ({
  status: 'passed',
  evidence: { step: 'timeline', proof: await chain.timelineProof(entry) },
});

const signer = async ({ chain }: VerifyPorts, entry: Entry): Promise<Outcome> => {
  const signature = await chain.signatureOf(entry);
  if (signature && signature.signer !== entry.author)
    throw new SalusError('chain/key-unproven', { reason: 'other-signer', account: entry.author, tx: entry.tx });
  return { status: 'passed', evidence: { step: 'signer', author: entry.author, signature } };
};

const accreditation = async (ports: VerifyPorts, entry: Entry): Promise<Outcome> => {
  const { chain } = ports;
  const needed = PROFESSIONAL.has(entry.event) || (entry.event === 'Added' && entry.author !== entry.subject);
  const { role, hospital } = await chain.account(entry.author);
  if (!needed && role === 'none' && !hospital) return { status: 'skipped' };
  const passed = (standing: 'now' | 'then', found: Accreditation): Outcome => ({
    status: 'passed',
    evidence: { step: 'accreditation', standing, accreditation: found },
  });
  try {
    const found = await chain.accreditation(entry.author);
    if (mayCause(entry, found.role)) return passed('now', found);
    throw new SalusError('chain/not-accredited', { account: entry.author, reason: 'other-role' });
  } catch (error) {
    if (asSalusError(error).code !== 'chain/not-accredited') throw error;
    return needed ? passed('then', await accreditedThen(ports, entry, error)) : { status: 'skipped' };
  }
};

const integrity = async (
  { storage }: VerifyPorts,
  entry: Entry,
  report: Report,
  signal: AbortSignal,
): Promise<Outcome> => {
  const named = namedBy(entry);
  if (named.length === 0) return { status: 'skipped' };
  const inspected = [];
  for (const one of named) {
    const onProgress = (p: Progress) => report.progress(p, one);
    inspected.push({ ...one, inspection: await storage.inspect(one.digest, { signal, onProgress }) });
  }
  return { status: 'passed', evidence: { step: 'integrity', inspected } };
};

/** Goes through all steps. What fails is reported, never thrown. @throws storage/aborted between two steps, when the person left */
export const verify = async (ports: VerifyPorts, entry: Entry, report: Report, signal: AbortSignal): Promise<void> => {
  const steps: Record<StepName, () => Promise<Outcome>> = {
    timeline: () => timeline(ports, entry),
    signer: () => signer(ports, entry),
    accreditation: () => accreditation(ports, entry),
    integrity: () => integrity(ports, entry, report, signal),
  };
  for (const step of STEPS) {
    if (signal.aborted) throw new SalusError('storage/aborted');
    report.begin(step);
    const outcome = await steps[step]().catch((e: unknown): Outcome => {
      const error = asSalusError(e);
      return { status: UNCHECKED.has(error.code) ? 'unchecked' : 'failed', error };
    });
    report.end(step, outcome);
  }
};
