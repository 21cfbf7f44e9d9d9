/** A record's files as they are stored, locked: for keeping them, and for looking at what others see. No key comes near. */
import type { Digest } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import type { Options, SealedBytes, StoredRange } from '../flows/ports/storage.ts';
import { fetchEntry } from './opener.ts';
import type { Opener } from './opener.ts';
import { fileSize, readFile } from './reader.ts';
import { walk } from './walk.ts';

/** Fetches the file if need be. @throws input/too-large beyond `most` bytes, storage/not-found, storage/corrupt, record/malformed */
export const sealedBytes = async (
  opener: Opener,
  digest: Digest,
  name: string,
  { most, limit = most }: StoredRange,
  options: Options = {},
): Promise<SealedBytes> => {
  const { cid } = await fetchEntry(opener, digest, name, most, options);
  const store = opener.node.blockstore;
  const size = await fileSize(store, cid);
  if (size > most) throw new SalusError('input/too-large', { limit: most });
  let blocks = 0;
  for await (const _ of walk(store, cid)) blocks++;
  const parts: Blob[] = [];
  let length = 0;
  for await (const part of readFile(store, cid, most, options.signal)) {
    const wanted = new Uint8Array(part.subarray(0, limit - length));
    parts.push(new Blob([wanted]));
    length += wanted.length;
    if (length >= limit) break;
  }
  return { cid: cid.toString(), size, blocks, bytes: new Blob(parts) };
};
