/** Records handed over without any peer: as a CAR on a disk, or sent by hand. */
import type { Bytes, Digest } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import { adding } from './adding.ts';
import type { Shelf } from './adding.ts';
import { cidOfDigest, digestOfCid } from './blocks.ts';
import { exportCar, importCar } from './car.ts';
import { ensure } from './fetcher.ts';
import type { Fetching } from './fetcher.ts';
import { pin } from './pins.ts';
import { isWhole } from './walk.ts';

/** What may be fetched of a record before it is handed on. Bytes. */
const LIMIT = 16 * 1024 ** 3;

/** @returns the whole record as a CAR @throws storage/not-found when a block is not here and no place has it */
export const exportRecord = async (
  shelf: Shelf,
  digest: Digest,
  fetching: Omit<Fetching, 'store' | 'noted'>,
): Promise<Blob> => {
  const [root, store] = [cidOfDigest(digest), shelf.node.blockstore];
  await ensure({ root, budget: LIMIT }, { ...fetching, store, noted: (work) => adding(shelf, work) });
  const parts: Blob[] = [];
  for await (const part of exportCar(store, root)) parts.push(new Blob([part as Bytes]));
  return new Blob(parts, { type: 'application/vnd.ipld.car; version=1' });
};

/** Takes a CAR in and keeps its record. @returns the record @throws storage/corrupt, storage/not-found when the CAR lacks blocks */
export const importRecord = (shelf: Shelf, car: Blob): Promise<Digest> =>
  adding(shelf, async () => {
    const store = shelf.node.blockstore;
    const { roots } = await importCar(store, car.stream());
    const [root] = roots;
    if (root === undefined || roots.length > 1)
      throw new SalusError('storage/corrupt', { what: 'CAR', roots: roots.length });
    if (!(await isWhole(store, root))) throw new SalusError('storage/not-found', { cid: root.toString() });
    await pin(shelf.node, root);
    return digestOfCid(root);
  });
