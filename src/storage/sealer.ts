/** Making ciphertext: files and manifests in, blocks out. Plaintext is held a few slices at a time. */
import type { CID } from 'multiformats/cid';
import { concat, toHex } from '../core/bytes.ts';
import type { Bytes } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import type { Options, SealedFile } from '../flows/ports/storage.ts';
import { addFresh, adding } from './adding.ts';
import type { Shelf } from './adding.ts';
import { parseCid } from './blocks.ts';
import { MANIFEST, fileName, makeDirectory, treeSize } from './directory.ts';
import type { Link } from './directory.ts';
import { hashed } from './hasher.ts';
import type { Hasher } from './hasher.ts';
import { pin, unpin } from './pins.ts';
import { MINIMUM } from './sealing.ts';
import type { Sealing } from './sealing.ts';
import { SLICE, slices } from './slices.ts';

/** One UnixFS leaf, in bytes; `addByteStream` need not cut pieces of this size again. */
const LEAF = 1024 * 1024;

/** @property hasher starts a hash beside this thread */
export type Sealer = Shelf & { sealing: Sealing; hasher: () => Hasher };

/** A file of one slice is hashed by the browser at once; a longer one beside the encryption. */
const plaintext = (
  file: Blob,
  hasher: Hasher | null,
  signal?: AbortSignal,
): { pieces: AsyncIterable<Bytes>; sha256: () => Promise<string> } => {
  if (hasher) return { pieces: hashed(slices(file, signal), hasher), sha256: () => hasher.digest() };
  let whole: Bytes = new Uint8Array(0);
  const pieces = async function* (): AsyncGenerator<Bytes> {
    for await (const piece of slices(file, signal)) yield (whole = piece);
  };
  const sha256 = async () => toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', whole))).slice(2);
  return { pieces: pieces(), sha256 };
};

/** Calls back with the bytes that have passed so far. */
async function* counted<T extends Uint8Array>(
  source: AsyncIterable<T>,
  onBytes: (bytes: number) => void,
): AsyncGenerator<T> {
  let done = 0;
  for await (const piece of source) {
    onBytes((done += piece.length));
    yield piece;
  }
}

/** Pads, encrypts, adds and pins one file. @throws input/invalid when it changed meanwhile, storage/quota, storage/aborted; nothing is left behind */
export const sealFile = async (
  { sealing, hasher: start, ...shelf }: Sealer,
  file: Blob,
  recipient: string,
  { signal, onProgress }: Options = {},
): Promise<SealedFile> => {
  const hasher = file.size > SLICE ? start() : null;
  try {
    const { pieces, sha256 } = plaintext(file, hasher, signal);
    const onBytes = (done: number) => onProgress?.({ stage: 'encrypt', done, total: file.size });
    const padded = sealing.pad(counted(pieces, onBytes), sealing.paddedLength(file.size, MINIMUM));
    const { sealed } = await sealing.seal([recipient], padded, signal);
    let sealedSize = 0;
    const leaves = counted(sealing.repack(sealed, LEAF), (bytes) => (sealedSize = bytes));
    const cid = await addFresh(shelf, leaves);
    return { cid: cid.toString(), size: file.size, sealedSize, sha256: await sha256() };
  } finally {
    hasher?.end();
  }
};

/** Makes, puts and pins the directory; the files in it need pins of their own no longer. */
const addDirectory = async ({ node }: Sealer, files: { name: string; cid: CID }[]): Promise<CID> => {
  const links: Link[] = [];
  for (const { name, cid } of files) links.push({ name, cid, size: await treeSize(node.blockstore, cid) });
  const { cid, bytes } = await makeDirectory(links);
  await node.blockstore.put(cid, bytes);
  await pin(node, cid);
  for (const file of files) await unpin(node, file.cid);
  return cid;
};

/** `manifest` comes padded with spaces, or is padded with them here. */
const paddedManifest = ({ sealing }: Sealer, manifest: Bytes): Bytes => {
  const spaces = new Uint8Array(sealing.paddedLength(manifest.length, MINIMUM) - manifest.length).fill(0x20);
  return concat(manifest, spaces);
};

/** @returns the directory, and the 16-byte key that opens its manifest alone @throws storage/not-found when a file is not here */
export const sealRecord = async (
  sealer: Sealer,
  manifest: Bytes,
  recipients: string[],
  files: SealedFile[],
  { signal, onProgress }: Options = {},
): Promise<{ cid: CID; manifestKey: Bytes }> => {
  const padded = paddedManifest(sealer, manifest);
  const source = (async function* () {
    yield padded;
  })();
  const { fileKey, sealed } = await sealer.sealing.seal(recipients, source, signal);
  const cid = await addFresh(sealer, sealer.sealing.repack(sealed, LEAF));
  onProgress?.({ stage: 'manifest', done: manifest.length, total: manifest.length });
  const sealedFiles = files.map((file, i) => ({ name: fileName(i), cid: parseCid(file.cid) }));
  const directory = await adding(sealer, () => addDirectory(sealer, [{ name: MANIFEST, cid }, ...sealedFiles]));
  return { cid: directory, manifestKey: fileKey };
};

/** The only way anything readable enters storage. @throws input/invalid for a name that is empty, a path, or used twice */
export const publish = async (sealer: Sealer, files: { name: string; body: Bytes }[]): Promise<CID> => {
  const names = new Set(files.map((file) => file.name));
  if (files.length === 0 || names.size !== files.length || [...names].some((name) => !/^[\w-][\w.-]*$/.test(name)))
    throw new SalusError('input/invalid', { names: [...names] });
  return adding(sealer, async () => {
    const added: { name: string; cid: CID }[] = [];
    for (const { name, body } of files) added.push({ name, cid: await sealer.node.fs.addBytes(body) });
    return addDirectory(sealer, added);
  });
};
