/** What the person calls accounts that publish no name: sealed in the cabinet, seen by nobody else. */
import { fromUtf8, utf8, type Address } from '../core/bytes.ts';
import type { Cabinet } from './ports/index.ts';

const PREFIX = 'label/';
/** Characters of a name. */
export const MAX_LABEL = 100;

/** Every name, by account. */
export const readLabels = async (cabinet: Cabinet): Promise<Map<Address, string>> => {
  const labels = new Map<Address, string>();
  for (const name of await cabinet.list(PREFIX)) {
    const kept = await cabinet.get(name);
    if (kept) labels.set(name.slice(PREFIX.length) as Address, fromUtf8(kept));
  }
  return labels;
};

/** Remembers a name; an empty one forgets it. */
export const setLabel = (cabinet: Cabinet, account: Address, name: string): Promise<void> => {
  const kept = name.trim().slice(0, MAX_LABEL);
  return kept ? cabinet.set(PREFIX + account, utf8(kept)) : cabinet.delete(PREFIX + account);
};
