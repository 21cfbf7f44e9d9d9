/** What is known of records that were opened once, kept sealed in the cabinet: the list shows titles at once, and search needs no key. */
import { fromUtf8, utf8 } from '../core/bytes.ts';
import type { Manifest } from '../record/manifest.ts';
import { wordsOf } from '../record/search.ts';
import type { OpenRecord } from './openRecord.ts';
import type { Cabinet } from './ports/index.ts';
import { keyOf } from './records.ts';

/** `words`: what search looks through. `bytes`: true sizes of the files, together. */
export type Indexed = Pick<Manifest, 'kind' | 'title' | 'created' | 'amends'> & {
  files: string[];
  bytes: number;
  words: string;
};

const PREFIX = 'records/';
const MAX_NAMES = 20;

const indexed = ({ manifest }: OpenRecord): Indexed => ({
  kind: manifest.kind,
  title: manifest.title,
  created: manifest.created,
  amends: manifest.amends,
  files: manifest.files.slice(0, MAX_NAMES).map((f) => f.name),
  bytes: manifest.files.reduce((n, f) => n + f.size, 0),
  words: wordsOf(manifest),
});

/** Notes an opened record. @returns what was noted */
export const noteRecord = async (cabinet: Cabinet, record: OpenRecord): Promise<Indexed> => {
  const known = indexed(record);
  await cabinet.set(PREFIX + keyOf(record.ref), utf8(JSON.stringify(known)));
  return known;
};

/** Everything noted so far, by {@link keyOf}. */
export const readIndex = async (cabinet: Cabinet): Promise<Map<string, Indexed>> => {
  const all = new Map<string, Indexed>();
  for (const name of await cabinet.list(PREFIX)) {
    const kept = await cabinet.get(name);
    if (kept) all.set(name.slice(PREFIX.length), JSON.parse(fromUtf8(kept)) as Indexed);
  }
  return all;
};
