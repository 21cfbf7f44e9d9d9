/** What may be given and how long: the rules of HL7 confidentiality and of folders, held before anything is prepared. */
import type { Address } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import { idOf, type FolderId } from '../record/folders.ts';
import { MAX_ATTACHED, type Confidentiality, type Kind } from '../record/manifest.ts';
import type { OpenRecord } from './openRecord.ts';
import { RESTRICTED_MOST } from './restricted.ts';

/** Folders, and restricted records, of one act: each is a call of its own in the one transaction. */
export const MOST_CALLS = 16;
/** Unix seconds that the contract takes. */
const LATEST = 2 ** 40 - 1;

export type Rights = 'read' | 'write' | 'read-write';

/** `until`: Unix seconds, 0 = until taken back · `delegable`: a reader may bring in a colleague · `rights`: of folders; records are read only */
export type Terms = { until: number; delegable: boolean; rights: Rights };

/** Kinds that are given: what only serves the file itself is not. */
const GIVEN: readonly Kind[] = ['booking', 'prescription', 'report', 'document', 'card'];

/** What is chosen, in the three ways in which it is given. */
export type Sorted = Record<Confidentiality, OpenRecord[]>;

const bad = (at: string, why: string): SalusError => new SalusError('input/invalid', { at, why });

/** @returns the date, as it may be @throws input/invalid `at: 'until'`, `why`: past, late, restricted */
export const checkUntil = (until: number, now: number, restricted: boolean): number => {
  if (!Number.isSafeInteger(until) || until < 0 || until > LATEST) throw bad('until', 'late');
  if (until !== 0 && until <= now) throw bad('until', 'past');
  if (restricted && (until === 0 || until > now + RESTRICTED_MOST)) throw bad('until', 'restricted');
  return until;
};

/**
 * @param now Unix seconds of the latest block: the contract counts by it
 * @returns the records by how confidential they are
 * @throws input/invalid with `at` and `why`: what (nothing, too-many, folder, record), rights (record, write, unaddressed), until (past, late, restricted),
 * restricted (unconfirmed)
 */
export const checkGift = (
  gift: {
    folders: readonly FolderId[];
    records: readonly OpenRecord[];
    terms: Terms;
    unaddressed: boolean;
    veryRestricted: boolean;
  },
  me: Address,
  now: number,
): Sorted => {
  const { folders, records, terms } = gift;
  const of = (c: Confidentiality) => records.filter((r) => r.manifest.confidentiality === c);
  const sorted = { N: of('N'), R: of('R'), V: of('V') };
  if (folders.length + records.length === 0) throw bad('what', 'nothing');
  if (folders.includes(idOf('very-restricted'))) throw bad('what', 'folder');
  const single = folders.length + sorted.R.length + sorted.V.length;
  if (new Set(folders).size !== folders.length || single > MOST_CALLS || sorted.N.length > MAX_ATTACHED)
    throw bad('what', 'too-many');
  if (records.some((r) => r.ref.patient !== me || !GIVEN.includes(r.manifest.kind))) throw bad('what', 'record');
  if (terms.rights !== 'read' && records.length > 0) throw bad('rights', 'record');
  if (terms.rights === 'write' && terms.delegable) throw bad('rights', 'write');
  // who brings in a colleague is named on the chain, and there must be known to have been let in
  if (gift.unaddressed && terms.delegable) throw bad('rights', 'unaddressed');
  checkUntil(terms.until, now, sorted.R.length > 0);
  if (sorted.V.length > 0 && !gift.veryRestricted) throw bad('restricted', 'unconfirmed');
  return sorted;
};
