/**
 * Who was given what of the guarded records, and who was refused: noted for the account that guards them, each entry sealed to that
 * account's key, so that whoever takes this disk learns nothing but how many there are.
 */
import { Key } from 'interface-datastore';
import { createHash } from 'node:crypto';
import type { Address, Bytes, Hex } from '../core/bytes.ts';
import { concat, utf8 } from '../core/bytes.ts';
import type { Clock } from '../core/time.ts';
import { sealBytes } from '../crypto/envelope.ts';
import { Lane } from './lane.ts';
import type { PeerNode } from './node.ts';

/** @property record digest of the record · @property access sha256 of the token, null where none that was ever given was shown */
export type Note = {
  guard: Address;
  record: Hex;
  access: Hex | null;
  outcome: 'served' | 'refused';
  reason: 'token' | 'session' | 'deposit' | 'none' | 'unknown' | 'revoked' | 'expired' | 'chain';
};
/** What is kept beside the entries. `next`: the id of the next one · `dropped` since the account last cleared it · `recipient` it is sealed to */
type Meta = { next: number; dropped: number; recipient: string | null };
type Window = { note: Note; id: number; at: number; count: number; written: number };
type Book = { name: string; meta: Meta; ids: number[]; refused: Set<number>; windows: Map<string, Window>; work: Lane };

/** Oldest first. `dropped`: entries that had to go since the account last cleared its log · `last`: the newest id that was ever given */
export type Page = { entries: { id: number; sealed: Bytes }[]; dropped: number; more: boolean; last: number };

const PREFIX = '/salus-peer/guard/log/';
/** Milliseconds within which requests that are alike become one entry. */
const WINDOW = 60_000;
/** Entries that are kept. Refusals have a bound of their own: whoever is refused cannot push out what was served. */
const MOST = { all: 5000, refused: 1000 };
/** Entries that are still being counted. */
const MOST_OPEN = 500;
const PAGE = 100;
/** Bytes of an entry: all of them look alike. */
const SIZE = 1024;

const bookName = (guard: Address): string => createHash('sha256').update(`salus/v1/access-log ${guard}`).digest('hex');
const keyOf = (book: string, id: number): Key => new Key(`${PREFIX}${book}/${String(id).padStart(12, '0')}`);
const metaKey = (book: string): Key => new Key(`/salus-peer/guard/meta/${book}`);

const padded = (text: Bytes): Bytes => concat(text, new Uint8Array(Math.max(0, SIZE - text.length)).fill(0x20));

export class AccessLog {
  readonly #data: PeerNode['datastore'];
  readonly #clock: Clock;
  readonly #peer: { id: string; name: string };
  readonly #books = new Map<Address, Promise<Book>>();

  /** @param peer what this peer calls itself in every entry */
  constructor({ datastore }: Pick<PeerNode, 'datastore'>, peer: { id: string; name: string }, clock: Clock) {
    this.#data = datastore;
    this.#peer = peer;
    this.#clock = clock;
  }

