/** Finding somebody to give access to, by what they publish or by what the person calls them. */
import type { Address } from '../../core/bytes.ts';
import type { App } from '../../state/app.svelte.ts';
import type { Role } from '../../state/types.ts';

/** `name`: published, else what the person calls them; null while it is on its way, or where there is none */
export type Found = { address: Address; name: string | null; role: Role | 'hospital' };

/** Rows that are shown at once. */
export const MOST_SHOWN = 8;

const folded = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

/** Those dealt with before, the latest first. Reactive. */
export const dealtWith = (app: App): Found[] => app.sharing.known.map((address) => foundOf(app, address));

/** Everybody who may be found, those dealt with before first. Asks for the names of all of them. Reactive. */
export const everybody = (app: App): Found[] => {
  const me = app.vault.current?.account;
  const known = app.sharing.known;
  const others = new Set(app.sharing.listed?.keys() ?? []);
  for (const account of known) others.delete(account);
  return [...known, ...others].filter((a) => a !== me).map((address) => foundOf(app, address));
};

const foundOf = ({ sharing, people }: App, address: Address): Found => {
  const role = sharing.listed?.get(address);
  const name = (role ? people.listed(address).name : null) ?? sharing.nameOf(address);
  return { address, name, role: role ?? 'none' };
};

/** Those in whose name or address every word stands, at most {@link MOST_SHOWN}. */
export const matching = (all: readonly Found[], query: string): Found[] => {
  const words = folded(query).trim().split(/\s+/).filter(Boolean);
  const says = (f: Found): boolean => {
    const text = `${folded(f.name ?? '')} ${f.address}`;
    return words.every((word) => text.includes(word));
  };
  return all.filter((f) => words.length > 0 && says(f)).slice(0, MOST_SHOWN);
};
