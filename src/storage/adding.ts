/**
 * Adding what may fail in the middle. Blocks are not pinned before the last one is there, so a lock keeps every tab from
 * collecting garbage meanwhile, and a note in the store tells the next start that there may be some.
 */
import { unixfs } from '@helia/unixfs';
import { Key } from 'interface-datastore';
import type { CID } from 'multiformats/cid';
import type { Node } from './node.ts';
import { collect, pin } from './pins.ts';

const LOCK = 'salus/storage';
const PREFIX = '/salus/adding/';

/** Web Locks, or none where there is one process only (tests, Node). */
export type Locks = Pick<LockManager, 'request'> | null;
export type Shelf = { node: Node; locks: Locks };

/** Runs `work`, which puts blocks, with nobody collecting meanwhile. */
export const adding = async <T>({ node, locks }: Shelf, work: () => Promise<T>): Promise<T> => {
  const note = new Key(PREFIX + crypto.randomUUID());
  const run = async (): Promise<T> => {
    await node.datastore.put(note, new Uint8Array(1));
    const result = await work();
    await node.datastore.delete(note); // when it throws, the note stays for the next sweep
    return result;
  };
  return locks ? ((await locks.request(LOCK, { mode: 'shared' }, run)) as T) : run();
};

/** Runs `work`, which deletes blocks, unless somebody is adding. @returns whether it ran */
const alone = async ({ locks }: Shelf, work: () => Promise<void>): Promise<boolean> => {
  if (locks === null) return work().then(() => true);
  const run = async (lock: unknown): Promise<boolean> => lock !== null && work().then(() => true);
  return locks.request(LOCK, { mode: 'exclusive', ifAvailable: true }, run);
};

/**
 * Adds one file of new ciphertext and pins it. Being new, its blocks cannot be here already, nor belong to anything else.
 * @param source pieces of one leaf each
 * @returns its CID; when it throws, every block that was written is deleted again
 */
export const addFresh = async (shelf: Shelf, source: AsyncIterable<Uint8Array>): Promise<CID> => {
  const { blockstore } = shelf.node;
  const puts: Promise<unknown>[] = [];
  const written: CID[] = [];
  const put = async (cid: CID, bytes: Uint8Array): Promise<CID> => {
    const done = Promise.resolve(blockstore.put(cid, bytes));
    written.push(cid);
    puts.push(done.catch(() => undefined));
    return done;
  };
  return adding(shelf, async () => {
    try {
      const into = unixfs({ blockstore: { put } as unknown as Node['blockstore'] });
      const cid = await into.addByteStream(source);
      await pin(shelf.node, cid);
      return cid;
    } catch (error) {
      await Promise.all(puts);
      for (const cid of written) await blockstore.delete(cid);
      throw error;
    }
  });
};

/** Tells the next start that there is something here that nothing pins. */
export const mark = async ({ node }: Shelf): Promise<void> => {
  await node.datastore.put(new Key(PREFIX + crypto.randomUUID()), new Uint8Array(1));
};

/** Deletes those blocks, or leaves them for the next sweep while somebody is adding. */
export const release = async (shelf: Shelf, cids: CID[]): Promise<void> => {
  if (await alone(shelf, () => collect(shelf.node, cids))) return;
  await mark(shelf);
};

/** Deletes what a closed tab left half added. Does nothing while somebody adds, and next to nothing when all went well. */
export const sweep = async (shelf: Shelf): Promise<void> => {
  const { datastore } = shelf.node;
  const left: Key[] = [];
  for await (const key of datastore.queryKeys({ prefix: PREFIX })) left.push(key);
  if (left.length === 0) return;
  await alone(shelf, async () => {
    await collect(shelf.node);
    for (const key of left) await datastore.delete(key);
  });
};
