/** Files of one record in another: each record's files open with its own identity alone, so they are opened here and sealed anew. */
import type { Manifest, ManifestFile } from '../record/manifest.ts';
import type { Act } from './act.ts';
import { openFile, type OpenRecord } from './openRecord.ts';
import type { Ports } from './ports/index.ts';

/** What a record says, once it is known which files it has. */
export type Content = Manifest['resources'] | ((files: readonly ManifestFile[]) => Manifest['resources']);

/** @param files the record's, in order */
export const contentOf = (content: Content, files: readonly ManifestFile[]): Manifest['resources'] =>
  typeof content === 'function' ? content(files) : content;

/**
 * @param indexes which files of `from` @param recipient of the record that they go into
 * @returns them in that order @throws storage/not-found, record/file-mismatch, storage/quota, storage/aborted
 */
export const carry = async (
  ports: Pick<Ports, 'chain' | 'storage'>,
  act: Act,
  from: OpenRecord,
  indexes: readonly number[],
  recipient: string,
): Promise<ManifestFile[]> => {
  const options = { signal: act.signal, onProgress: act.progress.bind(act) };
  const carried: ManifestFile[] = [];
  for (const index of indexes) {
    const blob = await openFile(ports, from, index, options);
    const { name, type } = from.manifest.files[index] as ManifestFile;
    carried.push({ ...(await ports.storage.sealFile(blob, recipient, options)), name, type });
  }
  return carried;
};
