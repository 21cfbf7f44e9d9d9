/**
 * Who may read what of a patient's file, computed from verified events alone. Nobody is asked: a grant is a `Shared` of the patient or a
 * `Delegated` of one of its readers; what ends it is a `Revoked`, its date, a newer grant with the same token, or the end of the right it was passed on from.
 * What a grant opens only its capability says (`capabilities.ts`).
 */
import { NO_ADDRESS, type Address, type Digest, type Hex } from '../core/bytes.ts';
import type { Entry } from './ports/index.ts';

/** `replaced`: a newer grant with the same token holds · `outlived`: the right it was passed on from has ended */
export type GrantState = 'live' | 'expired' | 'revoked' | 'replaced' | 'outlived';

export type Grant = {
  /** the Shared or Delegated event */
  entry: Entry;
  patient: Address;
  /** who gave it: the patient, or the reader who passed it on */
  giver: Address;
  /** null where the chain does not say to whom */
  grantee: Address | null;
  /** digest of the directory with the sealed capability */
  capability: Digest;
  /** sha256 of its token, 32 bytes */
  access: Hex;
  /** Unix seconds as its event says, 0 = until taken back */
  until: number;
  /** Unix seconds after which nobody honours it: the earlier of its own and that of the right it was passed on from; 0 = none */
  ends: number;
  /** the request it answers, by its count in the patient's inbox; 0 = none */
  re: number;
  delegated: boolean;
  state: GrantState;
  /** the event that ended it, null while none did (its date may have) */
  ended: Entry | null;
};

const isZero = (hex: Hex): boolean => BigInt(hex) === 0n;
const order = (a: Entry, b: Entry): number => a.block - b.block || a.logIndex - b.logIndex;

/** Stands for one grant in maps and lists: an event is named once. */
export const grantKey = ({ entry }: Pick<Grant, 'entry'>): string => `${entry.tx}/${entry.logIndex}`;

const grantOf = (e: Entry, patient: Address): Grant | null => {
  const delegated = e.event === 'Delegated' && e.subject === patient && e.author !== patient;
  if (!delegated && !(e.event === 'Shared' && e.author === patient)) return null;
  const grantee = (delegated ? e.args.other : e.subject) as Address;
  const until = Number(e.args.until);
  return {
    entry: e,
    patient,
    giver: e.author,
    grantee: grantee === NO_ADDRESS ? null : grantee,
    capability: e.args.capability as Digest,
    access: e.args.access as Hex,
    until,
    ends: until,
    re: delegated ? 0 : Number(e.args.re),
    delegated,
    state: 'live',
    ended: null,
  };
};

/** Does this `Revoked` end that grant, which is older? */
const ends = (e: Entry, g: Grant): boolean => {
  const access = e.args.access as Hex;
  // the patient undoes anything; who passed something on undoes that alone
  if (e.author !== g.patient && e.author !== g.giver) return false;
  return isZero(access) ? e.subject === (g.grantee ?? NO_ADDRESS) : access === g.access;
};

/** The rights that a delegated grant may have been passed on from: its giver's own, given before it by the patient. */
const parents = (g: Grant, all: readonly Grant[]): Grant[] =>
  all.filter((p) => !p.delegated && p.grantee === g.giver && order(p.entry, g.entry) < 0);

/** The earlier of two ends, where 0 is none. */
const sooner = (a: number, b: number): number => (a === 0 ? b : b === 0 ? a : Math.min(a, b));

/** The same right given again to the same reader, with another end; null where it was not. */
const again = (p: Grant, all: readonly Grant[]): Grant | null =>
  (p.state === 'replaced' && all.find((n) => n.entry === p.ended && n.grantee === p.grantee)) || null;

/** Every giving of a right, from this one on. */
const line = (p: Grant | null, all: readonly Grant[]): Grant[] => (p ? [p, ...line(again(p, all), all)] : []);

/**
 * When a right ends, as far as anything hangs on it. One that was given again ends for what was passed on before at the earliest of its ends, so
 * that nothing comes to life again. @returns null once it has
 */
const endOf = (p: Grant, all: readonly Grant[], now: number): number | null => {
  const givings = line(p, all);
  const end = givings.map((g) => g.ends).reduce(sooner);
  return givings.at(-1)?.state === 'live' && (end === 0 || end > now) ? end : null;
};

/** A passed-on right lives as long as the longest of those it may come from. @returns how that ends it, and when */
const bound = (g: Grant, all: readonly Grant[], now: number): Pick<Grant, 'state' | 'ends' | 'ended'> => {
  const from = parents(g, all);
  const alive = from.map((p) => endOf(p, all, now)).filter((end) => end !== null);
  if (alive.length === 0) {
    const over = from.flatMap((p) => line(p, all)).filter((p) => p.ended);
    const last = over.sort((a, b) => order(b.ended as Entry, a.ended as Entry))[0];
    return { state: 'outlived', ends: g.ends, ended: last?.ended ?? null };
  }
  const latest = alive.includes(0) ? 0 : Math.max(...alive);
  return { state: g.state, ends: sooner(latest, g.ends), ended: g.ended };
};

/**
 * Every grant concerning a patient's file, newest first.
 * @param events of both of the patient's timelines, oldest first ({@link eventsOf}); with them, where known, the `Revoked` of those who passed something on
 * @param now Unix seconds
 */
export const grantsOf = (events: readonly Entry[], patient: Address, now: number): Grant[] => {
  const grants: Grant[] = [];
  for (const e of [...events].sort(order)) {
    const grant = grantOf(e, patient);
    if (grant) {
      for (const old of grants)
        if (old.state === 'live' && !isZero(old.access) && old.access === grant.access && old.giver === grant.giver)
          Object.assign(old, { state: 'replaced', ended: e });
      grants.push(grant);
    } else if (e.event === 'Revoked')
      // also what was given again before: else it would come to life with a third one of the same token
      for (const g of grants) if (g.state !== 'revoked' && ends(e, g)) Object.assign(g, { state: 'revoked', ended: e });
  }
  const expire = (g: Grant): void => {
    if (g.state === 'live' && g.ends !== 0 && g.ends <= now) g.state = 'expired';
  };
  // first the patient's own, on which the others hang
  for (const g of grants) if (!g.delegated) expire(g);
  for (const g of grants)
    if (g.delegated && g.state === 'live') {
      Object.assign(g, bound(g, grants, now));
      expire(g);
    }
  return grants.reverse();
};

/** Accounts that passed something on: their own timelines tell what they took back. */
export const delegators = (events: readonly Entry[], patient: Address): Address[] => [
  ...new Set(events.filter((e) => e.event === 'Delegated' && e.subject === patient).map((e) => e.author)),
];
