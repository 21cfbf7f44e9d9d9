/** Records handed over without any place: as a CAR on a disk, or sent by hand. */
import type { CID } from 'multiformats/cid';
import type { Bytes, Digest } from '../core/bytes.ts';
import { SalusError, isSalusError } from '../core/errors.ts';
import type { Options } from '../flows/ports/storage.ts';
import { adding, mark } from './adding.ts';
import type { Shelf } from './adding.ts';
import { DAG_PB, cidOfDigest, digestOfCid } from './blocks.ts';
import { MAX_ROOTS, exportCar, readCar } from './car.ts';
import { readDirectory, treeSize } from './directory.ts';
import { ensure } from './fetcher.ts';
import type { Fetching } from './fetcher.ts';
import { throwIfAborted } from './errors.ts';
import { pin } from './pins.ts';
import { slices } from './slices.ts';
import { visit } from './walk.ts';

/** What may be fetched of a record before it is handed on. Bytes. */
const LIMIT = 16 * 1024 ** 3;
/** Blocks that a file may have, since each costs memory: so many a record, and one for so many bytes. */
const CRUMBS = 64;
const SMALLEST = 1024;
/** Bytes of sections made into one Blob: the browser keeps it on the disk, the heap holds this much. */
const PART = 4 * 1024 * 1024;

const MEDIA_TYPE = 'application/vnd.ipld.car; version=1';

/**
 * Whole records as one CAR: what is not here is fetched first.
 * @throws input/too-large beyond 64 records, storage/not-found when a block is not here and no place has it
 */
export const exportRecords = async (
  shelf: Shelf,
  digests: Digest[],
  fetching: Omit<Fetching, 'store' | 'noted'>,
  { signal, onProgress }: Options = {},
): Promise<Blob> => {
  const store = shelf.node.blockstore;
  const roots = [...new Set(digests)].map(cidOfDigest);
  for (const root of roots)
    await ensure({ root, budget: LIMIT }, { ...fetching, store, noted: (work) => adding(shelf, work) });
  const parts: Blob[] = [];
  let pieces: Bytes[] = [];
  let [size, done, total] = [0, 0, 0];
  for (const root of roots) total += await treeSize(store, root);
  for await (const piece of exportCar(store, ...roots)) {
    throwIfAborted(signal);
    pieces.push(piece);
    done += piece.length;
    if ((size += piece.length) < PART) continue;
    parts.push(new Blob(pieces));
    [pieces, size] = [[], 0];
    onProgress?.({ stage: 'bundle', done, total: Math.max(done, total) });
  }
  return new Blob([...parts, ...pieces], { type: MEDIA_TYPE });
};

/** @property room refuses what the browser would not keep */
type Taking = Shelf & { room: (bytes: number) => Promise<void> };

/**
 * Takes a CAR in and keeps its records; blocks of no record are swept at the next start.
 * @returns the records, in the order of the file
 * @throws car/damaged, car/foreign, car/incomplete, storage/quota
 */
export const importRecords = async (taking: Taking, car: Blob, options: Options = {}): Promise<Digest[]> => {
  await taking.room(car.size);
  return adding(taking, async () => {
    const { roots, put } = await takeIn(taking, car, options);
    let under = 0;
    for (const root of roots) {
      for await (const { cid, here } of visit(taking.node.blockstore, [root])) {
        if (!here) throw new SalusError('car/incomplete', { cid: cid.toString() });
        under++;
      }
    }
    for (const root of roots) await pin(taking.node, root);
    if (put > under) await mark(taking);
    return roots.map(digestOfCid);
  }).catch((error: unknown) => {
    throw isSalusError(error, 'storage/corrupt') ? new SalusError('car/damaged', error.details, error) : error;
  });
};

/** @returns the roots that are records, and how many blocks were put */
const takeIn = async (
  { node }: Taking,
  car: Blob,
  { signal, onProgress }: Options,
): Promise<{ roots: CID[]; put: number }> => {
  const store = node.blockstore;
  const { roots, blocks } = await readCar(slices(car, signal));
  const wanted = roots.filter((root) => root.code === DAG_PB);
  if (wanted.length === 0 || wanted.length < roots.length || wanted.length > MAX_ROOTS)
    throw new SalusError('car/foreign', { roots: roots.length });
  let [put, done] = [0, 0];
  for await (const { cid, bytes } of blocks) {
    throwIfAborted(signal);
    if (++put > CRUMBS * wanted.length + car.size / SMALLEST) throw new SalusError('car/foreign', { blocks: put });
    await store.put(cid, bytes);
    onProgress?.({ stage: 'import', done: (done += bytes.length), total: Math.max(done, car.size) });
  }
  for (const root of wanted) await asRecord(node.blockstore, root);
  return { roots: wanted, put };
};

/** A record, a profile and a review are directories with names. */
const asRecord = async (store: Taking['node']['blockstore'], root: CID): Promise<void> => {
  const links = await readDirectory(store, root).catch((error: unknown) => {
    if (isSalusError(error, 'storage/not-found')) throw new SalusError('car/incomplete', error.details, error);
    throw isSalusError(error, 'record/malformed') ? new SalusError('car/foreign', error.details, error) : error;
  });
  if (links.size === 0 || links.has('')) throw new SalusError('car/foreign', { root: root.toString() });
};
