/** Who can read what of a patient's file, put together for people: by reader and by folder. What came by an appointment stands beside it. */
import type { Address, Digest } from '../core/bytes.ts';
import type { FolderId } from '../record/folders.ts';
import type { Given, GivenFolder, GivenRecord } from './given.ts';
import { grantKey } from './grants.ts';
import type { Visit } from './visits.ts';

/** Everything that one account was given, newest first. `account`: null for whoever can open it, which is one reader a grant. */
export type Reader = { key: string; account: Address | null; live: Given[]; ended: Given[] };

/** Who got it, also where only the capability says; null for whoever can open it. */
export const readerOf = (g: Given): Address | null => g.grantee ?? g.what?.to ?? null;

/** By reader: whoever can read now first, and of these whoever got something last. @param given newest first */
export const readersIn = (given: readonly Given[]): Reader[] => {
  const readers = new Map<string, Reader>();
  for (const g of given) {
    const account = readerOf(g);
    const key = account ?? grantKey(g);
    const reader = readers.get(key) ?? { key, account, live: [], ended: [] };
    readers.set(key, reader);
    (g.state === 'live' ? reader.live : reader.ended).push(g);
  }
  const all = [...readers.values()];
  return [...all.filter((r) => r.live.length > 0), ...all.filter((r) => r.live.length === 0)];
};

export type OfFolder = Given & { what: GivenFolder };
export type OfRecord = Given & { what: GivenRecord };

/** The live grants of each folder, newest first. */
export const liveByFolder = (given: readonly Given[]): Map<FolderId, OfFolder[]> => {
  const found = new Map<FolderId, OfFolder[]>();
  for (const g of given) {
    if (g.state !== 'live' || g.what?.kind !== 'folder') continue;
    const of = found.get(g.what.folder) ?? [];
    found.set(g.what.folder, [...of, g as OfFolder]);
  }
  return found;
};

/** The live grants of single records, newest first. */
export const liveByRecord = (given: readonly Given[]): Map<Digest, OfRecord[]> => {
  const found = new Map<Digest, OfRecord[]>();
  for (const g of given) {
    if (g.state !== 'live' || g.what?.kind !== 'record') continue;
    found.set(g.what.record, [...(found.get(g.what.record) ?? []), g as OfRecord]);
  }
  return found;
};

/** Live grants of which nobody can tell what they open. */
export const unclear = (given: readonly Given[]): Given[] => given.filter((g) => g.state === 'live' && g.what === null);

/**
 * Who holds what was sent with a visit: its doctor, and the hospital that a dispute named. It cannot be taken back.
 * `visits`: newest first
 */
export type ThroughVisits = { account: Address; as: 'doctor' | 'hospital'; visits: Visit[] };

/** @param visits newest first */
export const throughVisits = (visits: readonly Visit[], patient: Address): ThroughVisits[] => {
  const found = new Map<Address, ThroughVisits>();
  const add = (account: Address, as: ThroughVisits['as'], visit: Visit) => {
    const one = found.get(account) ?? { account, as, visits: [] };
    found.set(account, one);
    if (!one.visits.includes(visit)) one.visits.push(visit);
  };
  for (const visit of visits) {
    if (visit.patient !== patient) continue;
    add(visit.doctor, 'doctor', visit);
    const disputed = visit.history.find((e) => e.event === 'Disputed');
    if (disputed) add((disputed.args.other as Address | undefined) ?? visit.arbiter, 'hospital', visit);
  }
  return [...found.values()];
};
