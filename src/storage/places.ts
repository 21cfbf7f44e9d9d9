/**
 * Which places are known to hold which record. Kept in IndexedDB: digests and the hosts of places, which are public or the
 * person's own choice; nothing that can be read of a record.
 */
import { Key } from 'interface-datastore';
import { fromUtf8, utf8 } from '../core/bytes.ts';
import type { Address, Digest } from '../core/bytes.ts';
import type { Place } from '../flows/ports/storage.ts';
import type { Node } from './node.ts';

/**
 * @property own made here, so that losing it here may lose it for good · @property places those that confirmed the whole record
 * @property guard the account whose grants decide who is given it: it goes to places that check them alone
 */
type Entry = { own: boolean; places: Place[]; guard?: Address };

const PREFIX = '/salus/record/';

export class Places {
  readonly #data: Node['datastore'];
  #last: Promise<void> = Promise.resolve();

  constructor({ datastore }: Pick<Node, 'datastore'>) {
    this.#data = datastore;
  }

  async #get(digest: Digest): Promise<Entry> {
    const key = new Key(PREFIX + digest);
    if (!(await this.#data.has(key))) return { own: false, places: [] };
    return JSON.parse(fromUtf8(await this.#data.get(key))) as Entry;
  }

  /** One after the other: two places may confirm at once. */
  #change(digest: Digest, change: (entry: Entry) => Entry): Promise<void> {
    const key = new Key(PREFIX + digest);
    const write = async (): Promise<void> => {
      await this.#data.put(key, utf8(JSON.stringify(change(await this.#get(digest)))));
    };
    return (this.#last = this.#last.then(write, write));
  }

  /** The record was made here. */
  made(digest: Digest): Promise<void> {
    return this.#change(digest, (entry) => ({ ...entry, own: true }));
  }

  /** From now on it goes only to places that check tokens. */
  guard(digest: Digest, guard: Address): Promise<void> {
    return this.#change(digest, (entry) => ({ ...entry, guard }));
  }

  /** As a place says that gave it to us in particular; of what was made here no place decides that. */
  guardedBy(digest: Digest, guard: Address): Promise<void> {
    return this.#change(digest, (entry) => (entry.own || entry.guard ? entry : { ...entry, guard }));
  }

  /** The account that guards it, null for a record that anybody may be given. */
  async guardOf(digest: Digest): Promise<Address | null> {
    return (await this.#get(digest)).guard ?? null;
  }

  /** It is not wanted any more. @param left places that may still have it */
  async retired(digest: Digest, left: Place[]): Promise<void> {
    if (left.length === 0) return this.forget(digest);
    return this.#change(digest, (entry) => ({ ...entry, own: false, places: left }));
  }

  /** `place` confirmed that it holds the whole record. */
  confirmed(digest: Digest, place: Place): Promise<void> {
    return this.#change(digest, (entry) => ({
      ...entry,
      places: [...entry.places.filter((p) => p.url !== place.url), place],
    }));
  }

  /** The place at `url` says that it does not hold it any more. */
  lost(digest: Digest, url: string): Promise<void> {
    return this.#change(digest, (entry) => ({ ...entry, places: entry.places.filter((p) => p.url !== url) }));
  }

  /** The person saved or shared it as a file. @param at ms */
  async saved(digest: Digest, at: number): Promise<void> {
    const place: Place = { kind: 'file', name: '', url: null, at };
    return this.#change(digest, (entry) => ({
      ...entry,
      places: [...entry.places.filter((p) => p.kind !== 'file'), place],
    }));
  }

  /** How many records the place at `url` confirmed. */
  async heldAt(url: string): Promise<number> {
    let count = 0;
    for await (const { value } of this.#data.query({ prefix: PREFIX }))
      if ((JSON.parse(fromUtf8(value)) as Entry).places.some((place) => place.url === url)) count++;
    return count;
  }

  /** The places that confirmed, oldest first, and the file the person says to have. */
  async of(digest: Digest): Promise<Place[]> {
    return (await this.#get(digest)).places;
  }

  /** Records made here that no place has confirmed. */
  async unconfirmed(): Promise<Digest[]> {
    const found: Digest[] = [];
    for await (const { key, value } of this.#data.query({ prefix: PREFIX })) {
      const { own, places } = JSON.parse(fromUtf8(value)) as Entry;
      if (own && places.length === 0) found.push(key.toString().slice(PREFIX.length) as Digest);
    }
    return found;
  }

  /** The record is no longer wanted here. */
  async forget(digest: Digest): Promise<void> {
    await this.#data.delete(new Key(PREFIX + digest));
  }
}
