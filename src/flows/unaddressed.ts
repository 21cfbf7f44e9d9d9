/** Patients whose link this account followed, and what of their unaddressed grants was tried in vain. Sealed: nobody learns whom one looks at. */
import { fromUtf8, utf8, type Address, type Digest } from '../core/bytes.ts';
import type { Cabinet } from './ports/index.ts';

const FOLLOWED = 'received/followed';
const MINE = 'received/mine';
const OTHERS = 'received/others';
/** Kept of each, the newest. */
const MOST = 4096;

const readList = async (cabinet: Cabinet, name: string): Promise<string[]> => {
  const kept = await cabinet.get(name);
  try {
    const all: unknown = kept ? JSON.parse(fromUtf8(kept)) : [];
    return Array.isArray(all) ? all.filter((x) => typeof x === 'string') : [];
  } catch {
    return [];
  }
};
const writeList = (cabinet: Cabinet, name: string, list: string[]): Promise<void> =>
  cabinet.set(name, utf8(JSON.stringify([...new Set(list)].slice(0, MOST))));

/** The latest first. */
export const followed = async (cabinet: Cabinet): Promise<Address[]> =>
  (await readList(cabinet, FOLLOWED)) as Address[];

/** Remembers a patient whose unaddressed grants open here. */
export const follow = async (cabinet: Cabinet, patient: Address): Promise<void> =>
  writeList(cabinet, FOLLOWED, [patient, ...(await readList(cabinet, FOLLOWED))]);

/** Forgets a followed patient. */
export const unfollow = async (cabinet: Cabinet, patient: Address): Promise<void> =>
  writeList(
    cabinet,
    FOLLOWED,
    (await readList(cabinet, FOLLOWED)).filter((p) => p !== patient),
  );

/** Digests of the capabilities of unaddressed grants: those that opened with this vault, and those that did not. */
export type Tried = { mine: Digest[]; others: Digest[] };

/** What was tried so far. */
export const readTried = async (cabinet: Cabinet): Promise<Tried> => ({
  mine: (await readList(cabinet, MINE)) as Digest[],
  others: (await readList(cabinet, OTHERS)) as Digest[],
});

/** Notes some more. */
export const noteTried = async (cabinet: Cabinet, fresh: Tried): Promise<void> => {
  const before = await readTried(cabinet);
  if (fresh.mine.length > 0) await writeList(cabinet, MINE, [...fresh.mine, ...before.mine]);
  if (fresh.others.length > 0) await writeList(cabinet, OTHERS, [...fresh.others, ...before.others]);
};
