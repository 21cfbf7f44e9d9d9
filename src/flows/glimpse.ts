/**
 * What a doctor's queue shows of each request, kept sealed in the cabinet once it was opened and proven: the queue then reads at
 * once, with the patient away and with no place to ask.
 */
import { fromUtf8, utf8, type Address, type Digest } from '../core/bytes.ts';
import { shortLine } from '../core/plainText.ts';
import { readCard } from '../record/card.ts';
import { readVisitRequest, type Wish } from '../record/fhir.ts';
import { readPerson, type PersonFacts } from '../record/person.ts';
import type { OpenRecord } from './openRecord.ts';
import type { Cabinet } from './ports/index.ts';

/** `id`: decimal; `words`: the beginning of what was written; `files`: how many came with it. */
export type Glimpse = PersonFacts & {
  id: string;
  request: Digest;
  patient: Address;
  words: string;
  preferred: string;
  /** wished times, at most three */
  times: Wish[];
  files: number;
  /** whether parts of the card went along */
  card: boolean;
};

const NAME = 'queue/glimpses';
/** Letters of what the patient wrote and wished: enough to tell one request from another. */
const WORDS = 200;
/** Requests kept, newest first. */
const KEPT = 2000;

/** @param id of the visit that the request opened */
export const glimpseOf = (id: bigint, { ref, manifest }: OpenRecord): Glimpse => {
  const request = readVisitRequest(manifest.resources);
  return {
    ...readPerson(manifest.resources),
    id: String(id),
    request: ref.digest,
    patient: ref.patient,
    words: shortLine(request.symptoms, WORDS),
    preferred: shortLine(request.preferred, WORDS),
    times: request.times,
    files: manifest.files.length,
    card: readCard(manifest.resources) !== null,
  };
};

const isGlimpse = (v: unknown): v is Glimpse => {
  const g = v as Record<string, unknown> | null;
  const texts = ['id', 'request', 'patient', 'name', 'birthDate', 'sex', 'words', 'preferred'];
  return (
    typeof g === 'object' &&
    g !== null &&
    texts.every((k) => typeof g[k] === 'string') &&
    Number.isInteger(g.files) &&
    Array.isArray(g.times) &&
    typeof g.card === 'boolean'
  );
};

/** @returns what was kept, by id; what another version of this page left in another form is not taken */
export const readGlimpses = async ({ cabinet }: { cabinet: Cabinet }): Promise<Map<string, Glimpse>> => {
  const kept = await cabinet.get(NAME);
  if (!kept) return new Map();
  try {
    const all: unknown = JSON.parse(fromUtf8(kept));
    return new Map((Array.isArray(all) ? all : []).filter(isGlimpse).map((g) => [g.id, g]));
  } catch {
    return new Map();
  }
};

const newestFirst = (a: Glimpse, b: Glimpse): number => (BigInt(a.id) < BigInt(b.id) ? 1 : -1);

/** Seals them anew. */
export const keepGlimpses = ({ cabinet }: { cabinet: Cabinet }, all: ReadonlyMap<string, Glimpse>): Promise<void> =>
  cabinet.set(NAME, utf8(JSON.stringify([...all.values()].sort(newestFirst).slice(0, KEPT))));
