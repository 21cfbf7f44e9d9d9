/** Ratings with words, and what anyone may count of a doctor's. */
import { NO_DIGEST, type Address, type Digest } from '../core/bytes.ts';
import { isSalusError, SalusError } from '../core/errors.ts';
import { isoWithZone } from '../core/time.ts';
import { encodeReview, MAX_REVIEW_BYTES, parseReview, REVIEW_FILE, type Review } from '../record/review.ts';
import type { Act } from './act.ts';
import { countOf } from './calls.ts';
import type { Entry, Ports, ReadPorts } from './ports/index.ts';
import { send } from './send.ts';
import type { Visit } from './visits.ts';

/**
 * One rating a visit, 1–5, public for ever, with words or without; it releases the fee when that was not done yet. The words are
 * copied to a place before the wallet is asked; where none takes them, the person may rate all the same, or wait.
 */
export const rate = async (ports: Ports, act: Act, visit: Visit, score: number, text = ''): Promise<Entry> => {
  if (!Number.isInteger(score) || score < 1 || score > 5) throw new SalusError('input/invalid', { at: 'score' });
  const call = (comment: Digest) => ({ name: 'rate' as const, args: { id: visit.id, score, comment } });
  if (text.trim() === '') return send(ports, act, call(NO_DIGEST));
  act.stage('prepare');
  const comment = await publishReview(ports, visit, text);
  try {
    return await send(ports, act, call(comment), { record: comment });
  } catch (error) {
    // words that were declined are not kept here
    if (isSalusError(error, 'wallet/declined')) await ports.storage.discard(comment);
    throw error;
  }
};

const publishReview = async (ports: Ports, visit: Visit, text: string): Promise<Digest> => {
  const { chain, storage, clock, zone, wallet } = ports;
  const about = {
    chain: chain.chainId,
    contract: chain.contract,
    appointment: visit.id,
    patient: wallet.account,
    doctor: await standsFor(ports, visit.doctor),
  };
  const body = encodeReview(about, { text, sent: isoWithZone(clock(), zone()) });
  return storage.publish([{ name: REVIEW_FILE, body }]);
};

const MOST_MOVES = 16;

/** Who answers for an account now: {Rated} names the address that took over. */
const standsFor = async ({ chain }: Pick<Ports, 'chain'>, account: Address): Promise<Address> => {
  let now = account;
  for (let moves = 0; moves < MOST_MOVES; moves++) {
    const { movedTo } = await chain.account(now);
    if (!movedTo) break;
    now = movedTo;
  }
  return now;
};

/** One rating, as the doctor's verified timeline has it. `attested`: a hospital had said before that the visit took place. */
export type Rated = {
  id: bigint;
  patient: Address;
  doctor: Address;
  score: number;
  comment: Digest | null;
  attested: boolean;
  entry: Entry;
};
export type Tally = { count: number; sum: number };
export type Tallies = { all: Tally; attested: Tally; payers: number };
/** `read` of `total` entries of the timeline; `complete` when that is all of it. Newest rating first. */
export type Ratings = { list: Rated[]; read: number; total: number; complete: boolean };

/** Entries asked for at a time, and at most: a busy doctor's inbox is long, and each page costs the nodes a question. */
export const RATINGS_PAGE = 250;
export const RATINGS_LIMIT = 2000;

/**
 * Reads a doctor's inbox back from its head, page by page. Every entry is proven by the timeline; that its author paid for the visit
 * is the contract's to enforce.
 * @param limit entries at most @param onPage told after each page what is known by then
 * @throws chain/timeline-broken, chain/unreachable, storage/aborted
 */
export const ratings = async (
  { chain }: Pick<ReadPorts, 'chain'>,
  doctor: Address,
  {
    limit = RATINGS_LIMIT,
    signal,
    onPage,
  }: { limit?: number; signal?: AbortSignal; onPage?: (so: Ratings) => void } = {},
): Promise<Ratings> => {
  for (let wanted = Math.min(RATINGS_PAGE, limit); ; wanted = Math.min(wanted + RATINGS_PAGE, limit)) {
    const { entries, head, complete } = await chain.timeline(doctor, 'inbox', { limit: wanted, signal });
    if (signal?.aborted) throw new SalusError('storage/aborted');
    const so = { list: foldRatings(doctor, entries), read: entries.length, total: countOf(head), complete };
    if (complete || wanted >= limit) return so;
    onPage?.(so);
  }
};

/** @param entries of the doctor's inbox, newest first */
export const foldRatings = (doctor: Address, entries: Entry[]): Rated[] => {
  const attested = new Set(entries.filter((e) => e.event === 'Attested' && e.subject === doctor).map((e) => e.args.id));
  return entries
    .filter((e) => e.event === 'Rated' && e.subject === doctor)
    .map((entry) => ({
      id: entry.args.id as bigint,
      patient: entry.author,
      doctor,
      score: Number(entry.args.score),
      comment: BigInt(entry.args.comment as string) === 0n ? null : (entry.args.comment as Digest),
      attested: attested.has(entry.args.id),
      entry,
    }));
};

/** All ratings, those of attested visits, and how many different accounts paid. */
export const tally = (list: Rated[]): Tallies => {
  const of = (some: Rated[]): Tally => ({ count: some.length, sum: some.reduce((n, r) => n + r.score, 0) });
  return {
    all: of(list),
    attested: of(list.filter((r) => r.attested)),
    payers: new Set(list.map((r) => r.patient)).size,
  };
};

/** The words of a rating. @throws storage/not-found, record/malformed, record/mismatch when they are about another visit */
export const readReview = async (
  { chain, storage }: Pick<ReadPorts, 'chain' | 'storage'>,
  { id, patient, doctor, comment }: Rated,
  signal?: AbortSignal,
): Promise<Review | null> => {
  if (!comment) return null;
  const bytes = await storage.readPublic(comment, REVIEW_FILE, MAX_REVIEW_BYTES, signal ? { signal } : {});
  return parseReview(bytes, { chain: chain.chainId, contract: chain.contract, appointment: id, patient, doctor });
};
