/**
 * Which hospitals are in the consortium, replayed from the founders pinned in `deployments.json`: every admission and
 * expulsion must carry the signatures of a strict majority of those active before it, under consecutive versions.
 */
import type { Address, Hex } from '../core/bytes.ts';
import { isSalusError, SalusError } from '../core/errors.ts';
import type { Entry, Hospital } from '../flows/ports/chain.ts';
import type { ActContext } from './acts.ts';
import { proveEntry, signedInput, type EntryProof } from './entryProof.ts';

/** A hospital that is or was a member. `admittedBy`: an act of admission by an earlier member; null for a founder. */
export type Member = {
  address: Address;
  number: number;
  active: boolean;
  admittedBy: { hospital: Address; tx: Hex } | null;
};

type Proposal = {
  id: bigint;
  /** the `Proposed` entry */
  made: Entry;
  subject: Address;
  admit: boolean;
  version: number;
  acts: Entry[];
  executed: Entry | null;
};

const unproven = (reason: string, details: Record<string, unknown> = {}) =>
  new SalusError('chain/not-accredited', { reason, ...details });

/** @param entries `Proposed` and `Confirmed` of the verified timelines of all hospitals */
const collect = (entries: Entry[]): Proposal[] => {
  const proposals = new Map<bigint, Proposal>();
  for (const e of entries)
    if (e.event === 'Proposed')
      proposals.set(e.args.proposal as bigint, {
        id: e.args.proposal as bigint,
        made: e,
        subject: e.subject,
        admit: e.args.admit as boolean,
        version: e.args.version as number,
        acts: [],
        executed: null,
      });
  for (const e of entries) {
    const proposal = e.event === 'Confirmed' && proposals.get(e.args.proposal as bigint);
    if (!proposal || proposal.subject !== e.subject) continue;
    proposal.acts.push(e);
    if (e.args.executed) proposal.executed = e;
  }
  return [...proposals.values()].filter((p) => p.executed !== null).sort((a, b) => a.version - b.version);
};

const proven = async (c: ActContext, act: Entry): Promise<EntryProof> => {
  try {
    return await proveEntry(c, act);
  } catch (error) {
    throw isSalusError(error, 'chain/key-unproven')
      ? new SalusError('chain/not-accredited', error.details, error)
      : error;
  }
};

/**
 * Ties the proposal's number, which is all that a confirmation may name, to a subject and an aim: by the proposer's own
 * signed `propose`, whose transaction is also the first confirmation. Nobody else's act may be a proposal.
 */
const proveVotes = async (c: ActContext, { id, made, subject, admit, acts }: Proposal): Promise<void> => {
  await proven(c, made);
  const proposers = acts.filter((a) => a.tx === made.tx && a.author === made.author);
  if (proposers.length !== 1) throw unproven('no-proposer', { proposal: id });
  for (const act of acts) {
    const { call } = await proven(c, act);
    const [who, aim] = [call && signedInput(call, 'subject'), call && signedInput(call, 'admit')];
    const other = (who ?? subject) !== subject || (aim ?? admit) !== admit;
    if (other || (call?.name === 'propose' && act !== proposers[0])) throw unproven('other-vote', { tx: act.tx });
  }
};

/**
 * @param founders in order of their numbers · @param hospitals the view's list · @param version the view's
 * @param entries of the own and inbox timelines of every listed hospital
 * @throws chain/not-accredited with `reason` when the list does not follow from the founders
 */
export const replayMembership = async (
  c: ActContext,
  founders: Address[],
  view: { hospitals: Hospital[]; version: number },
  entries: Entry[],
): Promise<Member[]> => {
  const members: Member[] = founders.map((address, number) => ({ address, number, active: true, admittedBy: null }));
  const changes = collect(entries);
  if (changes.length !== view.version) throw unproven('missing-change', { version: view.version });
  for (const [version, change] of changes.entries()) {
    if (change.version !== version) throw unproven('missing-change', { version: change.version });
    const active = members.filter((m) => m.active);
    const voters = new Set(change.acts.map((a) => a.author));
    const last = change.executed as Entry;
    if (
      voters.size !== change.acts.length ||
      last.args.confirmations !== voters.size ||
      2 * voters.size <= active.length
    )
      throw unproven('no-majority', { proposal: change.id });
    if (![...voters].every((v) => active.some((m) => m.address === v)))
      throw unproven('stranger-voted', { proposal: change.id });
    await proveVotes(c, change);
    const number = last.args.hospital as number;
    const known = members[number];
    const fits = change.admit ? number === members.length : known?.active && known.address === change.subject;
    if (!fits) throw unproven('other-number', { proposal: change.id, number });
    const admittedBy = { hospital: change.made.author, tx: change.made.tx };
    if (known) known.active = false;
    else members.push({ address: change.subject, number, active: true, admittedBy });
  }
  const listed = view.hospitals.every((h) => {
    const m = members[h.number];
    return m?.address === h.address && m.active === h.active;
  });
  if (!listed || view.hospitals.length !== members.length) throw unproven('other-members');
  return members;
};

/** @returns from `hospital` back to a founder; each `tx` is the act by which that hospital admitted the one before it */
export const pathOf = (members: Member[], hospital: Member): { hospital: Address; number: number; tx: Hex }[] => {
  const path: { hospital: Address; number: number; tx: Hex }[] = [];
  for (let m = hospital; m.admittedBy;) {
    const { hospital: by, tx } = m.admittedBy;
    const next = members.find((x) => x.address === by && x.number < m.number);
    if (!next) throw unproven('no-path', { hospital: m.address });
    path.push({ hospital: next.address, number: next.number, tx });
    m = next;
  }
  return path;
};
