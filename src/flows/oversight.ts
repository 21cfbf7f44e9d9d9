/**
 * What a hospital sees of its staff's dealings: what they asked for and were not answered, what they may read and soon may not. All of it is
 * public on the chain; nothing of any content is here, and no key is used.
 */
import type { Address } from '../core/bytes.ts';
import { asSalusError, type SalusError } from '../core/errors.ts';
import type { Account, Entry, ReadPorts } from './ports/index.ts';

type Reading = Pick<ReadPorts, 'chain'>;

/** Seconds after which a request counts as overdue, and before which a share counts as expiring. */
export const OVERDUE = 14 * 86_400;
/** Newest entries of each timeline that are looked at: strangers may write into an inbox without end. */
export const LOOKED_AT = 500;
/** Accounts read at the same time. */
const ABREAST = 4;

/** A request of `staff` that `patient` has answered neither way. `entry` is the AccessRequested. */
export type OpenRequest = { staff: Address; patient: Address; entry: Entry; overdue: boolean };
/** What `patient` lets `staff` read until `until` (Unix seconds). `by`: who brought it in, null where the patient did */
export type Expiring = { staff: Address; patient: Address; by: Address | null; until: number; entry: Entry };
/** `unread`: whose timelines could not be read, and why. `cut`: of whom only the newest {@link LOOKED_AT} entries were looked at */
export type Oversight = {
  requests: OpenRequest[];
  expiring: Expiring[];
  unread: { staff: Address; error: SalusError }[];
  cut: Address[];
};

/** Nothing is asked with no reason: it withdraws what was asked before. */
const withdraws = ({ args }: Entry): boolean => /^0x0*$/.test(String(args.reason));

/** Requests in `own` (newest first) that no answer in `inbox` names, and that were not withdrawn. */
const unanswered = (staff: Address, own: Entry[], inbox: Entry[]): Omit<OpenRequest, 'overdue'>[] => {
  const answered = new Set(
    inbox
      .filter((e) => (e.event === 'Shared' || e.event === 'Refused') && e.subject === staff)
      .map((e) => `${e.author}/${Number(e.args.re)}`),
  );
  const withdrawn = new Set<Address>();
  const open: Omit<OpenRequest, 'overdue'>[] = [];
  for (const entry of own) {
    if (entry.event !== 'AccessRequested' || entry.author !== staff) continue;
    if (withdraws(entry)) withdrawn.add(entry.subject);
    else if (!withdrawn.has(entry.subject) && !answered.has(`${entry.subject}/${entry.inboxCount}`))
      open.push({ staff, patient: entry.subject, entry });
  }
  return open;
};

/** Rights in `inbox` (newest first) that end between `now` and `now` + {@link OVERDUE}. */
const ending = (staff: Address, inbox: Entry[], now: number): Expiring[] => {
  /** ended, or replaced by a newer one: `patient/access`, and `patient` where everything was taken back */
  const gone = new Set<string>();
  const found: Expiring[] = [];
  for (const entry of inbox) {
    const access = String(entry.args.access).toLowerCase();
    const delegated = entry.event === 'Delegated';
    const patient = delegated ? entry.subject : entry.author;
    if (entry.event === 'Revoked' && entry.subject === staff)
      gone.add(/^0x0*$/.test(access) ? entry.author : `${entry.author}/${access}`);
    const given = entry.event === 'Shared' ? entry.subject === staff : delegated && entry.args.other === staff;
    if (!given) continue;
    const taken = [patient, entry.author].some((who) => gone.has(who) || gone.has(`${who}/${access}`));
    if (taken) continue;
    if (!/^0x0*$/.test(access)) gone.add(`${patient}/${access}`);
    const until = Number(entry.args.until);
    if (until > now && until <= now + OVERDUE)
      found.push({ staff, patient, by: delegated ? entry.author : null, until, entry });
  }
  return found;
};

/**
 * How many of the requests, oldest first, are older than {@link OVERDUE}: their blocks are in order, so that a few times tell all.
 * @param sorted by block, oldest first
 */
const overdueCount = async ({ chain }: Reading, sorted: { entry: Entry }[], now: number): Promise<number> => {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const time = await chain.timeOf((sorted[middle] as { entry: Entry }).entry.block);
    if (time + OVERDUE <= now) low = middle + 1;
    else high = middle;
  }
  return low;
};

/**
 * Reads both timelines of each of the staff, each once. One that cannot be read hides its own rows only.
 * @param onSome called with how many of the staff were read
 * @returns requests oldest first, expiring shares by their end @throws chain/unreachable
 */
export const overseen = async (
  ports: Reading,
  staff: Account[],
  onSome: (done: number) => void = () => {},
  signal?: AbortSignal,
): Promise<Oversight> => {
  const now = await ports.chain.now();
  const found: Oversight = { requests: [], expiring: [], unread: [], cut: [] };
  const open: Omit<OpenRequest, 'overdue'>[] = [];
  const left = staff.map((a) => a.address);
  let done = 0;
  const options = { limit: LOOKED_AT, ...(signal ? { signal } : {}) };
  const next = async (): Promise<void> => {
    for (let one = left.shift(); one && !signal?.aborted; one = left.shift()) {
      try {
        const [own, inbox] = await Promise.all([
          ports.chain.timeline(one, 'own', options),
          ports.chain.timeline(one, 'inbox', options),
        ]);
        if (!own.complete || !inbox.complete) found.cut.push(one);
        open.push(...unanswered(one, own.entries, inbox.entries));
        found.expiring.push(...ending(one, inbox.entries, now));
      } catch (error) {
        found.unread.push({ staff: one, error: asSalusError(error) });
      }
      onSome(++done);
    }
  };
  await Promise.all(Array.from({ length: ABREAST }, next));
  open.sort((a, b) => a.entry.block - b.entry.block || a.entry.logIndex - b.entry.logIndex);
  const overdue = await overdueCount(ports, open, now);
  found.requests = open.map((r, i) => ({ ...r, overdue: i < overdue }));
  found.expiring.sort((a, b) => a.until - b.until);
  return found;
};
