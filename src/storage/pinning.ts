/**
 * Bringing a record to a standard pinning service: the service is asked to pin it, its delegates are dialled, and the blocks are
 * given to it by bitswap until it says `pinned`; then it is held to its word. What was begun is taken up where it stopped.
 * @see https://ipfs.github.io/pinning-services-api-spec/ (Provider hints)
 */
import type { CID } from 'multiformats/cid';
import { SalusError, isSalusError } from '../core/errors.ts';
import type { PinState } from '../flows/ports/storage.ts';
import type { Blocks } from './blocks.ts';
import { dialable } from './delegates.ts';
import { treeSize } from './directory.ts';
import { throwIfAborted } from './errors.ts';
import type { Asking, Site } from './gateway.ts';
import { PIN_NAME, STATES, pinningClient } from './pinningClient.ts';
import type { Pin, PinningClient } from './pinningClient.ts';
import { isRefusal, mayPass } from './pinningErrors.ts';
import { readBack } from './readBack.ts';
import { served } from './served.ts';
import { pause, within } from './waiting.ts';
import { walk } from './walk.ts';

/** A service the person chose. `gateway`: where what it holds can be read, if it has one. */
export type PinningSite = Site & { gateway: Site | null };
/** @property readers gateways that may be asked for a few blocks · @property onPin bytes taken, bytes in all, and what the service says */
export type Pinning = Asking & {
  store: Blocks;
  readers: Site[];
  onPin?: (done: number, total: number, pin: PinState) => void;
};

/** Milliseconds between two questions. */
const POLL = { first: 250, most: 4000 };
/** Milliseconds after which a service that no page can reach is not waited for: it may have it from somewhere else at once. */
const NO_WAY_IN = 15_000;

/** The newest pin of this root, whoever made it with this token; null when there is none. */
const known = async (client: PinningClient, cid: CID): Promise<Pin | null> =>
  (await client.find({ cid, status: [...STATES], limit: 10 })).pins[0] ?? null;

/**
 * @returns `byWord` when it took everything from here, says so, and nobody could be asked to give a block back
 * @throws pinning/…, storage/timeout, storage/not-found when a block is not here
 */
export const pinAt = async (site: PinningSite, root: CID, pinning: Pinning): Promise<{ byWord: boolean }> => {
  const cids: CID[] = [];
  for await (const cid of walk(pinning.store, root)) cids.push(cid);
  const client = await pinningClient(site, pinning);
  let before = await known(client, root);
  if (before?.status === 'pinned' && (await readBack(site, root, cids, before.delegates, pinning)))
    return { byWord: false };
  if (before && before.status !== 'queued' && before.status !== 'pinning') {
    await client.remove(before.requestid); // failed, or says so and does not hold it: it starts anew
    before = null;
  }
  const { pin, taken } = await give(site, client, root, cids, before, pinning);
  // by now this page gives nothing any more: whoever answers has it from the service
  const held = await readBack(site, root, cids, pin.delegates, pinning);
  if (held || (held === null && taken === cids.length)) return { byWord: !held };
  await client.remove(pin.requestid).catch(() => undefined); // what it does not hold it need not list
  throw new SalusError('pinning/not-held', { place: site.name });
};

/** Serves the blocks until the service says that it has them. @returns how many it took */
const give = async (
  site: PinningSite,
  client: PinningClient,
  root: CID,
  cids: CID[],
  before: Pin | null,
  pinning: Pinning,
): Promise<{ pin: Pin; taken: number }> => {
  const { openBitswap } = await import('./bitswapNode.ts');
  const place = site.name;
  const total = await treeSize(pinning.store, root);
  const limit = within(pinning.limits.confirm, { place }, pinning.signal);
  let done = 0;
  let pin: Pin | null = before;
  const store = served(pinning.store, cids, (bytes) => {
    limit.arrived(bytes);
    pinning.onPin?.((done += bytes), total, 'pinning'); // whatever it says: it is at it
  });
  const node = await openBitswap(store);
  const start = performance.now();
  let [reached, gaveUp] = [false, false];
  try {
    for (let wait = POLL.first; ; wait = Math.min(1.5 * wait, POLL.most)) {
      pin ??= await client.add(root, [`/p2p/${node.id}`]);
      pinning.onPin?.(Math.min(done, total), total, pin.status);
      if (pin.status === 'pinned') return { pin, taken: store.taken.size };
      const addresses = dialable(pin.delegates, site.url);
      if (node.peers() === 0 && addresses.length > 0)
        reached = (await node.dial(addresses, limit.signal)) > 0 || reached;
      if (pin.status === 'failed') {
        if (gaveUp || !reached) throw new SalusError('pinning/failed', { place, reason: pin.why });
        // it may have looked for the blocks before we met: asked once more, now that we have
        gaveUp = true;
        await client.remove(pin.requestid);
        pin = null;
        continue;
      }
      if (!reached && addresses.length === 0 && performance.now() - start > NO_WAY_IN)
        throw new SalusError('pinning/no-way-in', { place });
      await pause(wait, limit.signal);
      pin = await again(client, pin);
    }
  } catch (error) {
    throwIfAborted(pinning.signal);
    throw !reached && isSalusError(error, 'storage/timeout')
      ? new SalusError('pinning/no-way-in', { place }, error)
      : error;
  } finally {
    limit.done();
    await node.stop();
  }
};

/** What the service says now; the same as before while it does not answer. @returns null when it forgot the pin */
const again = async (client: PinningClient, pin: Pin): Promise<Pin | null> => {
  try {
    return await client.get(pin.requestid);
  } catch (error) {
    if (isRefusal(error, 404)) return null;
    if (mayPass(error)) return pin;
    throw error;
  }
};

/** Whether a service that confirmed once still holds the record, as far as it can be known. @throws when it cannot be asked */
export const recheckPin = async (site: PinningSite, root: CID, pinning: Pinning): Promise<boolean> => {
  const pin = await known(await pinningClient(site, pinning), root);
  if (pin?.status !== 'pinned') return false;
  const cids: CID[] = [];
  for await (const cid of walk(pinning.store, root)) cids.push(cid);
  return (await readBack(site, root, cids, pin.delegates, pinning)) !== false;
};

/** Takes away every pin of this root that bears our name. */
export const unpinRoot = async (site: Site, root: CID, asking: Asking): Promise<void> => {
  const client = await pinningClient(site, asking);
  const { pins } = await client.find({ cid: root, name: PIN_NAME, status: [...STATES], limit: 100 });
  for (const { requestid } of pins) await client.remove(requestid);
};
