/**
 * Whether a token still opens what an account guards: pure, over events that were verified before. What `IRecords` says of
 * `Shared`, `Delegated` and `Revoked` is computed here.
 */
import type { Address, Hex } from '../core/bytes.ts';
import type { SalusChain } from '../chain/index.ts';

/** One verified event. */
export type Event = Pick<
  Awaited<ReturnType<SalusChain['timeline']>>['entries'][number],
  'event' | 'args' | 'author' | 'subject' | 'block' | 'logIndex'
>;
/** `until`: Unix seconds, 0 for none. `unknown`: no such token was ever given. */
export type Standing = { state: 'live' | 'expired' | 'revoked' | 'unknown'; until: number };

/** What is known of a guarding account. All oldest first. */
export type Books = {
  /** the account's own acts, and those of whoever succeeded it */
  own: Event[];
  /** what others did to it */
  inbox: Event[];
  /** own acts of an account that delegated */
  actsOf(delegator: Address): Promise<Event[]>;
  /** an account, and the addresses it moved to */
  heirsOf(account: Address): Promise<Address[]>;
};

const NONE: Hex = `0x${'0'.repeat(64)}`;
const UNKNOWN: Standing = { state: 'unknown', until: 0 };
/** Moves of one account that are followed. */
const MOVES = 16;
/** The better of two answers stands first. */
const ORDER: Standing['state'][] = ['live', 'expired', 'revoked', 'unknown'];

const isAfter = (a: Event, b: Event): boolean => a.block > b.block || (a.block === b.block && a.logIndex > b.logIndex);

/** The earlier end of two, where 0 is no end. */
const earlier = (a: number, b: number): number => (a === 0 ? b : b === 0 ? a : Math.min(a, b));

/** @param grantee taking back from it, or from an address that it moved to, takes this back too */
const isTakenBack = async (grant: Event, grantee: Address, acts: Event[], { heirsOf }: Books): Promise<boolean> => {
  const later = acts.filter((act) => act.event === 'Revoked' && isAfter(act, grant));
  if (later.some(({ args }) => args.access === grant.args.access)) return true;
  const whole = later.filter(({ args }) => args.access === NONE).map(({ subject }) => subject);
  if (whole.length === 0 || whole.includes(grantee)) return whole.length > 0;
  const heirs = await heirsOf(grantee);
  return whole.some((subject) => heirs.includes(subject));
};

const judged = (until: number, takenBack: boolean, now: number): Standing => {
  if (takenBack) return { state: 'revoked', until };
  return { state: until !== 0 && until <= now ? 'expired' : 'live', until };
};

const better = (a: Standing, b: Standing): Standing => {
  if (a.state !== b.state) return ORDER.indexOf(a.state) < ORDER.indexOf(b.state) ? a : b;
  return a.until === 0 || (b.until !== 0 && a.until > b.until) ? a : b;
};

const untilOf = ({ args }: Event): number => Number(args.until);

const newestOf = (access: unknown, { own }: Books): Event | undefined =>
  own.findLast((e) => e.event === 'Shared' && e.args.access === access);

const judge = async (grant: Event, books: Books, now: number): Promise<Standing> =>
  judged(untilOf(grant), await isTakenBack(grant, grant.subject, books.own, books), now);

/** What the account itself gave: of two with the same token the newer holds. */
const shared = async (access: Hex, books: Books, now: number): Promise<Standing> => {
  const grant = newestOf(access, books);
  return grant ? judge(grant, books, now) : UNKNOWN;
};

/** An account and those it succeeded, by its own acts. */
const lineOf = async (account: Address, { actsOf }: Books): Promise<Address[]> => {
  const line = [account];
  for (const one of line) {
    const succeeded = (await actsOf(one)).filter(({ event }) => event === 'Succeeded');
    line.push(...succeeded.map(({ subject }) => subject).filter((old) => !line.includes(old) && line.length < MOVES));
  }
  return line;
};

/** A right as what hangs on it sees it: given again with the same token, it ends at the earliest of all its ends, so that nothing comes to life again. */
const bounding = async (grant: Event, line: Address[], books: Books, now: number): Promise<Standing> => {
  const { access } = grant.args;
  const again = books.own.filter((e) => e.event === 'Shared' && e.args.access === access && isAfter(e, grant));
  const own = await judge(grant, books, now);
  if (own.state !== 'live' || again.length === 0 || access === NONE) return own;
  const until = again.map(untilOf).reduce(earlier, own.until);
  // it is another's now, or was in between
  if (!again.every(({ subject }) => line.includes(subject))) return { state: 'revoked', until };
  return judged(until, false, now);
};

/** The best right that the delegator had when it delegated, and has had ever since. */
const rightOf = async (delegation: Event, books: Books, now: number): Promise<Standing> => {
  const line = await lineOf(delegation.author, books);
  let right = UNKNOWN;
  for (const grant of books.own)
    if (grant.event === 'Shared' && line.includes(grant.subject) && isAfter(delegation, grant))
      right = better(right, await bounding(grant, line, books, now));
  return right;
};

const delegated = async (delegation: Event, books: Books, now: number): Promise<Standing> => {
  const acts = [...books.own, ...(await books.actsOf(delegation.author))];
  const right = await rightOf(delegation, books, now);
  const until = earlier(untilOf(delegation), right.until);
  const own = judged(until, await isTakenBack(delegation, delegation.args.other as Address, acts, books), now);
  if (own.state !== 'live' || right.state === 'live') return own;
  return { state: right.state === 'expired' ? 'expired' : 'revoked', until };
};

/** @param access sha256 of the token that was shown @param now Unix seconds */
export const standing = async (access: Hex, books: Books, now: number): Promise<Standing> => {
  let best = await shared(access, books, now);
  const newest = new Map<Address, Event>();
  for (const event of books.inbox)
    if (event.event === 'Delegated' && event.args.access === access) newest.set(event.author, event);
  for (const delegation of newest.values()) best = better(best, await delegated(delegation, books, now));
  return best;
};
