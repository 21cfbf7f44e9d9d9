/**
 * An accounting of disclosures: everything that was ever given or passed on, what went along with appointments, and what places that keep a
 * log were asked for. Put together on the device of whoever it is about.
 * @see 45 CFR 164.528 (what such an accounting says: date, recipient, what, purpose)
 */
import type { Address, Hex } from '../core/bytes.ts';
import type { AccessEntry } from './accessLog.ts';
import type { Given } from './given.ts';
import type { Entry } from './ports/index.ts';
import { readerOf } from './readers.ts';
import type { Visit } from './visits.ts';

/** What a place that checks tokens noted. */
export type Noted = AccessEntry;

/** `given` and `passed-on` are rights to read; `visit` what was sent; `served` and `refused` what happened at a place. */
export type DisclosureKind = 'given' | 'passed-on' | 'visit' | 'served' | 'refused';

export type Disclosure = {
  kind: DisclosureKind;
  /** whose event it is; null for a note of a place, which has `at` */
  entry: Entry | null;
  /** ms, null where the block tells */
  at: number | null;
  /** null where nobody says */
  to: Address | null;
  by: Address | null;
  /** the grant itself, or the one whose token was shown */
  given: Given | null;
  visit: Visit | null;
  noted: Noted | null;
};

/** The grant whose token a place was shown: of several with one token the newest that it can have been. */
export const grantOfToken = (given: readonly Given[], access: Hex | null): Given | null =>
  (access !== null && BigInt(access) !== 0n && given.find((g) => g.access === access)) || null;

/**
 * In no order of time: the blocks of some and the clocks of others tell it.
 * @param given newest first @param visits of any patient
 */
export const disclosuresOf = (
  given: readonly Given[],
  visits: readonly Visit[],
  noted: readonly Noted[],
  patient: Address,
): Disclosure[] => [
  ...given.map((g): Disclosure => ({
    kind: g.delegated ? 'passed-on' : 'given',
    entry: g.entry,
    at: null,
    to: readerOf(g),
    by: g.giver,
    given: g,
    visit: null,
    noted: null,
  })),
  ...visits
    .filter((v) => v.patient === patient)
    .map((visit): Disclosure => ({
      kind: 'visit',
      entry: visit.history[0] as Entry,
      at: null,
      to: visit.doctor,
      by: patient,
      given: null,
      visit,
      noted: null,
    })),
  ...noted.map((n): Disclosure => {
    const grant = grantOfToken(given, n.access);
    const own = n.reason === 'session' && n.outcome === 'served';
    return {
      kind: n.outcome,
      entry: null,
      at: n.at,
      to: own ? patient : grant && readerOf(grant),
      by: null,
      given: grant,
      visit: null,
      noted: n,
    };
  }),
];
