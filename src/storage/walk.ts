/** Going through a DAG that is here. Leaves are not read: a raw block links to nothing. */
import type { CID } from 'multiformats/cid';
import { SalusError } from '../core/errors.ts';
import { RAW, linksOf, readBlock } from './blocks.ts';
import type { Blocks } from './blocks.ts';

/** Every block under `root` once, parents first, in the order of the links. @throws storage/not-found at the first one that is not here */
export async function* walk(store: Blocks, root: CID): AsyncGenerator<CID> {
  for await (const { cid, here } of visit(store, [root])) {
    if (!here) throw new SalusError('storage/not-found', { cid: cid.toString() });
    yield cid;
  }
}

/** As {@link walk}, over several roots, and going on where a block is missing. */
export async function* visit(store: Blocks, roots: CID[]): AsyncGenerator<{ cid: CID; here: boolean }> {
  const seen = new Set<string>();
  const queue = [...roots].reverse();
  for (let cid = queue.pop(); cid !== undefined; cid = queue.pop()) {
    if (seen.has(cid.toString())) continue;
    seen.add(cid.toString());
    const bytes = cid.code === RAW ? null : await readBlock(store, cid);
    const here = cid.code === RAW ? await store.has(cid) : bytes !== null;
    if (bytes !== null)
      queue.push(
        ...linksOf(cid, bytes)
          .map((link) => link.cid)
          .reverse(),
      );
    yield { cid, here };
  }
}

/** True when every block under `root` is here. */
export const isWhole = async (store: Blocks, root: CID): Promise<boolean> => {
  for await (const { here } of visit(store, [root])) if (!here) return false;
  return true;
};
