/** Which events of others ring for an account, as whom they concern it, and what they ask for. */
import type { Address } from '../core/bytes.ts';
import type { Lead, Notice, NoticeKind } from './notices.ts';
import type { Entry } from './ports/index.ts';
import { letIn } from './records.ts';
import type { Visit } from './visits.ts';

/** Reads events oldest first: `see` each, then ask for the notice of one of others. */
export type Heard = { see(e: Entry): void; notice(e: Entry): Notice | null };

type Said = { kind: NoticeKind; to: Lead; asks?: boolean; stranger?: boolean; about?: Address };

const lead = (screen: string, params: Record<string, string> = {}): Lead => ({ screen, params });
const isZero = (v: unknown): boolean => typeof v !== 'string' || BigInt(v) === 0n;

/** Requests that the account answered, at whatever time, by their count in its inbox. */
const answersOf = (events: readonly Entry[], me: Address): Set<number> =>
  new Set(
    events
      .filter((e) => e.author === me && (e.event === 'Shared' || e.event === 'Refused'))
      .map((e) => Number(e.args.re)),
  );
/** To whom it gave access last in which block. */
const givenTo = (events: readonly Entry[], me: Address): Map<unknown, number> =>
  new Map(events.filter((e) => e.author === me && e.event === 'Shared').map((e) => [e.subject, e.block]));

/** What the account itself did, and who had to do with it so far. */
class Relations {
  readonly #me: Address;
  /** whom it ever turned to, and with whom it has a visit */
  readonly known = new Set<Address>();
  /** who was let in at each moment, as the records page has it */
  readonly letIn: ReturnType<typeof letIn>;
  /** whom it asked for access */
  readonly asked = new Set<Address>();

  constructor(me: Address) {
    this.#me = me;
    this.letIn = letIn(me, () => null);
  }

  see(e: Entry): void {
    this.letIn.see(e);
    if (e.author !== this.#me) {
      // the contract holds that these name an appointment between the two, or a hospital that vouches
      if (['Booked', 'Accepted', 'Completed', 'Accredited'].includes(e.event)) this.known.add(e.author);
      return;
    }
    for (const who of [e.subject, e.args.other, e.args.arbiter]) if (who) this.known.add(who as Address);
    if (e.event === 'AccessRequested') this.asked.add(e.subject);
  }
}

/**
 * @param events all of them, oldest first: what was answered since is not asked any more
 * @param visits as they stand now, for the same
 */
