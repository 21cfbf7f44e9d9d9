/**
 * Makes sure that a DAG is here: what is local is used, the rest is asked of the configured places, by one CAR stream first,
 * then block by block. A place that serves wrong bytes is named, and the others are still asked.
 */
import type { CID } from 'multiformats/cid';
import { SalusError } from '../core/errors.ts';
import { MAX_BLOCK } from './blocks.ts';
import { throwIfAborted } from './errors.ts';
import { fetchBlock, fetchCar } from './gateway.ts';
import type { Site } from './gateway.ts';
import { withAccess } from './guarding.ts';
import { Search } from './search.ts';
import type { Fetching, Wanted } from './search.ts';

export type { Fetching, Wanted } from './search.ts';

/** Blocks asked for at once. */
const AT_ONCE = 6;
/** Blocks in a row that nobody asked for, after which a place is not listened to any longer. */
const JUNK = 64;

const byCar = async (search: Search, site: Site, { root, name, budget }: Wanted, fetching: Fetching): Promise<void> => {
  const path = name === undefined ? `${root}` : `${root}/${name}`;
  let junk = 0;
  try {
    await withAccess(fetching.access, site, root, async (shown) => {
      // half as much again: every block comes with its name
      for await (const block of fetchCar(shown, path, 1.5 * budget + MAX_BLOCK, fetching)) {
        junk = (await search.keep(block)) ? 0 : junk + 1;
        if (search.missing.size === 0) break;
        if (junk > JUNK) throw new SalusError('storage/not-found', { place: site.name, why: 'sends something else' });
      }
    });
  } catch (error) {
    search.failed(error);
  } finally {
    await search.flush();
  }
};

const byBlock = async (search: Search, cid: CID, root: CID, fetching: Fetching): Promise<boolean> => {
  for (const site of fetching.sites) {
    try {
      const bytes = await withAccess(fetching.access, site, root, (shown) => fetchBlock(shown, cid, fetching));
      await search.keep({ cid, bytes });
      await search.flush();
      return true;
    } catch (error) {
      search.failed(error);
    }
  }
  return false;
};

/**
 * @returns when all that is wanted is in the store
 * @throws storage/corrupt (naming the place), storage/timeout, storage/not-found, input/too-large, storage/aborted
 */
export const ensure = async (wanted: Wanted, fetching: Fetching): Promise<void> => {
  const search = new Search(wanted, fetching);
  await search.look(wanted.root);
  const onGuard = (account: string): void => void fetching.access?.noted(wanted.root, account).catch(() => undefined);
  if (search.missing.size > 0) await fetching.noted(() => find(search, wanted, { ...fetching, onGuard }));
};

const find = async (search: Search, wanted: Wanted, fetching: Fetching): Promise<void> => {
  for (const site of fetching.sites) {
    if (search.missing.size === 0) return;
    await byCar(search, site, wanted, fetching);
  }
  while (search.missing.size > 0) {
    throwIfAborted(fetching.signal);
    const batch = [...search.missing.values()].slice(0, AT_ONCE);
    const found = await Promise.all(batch.map((cid) => byBlock(search, cid, wanted.root, fetching)));
    if (!found.every(Boolean)) throw search.verdict();
  }
};
