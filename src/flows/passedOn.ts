/**
 * What was passed on, held against what its giver may pass on. The chain says that somebody let in by the patient named a colleague; of what, only
 * the capability does, and whoever has a page of their own writes anything there, or names another reader's again. The patient alone can
 * tell, and gives new keys to nobody who was let in so.
 */
import { SalusError } from '../core/errors.ts';
import type { Given } from './given.ts';

/** True for two grants of the same folder, or of the same record. */
export const isSame = (a: Given, b: Given): boolean =>
  (a.what?.kind === 'folder' && b.what?.kind === 'folder' && a.what.folder === b.what.folder) ||
  (a.what?.kind === 'record' && b.what?.kind === 'record' && a.what.record === b.what.record);

/** True for a passed-on grant that says more than its giver could give. Nothing comes of it; it is shown, and may be taken back. */
export const oversteps = ({ delegated, error }: Given): boolean => delegated && error?.code === 'record/mismatch';

const order = (a: Given, b: Given): number => a.entry.block - b.entry.block || a.entry.logIndex - b.entry.logIndex;

/** When the right ends that stands behind; null once it has, or where it may not be passed on. One given again counts until the earlier of both. */
const endOf = (p: Given, all: readonly Given[]): number | null => {
  if (!p.what?.delegable) return null;
  if (p.state === 'live') return p.ends;
  if (p.state !== 'replaced') return null;
  const newer = all.find((n) => !n.delegated && n.state === 'live' && n.access === p.access && n.grantee === p.grantee);
  if (!newer?.what?.delegable) return null;
  return p.ends === 0 || newer.ends === 0 ? p.ends || newer.ends : Math.min(p.ends, newer.ends);
};

/** @returns the field that claims too much, null when nothing does */
const claimsMore = (g: Given, all: readonly Given[]): string | null => {
  const mine = all.filter((p) => !p.delegated && p.grantee === g.giver && order(p, g) < 0);
  const unread = mine.some((p) => p.what === null && p.error !== null);
  // whoever may pass on nothing passes on nothing, whatever it is
  if (!unread && !mine.some((p) => p.what?.delegable)) return 'delegable';
  const { what } = g;
  if (!what) return null;
  if (what.delegable) return 'delegable';
  if (what.kind === 'folder' && what.rights !== 'read') return 'rights';
  if (what.to !== g.grantee) return 'to';
  if (all.some((o) => o.giver !== g.giver && o.access === g.access && order(o, g) < 0)) return 'token';
  const ends = mine.filter((p) => isSame(p, g)).map((p) => endOf(p, all));
  const alive = ends.filter((end) => end !== null);
  if (alive.length === 0) return unread ? null : 'delegable';
  const last = alive.includes(0) ? 0 : Math.max(...alive);
  return last !== 0 && (g.until === 0 || g.until > last) ? 'until' : null;
};

/**
 * @param all every grant of a patient's file, opened, in any order
 * @returns the same; of live ones passed on beyond what their giver has, `error` says which field claims too much (record/mismatch)
 */
export const heldToRight = (all: readonly Given[]): Given[] =>
  all.map((g) => {
    const field = g.delegated && g.state === 'live' ? claimsMore(g, all) : null;
    return field ? { ...g, error: new SalusError('record/mismatch', { what: 'capability', field }) } : g;
  });