export const heard = (me: Address, events: readonly Entry[], visits: Visit[]): Heard => {
  const relations = new Relations(me);
  const answered = answersOf(events, me);
  const given = givenTo(events, me);
  const gave = (who: unknown, since: Entry) =>
    relations.letIn.has(who as Address, since.block) || (given.get(who) ?? 0) >= since.block;
  const byId = new Map(visits.map((v) => [v.id, v]));
  const waits = (e: Entry, ...statuses: Visit['status'][]): boolean => {
    const visit = byId.get(e.args.id as bigint);
    return visit !== undefined && statuses.includes(visit.status);
  };
  const aims = new Map<unknown, boolean>();
  const decided = (proposal: unknown): NoticeKind => (aims.get(proposal) === false ? 'expelled' : 'admitted');
  const visit = (e: Entry): Lead => lead('appointment', { id: String(e.args.id) });
  const unknown = (e: Entry) => !relations.known.has(e.author);

  /** Under an appointment it is what its doctor adds, or what a side says to its dispute. */
  const added = (e: Entry, about: Visit | undefined): Said | null => {
    const id = String(e.args.via);
    if (about?.history.some((h) => h.event === 'Disputed' && h.block <= e.block))
      return { kind: 'stated', to: about.arbiter === me ? lead('dispute', { id }) : lead('appointment', { id }) };
    // without one the contract lets any accredited account write here: who was never let in is kept apart, and does not ring
    if (BigInt(e.args.via as bigint) === 0n && !relations.letIn.has(e.author, e.block)) return null;
    return { kind: 'report', to: lead('record', { digest: e.args.record as string }) };
  };

  const say: Record<string, (e: Entry) => Said | null> = {
    Booked: (e) => ({ kind: 'booked', to: visit(e), asks: waits(e, 'booked') }),
    Accepted: (e) => ({ kind: 'accepted', to: visit(e) }),
    Declined: (e) => ({ kind: byId.get(e.args.id as bigint)?.prescription ? 'returned' : 'declined', to: visit(e) }),
    Cancelled: (e) => ({ kind: 'cancelled', to: visit(e) }),
    Reclaimed: (e) => ({ kind: 'reclaimed', to: visit(e) }),
    Completed: (e) => ({ kind: 'prescribed', to: visit(e), asks: waits(e, 'completed') }),
    Released: (e) => ({ kind: e.subject === me ? 'paid' : 'released', to: visit(e) }),
    Rated: (e) =>
      isZero(e.args.comment) ? { kind: 'rated', to: visit(e) } : { kind: 'reviewed', to: lead('reviews') },
    Disputed: (e) =>
      e.subject === me
        ? { kind: 'disputed', to: visit(e) }
        : { kind: 'toDecide', to: lead('dispute', { id: String(e.args.id) }), asks: waits(e, 'disputed') },
    Resolved: (e) => ({ kind: 'resolved', to: visit(e) }),
    Attested: (e) => ({ kind: 'attested', to: visit(e) }),
    Added: (e) => added(e, byId.get(e.args.via as bigint)),
    AccessRequested: (e) => ({
      kind: 'asked',
      to: lead('request', { patient: me, re: String(e.count) }),
      asks: !answered.has(e.count),
    }),
    Assigned: (e) =>
      e.subject === me
        ? {
            kind: 'assigned',
            to: lead('home'),
            asks: !gave(e.args.other, e) && !answered.has(e.count),
            about: e.args.other as Address,
          }
        : { kind: 'assignedTo', to: lead('patients'), about: e.subject },
    Delegated: (e) =>
      e.subject === me
        ? {
            kind: 'delegated',
            to: lead('access'),
            stranger: !relations.letIn.has(e.author, e.block),
            about: e.args.other as Address,
          }
        : {
            kind: 'broughtIn',
            to: lead('receivedFrom', { patient: e.subject }),
            stranger: unknown(e),
            about: e.subject,
          },
    Shared: (e) =>
      Number(e.args.re) !== 0 && relations.asked.has(e.author)
        ? { kind: 'keyArrived', to: lead('receivedFrom', { patient: e.author }) }
        : { kind: 'shared', to: lead('receivedFrom', { patient: e.author }), stranger: unknown(e) },
    Revoked: (e) => ({ kind: 'revoked', to: lead('receivedFrom', { patient: e.author }), stranger: unknown(e) }),
    Refused: (e) => (relations.asked.has(e.author) ? { kind: 'refused', to: lead('requests') } : null),
    Accredited: () => ({ kind: 'accredited', to: lead('standing') }),
    Suspended: () => ({ kind: 'suspended', to: lead('standing') }),
    Proposed: (e) => ({ kind: 'proposed', to: lead('proposal', { id: String(e.args.proposal) }) }),
    Confirmed: (e) => ({
      kind: e.args.executed === true ? decided(e.args.proposal) : 'voted',
      to: lead('proposal', { id: String(e.args.proposal) }),
    }),
    Succeeded: () => ({ kind: 'moved', to: lead('settings') }),
  };

  return {
    see: (e) => {
      relations.see(e);
      if (e.event === 'Proposed') aims.set(e.args.proposal, e.args.admit === true);
    },
    notice: (e) => {
      const said = Object.hasOwn(say, e.event) ? say[e.event]?.(e) : null;
      if (!said) return null;
      const { asks = false, stranger = false, about = null, ...rest } = said;
      return { id: `${e.count}`, who: e.author, entry: e, at: null, times: 1, asks, stranger, about, ...rest };
    },
  };
};
