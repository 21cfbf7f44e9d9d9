/**
 * Who was given what of the guarded records, and who was refused: noted for the account that guards them, each entry sealed to that
 * account's key, so that whoever takes this disk learns nothing but how many there are.
 */
import type { Address, Bytes, Hex } from '../core/bytes.ts';
import type { Clock } from '../core/time.ts';
import { Lane } from './lane.ts';
import { LogBook } from './logBook.ts';
import type { PeerNode } from './node.ts';

/** @property record digest of the record · @property access sha256 of the token, null where none that was ever given was shown */
export type Note = {
  guard: Address;
  record: Hex;
  access: Hex | null;
  outcome: 'served' | 'refused';
  reason: 'token' | 'session' | 'deposit' | 'none' | 'unknown' | 'revoked' | 'expired' | 'chain';
};
/** Oldest first. `dropped`: entries that had to go since the account last cleared its log · `last`: the newest id that was ever given */
export type Page = { entries: { id: number; sealed: Bytes }[]; dropped: number; more: boolean; last: number };

/** Requests that were alike, while their minute lasts. `written`: the count that is on the disk */
type Window = { note: Note; id: number; at: number; count: number; written: number };
type Account = { book: LogBook; windows: Map<string, Window>; refused: Set<number>; work: Lane };

/** Milliseconds within which requests that are alike become one entry. */
const WINDOW = 60_000;
/** Entries that are kept. Refusals have a bound of their own: whoever is refused cannot push out what was served. */
const MOST = { all: 5000, refused: 1000 };
/** Entries that are still being counted. */
const MOST_OPEN = 500;
const PAGE = 100;

export class AccessLog {
  readonly #data: PeerNode['datastore'];
  readonly #clock: Clock;
  readonly #peer: { id: string; name: string };
  readonly #accounts = new Map<Address, Promise<Account>>();

  /** @param peer what this peer calls itself in every entry */
  constructor({ datastore }: Pick<PeerNode, 'datastore'>, peer: { id: string; name: string }, clock: Clock) {
    this.#data = datastore;
    this.#peer = peer;
    this.#clock = clock;
  }

  #account(guard: Address): Promise<Account> {
    const read = async (): Promise<Account> => ({
      book: await LogBook.open(this.#data, guard),
      windows: new Map(),
      refused: new Set(),
      work: new Lane(1),
    });
    const account = this.#accounts.get(guard) ?? read();
    this.#accounts.set(guard, account);
    account.catch(() => this.#accounts.delete(guard));
    return account;
  }

  /** In its turn. @throws what the work throws: nobody is served while it cannot be written down */
  async #in<T>(guard: Address, work: (account: Account) => Promise<T>): Promise<T> {
    const account = await this.#account(guard);
    return new Promise<T>((resolve, reject) => void account.work.run(() => work(account).then(resolve, reject)));
  }

  /**
   * To whom entries are sealed from now on: known before anything of that account can be asked for.
   * @param recipient age recipient @returns false when nothing can be sealed to it; the earlier one is kept
   */
  sealTo(guard: Address, recipient: string): Promise<boolean> {
    return this.#in(guard, ({ book }) => book.sealTo(recipient));
  }

  /** Counts a request. The first of its kind is written at once, the others when its minute is over. */
  note(note: Note): Promise<void> {
    return this.#in(note.guard, async (account) => {
      const { book, windows, refused } = account;
      const now = this.#clock();
      const alike = JSON.stringify(note);
      const open = windows.get(alike);
      if (open && now - open.at < WINDOW && open.written > 0) return void open.count++;
      if (open) await this.#close(account, open);
      for (const oldest of [...windows.values()].slice(0, windows.size - MOST_OPEN + 1))
        await this.#close(account, oldest);
      const window: Window = { note, id: book.begin(), at: now, count: 1, written: 0 };
      windows.set(alike, window);
      if (note.outcome === 'refused') refused.add(window.id);
      await this.#write(account, window);
      await this.#trim(account);
    });
  }

  async #write({ book }: Account, window: Window): Promise<void> {
    const { note, id, at, count } = window;
    if (window.written === count) return;
    const { record, access, outcome, reason } = note;
    const { id: peer, name } = this.#peer;
    await book.write(id, { version: 1, at, record, access, outcome, reason, count, peer, name });
    window.written = count;
  }

  async #close(account: Account, window: Window): Promise<void> {
    account.windows.delete(JSON.stringify(window.note));
    await this.#write(account, window);
  }

  /** The oldest refusals go first. */
  async #trim({ book, refused }: Account): Promise<void> {
    const drop = async (id: number): Promise<void> => {
      refused.delete(id);
      await book.drop(id);
    };
    while (refused.size > MOST.refused) await drop([...refused][0] as number);
    while (book.ids.length > MOST.all) await drop(book.ids[0] as number);
  }

  /** @param after id of the last entry that the reader has @returns oldest first, all of them final */
  page(guard: Address, after: number): Promise<Page> {
    return this.#in(guard, async (account) => {
      const { book, windows } = account;
      for (const window of [...windows.values()]) await this.#close(account, window);
      const wanted = book.ids.filter((id) => id > after);
      const entries: Page['entries'] = [];
      for (const id of wanted.slice(0, PAGE)) {
        const sealed = await book.read(id);
        if (sealed) entries.push({ id, sealed });
      }
      return { entries, dropped: book.dropped, more: wanted.length > PAGE, last: book.last };
    });
  }

  /** The account has these, and may clear no others: what is still counted stays. @param through the last id */
  forget(guard: Address, through: number): Promise<void> {
    return this.#in(guard, async ({ book, windows, refused }) => {
      const open = new Set([...windows.values()].map(({ id }) => id));
      const gone = book.ids.filter((id) => id <= through && !open.has(id));
      await book.clear(gone);
      gone.forEach((id) => refused.delete(id));
    });
  }

  /** Writes the counts of what is over. @param all also of what is not */
  async settle(all = false): Promise<void> {
    for (const guard of [...this.#accounts.keys()])
      await this.#in(guard, async (account) => {
        for (const window of [...account.windows.values()])
          if (all || this.#clock() - window.at >= WINDOW) await this.#close(account, window);
      });
  }
}
