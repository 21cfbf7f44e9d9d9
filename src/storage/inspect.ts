/** Integrity, by computation: everything under a digest is here (fetched if need be), and every block hashes to its name. */
import type { CID } from 'multiformats/cid';
import type { Bytes, Digest } from '../core/bytes.ts';
import { SalusError, isSalusError } from '../core/errors.ts';
import type { Inspection, Options } from '../flows/ports/storage.ts';
import { adding } from './adding.ts';
import { cidOfDigest, linksOf, readBlock, verifies } from './blocks.ts';
import { throwIfAborted } from './errors.ts';
import { ensure } from './fetcher.ts';
import { fetchBlock } from './gateway.ts';
import { withAccess } from './guarding.ts';
import type { Opener } from './opener.ts';

/** Bytes that may be fetched to look at one record, when its author is a stranger: a record with more is not looked at whole. */
const MOST = 8 * 1024 ** 3;
/** Bytes of room that are asked for before anything is fetched. */
const ROOM = 32 * 1024 * 1024;

/** Puts a good copy of a damaged block in its place, from whichever place has one. @returns that place's name, null when none has */
const mend = async (opener: Opener, cid: CID, root: CID, options: Options): Promise<string | null> => {
  const fetching = opener.fetching(options);
  for (const site of fetching.sites) {
    try {
      const bytes = await withAccess(fetching.access, site, root, (shown) => fetchBlock(shown, cid, fetching));
      await opener.node.blockstore.put(cid, bytes);
      return site.name;
    } catch (error) {
      if (isSalusError(error, 'storage/aborted') || isSalusError(error, 'storage/quota')) throw error;
    }
  }
  return null;
};

/**
 * @throws storage/corrupt naming the `cid` (and the `name` of the file it belongs to) of the first block that does not hash to its name: with
 * `mended` when a place replaced the copy in this browser; storage/not-found, storage/timeout, storage/aborted
 */
export const inspect = async (opener: Opener, digest: Digest, options: Options = {}): Promise<Inspection> => {
  const store = opener.node.blockstore;
  const root = cidOfDigest(digest);
  const noted = async (work: () => Promise<void>): Promise<void> => {
    await opener.room(ROOM);
    await adding(opener, work);
  };
  const onBytes = (done: number) => options.onProgress?.({ stage: 'fetch', done, total: done });

  const read = async (cid: CID, name: string | null): Promise<Bytes> => {
    const bytes = await readBlock(store, cid);
    if (bytes === null) throw new SalusError('storage/not-found', { cid: cid.toString() });
    if (await verifies(cid, bytes)) return bytes;
    const mended = await mend(opener, cid, root, options);
    throw new SalusError('storage/corrupt', { cid: cid.toString(), name, place: 'this browser', mended });
  };

  // damaged blocks are named before others are followed: what is wrong may say anything about what it links to
  if (await store.has(root)) await read(root, null);
  await ensure({ root, budget: MOST }, { ...opener.fetching(options), store, noted, onBytes });
  const links = linksOf(root, await read(root, null));
  const whole = links.reduce((sum, link) => sum + link.size, 0);
  const seen = new Set([root.toString()]);
  const result: Inspection = { cid: root.toString(), blocks: 1, bytes: 0, files: [] };
  for (const link of links) {
    const file = { name: link.name, cid: link.cid.toString(), blocks: 0, bytes: 0 };
    const queue = [link.cid];
    for (let cid = queue.pop(); cid !== undefined; cid = queue.pop()) {
      throwIfAborted(options.signal);
      if (seen.has(cid.toString())) continue;
      seen.add(cid.toString());
      const bytes = await read(cid, link.name);
      file.blocks++;
      file.bytes += bytes.length;
      result.blocks++;
      result.bytes += bytes.length;
      options.onProgress?.({ stage: 'check', done: result.bytes, total: Math.max(whole, result.bytes) });
      queue.push(...linksOf(cid, bytes).map((l) => l.cid));
    }
    result.files.push(file);
  }
  return result;
};
