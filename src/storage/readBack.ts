/** Holding a pinning service to its word: a few blocks are asked back, of its gateway, of its own peers, of the gateways the person reads from. */
import type { CID } from 'multiformats/cid';
import { isSalusError } from '../core/errors.ts';
import { verifies } from './blocks.ts';
import { sample, spotCheck } from './confirm.ts';
import { dialable } from './delegates.ts';
import { throwIfAborted } from './errors.ts';
import type { Asking, Site } from './gateway.ts';
import { pause, raced } from './waiting.ts';

/** A gateway in front of a service may learn of a pin a moment after the service itself. Parts of `limits.doubt`. */
const PATIENCE = [0, 0.1, 0.3, 0.6];

type Reading = Asking & { readers: Site[] };

/**
 * @param delegates the service's own peers, as it names them
 * @returns true: blocks came back; false: its own gateway answers and does not have them; null: nobody could be asked
 */
export const readBack = async (
  site: Site & { gateway: Site | null },
  root: CID,
  cids: CID[],
  delegates: string[],
  reading: Reading,
): Promise<boolean | null> => {
  const own = site.gateway ? await fromGateway(site.gateway, root, cids, reading, PATIENCE) : null;
  if (own !== null) return own;
  if (await fromPeers(dialable(delegates, site.url), sample(root, cids), reading)) return true;
  for (const reader of reading.readers) if (await fromGateway(reader, root, cids, reading, [0])) return true;
  return null;
};

/** @returns null when it does not answer at all */
const fromGateway = async (gateway: Site, root: CID, cids: CID[], reading: Reading, waits: number[]) => {
  let answered = false;
  for (const wait of waits) {
    if (wait > 0) await pause(wait * reading.limits.doubt, reading.signal ?? new AbortController().signal);
    try {
      await spotCheck(gateway, root, cids, reading);
      return true;
    } catch (error) {
      throwIfAborted(reading.signal);
      answered ||= isSalusError(error, 'storage/corrupt') || (isSalusError(error) && error.details['status'] === 404);
    }
  }
  return answered ? false : null;
};

/** By bitswap, from a node that has nothing itself. */
const fromPeers = async (addresses: string[], wanted: CID[], { signal, limits }: Reading): Promise<boolean> => {
  if (addresses.length === 0) return false;
  const { openBitswap } = await import('./bitswapNode.ts');
  const node = await openBitswap();
  const end = AbortSignal.any([AbortSignal.timeout(2 * limits.doubt), ...(signal ? [signal] : [])]);
  try {
    if ((await node.dial(addresses, end)) === 0) return false;
    for (const cid of wanted) {
      const limit = AbortSignal.any([end, AbortSignal.timeout(limits.doubt)]);
      const bytes = await raced(node.fetch(cid, limit), limit);
      if (bytes === null || !(await verifies(cid, bytes))) return false;
    }
    return true;
  } catch {
    throwIfAborted(signal);
    return false;
  } finally {
    await node.stop();
  }
};
