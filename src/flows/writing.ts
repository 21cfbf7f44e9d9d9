/** Writing a record: its files are encrypted the moment they are picked. */
import { SalusError } from '../core/errors.ts';
import { randomIdentity } from '../crypto/identity.ts';
import { MAX_FILES, type ManifestFile } from '../record/manifest.ts';
import { readDraft, saveDraft, type Draft } from './draft.ts';
import type { Options, Ports } from './ports/index.ts';

type WritingPorts = Pick<Ports, 'storage' | 'cabinet' | 'random'>;

/** The draft of that name, or a new one with `empty` fields. */
export const openDraft = async <F>({ cabinet, random }: WritingPorts, title: string, empty: F): Promise<Draft<F>> => {
  const name = `draft/${title}`;
  const kept = await readDraft<F>(cabinet, name);
  if (kept) return kept;
  const { identity, recipient } = await randomIdentity(random);
  return { name, fields: empty, files: [], identity, recipient, sealed: null };
};

/** Encrypts one file into the draft. @throws input/too-large (more than 1,024 files), storage/quota, storage/aborted */
export const addFile = async <F>(
  ports: WritingPorts,
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
export const removeFile = async <F>(ports: WritingPorts, draft: Draft<F>, file: ManifestFile): Promise<void> => {
  draft.files = draft.files.filter((f) => f !== file);
  await saveDraft(ports, draft);
  if (!draft.files.some((f) => f.cid === file.cid)) await ports.storage.discard(file.cid);
};

/** Forgets the draft and frees what it holds. */
export const deleteDraft = async (ports: WritingPorts, draft: Draft<unknown>): Promise<void> => {
  await ports.cabinet.delete(draft.name);
  for (const file of draft.files) await ports.storage.discard(file.cid);
};
