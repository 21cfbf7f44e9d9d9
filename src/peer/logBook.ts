/** One account's log on the disk: sealed entries by ascending ids, and what is kept beside them. What it says it does not know. */
import { Key } from 'interface-datastore';
import { createHash } from 'node:crypto';
import type { Address, Bytes } from '../core/bytes.ts';
import { concat, utf8 } from '../core/bytes.ts';
import { sealBytes } from '../crypto/envelope.ts';
import type { PeerNode } from './node.ts';

/** `next`: the id of the next entry · `dropped` since the account last cleared it · `recipient` that entries are sealed to */
type Meta = { next: number; dropped: number; recipient: string | null };
type Disk = PeerNode['datastore'];

/** Bytes of an entry, before it is sealed: all of them look alike. */
const SIZE = 1024;

const padded = (text: Bytes): Bytes => concat(text, new Uint8Array(Math.max(0, SIZE - text.length)).fill(0x20));

export class LogBook {
  readonly #disk: Disk;
  readonly #name: string;
  readonly #meta: Meta;
  #ids: number[];

  private constructor(disk: Disk, name: string, meta: Meta, ids: number[]) {
    [this.#disk, this.#name, this.#meta, this.#ids] = [disk, name, meta, ids];
  }

  static async open(disk: Disk, guard: Address): Promise<LogBook> {
    const name = createHash('sha256').update(`salus/v1/access-log ${guard}`).digest('hex');
    const ids: number[] = [];
    for await (const key of disk.queryKeys({ prefix: `/salus-peer/guard/log/${name}/` })) ids.push(Number(key.name()));
    ids.sort((a, b) => a - b);
    const at = new Key(`/salus-peer/guard/meta/${name}`);
    const kept = (await disk.has(at))
      ? (JSON.parse(new TextDecoder().decode(await disk.get(at))) as Meta)
      : { next: 1, dropped: 0, recipient: null };
    return new LogBook(disk, name, { ...kept, next: Math.max(kept.next, (ids.at(-1) ?? 0) + 1) }, ids);
  }

  /** Ascending. */
  get ids(): readonly number[] {
    return this.#ids;
  }

  get dropped(): number {
    return this.#meta.dropped;
  }

  /** The newest id that was ever given. */
  get last(): number {
    return this.#meta.next - 1;
  }

  #keyOf(id: number): Key {
    return new Key(`/salus-peer/guard/log/${this.#name}/${String(id).padStart(12, '0')}`);
  }

  async #save(): Promise<void> {
    await this.#disk.put(new Key(`/salus-peer/guard/meta/${this.#name}`), utf8(JSON.stringify(this.#meta)));
  }

  /** @returns false when nothing can be sealed to it: 1216 bytes need be no key. The earlier one is kept then */
  async sealTo(recipient: string): Promise<boolean> {
    if (this.#meta.recipient === recipient) return true;
    try {
      await sealBytes([recipient], new Uint8Array(1));
    } catch {
      return false;
    }
    this.#meta.recipient = recipient;
    await this.#save();
    return true;
  }

  /** A new entry, without a word in it yet. @returns its id */
  begin(): number {
    const id = this.#meta.next++;
    this.#ids.push(id);
    return id;
  }

  /** Seals an entry and writes it, over what stood there. Does nothing while there is no key, or for one that was let go. */
  async write(id: number, entry: object): Promise<void> {
    const { recipient } = this.#meta;
    if (recipient === null || !this.#ids.includes(id)) return;
    await this.#disk.put(this.#keyOf(id), await sealBytes([recipient], padded(utf8(JSON.stringify(entry)))));
  }

  async read(id: number): Promise<Bytes | null> {
    return (await this.#disk.has(this.#keyOf(id))) ? ((await this.#disk.get(this.#keyOf(id))) as Bytes) : null;
  }

  /** There is no room for it. */
  async drop(id: number): Promise<void> {
    this.#ids = this.#ids.filter((one) => one !== id);
    this.#meta.dropped++;
    await this.#disk.delete(this.#keyOf(id));
    await this.#save();
  }

  /** The account has these. */
  async clear(ids: number[]): Promise<void> {
    this.#meta.dropped = 0;
    await this.#save(); // `next` first: no id is ever given twice
    const gone = new Set(ids);
    this.#ids = this.#ids.filter((id) => !gone.has(id));
    for (const id of ids) await this.#disk.delete(this.#keyOf(id));
  }
}
