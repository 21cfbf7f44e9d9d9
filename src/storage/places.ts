/**
 * Which places are known to hold which record. Kept in IndexedDB: digests and the hosts of places, which are public or the
 * person's own choice; nothing that can be read of a record.
 */
import { Key } from 'interface-datastore';
import { fromUtf8, utf8 } from '../core/bytes.ts';
import type { Digest } from '../core/bytes.ts';
import type { Place } from '../flows/ports/storage.ts';
import type { Node } from './node.ts';

/** @property own made here, so that losing it here may lose it for good · @property places those that confirmed the whole record */
type Entry = { own: boolean; places: Place[] };

const PREFIX = '/salus/record/';

export class Places {
  readonly #data: Node['datastore'];

  constructor({ datastore }: Pick<Node, 'datastore'>) {
    this.#data = datastore;
  }

  async #get(digest: Digest): Promise<Entry> {
    const key = new Key(PREFIX + digest);
    if (!(await this.#data.has(key))) return { own: false, places: [] };
    return JSON.parse(fromUtf8(await this.#data.get(key))) as Entry;
  }

  async #put(digest: Digest, entry: Entry): Promise<void> {
    await this.#data.put(new Key(PREFIX + digest), utf8(JSON.stringify(entry)));
  }

  /** The record was made here. */
  async made(digest: Digest): Promise<void> {
    await this.#put(digest, { ...(await this.#get(digest)), own: true });
  }

  /** `place` confirmed that it holds the whole record. */
  async confirmed(digest: Digest, place: Place): Promise<void> {
    const { own, places } = await this.#get(digest);
    await this.#put(digest, { own, places: [...places.filter((p) => p.url !== place.url), place] });
  }

  /** The place at `url` says that it does not hold it any more. */
  async lost(digest: Digest, url: string): Promise<void> {
    const { own, places } = await this.#get(digest);
    await this.#put(digest, { own, places: places.filter((p) => p.url !== url) });
  }

  /** The places that confirmed, oldest first. */
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
