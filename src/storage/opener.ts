/** Opening what was sealed: fetched if need be, verified, decrypted, un-padded, and checked against what the manifest says. */
import type { Bytes, Digest } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import type { Options, Progress, SealedFile } from '../flows/ports/storage.ts';
import { adding, mark } from './adding.ts';
import type { Shelf } from './adding.ts';
import { cidOfDigest } from './blocks.ts';
import { MANIFEST, fileName, readDirectory } from './directory.ts';
import type { Link } from './directory.ts';
import { ensure } from './fetcher.ts';
import type { Fetching } from './fetcher.ts';
import { hashed } from './hasher.ts';
import type { Hasher } from './hasher.ts';
import { fileSize, gather, readFile } from './reader.ts';
import type { Keys, Sealing } from './sealing.ts';
import { SLICE } from './slices.ts';

/** Bytes. No manifest of ours comes near it; it bounds what a hostile author can make a reader fetch. */
const MANIFEST_LIMIT = 32 * 1024 * 1024;
/** What directories and the inner nodes of a file may add to its leaves. Bytes. */
const OVERHEAD = 4 * 1024 * 1024;

/** @property room refuses what the browser would not keep @throws storage/quota */
export type Opener = Shelf & {
  room: (bytes: number) => Promise<void>;
  sealing: Sealing;
  hasher: () => Hasher;
  fetching: (options: Options) => Omit<Fetching, 'store' | 'noted'>;
};

/** Makes sure that one file of a record is here. @param size bytes it may have @returns its link */
export const fetchEntry = async (
  opener: Opener,
  digest: Digest,
  name: string,
  size: number,
  options: Options,
): Promise<Link> => {
  const budget = size + OVERHEAD;
  const root = cidOfDigest(digest);
  const store = opener.node.blockstore;
  const fetching = opener.fetching(options);
  const onBytes = (done: number) =>
    options.onProgress?.({ stage: 'fetch', done, total: Math.max(done, size) } satisfies Progress);
  const noted = async (work: () => Promise<void>): Promise<void> => {
    await opener.room(size);
    await adding(opener, work);
  };
  await ensure({ root, name, budget }, { ...fetching, store, noted, onBytes });
  return (await readDirectory(store, root)).get(name) as Link; // `ensure` has found it
};

/** @returns the manifest with its padding, the 16-byte key that opens it alone, and the names of the files beside it */
export const openManifest = async (
  opener: Opener,
  digest: Digest,
  keys: Keys,
  options: Options = {},
): Promise<{ manifest: Bytes; manifestKey: Bytes; files: string[] }> => {
  const { cid } = await fetchEntry(opener, digest, MANIFEST, MANIFEST_LIMIT, options);
  const sealed = readFile(opener.node.blockstore, cid, MANIFEST_LIMIT, options.signal);
  const { fileKey, plain } = await opener.sealing.open(keys, sealed, options.signal);
  const manifest = await gather(plain, MANIFEST_LIMIT);
  const names = [...(await readDirectory(opener.node.blockstore, cidOfDigest(digest))).keys()];
  return { manifest, manifestKey: fileKey, files: names.filter((name) => name !== MANIFEST) };
};

const mismatch = (what: string, index: number): SalusError => new SalusError('record/file-mismatch', { what, index });

/** What sealing adds at the most: an eighth of padding, a tag for each 64 KiB, a header. A manifest that claims more only fills disks. */
const mostSealed = (size: number): number => size * 1.15 + 64 * 1024;

/**
 * The parts are made into Blobs as they come, so that the page's heap holds a few of them only.
 * @throws record/file-mismatch when the place of the file, its size or its hash is not what the manifest says
 */
export const openFile = async (
  opener: Opener,
  digest: Digest,
  index: number,
  expected: SealedFile,
  identity: string,
  options: Options = {},
): Promise<Blob> => {
  const store = opener.node.blockstore;
  if (!(expected.sealedSize <= mostSealed(expected.size))) throw mismatch('sealedSize', index);
  try {
    const { cid } = await fetchEntry(opener, digest, fileName(index), expected.sealedSize, options);
    if (cid.toString() !== expected.cid) throw mismatch('cid', index);
    if ((await fileSize(store, cid)) !== expected.sealedSize) throw mismatch('sealedSize', index);
    const sealed = readFile(store, cid, expected.sealedSize, options.signal);
    return await decrypted(opener, sealed, index, expected, identity, options);
  } catch (error) {
    if (/^(record|crypto)/.test((error as SalusError).code)) await mark(opener); // nobody will want it again
    throw error;
  }
};

const decrypted = async (
  { sealing, hasher: start }: Opener,
  sealed: AsyncIterable<Uint8Array>,
  index: number,
  { size, sha256 }: SealedFile,
  identity: string,
  { signal, onProgress }: Options,
): Promise<Blob> => {
  const hasher = start();
  try {
    const { plain } = await sealing.open({ identities: [identity] }, sealed, signal);
    const parts: Blob[] = [];
    let done = 0;
    for await (const piece of hashed(sealing.repack(sealing.unpad(plain, size), SLICE / 2), hasher)) {
      parts.push(new Blob([piece]));
      onProgress?.({ stage: 'decrypt', done: (done += piece.length), total: size });
    }
    if ((await hasher.digest()) !== sha256) throw mismatch('sha256', index);
    return new Blob(parts);
  } finally {
    hasher.end();
  }
};

/** @returns a published file @throws input/too-large beyond `limit` bytes */
export const readPublic = async (
  opener: Opener,
  digest: Digest,
  name: string,
  limit: number,
  options: Options = {},
): Promise<Bytes> => {
  const { cid } = await fetchEntry(opener, digest, name, limit, options);
  const size = await fileSize(opener.node.blockstore, cid);
  if (size > limit) throw new SalusError('input/too-large', { limit });
  return gather(readFile(opener.node.blockstore, cid, limit, options.signal), limit);
};
