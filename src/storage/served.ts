/** What a pinning service may take from this page: the blocks of one record, for as long as it fetches. */
import type { CID } from 'multiformats/cid';
import type { Bytes } from '../core/bytes.ts';
import { readBlock } from './blocks.ts';
import type { Blocks } from './blocks.ts';

/** @property taken multihashes of the blocks that were read for somebody */
export type Served = Blocks & { readonly taken: ReadonlySet<string> };

const nameOf = (cid: CID): string => String(cid.multihash.bytes);

/**
 * A store through which nothing else of this browser can be seen or asked about.
 * @param onTaken told each block's bytes when it is first read
 */
export const served = (store: Blocks, cids: CID[], onTaken: (bytes: number) => void): Served => {
  const allowed = new Set(cids.map(nameOf));
  const taken = new Set<string>();
  const read = async function* (cid: CID): AsyncGenerator<Bytes> {
    const bytes = allowed.has(nameOf(cid)) ? await readBlock(store, cid) : null;
    if (bytes === null) throw Object.assign(new Error('not here'), { name: 'NotFoundError' });
    if (!taken.has(nameOf(cid))) {
      taken.add(nameOf(cid));
      onTaken(bytes.length);
    }
    yield bytes;
  };
  return {
    taken,
    has: (cid) => (allowed.has(nameOf(cid)) ? store.has(cid) : false),
    get: read,
    put: () => Promise.reject(new Error('read only')),
  } as Served;
};
