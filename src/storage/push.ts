/**
 * Pushing a record to a peer: its blocks as a series of small CARs, so that progress is counted, memory bounded and a broken
 * connection costs one part; then a pin, whose state the peer must report as pinned; then a few blocks, asked back at random.
 * @see https://ipfs.github.io/pinning-services-api-spec/
 */
import type { CID } from 'multiformats/cid';
import type { Bytes } from '../core/bytes.ts';
import { SalusError, isSalusError } from '../core/errors.ts';
import { readBlock } from './blocks.ts';
import type { Blocks } from './blocks.ts';
import { carHeader, carSection } from './car.ts';
import { treeSize } from './directory.ts';
import { throwIfAborted } from './errors.ts';
import { ask, fetchBlock } from './gateway.ts';
import type { Asking, Site } from './gateway.ts';
import { bearerFor } from './session.ts';
import { visit, walk } from './walk.ts';
import { pause, within } from './waiting.ts';

/** Bytes and blocks of one upload, about. */
const PART = { bytes: 8 * 1024 * 1024, blocks: 256 };
const TRIES = 3;
/** Milliseconds one part may take: 8 MiB at 1 Mbit/s and some patience. */
const PART_LIMIT = 120_000;
/** Blocks asked back, beside the root. */
const SAMPLES = 4;

/** @property session shown to a peer that asks who is talking, and to no other */
export type Pushing = Asking & {
  store: Blocks;
  session: string | null;
  onBytes?: (done: number, total: number) => void;
};
type PinStatus = { requestid: string; status: 'queued' | 'pinning' | 'pinned' | 'failed' };

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

/** @throws storage/push-failed when the peer gives up, storage/timeout when it never says */
const confirm = async (site: Site, root: CID, pushing: Pushing): Promise<void> => {
  const limit = within(pushing.limits.confirm, { place: site.name }, pushing.signal);
  const json = async (path: string, init: RequestInit): Promise<PinStatus> =>
    (await (await ask(site, path, init, pushing, limit.signal)).json()) as PinStatus;
  try {
    const headers = { 'content-type': 'application/json' };
    let pin = await json('/pins', { method: 'POST', headers, body: JSON.stringify({ cid: root.toString() }) });
    const path = `/pins/${encodeURIComponent(pin.requestid)}`;
    for (let wait = 50; ; wait = Math.min(2 * wait, 2000)) {
      pin = await json(path, {});
      if (pin.status === 'pinned') return;
      if (pin.status === 'failed')
        throw new SalusError('storage/push-failed', { place: site.name, why: 'the peer could not pin it' });
      await pause(wait, limit.signal);
    }
  } finally {
    limit.done();
  }
};

/**
 * Asks whether the peer has the record already, before anything is uploaded; one that wants to know who asks is told now.
 * @returns the peer as it wants to be talked to
 */
const greet = async (peer: Site, root: CID, pushing: Pushing): Promise<{ site: Site; pinned: boolean }> => {
  const limit = within(pushing.limits.block, { place: peer.name }, pushing.signal);
  const status = async (site: Site): Promise<{ site: Site; pinned: boolean }> => {
    const response = await ask(site, `/pins?cid=${root}&status=pinned&limit=1`, {}, pushing, limit.signal);
    const { count } = (await response.json()) as { count: number };
    return { site, pinned: count > 0 };
  };
  try {
    return await status(peer).catch(async (error: unknown) => {
      const asks = isSalusError(error) && error.details.status === 401 && peer.token === null;
      const token = asks && pushing.session ? await bearerFor(pushing.session, peer.name, Date.now()) : null;
      if (token === null) throw error;
      return status({ ...peer, token });
    });
  } finally {
    limit.done();
  }
};

/** Asks the root and a few other blocks back: a peer that says yes and keeps nothing is noticed, most of the time. */
const spotCheck = async (site: Site, root: CID, cids: CID[], pushing: Pushing): Promise<void> => {
  const [rest, chosen] = [cids.filter((cid) => !cid.equals(root)), [root]];
  while (rest.length > 0 && chosen.length <= SAMPLES) {
    const [drawn] = crypto.getRandomValues(new Uint32Array(1));
    chosen.push(...rest.splice((drawn as number) % rest.length, 1));
  }
  await Promise.all(chosen.map((cid) => fetchBlock(site, cid, pushing)));
};

/** A peer that pinned it once may have lost or spoiled some of it since: then it is sent again. */
const holds = async (site: Site, root: CID, cids: CID[], pushing: Pushing): Promise<boolean> => {
  try {
    await spotCheck(site, root, cids, pushing);
    return true;
  } catch {
    throwIfAborted(pushing.signal);
    return false;
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

/** Asks a peer that confirmed once whether it still holds the record. @throws when it cannot be asked */
export const recheck = async (peer: Site, root: CID, pushing: Pushing): Promise<boolean> => {
  const cids: CID[] = [];
  for await (const { cid } of visit(pushing.store, [root])) cids.push(cid);
  const { site, pinned } = await greet(peer, root, pushing);
  return pinned && holds(site, root, cids, pushing);
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
