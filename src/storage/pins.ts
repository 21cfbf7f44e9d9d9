/**
 * Explicit pins: Helia's, on the roots. What hangs under them is found by walking when something is to be deleted, and not
 * by Helia's counters: `pins.rm` (7.1.15) keeps the wrong list of owners, after which pinning a root again is not counted
 * and a block that two roots share can be lost.
 */
import type { CID } from 'multiformats/cid';
import type { Node } from './node.ts';
import { visit } from './walk.ts';

const unless = (name: string) => (error: unknown) => {
  if ((error as Error).name !== name) throw error;
};

/** Keeps `root` and all under it; harmless when it is pinned already. `pins.add` is lazy: nothing happens unless it is read to its end. */
export const pin = async ({ helia }: Pick<Node, 'helia'>, root: CID): Promise<void> => {
  const adding = async (): Promise<void> => {
    for await (const _ of helia.pins.add(root, { depth: 0 }));
  };
  await adding().catch(unless('AlreadyPinnedError'));
};

/** Harmless when there is no such pin. */
export const unpin = async ({ helia }: Pick<Node, 'helia'>, root: CID): Promise<void> => {
  const removing = async (): Promise<void> => {
    for await (const _ of helia.pins.rm(root));
  };
  await removing().catch(unless('NotFoundError'));
};

/** True when `root` itself is pinned. */
export const isPinned = async ({ helia }: Pick<Node, 'helia'>, root: CID): Promise<boolean> => {
  try {
    return (await helia.pins.get(root)) !== undefined;
  } catch (error) {
    unless('NotFoundError')(error);
    return false;
  }
};

/** Everything that hangs under a pin, by multihash: stores name blocks by it, whatever their codec. */
const kept = async ({ helia, blockstore }: Node, also: CID[]): Promise<Set<string>> => {
  const roots = [...also];
  for await (const { cid } of helia.pins.ls()) roots.push(cid);
  const found = new Set<string>();
  for await (const { cid } of visit(blockstore, roots)) found.add(nameOf(cid));
  return found;
};

const nameOf = (cid: CID): string => String(cid.multihash.bytes);

/**
 * Deletes what nothing pins any more.
 * @param candidates only among these; by default everything here @param also roots to keep that are not pinned yet
 */
export const collect = async (node: Node, candidates?: Iterable<CID>, also: CID[] = []): Promise<void> => {
  const keep = await kept(node, also);
  const all = async function* (): AsyncGenerator<CID> {
    for await (const { cid } of node.blockstore.getAll()) yield cid;
  };
  for await (const cid of candidates ?? all()) if (!keep.has(nameOf(cid))) await node.blockstore.delete(cid);
};
