/** Finding somebody to give access to, by what they publish or by what the person calls them. */
import type { Address } from '../../core/bytes.ts';
import type { App } from '../../state/app.svelte.ts';
import type { Role } from '../../state/types.ts';

/** `name`: published, else what the person calls them; null while it is on its way, or where there is none */
export type Found = { address: Address; name: string | null; role: Role | 'hospital' };

/** Rows that are shown at once. */
export const MOST_SHOWN = 8;

const folded = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

/** Everybody who may be found, those dealt with before first. Reactive. */
export const everybody = (app: App): Found[] => {
  const { sharing, people } = app;
  const listed = new Map((sharing.listed ?? []).map((l) => [l.address, l]));
  const found = (address: Address): Found => {
    const of = listed.get(address);
    const name = (of ? people.listed(address).name : null) ?? sharing.nameOf(address);
    return { address, name, role: of?.hospital ? 'hospital' : (of?.account?.role ?? 'none') };
  };
  const known = new Set(sharing.known);
  const me = app.vault.current?.account;
  return [...known, ...[...listed.keys()].filter((a) => !known.has(a))].filter((a) => a !== me).map(found);
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
