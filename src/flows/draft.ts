/** A record being written, as it lies sealed in the cabinet: a reload at any step loses nothing and leaves nothing readable. */
import { fromUtf8, utf8, type Address, type Digest } from '../core/bytes.ts';
import type { ManifestFile } from '../record/manifest.ts';
import type { Cabinet } from './ports/index.ts';
import type { Visit } from './visits.ts';

export type Draft<Fields> = {
  /** its name in the cabinet */
  name: string;
  fields: Fields;
  files: ManifestFile[];
  /** the record's own age identity: every file is sealed to it */
  identity: string;
  recipient: string;
  /** the record last made of it, and what it held then */
  sealed: { digest: Digest; content: string } | null;
};

/** One draft a doctor. */
export const bookingDraft = (doctor: Address): string => `book/${doctor}`;
/** One draft a patient. */
export const reportDraft = (patient: Address): string => `report/${patient}`;
/** One draft a visit. */
export const prescriptionDraft = (visit: Visit): string => `prescribe/${visit.id}`;
/** One draft a visit. */
export const disputeDraft = (visit: Visit): string => `dispute/${visit.id}`;
/** One draft a patient: what a doctor asks them for. */
export const requestDraft = (patient: Address): string => `ask/${patient}`;
/** One draft a record that is corrected: the version it begins with. */
export const amendmentDraft = ({ ref }: { ref: { digest: Digest } }): string => `amend/${ref.digest}`;

const contentOf = (draft: Draft<unknown>): string => JSON.stringify([draft.fields, draft.files]);

/** @param name as the cabinet has it @returns null when there is none */
export const readDraft = async <F>(cabinet: Cabinet, name: string): Promise<Draft<F> | null> => {
  const kept = await cabinet.get(name);
  return kept ? (JSON.parse(fromUtf8(kept)) as Draft<F>) : null;
};

/** Seals the draft as it stands. */
export const saveDraft = ({ cabinet }: { cabinet: Cabinet }, draft: Draft<unknown>): Promise<void> =>
  cabinet.set(draft.name, utf8(JSON.stringify(draft)));

/** Notes the record that was made of the draft. */
export const markSealed = (ports: { cabinet: Cabinet }, draft: Draft<unknown>, digest: Digest): Promise<void> => {
  draft.sealed = { digest, content: contentOf(draft) };
  return saveDraft(ports, draft);
};

/** True when `record` was made of the draft and nothing was changed since. */
export const isSealedAs = (draft: Draft<unknown>, record: Digest | null): boolean =>
  draft.sealed !== null && draft.sealed.digest === record && draft.sealed.content === contentOf(draft);

/** The act is done: the draft goes, unless it was changed since what was sent. */
export const finishDraft = async (cabinet: Cabinet, name: string, record: Digest | null): Promise<void> => {
  const draft = await readDraft(cabinet, name);
  if (draft && isSealedAs(draft, record)) await cabinet.delete(name);
};
