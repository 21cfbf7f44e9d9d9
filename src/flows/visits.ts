/** Visits, computed from verified events alone: what a node claims about an appointment is never asked where an event can tell. */
import type { Address, Digest } from '../core/bytes.ts';
import type { AppointmentStatus, Entry, ReadPorts } from './ports/index.ts';

export type Visit = {
  id: bigint;
  patient: Address;
  doctor: Address;
  arbiter: Address;
  request: Digest;
  /** wei */
  fee: bigint;
  /** Unix seconds */
  until: number;
  status: AppointmentStatus;
  /** 0 = not rated */
  score: number;
  attested: boolean;
  /** the prescription's record, and null before */
  prescription: Digest | null;
  /** the sealed reason of a refusal, null when there is none */
  reason: Digest | null;
  /** when and where to come, sealed by the doctor on accepting; null when nothing was said */
  note: Digest | null;
  /** what the patient said to the dispute, sealed; null when there is none */
  dispute: Digest | null;
  /** what the hospital said to its decision, sealed; null when there is none */
  resolution: Digest | null;
  /** wei credited to the doctor; null while nothing is decided */
  paid: bigint | null;
  /** every event of the visit, oldest first */
  history: Entry[];
};

const digestOrNull = (v: unknown): Digest | null => (typeof v === 'string' && BigInt(v) !== 0n ? (v as Digest) : null);

const start = (e: Entry): Visit => ({
  id: e.args.id as bigint,
  patient: e.author,
  doctor: e.subject,
  arbiter: e.args.arbiter as Address,
  request: e.args.request as Digest,
  fee: BigInt(e.args.fee as bigint),
  until: Number(e.args.until),
  status: 'booked',
  score: 0,
  attested: false,
  prescription: null,
  reason: null,
  note: null,
  dispute: null,
  resolution: null,
  paid: null,
  history: [e],
});

/** @param paid wei that became the doctor's; the rest went back */
const paidOut = (v: Visit, paid: bigint): Partial<Visit> => ({
  status: paid === v.fee ? 'paid' : paid === 0n ? 'refunded' : 'split',
  paid,
});

/** What each event makes of a visit. Who may cause it is the contract's to enforce, and the timeline proves that it was caused. */
const APPLY: Record<string, (visit: Visit, e: Entry) => Partial<Visit>> = {
  Accepted: (_, e) => ({ status: 'accepted', note: digestOrNull(e.args.note) }),
  Declined: (_, e) => ({ status: 'declined', paid: 0n, reason: digestOrNull(e.args.reason) }),
  Cancelled: () => ({ status: 'cancelled', paid: 0n }),
  Completed: (_, e) => ({ status: 'completed', prescription: digestOrNull(e.args.record) }),
  // a dispute that nobody settled in time is released in halves
  Released: (v, e) => paidOut(v, BigInt(e.args.amount as bigint)),
  Disputed: (_, e) => ({ status: 'disputed', dispute: digestOrNull(e.args.reason) }),
  Resolved: (v, e) => ({
    ...paidOut(v, v.fee - BigInt(e.args.refund as bigint)),
    resolution: digestOrNull(e.args.reason),
  }),
  Reclaimed: () => ({ status: 'refunded', paid: 0n }),
  Attested: () => ({ attested: true }),
  Rated: (v, e) => ({
    score: Number(e.args.score),
    ...(v.status === 'completed' ? { status: 'paid' as const, paid: BigInt(e.args.released as bigint) } : {}),
  }),
};

const order = (a: Entry, b: Entry) => a.block - b.block || a.logIndex - b.logIndex;

/** Both timelines of an account, oldest first, every event once. */
export const eventsOf = async (
  { chain }: Pick<ReadPorts, 'chain'>,
  account: Address,
  signal?: AbortSignal,
): Promise<Entry[]> => {
  const options = signal ? { signal } : {};
  const [own, inbox] = await Promise.all([
    chain.timeline(account, 'own', options),
    chain.timeline(account, 'inbox', options),
  ]);
  return [...own.entries, ...inbox.entries].sort(order);
};

/** The newest events of an account. `whole`: there are no older ones. `since`: every event above this block is among them. */
export type Newest = { events: Entry[]; whole: boolean; since: number };

/**
 * As {@link eventsOf}, but of each timeline the newest `limit` entries at most: strangers may write into an inbox, and what is new is
 * to be seen before all of it is read.
 */
export const newestEvents = async (
  { chain }: Pick<ReadPorts, 'chain'>,
  account: Address,
  limit: number,
): Promise<Newest> => {
  const read = await Promise.all((['own', 'inbox'] as const).map((kind) => chain.timeline(account, kind, { limit })));
  const since = read.map((t) => (t.complete ? 0 : (t.entries.at(-1)?.block ?? 0)));
  return {
    events: read.flatMap((t) => t.entries).sort(order),
    whole: read.every((t) => t.complete),
    since: Math.max(...since),
  };
};

/** Folds events (oldest first) into visits, newest first. */
export const foldVisits = (events: Entry[]): Visit[] => {
  const visits = new Map<bigint, Visit>();
  for (const e of events) {
    if (e.event === 'Booked') visits.set(e.args.id as bigint, start(e));
    const visit = visits.get(e.args.id as bigint);
    const apply = APPLY[e.event];
    if (visit && apply) Object.assign(visit, apply(visit, e), { history: [...visit.history, e] });
  }
  return [...visits.values()].reverse();
};

/** The visits in which `account` is the patient or the doctor. @throws chain/timeline-broken, chain/unreachable */
export const visits = async (
  ports: Pick<ReadPorts, 'chain'>,
  account: Address,
  signal?: AbortSignal,
): Promise<Visit[]> =>
  foldVisits(await eventsOf(ports, account, signal)).filter((v) => v.patient === account || v.doctor === account);
