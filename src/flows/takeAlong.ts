/** Taking files along: as they lie in storage, or locked by a passphrase for keeping anywhere. */
import { newPassphrase } from '../crypto/locked.ts';
import { SalusError } from '../core/errors.ts';
import { shown, type OpenRecord } from './openRecord.ts';
import type { Options, ReadPorts } from './ports/index.ts';

/** @returns six words, easy to write down, that nobody guesses */
export const suggestPassphrase = ({ random }: Pick<ReadPorts, 'random'>): string => newPassphrase(random);

/** The locked bytes of one file as every place has them; they open with the record's own key. @throws record/not-listed, storage/not-found */
export const storedFile = async (
  { storage }: Pick<ReadPorts, 'storage'>,
  { ref, manifest }: OpenRecord,
  index: number,
  options: Options = {},
): Promise<Blob> => {
  const file = manifest.files[index];
  if (!file) throw new SalusError('record/not-listed', { index });
  const stored = await storage.sealedBytes(ref.digest, `${index}.age`, { most: file.sealedSize }, shown(ref, options));
  if (stored.cid !== file.cid) throw new SalusError('record/file-mismatch', { index, what: 'cid' });
  return stored.bytes;
};
