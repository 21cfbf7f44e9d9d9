/** Making sure that a whole DAG is on the disk here, from those who have it. */
import { multiaddr } from '@multiformats/multiaddr';
import type { CID } from 'multiformats/cid';
import { SalusError } from '../core/errors.ts';
import type { Bytes } from '../core/bytes.ts';
import { linksOf, readBlock, verifies } from '../storage/blocks.ts';
import type { PeerNode } from './node.ts';

/** What lies on a disk here. */
export type Disk = Pick<PeerNode, 'blockstore'>;

/** Milliseconds: bitswap waits for ever unless told otherwise. */
const DIAL = 10_000;
const BLOCK = 20_000;

/** Connects to whoever is said to have it; who cannot be reached is passed over. */
export const dial = async ({ helia }: PeerNode, origins: string[], signal: AbortSignal): Promise<void> => {
  const one = async (origin: string): Promise<unknown> =>
    helia.libp2p.dial(multiaddr(origin), { signal: AbortSignal.any([signal, AbortSignal.timeout(DIAL)]) });
  await Promise.allSettled(origins.map(one));
};

/** @returns the block off the disk, if it is still what its name says; one that went bad is dropped */
export const soundBlock = async ({ blockstore }: Disk, cid: CID): Promise<Bytes | null> => {
  const bytes = await readBlock(blockstore, cid);
  if (bytes === null || (await verifies(cid, bytes))) return bytes;
  await blockstore.delete(cid);
  return null;
};

/** By bitswap, from the peers we are connected to. */
const fetchBlock = async (node: PeerNode, cid: CID, signal: AbortSignal): Promise<Bytes> => {
  if (node.helia.libp2p.getConnections().length === 0) throw missing(cid);
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(BLOCK)]);
    for await (const _ of node.helia.blockstore.get(cid, { signal: limit }));
  } catch (cause) {
    throw missing(cid, cause);
  }
  const bytes = await readBlock(node.blockstore, cid);
  if (bytes === null) throw missing(cid);
  return bytes;
};

/** Goes through a DAG, each block once. */
const through = async (root: CID, blockOf: (cid: CID) => Promise<Bytes>): Promise<void> => {
  const seen = new Set<string>();
  const queue = [root];
  for (let cid = queue.pop(); cid !== undefined; cid = queue.pop()) {
    if (seen.has(cid.toString())) continue;
    seen.add(cid.toString());
    queue.push(...linksOf(cid, await blockOf(cid)).map((link) => link.cid));
  }
};

const missing = (cid: CID, cause?: unknown) => new SalusError('storage/not-found', { cid: cid.toString() }, cause);

/** Reads every block that is here and hashes it again, since `pinned` is a promise. @throws storage/not-found naming what is not here */
export const gatherHere = (node: Disk, root: CID): Promise<void> =>
  through(root, async (cid) => {
    const bytes = await soundBlock(node, cid);
    if (bytes === null) throw missing(cid);
    return bytes;
  });

/** As {@link gatherHere}, asking connected peers for what is not here. @throws storage/not-found naming what nobody gave */
export const gather = (node: PeerNode, root: CID, signal: AbortSignal): Promise<void> =>
  through(root, async (cid) => (await soundBlock(node, cid)) ?? fetchBlock(node, cid, signal));
