/** What is known of another's records that were opened once, kept sealed while they may be read: the list shows titles at once. Gone with the right. */
import { fromUtf8, utf8, type Address } from '../core/bytes.ts';
import type { Manifest } from '../record/manifest.ts';
import { readPerson } from '../record/person.ts';
import type { OpenRecord } from './openRecord.ts';
import type { Cabinet } from './ports/index.ts';
import { indexed, type Indexed } from './recordIndex.ts';
import { keyOf } from './records.ts';

/** `keys`: what a filing hands on, with what opens it · `name`: of the person, as their card says. Of what is very restricted neither title nor words are kept. */
export type Glanced = Indexed & { keys: Manifest['attached']; name: string };

const PREFIX = 'glanced/';
const folderOf = (patient: Address): string => `${PREFIX}${patient}/`;

/** What a list needs of an opened record. */
export const glancedAt = (record: OpenRecord): Glanced => {
  const { manifest } = record;
  const { confidentiality, attached, kind, resources } = manifest;
  const closed = confidentiality === 'V';
  return {
    ...indexed(record),
    ...(closed ? { title: '', words: '', files: [] } : {}),
    keys: kind === 'filing' ? attached : [],
    name: kind === 'card' || kind === 'booking' ? readPerson(resources).name : '',
  };
};

/** Notes an opened record. @returns what was noted */
export const noteGlance = async (cabinet: Cabinet, record: OpenRecord): Promise<Glanced> => {
  const known = glancedAt(record);
  await cabinet.set(folderOf(record.ref.patient) + keyOf(record.ref), utf8(JSON.stringify(known)));
  return known;
};

/** Everything noted of a patient's records, by {@link keyOf}. */
export const readGlances = async (cabinet: Cabinet, patient: Address): Promise<Map<string, Glanced>> => {
  const all = new Map<string, Glanced>();
  for (const name of await cabinet.list(folderOf(patient))) {
    const kept = await cabinet.get(name);
    if (kept) all.set(name.slice(folderOf(patient).length), JSON.parse(fromUtf8(kept)) as Glanced);
  }
  return all;
};

/** Deletes what was noted of records that may not be read any more. @param stay by {@link keyOf} */
export const forgetGlances = async (cabinet: Cabinet, patient: Address, stay: ReadonlySet<string>): Promise<void> => {
  for (const name of await cabinet.list(folderOf(patient)))
    if (!stay.has(name.slice(folderOf(patient).length))) await cabinet.delete(name);
};
