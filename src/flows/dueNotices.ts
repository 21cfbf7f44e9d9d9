/** What no single event tells: access that ends soon, keys that are due or changed, votes that wait. */
import type { Address, Hex } from '../core/bytes.ts';
import { grantKey, grantsOf, type Grant } from './grants.ts';
import type { Notice } from './notices.ts';
import type { Entry, Proposal } from './ports/index.ts';

/** Seconds before its end from which access that ends is told of. */
export const SOON = 7 * 86_400;
/** Givers looked at: their dates are theirs to choose. */
const MOST_GIVERS = 50;

const BLANK = { who: null, about: null, entry: null, at: null, stranger: false, times: 1 } as const;

const endsSoon = (g: Grant, now: number): boolean => g.state === 'live' && g.ends > now && g.ends <= now + SOON;

/** One notice a person: the earliest end counts. */
const perPerson = (grants: Grant[], kind: 'expiring' | 'ending', who: (g: Grant) => Address | null): Notice[] => {
  const first = new Map<Address | null, { grant: Grant; times: number }>();
  for (const grant of grants) {
    const before = first.get(who(grant));
    const sooner = !before || grant.ends < before.grant.ends ? grant : before.grant;
    first.set(who(grant), { grant: sooner, times: (before?.times ?? 0) + 1 });
  }
  return [...first].map(([person, { grant, times }]): Notice => ({
    ...BLANK,
    id: `${kind}/${grantKey(grant)}`,
    kind,
    who: person,
    at: grant.ends,
    asks: false,
    times,
    to:
      kind === 'ending' && person
        ? { screen: 'receivedFrom', params: { patient: person } }
        : { screen: 'access', params: {} },
  }));
};

/** Access that this account gave and that ends within {@link SOON}. @param events of both of its timelines @param now Unix seconds */
export const expiring = (events: readonly Entry[], account: Address, now: number): Notice[] =>
  perPerson(
    grantsOf(events, account, now).filter((g) => g.giver === account && endsSoon(g, now)),
    'expiring',
    (g) => g.grantee,
  );

/** Access that this account was given and that ends within {@link SOON}. */
export const ending = (events: readonly Entry[], account: Address, now: number): Notice[] => {
  const soon = events.filter((e) => {
    const until = e.event === 'Shared' && e.subject === account ? Number(e.args.until) : 0;
    return until > now && until <= now + SOON;
  });
  const givers = [...new Set(soon.map((e) => e.author))].slice(-MOST_GIVERS);
  const given = givers.flatMap((giver) => {
    const theirs = events.filter((e) => e.author === giver);
    return grantsOf(theirs, giver, now).filter((g) => g.grantee === account && endsSoon(g, now));
  });
  return perPerson(given, 'ending', (g) => g.giver);
};

/** Votes that wait for this hospital. */
export const votes = (waiting: readonly Proposal[]): Notice[] =>
  waiting.map((p) => ({
    ...BLANK,
    id: `vote/${p.id}`,
    kind: 'vote',
    who: p.subject,
    asks: true,
    to: { screen: 'proposal', params: { id: String(p.id) } },
  }));

/** Somebody who reads this account's file has another key than the one that was last sealed to. `now`: 12 bytes */
export type ChangedKey = { account: Address; now: Hex };

export const keyChanges = (changed: readonly ChangedKey[]): Notice[] =>
  changed.map(({ account, now }) => ({
    ...BLANK,
    id: `key/${account}/${now}`,
    kind: 'keyChanged',
    who: account,
    asks: true,
    to: { screen: 'access', params: {} },
  }));

/** Folders whose keys are due for renewal: access ended since their epoch began. @param due folder ids, 16 bytes in hex */
export const renewals = (due: readonly string[]): Notice[] =>
  due.length === 0
    ? []
    : [
        {
          ...BLANK,
          id: `renew/${[...due].sort().join('.')}`.slice(0, 200),
          kind: 'renew',
          asks: true,
          times: due.length,
          to: { screen: 'access', params: {} },
        },
      ];
