/** Opening what was sealed: fetched if need be, verified, decrypted, un-padded, and checked against what the manifest says. */
import type { CID } from 'multiformats/cid';
import { concat } from '../core/bytes.ts';
import type { Bytes, Digest } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import type { Options, Progress, SealedFile } from '../flows/ports/storage.ts';
import { cidOfDigest } from './blocks.ts';
import { MANIFEST, fileName, readDirectory } from './directory.ts';
import type { Link } from './directory.ts';
import { storageError } from './errors.ts';
import { ensure } from './fetcher.ts';
import type { Fetching } from './fetcher.ts';
import { hashed } from './hasher.ts';
import type { Hasher } from './hasher.ts';
import type { Node } from './node.ts';
import type { Keys, Sealing } from './sealing.ts';
import { SLICE } from './slices.ts';

/** Bytes. No manifest of ours comes near it; it bounds what a hostile author can make a reader fetch. */
const MANIFEST_LIMIT = 32 * 1024 * 1024;
/** What directories and the inner nodes of a file may add to its leaves. Bytes. */
const OVERHEAD = 4 * 1024 * 1024;

export type Opener = {
  node: Node;
  sealing: Sealing;
  hasher: () => Hasher;
  fetching: (options: Options) => Omit<Fetching, 'store'>;
};

/** Makes sure that one file of a record is here. @returns its link */
const fetchEntry = async (
  opener: Opener,
  digest: Digest,
  name: string,
  budget: number,
  options: Options,
): Promise<Link> => {
  const root = cidOfDigest(digest);
  const store = opener.node.blockstore;
  const fetching = opener.fetching(options);
  const onBytes = (done: number) =>
    options.onProgress?.({ stage: 'fetch', done, total: Math.max(done, budget - OVERHEAD) } satisfies Progress);
  await ensure({ root, name, budget }, { ...fetching, store, onBytes });
  return (await readDirectory(store, root)).get(name) as Link; // `ensure` has found it
};

/** Local only: what is read has been made sure of. */
async function* read({ fs }: Node, cid: CID): AsyncGenerator<Uint8Array> {
  try {
    yield* fs.cat(cid, { offline: true });
  } catch (error) {
    throw storageError(error);
  }
}

const gather = async (source: AsyncIterable<Uint8Array>, limit: number): Promise<Bytes> => {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of source) {
    length += part.length;
    if (length > limit) throw new SalusError('input/too-large', { limit });
    parts.push(part);
  }
  return concat(...parts);
};

/** @returns the manifest with its padding, the 16-byte key that opens it alone, and the names of the files beside it */
export const openManifest = async (
  opener: Opener,
  digest: Digest,
  keys: Keys,
  options: Options = {},
): Promise<{ manifest: Bytes; manifestKey: Bytes; files: string[] }> => {
  const { cid } = await fetchEntry(opener, digest, MANIFEST, MANIFEST_LIMIT + OVERHEAD, options);
  const { fileKey, plain } = await opener.sealing.open(keys, read(opener.node, cid), options.signal);
  const manifest = await gather(plain, MANIFEST_LIMIT);
  const names = [...(await readDirectory(opener.node.blockstore, cidOfDigest(digest))).keys()];
  return { manifest, manifestKey: fileKey, files: names.filter((name) => name !== MANIFEST) };
};

/** Length of a UnixFS file by what its root block says. */
const fileSize = async ({ fs }: Node, cid: CID): Promise<number> => {
  try {
    return Number((await fs.stat(cid, { offline: true })).size);
  } catch (cause) {
    throw new SalusError('record/malformed', { cid: cid.toString() }, cause);
  }
};

const mismatch = (what: string, index: number): SalusError => new SalusError('record/file-mismatch', { what, index });

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
  const { cid } = await fetchEntry(opener, digest, fileName(index), expected.sealedSize + OVERHEAD, options);
  if (cid.toString() !== expected.cid) throw mismatch('cid', index);
  if ((await fileSize(opener.node, cid)) !== expected.sealedSize) throw mismatch('sealedSize', index);
  const hasher = opener.hasher();
  try {
    const { plain } = await opener.sealing.open({ identities: [identity] }, read(opener.node, cid), options.signal);
    const pieces = opener.sealing.repack(opener.sealing.unpad(plain, expected.size), SLICE / 2);
    const parts: Blob[] = [];
    let done = 0;
    for await (const piece of hashed(pieces, hasher)) {
      parts.push(new Blob([piece]));
      options.onProgress?.({ stage: 'decrypt', done: (done += piece.length), total: expected.size });
    }
    if ((await hasher.digest()) !== expected.sha256) throw mismatch('sha256', index);
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
  const { cid } = await fetchEntry(opener, digest, name, limit + OVERHEAD, options);
  return gather(read(opener.node, cid), limit);
};
