/**
 * What the chain says of the accounts that guard records here: their verified timelines, read anew every few seconds while somebody
 * asks. When the chain cannot be read there is no answer, and nothing is served.
 */
import type { Address, Bytes, Hex } from '../core/bytes.ts';
import { fromHex } from '../core/bytes.ts';
import { SalusError, asSalusError } from '../core/errors.ts';
import type { Clock } from '../core/time.ts';
import type { SalusChain } from '../chain/index.ts';
import { keyHash, recipientFromPublicKey } from '../crypto/identity.ts';
import { standing } from './liveness.ts';
import type { Books, Event, Standing } from './liveness.ts';

/** All that is asked of the chain. */
export type Reader = Pick<SalusChain, 'account' | 'timeline' | 'now' | 'hospitals' | 'isSignedBy'>;

/** @property owner who the account is now, after moves · @property recipient to whom its log is sealed, null while it has no key */
export type Guarding = Books & { heirs: Address[]; owner: Address; recipient: string | null; now: number };

/** Milliseconds that an answer is used again. */
const AGE = 4000;
/** Accounts of which answers are kept. */
const MOST = 256;
/** Moves of one account that are followed. */
const MOVES = 16;

const oldestFirst = (entries: Event[]): Event[] =>
  [...entries].sort((a, b) => a.block - b.block || a.logIndex - b.logIndex);

const bytesOf = (value: unknown): Bytes => (typeof value === 'string' ? fromHex(value) : (value as Bytes));

export class Grants {
  readonly #open: () => Promise<Reader>;
  readonly #clock: Clock;
  readonly #age: number;
  readonly #kept = new Map<Address, { at: number; books: Promise<Guarding> }>();

  /** @param open the chain; asked again while it fails @param age milliseconds that an answer is used again */
  constructor(open: () => Promise<Reader>, clock: Clock = Date.now, age = AGE) {
    this.#open = open;
    this.#clock = clock;
    this.#age = age;
  }

  /** @throws chain/unreachable and its kin: whoever asks is refused */
  of(account: Address): Promise<Guarding> {
    const kept = this.#kept.get(account);
    if (kept && this.#clock() - kept.at < this.#age) return kept.books;
    const books = this.#read(account).catch((error: unknown): never => {
      throw asSalusError(error, 'chain/unreachable');
    });
    this.#kept.delete(account);
    this.#kept.set(account, { at: this.#clock(), books });
    books.catch(() => {
      if (this.#kept.get(account)?.books === books) this.#kept.delete(account);
    });
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= MOST) break;
      this.#kept.delete(oldest);
    }
    return books;
  }

  /** @param access sha256 of the token @throws as {@link of} */
  async standing(account: Address, access: Hex): Promise<Standing> {
    const books = await this.of(account);
    // the later of the two: a node that stands still prolongs nothing
    const now = Math.max(books.now, Math.floor(this.#clock() / 1000));
    return standing(access, books, now).catch((error: unknown): never => {
      throw asSalusError(error, 'chain/unreachable');
    });
  }

  async #read(account: Address): Promise<Guarding> {
    const chain = await this.#open();
    const heirsOf = once((one: Address) => movesOf(chain, one));
    const actsOf = once(async (one: Address) => oldestFirst((await chain.timeline(one, 'own')).entries));
    const heirs = await heirsOf(account);
    const owner = heirs.at(-1) as Address;
    const [now, { keyHash: hash }] = await Promise.all([chain.now(), chain.account(owner)]);
    const own: Event[] = [];
    const inbox: Event[] = [];
    for (const one of heirs) {
      const [acts, received] = [await chain.timeline(one, 'own'), await chain.timeline(one, 'inbox')];
      if (!acts.complete || !received.complete) throw new SalusError('chain/unreachable', { account: one });
      own.push(
        ...acts.entries.filter(({ event }) => event === 'Shared' || event === 'Revoked' || event === 'Enrolled'),
      );
      inbox.push(...received.entries.filter(({ event }) => event === 'Delegated'));
    }
    const acts = oldestFirst(own);
    const enrolled = acts.findLast(({ event, author }) => event === 'Enrolled' && author === owner);
    const key = enrolled && bytesOf(enrolled.args.recipient);
    const recipient = key && keyHash(key) === hash ? recipientFromPublicKey(key) : null;
    return { heirs, owner, recipient, now, own: acts, inbox: oldestFirst(inbox), actsOf, heirsOf };
  }
}

/** Remembers what was asked, for as long as this answer is used. */
const once = <T>(ask: (account: Address) => Promise<T>): ((account: Address) => Promise<T>) => {
  const known = new Map<Address, Promise<T>>();
  return (account) => {
    const answer = known.get(account) ?? ask(account);
    known.set(account, answer);
    return answer;
  };
};

/** @returns the account and the addresses it moved to, the newest last */
const movesOf = async (chain: Reader, account: Address): Promise<Address[]> => {
  const moves = [account];
  while (moves.length <= MOVES) {
    const { movedTo } = await chain.account(moves.at(-1) as Address);
    if (movedTo === null || moves.includes(movedTo)) return moves;
    moves.push(movedTo);
  }
  return moves;
};
