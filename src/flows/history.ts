/** Standing over time: when whose word stood for an account, and what the consortium decided about a hospital. For anybody to read. */
import type { Address, Digest } from '../core/bytes.ts';
import { votesAbout, type Member } from './consortium.ts';
import type { Entry, ReadPorts, Role } from './ports/index.ts';
import type { Word } from './standing.ts';

type Reading = Pick<ReadPorts, 'chain'>;

/** A stretch in which one hospital's word stood. `to`: what ended it (its own `Suspended`, or the vote that expelled it), null while it stands */
export type Span = { hospital: Address; number: number; role: Role; from: Entry; to: Entry | null };

const oldestFirst = (a: Entry, b: Entry): number => a.block - b.block || a.logIndex - b.logIndex;

/**
 * The stretches in order of their beginning. A word that is said again (another licence) goes on; in another role it begins anew.
 * @param words of {@link standingOf}, newest first
 * @param members of {@link members}: a word ends with its hospital's membership
 */
export const spansOf = (words: Word[], members: Pick<Member, 'number' | 'active' | 'expulsion'>[]): Span[] => {
  const open = new Map<number, Span>();
  const spans: Span[] = [];
  for (const { kind, hospital, number, role, entry } of words.toReversed()) {
    const running = open.get(number);
    if (kind === 'accredited' && running?.role === role) continue;
    if (running) running.to = entry;
    open.delete(number);
    if (kind === 'suspended') continue;
    const span = { hospital, number, role, from: entry, to: null };
    open.set(number, span);
    spans.push(span);
  }
  for (const [number, span] of open) {
    const member = members.find((m) => m.number === number);
    if (member && !member.active) span.to = member.expulsion ?? span.from;
  }
  return spans.sort((a, b) => oldestFirst(a.from, b.from));
};

/** One proposal about an account. `votes` oldest first, the proposer's among them; `carried`: the vote that put it into effect */
export type Motion = {
  proposal: bigint;
  admit: boolean;
  statement: Digest | null;
  made: Entry;
  votes: Entry[];
  carried: Entry | null;
};

/** Every proposal about an account, newest first, from its own verified timelines. @throws chain/timeline-broken, chain/unreachable */
export const motionsAbout = async (ports: Reading, account: Address): Promise<Motion[]> => {
  const acts = await votesAbout(ports, account);
  return acts
    .filter((e) => e.event === 'Proposed')
    .map((made) => {
      const votes = acts
        .filter((e) => e.event === 'Confirmed' && e.args.proposal === made.args.proposal)
        .sort(oldestFirst);
      const statement = String(made.args.statement);
      return {
        proposal: made.args.proposal as bigint,
        admit: made.args.admit === true,
        statement: /^0x0*$/.test(statement) ? null : (statement as Digest),
        made,
        votes,
        carried: votes.find((v) => v.args.executed === true) ?? null,
      };
    });
};

/** What a hospital did, counted. `of`: entries of its own timeline that were looked at */
export type Deeds = {
  accredited: number;
  suspended: number;
  proposed: number;
  confirmed: number;
  attested: number;
  settled: number;
};

const DEEDS: Record<string, keyof Deeds> = {
  Accredited: 'accredited',
  Suspended: 'suspended',
  Proposed: 'proposed',
  Confirmed: 'confirmed',
  Attested: 'attested',
  Resolved: 'settled',
};

/** @param entries of the hospital's own verified timeline */
export const deedsOf = (entries: Entry[]): Deeds => {
  const deeds: Deeds = { accredited: 0, suspended: 0, proposed: 0, confirmed: 0, attested: 0, settled: 0 };
  for (const { event } of entries) {
    const deed = DEEDS[event];
    if (deed) deeds[deed] += 1;
  }
  return deeds;
};
