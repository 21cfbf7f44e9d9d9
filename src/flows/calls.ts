/** What each call leaves in the caller's own timeline: how a flow knows that it was done, also after a reload. */
import type { Call, Entry } from './ports/chain.ts';

type Mark = { event: string; matches: (args: Record<string, unknown>) => boolean };

const byId = (event: string, id: bigint): Mark => ({ event, matches: (a) => a.id === id });
const always = (event: string): Mark => ({ event, matches: () => true });
const same = (a: unknown, b: string) => String(a).toLowerCase() === b.toLowerCase();

const mark = (call: Call): Mark => {
  switch (call.name) {
    case 'enroll':
      return { event: 'Enrolled', matches: (a) => same(a.nonce, call.args.nonce) };
    case 'setProfile':
      return { event: 'ProfileSet', matches: (a) => same(a.profile, call.args.profile) };
    case 'setKeyring':
      return always('KeyringSet');
    case 'setFee':
      return {
        event: 'FeeSet',
        matches: (a) => BigInt(a.fee as bigint) === call.args.fee && a.open === call.args.open,
      };
    case 'add':
      return { event: 'Added', matches: (a) => same(a.record, call.args.record) };
    case 'accredit':
      return { event: 'Accredited', matches: (a) => same(a.subject, call.args.account) };
    case 'suspend':
      return { event: 'Suspended', matches: (a) => same(a.subject, call.args.account) };
    case 'propose':
      return {
        event: 'Proposed',
        matches: (a) =>
          same(a.subject, call.args.subject) && a.admit === call.args.admit && same(a.statement, call.args.statement),
      };
    case 'confirm':
      return { event: 'Confirmed', matches: (a) => a.proposal === call.args.proposal };
    case 'book':
      return { event: 'Booked', matches: (a) => same(a.request, call.args.request) };
    case 'accept':
      return byId('Accepted', call.args.id);
    case 'decline':
      return byId('Declined', call.args.id);
    case 'cancel':
      return byId('Cancelled', call.args.id);
    case 'complete':
      return byId('Completed', call.args.id);
    case 'release':
      return byId('Released', call.args.id);
    case 'dispute':
      return byId('Disputed', call.args.id);
    case 'reclaim':
      return byId('Reclaimed', call.args.id);
    case 'resolve':
      return byId('Resolved', call.args.id);
    case 'attest':
      return byId('Attested', call.args.id);
    case 'rate':
      return byId('Rated', call.args.id);
    case 'withdraw':
      return always('Withdrawn');
    case 'share':
      return { event: 'Shared', matches: (a) => same(a.capability, call.args.capability) };
    case 'revoke':
      return {
        event: 'Revoked',
        matches: (a) => same(a.subject, call.args.grantee) && same(a.access, call.args.access),
      };
    case 'rotate':
      return { event: 'Rotated', matches: (a) => same(a.nonce, call.args.nonce) };
    case 'requestAccess':
      return { event: 'AccessRequested', matches: (a) => same(a.reason, call.args.reason) };
    case 'refuse':
      return { event: 'Refused', matches: (a) => same(a.subject, call.args.requester) && a.re === call.args.re };
    case 'delegate':
      return { event: 'Delegated', matches: (a) => same(a.capability, call.args.capability) };
    case 'assign':
      return {
        event: 'Assigned',
        matches: (a) =>
          same(a.subject, call.args.patient) && same(a.other, call.args.doctor) && same(a.note, call.args.note),
      };
    case 'multicall':
      // all or none: the last one's mark is everybody's
      return mark(call.args.calls.at(-1) as Call);
  }
};

/** @returns the newest entry after `since` (a count in the own timeline) that this call left, or null */
export const findMark = (call: Call, entries: Entry[], since: number | null): Entry | null => {
  const { event, matches } = mark(call);
  return entries.find((e) => e.count > (since ?? 0) && e.event === event && matches(e.args)) ?? null;
};

/** The number of entries in a timeline, from its head word `block(40) | count(40) | acc(176)`. */
export const countOf = (head: bigint): number => Number((head >> 176n) & 0xffffffffffn);
