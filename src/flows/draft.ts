/**
 * A record being written: its files are encrypted the moment they are picked, its words are sealed in the cabinet as they are
 * typed, so that a reload at any step loses nothing and leaves nothing readable.
 */
import { fromUtf8, utf8, type Digest } from '../core/bytes.ts';
import { randomIdentity } from '../crypto/identity.ts';
import { MAX_FILES, type ManifestFile } from '../record/manifest.ts';
import { SalusError } from '../core/errors.ts';
import type { Options, Ports } from './ports/index.ts';

type DraftPorts = Pick<Ports, 'storage' | 'cabinet' | 'random'>;

export type Draft<Fields> = {
  /** its name in the cabinet */
  name: string;
  fields: Fields;
  files: ManifestFile[];
  /** the record's own age identity: every file is sealed to it */
  identity: string;
  recipient: string;
  /** the record made of it last, superseded when it is made again */
  sealed: Digest | null;
};

/** The draft of that name, or a new one with `empty` fields. */
export const openDraft = async <F>({ cabinet, random }: DraftPorts, name: string, empty: F): Promise<Draft<F>> => {
  const kept = await cabinet.get(`draft/${name}`);
  if (kept) return JSON.parse(fromUtf8(kept)) as Draft<F>;
  const { identity, recipient } = await randomIdentity(random);
  return { name: `draft/${name}`, fields: empty, files: [], identity, recipient, sealed: null };
};

/** Seals the draft as it stands. */
export const saveDraft = ({ cabinet }: Pick<DraftPorts, 'cabinet'>, draft: Draft<unknown>): Promise<void> =>
  cabinet.set(draft.name, utf8(JSON.stringify(draft)));

/** Encrypts one file into the draft. @throws input/too-large (more than 1,024 files), storage/quota, storage/aborted */
export const addFile = async <F>(
  ports: DraftPorts,
  draft: Draft<F>,
  file: File,
  options: Options = {},
): Promise<ManifestFile> => {
  if (draft.files.length >= MAX_FILES) throw new SalusError('input/too-large', { files: MAX_FILES });
  const sealed = await ports.storage.sealFile(file, draft.recipient, options);
  const kept = { ...sealed, name: file.name.slice(0, 1024), type: file.type || 'application/octet-stream' };
  draft.files.push(kept);
  await saveDraft(ports, draft);
  return kept;
};

/** Takes a file out and frees its space, unless another file of the draft has the same bytes. */
export const removeFile = async <F>(ports: DraftPorts, draft: Draft<F>, file: ManifestFile): Promise<void> => {
  draft.files = draft.files.filter((f) => f !== file);
  await saveDraft(ports, draft);
  if (!draft.files.some((f) => f.cid === file.cid)) await ports.storage.discard(file.cid);
};

/** Forgets the draft and frees what it holds. */
export const deleteDraft = async (ports: DraftPorts, draft: Draft<unknown>): Promise<void> => {
  await ports.cabinet.delete(draft.name);
  for (const file of draft.files) await ports.storage.discard(file.cid);
};
