/** What a peer says of a record, and whether that is so. @see https://ipfs.github.io/pinning-services-api-spec/ */
import type { CID } from 'multiformats/cid';
import { SalusError, isSalusError } from '../core/errors.ts';
import type { Blocks } from './blocks.ts';
import { throwIfAborted } from './errors.ts';
import { ask, fetchBlock } from './gateway.ts';
import type { Asking, Site } from './gateway.ts';
import { visit } from './walk.ts';
import { pause, within } from './waiting.ts';

/** Blocks asked back, beside the root. */
const SAMPLES = 4;

/** @property bearer what a peer that asks who is talking is shown, and no other; null without a session */
export type Pushing = Asking & {
  store: Blocks;
  bearer: (site: Site) => Promise<string | null>;
  onBytes?: (done: number, total: number) => void;
};
type PinStatus = { requestid: string; status: 'queued' | 'pinning' | 'pinned' | 'failed' };

/** @throws storage/push-failed when the peer gives up, storage/timeout when it never says */
export const confirm = async (site: Site, root: CID, pushing: Pushing): Promise<void> => {
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
 * The pins of a root that are ours, as far as the peer can tell; one that wants to know who asks is told now.
 * @returns the peer as it wants to be talked to
 */
export const pinsOf = async (
  peer: Site,
  root: CID,
  pushing: Omit<Pushing, 'store'>,
): Promise<{ site: Site; pins: PinStatus[] }> => {
  const limit = within(pushing.limits.block, { place: peer.name }, pushing.signal);
  const status = async (site: Site): Promise<{ site: Site; pins: PinStatus[] }> => {
    const response = await ask(site, `/pins?cid=${root}&status=pinned&limit=100`, {}, pushing, limit.signal);
    const { results } = (await response.json()) as { results?: PinStatus[] };
    return { site, pins: Array.isArray(results) ? results.slice(0, 100) : [] };
  };
  try {
    return await status(peer).catch(async (error: unknown) => {
      const asks = isSalusError(error) && error.details.status === 401 && peer.token === null;
      const token = asks ? await pushing.bearer(peer) : null;
      if (token === null) throw error;
      return status({ ...peer, token });
    });
  } finally {
    limit.done();
  }
};

/** Asks whether the peer has the record already, before anything is uploaded. @returns the peer as it wants to be talked to */
export const greet = async (peer: Site, root: CID, pushing: Pushing): Promise<{ site: Site; pinned: boolean }> => {
  const { site, pins } = await pinsOf(peer, root, pushing);
  return { site, pinned: pins.length > 0 };
};

/** The root and a few other blocks, by chance. */
export const sample = (root: CID, cids: CID[]): CID[] => {
  const [rest, chosen] = [cids.filter((cid) => !cid.equals(root)), [root]];
  while (rest.length > 0 && chosen.length <= SAMPLES) {
    const [drawn] = crypto.getRandomValues(new Uint32Array(1));
    chosen.push(...rest.splice((drawn as number) % rest.length, 1));
  }
  return chosen;
};

/** Asks the root and a few other blocks back: a peer that says yes and keeps nothing is noticed, most of the time. */
export const spotCheck = async (site: Site, root: CID, cids: CID[], asking: Asking): Promise<void> => {
  await Promise.all(sample(root, cids).map((cid) => fetchBlock(site, cid, asking)));
};

/** A peer that pinned it once may have lost or spoiled some of it since: then it is sent again. */
export const holds = async (site: Site, root: CID, cids: CID[], pushing: Pushing): Promise<boolean> => {
  try {
    await spotCheck(site, root, cids, pushing);
    return true;
  } catch {
    throwIfAborted(pushing.signal);
    return false;
  }
};

/** Asks a peer that confirmed once whether it still holds the record. @throws when it cannot be asked */
export const recheck = async (peer: Site, root: CID, pushing: Pushing): Promise<boolean> => {
  const cids: CID[] = [];
  for await (const { cid } of visit(pushing.store, [root])) cids.push(cid);
  const { site, pinned } = await greet(peer, root, pushing);
  return pinned && holds(site, root, cids, pushing);
};
