/**
 * Pushing a record to a peer: its blocks as a series of small CARs, so that progress is counted, memory bounded and a broken
 * connection costs one part; then a pin, whose state the peer must report as pinned; then a few blocks, asked back at random.
 */
import type { CID } from 'multiformats/cid';
import type { Bytes } from '../core/bytes.ts';
import { SalusError, isSalusError } from '../core/errors.ts';
import { readBlock } from './blocks.ts';
import type { Blocks } from './blocks.ts';
import { carHeader, carSection } from './car.ts';
import { confirm, greet, holds, spotCheck } from './confirm.ts';
import type { Pushing } from './confirm.ts';
import { treeSize } from './directory.ts';
import { throwIfAborted } from './errors.ts';
import { ask } from './gateway.ts';
import type { Site } from './gateway.ts';
import { walk } from './walk.ts';
import { within } from './waiting.ts';

/** Bytes and blocks of one upload, about. */
const PART = { bytes: 8 * 1024 * 1024, blocks: 256 };
const TRIES = 3;
/** Milliseconds one part may take: 8 MiB at 1 Mbit/s and some patience. */
const PART_LIMIT = 120_000;

/** @returns CARs of about {@link PART} each, and the bytes of the blocks in them */
async function* parts(store: Blocks, root: CID, cids: CID[]): AsyncGenerator<{ body: Blob; size: number }> {
  let pieces: Bytes[] = [carHeader(root)];
  let size = 0;
  for (const cid of cids) {
    const bytes = await readBlock(store, cid);
    if (bytes === null) throw new SalusError('storage/not-found', { cid: cid.toString() });
    pieces.push(...carSection({ cid, bytes }));
    size += bytes.length;
    if (size < PART.bytes && pieces.length <= 2 * PART.blocks && cid !== cids.at(-1)) continue;
    yield { body: new Blob(pieces, { type: 'application/vnd.ipld.car; version=1' }), size };
    pieces = [carHeader(root)];
    size = 0;
  }
}

/** A part is sent again when the connection broke; a refusal is final. */
const upload = async (site: Site, body: Blob, pushing: Pushing): Promise<void> => {
  for (let attempt = 1; ; attempt++) {
    const limit = within(PART_LIMIT, { place: site.name }, pushing.signal);
    try {
      await (await ask(site, '/car', { method: 'POST', body }, pushing, limit.signal)).arrayBuffer();
      return;
    } catch (error) {
      throwIfAborted(pushing.signal);
      const refused = isSalusError(error) && typeof error.details.status === 'number' && error.details.status < 500;
      if (refused || attempt === TRIES) throw error;
    } finally {
      limit.done();
    }
  }
};

/**
 * @returns when the peer has confirmed that it holds all of `root`
 * @throws storage/push-failed with the place and why (`signIn` when the peer wants to know who asks); storage/aborted; storage/not-found when a block is not here
 */
export const push = async (peer: Site, root: CID, pushing: Pushing): Promise<void> => {
  const cids: CID[] = [];
  for await (const cid of walk(pushing.store, root)) cids.push(cid);
  try {
    const { site, pinned } = await greet(peer, root, pushing);
    if (pinned && (await holds(site, root, cids, pushing))) return;
    await uploadAll(site, root, cids, pushing).catch((error: unknown) => {
      // it may have dropped, just then, blocks that it had from another record
      if (isSalusError(error, 'storage/push-failed')) return uploadAll(site, root, cids, pushing);
      throw error;
    });
    await spotCheck(site, root, cids, pushing);
  } catch (error) {
    throwIfAborted(pushing.signal);
    const { code, details } = isSalusError(error) ? error : new SalusError('app/unexpected', {}, error);
    const signIn = details.status === 401 && peer.token === null;
    throw new SalusError('storage/push-failed', { ...details, place: peer.name, why: code, signIn }, error);
  }
};

const uploadAll = async (site: Site, root: CID, cids: CID[], pushing: Pushing): Promise<void> => {
  const total = await treeSize(pushing.store, root);
  let done = 0;
  for await (const { body, size } of parts(pushing.store, root, cids)) {
    await upload(site, body, pushing);
    done += size;
    pushing.onBytes?.(done, total);
  }
  await confirm(site, root, pushing);
};
