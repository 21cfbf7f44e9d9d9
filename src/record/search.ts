/** What of a record can be found by typing: everything a person wrote in it, in lower case. Kept sealed, never beside the record. */
import { readCard } from './card.ts';
import { readDocument } from './document.ts';
import { readPrescription, readVisitRequest, readWords } from './fhir.ts';
import type { Manifest } from './manifest.ts';
import { readReport } from './report.ts';

/** characters kept of one record */
const MAX_WORDS = 4000;

/** One spelling for search: lower case, accents dropped, so that “kovač” is found by “kovac”. */
export const plain = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();

/** @returns the words of an opened manifest, at most 4,000 characters */
export const wordsOf = ({ kind, title, files, keywords, resources }: Manifest): string => {
  const request = readVisitRequest(resources);
  const card = readCard(resources);
  return plain(
    [
      title,
      ...files.map((f) => f.name),
      ...keywords,
      request.symptoms,
      request.preferred,
      readWords(resources),
      ...readPrescription(resources).flatMap((l) => Object.values(l)),
      readDocument(resources)?.note,
      ...(kind === 'report' ? [readReport(resources).words] : []),
      card?.name,
      ...(card?.allergies.flatMap((a) => [a.substance, a.reaction]) ?? []),
    ]
      .filter(Boolean)
      .join('\n'),
  ).slice(0, MAX_WORDS);
};

/** True when every typed word occurs. */
export const matches = (typed: string, words: string): boolean =>
  plain(typed)
    .split(/\s+/)
    .every((w) => words.includes(w));
