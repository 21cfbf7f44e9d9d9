/** Who shares something with an account, by its own verified timelines alone: whether it still holds only the giver's tell. */
import { NO_ADDRESS, type Address } from '../core/bytes.ts';
import type { Entry } from './ports/index.ts';

/** Everybody who ever gave this account something, the latest first. @param entries of the account's own inbox and timeline, in any order */
export const giversOf = (entries: readonly Entry[], me: Address): Address[] => {
  const newest = new Map<Address, Entry>();
  for (const e of entries) {
    const from =
      e.event === 'Shared' && e.subject === me
        ? e.author
        : e.event === 'Delegated' && e.args.other === me
          ? e.subject
          : null;
    if (from === null || from === me || from === NO_ADDRESS) continue;
    const known = newest.get(from);
    if (!known || known.block < e.block) newest.set(from, e);
  }
  return [...newest].sort(([, a], [, b]) => b.block - a.block || b.logIndex - a.logIndex).map(([who]) => who);
};
