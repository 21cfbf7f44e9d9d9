/** What is known of records that were opened once, kept sealed in the cabinet: the list shows titles at once, and search needs no key. */
import { fromUtf8, utf8, type Digest } from '../core/bytes.ts';
import type { Folder } from '../record/folders.ts';
import type { Manifest } from '../record/manifest.ts';
import { readFolder, type OwnFolder } from '../record/ownFolder.ts';
import { readReplaced } from '../record/replaced.ts';
import { readReview, type Review } from '../record/provenance.ts';
import { readReport } from '../record/report.ts';
import { wordsOf } from '../record/search.ts';
import type { OpenRecord } from './openRecord.ts';
import type { Cabinet } from './ports/index.ts';
import { keyOf } from './records.ts';

/**
 * `words`: what search looks through. `bytes`: true sizes of the files, together. `names`: other records that it hands on: what a filing puts somewhere. `list`: what a record of kind
 * `folder` tells of. `suggests`: where a record of this kind belongs when nobody filed it
 */
export type Indexed = Pick<
  Manifest,
  'kind' | 'title' | 'created' | 'amends' | 'folder' | 'confidentiality' | 'copy'
> & {
  files: string[];
  bytes: number;
  words: string;
  names: Digest[];
  /** earlier ciphertexts that a copy took the place of */
  replaces: Digest[];
  list: OwnFolder | null;
  /** of a record of kind `provenance`: what was looked over */
  review: Review | null;
  suggests: Folder;
};

// a number: what was noted before the index had folders is noted anew
const PREFIX = 'records/3/';
const MAX_NAMES = 20;

/** Where what others add belongs, unless somebody filed it. */
const suggestion = ({ kind, resources }: Manifest): Folder => {
  if (kind === 'card') return 'card';
  if (kind === 'prescription') return 'prescriptions';
  const report = kind === 'report' ? readReport(resources).kind : null;
  return report === 'laboratory' ? 'labs' : report === 'imaging' ? 'imaging' : 'consultations';
};

/** Everything the list shows of an open record. */
export const indexed = ({ manifest }: Pick<OpenRecord, 'manifest'>): Indexed => ({
  kind: manifest.kind,
  title: manifest.title,
  created: manifest.created,
  amends: manifest.amends,
  folder: manifest.folder,
  confidentiality: manifest.confidentiality,
  copy: manifest.copy,
  files: manifest.files.slice(0, MAX_NAMES).map((f) => f.name),
  bytes: manifest.files.reduce((n, f) => n + f.size, 0),
  words: wordsOf(manifest),
  names: manifest.attached.map((a) => a.digest),
  replaces: manifest.copy ? readReplaced(manifest.resources) : [],
  list: manifest.kind === 'folder' ? readFolder(manifest.resources) : null,
  review: manifest.kind === 'provenance' ? readReview(manifest.resources) : null,
  suggests: suggestion(manifest),
});

/** Of what is very restricted nothing is kept that says what it is: that is seen again once it is opened again. */
const discreet = (known: Indexed): Indexed =>
  known.confidentiality !== 'V'
    ? known
    : { ...known, title: '', files: [], words: '', amends: known.amends && { ...known.amends, reason: '' } };

/** Notes an opened record. @returns what was noted */
export const noteRecord = async (cabinet: Cabinet, record: OpenRecord): Promise<Indexed> => {
  const known = discreet(indexed(record));
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