  #book(guard: Address): Promise<Book> {
    const book = this.#books.get(guard) ?? this.#read(bookName(guard));
    this.#books.set(guard, book);
    return book;
  }

  async #read(name: string): Promise<Book> {
    const ids: number[] = [];
    for await (const key of this.#data.queryKeys({ prefix: `${PREFIX}${name}/` })) ids.push(Number(key.name()));
    ids.sort((a, b) => a - b);
    const kept = (await this.#data.has(metaKey(name)))
      ? (JSON.parse(new TextDecoder().decode(await this.#data.get(metaKey(name)))) as Meta)
      : { next: 1, dropped: 0, recipient: null };
    const meta = { ...kept, next: Math.max(kept.next, (ids.at(-1) ?? 0) + 1) };
    return { name, meta, ids, refused: new Set(), windows: new Map(), work: new Lane(1) };
  }

  /** In its turn. @throws what the work throws: nobody is served while it cannot be written down */
  async #in<T>(guard: Address, work: (book: Book) => Promise<T>): Promise<T> {
    const book = await this.#book(guard);
    return new Promise<T>((resolve, reject) => void book.work.run(() => work(book).then(resolve, reject)));
  }

  async #saveMeta({ name, meta }: Book): Promise<void> {
    await this.#data.put(metaKey(name), utf8(JSON.stringify(meta)));
  }

  /**
   * To whom entries are sealed from now on: known before anything of that account can be asked for.
   * @param recipient age recipient @returns false when nothing can be sealed to it: 1216 bytes need be no key. The earlier one is kept
   */
  async sealTo(guard: Address, recipient: string): Promise<boolean> {
    const book = await this.#book(guard);
    if (book.meta.recipient === recipient) return true;
    try {
      await sealBytes([recipient], new Uint8Array(1));
    } catch {
      return false;
    }
    book.meta.recipient = recipient;
    await this.#saveMeta(book);
    return true;
  }

  /** Counts a request. The first of its kind is written at once, the others when its minute is over. */
  async note(note: Note): Promise<void> {
    await this.#in(note.guard, async (book) => {
      const now = this.#clock();
      const alike = JSON.stringify(note);
      const open = book.windows.get(alike);
      if (open && now - open.at < WINDOW) return void open.count++;
      if (open) await this.#close(book, open);
      for (const oldest of [...book.windows.values()].slice(0, book.windows.size - MOST_OPEN + 1))
        await this.#close(book, oldest);
      const window: Window = { note, id: book.meta.next++, at: now, count: 1, written: 0 };
      book.windows.set(alike, window);
      book.ids.push(window.id);
      if (note.outcome === 'refused') book.refused.add(window.id);
      await this.#write(book, window);
      await this.#trim(book);
    });
  }

  async #write(book: Book, window: Window): Promise<void> {
    const { note, at, count } = window;
    if (book.meta.recipient === null || window.written === count) return;
    const { record, access, outcome, reason } = note;
    const entry = {
      version: 1,
      at,
      record,
      access,
      outcome,
      reason,
      count,
      peer: this.#peer.id,
      name: this.#peer.name,
    };
    await this.#data.put(
      keyOf(book.name, window.id),
      await sealBytes([book.meta.recipient], padded(utf8(JSON.stringify(entry)))),
    );
    window.written = count;
  }

  async #close(book: Book, window: Window): Promise<void> {
    book.windows.delete(JSON.stringify(window.note));
    if (book.ids.includes(window.id)) await this.#write(book, window);
  }

  async #trim(book: Book): Promise<void> {
    const drop = async (id: number | undefined): Promise<void> => {
      if (id === undefined) return;
      book.ids.splice(book.ids.indexOf(id), 1);
      book.refused.delete(id);
      book.meta.dropped++;
      await this.#data.delete(keyOf(book.name, id));
      await this.#saveMeta(book);
    };
    while (book.refused.size > MOST.refused) await drop([...book.refused][0]);
    while (book.ids.length > MOST.all) await drop(book.ids[0]);
  }

  /** @param after id of the last entry that the reader has @returns oldest first, all of them final */
  page(guard: Address, after: number): Promise<Page> {
    return this.#in(guard, async (book) => {
      for (const window of [...book.windows.values()]) await this.#close(book, window);
      const wanted = book.ids.filter((id) => id > after);
      const entries: Page['entries'] = [];
      for (const id of wanted.slice(0, PAGE))
        if (await this.#data.has(keyOf(book.name, id)))
          entries.push({ id, sealed: (await this.#data.get(keyOf(book.name, id))) as Bytes });
      return { entries, dropped: book.meta.dropped, more: wanted.length > PAGE, last: book.meta.next - 1 };
    });
  }

  /** The account has these, and may clear no others: those that came since stay. @param through the last id */
  async forget(guard: Address, through: number): Promise<void> {
    await this.#in(guard, async (book) => {
      const open = new Set([...book.windows.values()].map(({ id }) => id));
      const gone = book.ids.filter((id) => id <= through && !open.has(id));
      book.meta.dropped = 0;
      await this.#saveMeta(book); // `next` first: no id is ever given twice
      for (const id of gone) await this.#data.delete(keyOf(book.name, id));
      book.ids = book.ids.filter((id) => !gone.includes(id));
      gone.forEach((id) => book.refused.delete(id));
    });
  }

  /** Writes the counts of what is over. @param all also of what is not */
  async settle(all = false): Promise<void> {
    for (const guard of [...this.#books.keys()])
      await this.#in(guard, async (book) => {
        for (const window of [...book.windows.values()])
          if (all || this.#clock() - window.at >= WINDOW) await this.#close(book, window);
      });
  }
}
