/** The consortium: who is in it since when, and what its members propose and confirm. */
import { NO_DIGEST, type Address, type Digest } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import { isoWithZone } from '../core/time.ts';
import { encodeStatement, MAX_STATEMENT_BYTES, parseStatement, STATEMENT_FILE } from '../record/statement.ts';
import type { Act } from './act.ts';
import type { Entry, Hospital, Options, Ports, Proposal, ReadPorts } from './ports/index.ts';
import { send } from './send.ts';

/** Seconds in which a proposal may be confirmed. */
export const PROPOSAL_LIFE = 30 * 86_400;

type Reading = Pick<ReadPorts, 'chain'>;

/** A hospital number and what became of it. `admission`: null for a founder; `expulsion`: null while it is a member. */
export type Member = Hospital & { admission: Entry | null; expulsion: Entry | null };

/** `Proposed` and `Confirmed` about an account, newest first. One may propose and confirm what concerns oneself: both timelines tell. */
export const votesAbout = async ({ chain }: Reading, account: Address): Promise<Entry[]> => {
  const [inbox, own] = await Promise.all([chain.timeline(account, 'inbox'), chain.timeline(account, 'own')]);
  return [...inbox.entries, ...own.entries]
    .filter((e) => e.subject === account && (e.event === 'Proposed' || e.event === 'Confirmed'))
    .sort((a, b) => b.block - a.block || b.logIndex - a.logIndex);
};

/**
 * Every hospital number with its beginning and end, from the hospitals' own verified timelines. That the list follows from the founders is
 * proven with it.
 * @throws chain/not-accredited, chain/stale-head, chain/timeline-broken
 */
export const members = async (ports: Reading): Promise<{ hospitals: Member[]; version: number }> => {
  const { hospitals, version } = await ports.chain.membership();
  // the proof of any one's standing holds the whole list against the founders
  const active = hospitals.find((h) => h.active);
  if (active) await ports.chain.accreditation(active.address);
  const found: Member[] = [];
  for (const hospital of hospitals) {
    const entries = await votesAbout(ports, hospital.address);
    const executed = entries.filter((e) => e.args.executed === true && Number(e.args.hospital) === hospital.number);
    const meant = (admit: boolean) =>
      executed.find((c) =>
        entries.some((p) => p.event === 'Proposed' && p.args.proposal === c.args.proposal && p.args.admit === admit),
      ) ?? null;
    found.push({ ...hospital, admission: meant(true), expulsion: meant(false) });
  }
  return { hospitals: found, version };
};

/** Confirmations that a strict majority of the active hospitals needs. */
export const majority = (hospitals: Hospital[]): number => Math.floor(hospitals.filter((h) => h.active).length / 2) + 1;

/** Why a proposal is where it is. */
export type ProposalState = 'open' | 'executed' | 'expired' | 'outdated';
/** @param version of the membership now */
export const stateOf = (proposal: Proposal, version: number): ProposalState => {
  if (proposal.executed) return 'executed';
  if (proposal.live) return 'open';
  return proposal.version === version ? 'expired' : 'outdated';
};

/** A proposal with the acts that carry it: the proposer's own, signed, and every confirmation, oldest first. */
export type ProvenProposal = { proposal: Proposal; made: Entry; votes: Entry[]; by: 'signature' | 'agreement' };

/**
 * One proposal, held against the verified timelines of the account it is about: a node that tells of another subject, aim, statement or
 * vote is found out before anyone confirms.
 * @throws chain/not-found, chain/timeline-broken, chain/key-unproven
 */
export const provenProposal = async (ports: Reading, id: bigint): Promise<ProvenProposal> => {
  const { entries } = await ports.chain.proposals(id, 1);
  const proposal = entries.find((p) => p.id === id);
  if (!proposal) throw new SalusError('chain/not-found', { proposal: id });
  const acts = (await votesAbout(ports, proposal.subject)).filter((e) => e.args.proposal === id);
  const made = acts.find((e) => e.event === 'Proposed');
  const votes = acts.filter((e) => e.event === 'Confirmed').reverse();
  const statement = proposal.statement ?? NO_DIGEST;
  const same =
    made?.args.admit === proposal.admit &&
    String(made.args.statement).toLowerCase() === statement &&
    Number(made.args.version) === proposal.version &&
    votes.length === proposal.confirmedBy.length;
  if (!made || !same) throw new SalusError('chain/timeline-broken', { reason: 'proposal', proposal: id });
  return { proposal, made, votes, by: await ports.chain.proveEntry(made) };
};

/** The public words of a proposal. @throws storage/not-found, record/malformed */
export const readStatement = async (
  { storage }: Pick<ReadPorts, 'storage'>,
  digest: Digest,
  options: Options = {},
): Promise<string> => parseStatement(await storage.readPublic(digest, STATEMENT_FILE, MAX_STATEMENT_BYTES, options));

/**
 * Proposes to admit or expel, and confirms it. The statement is published: anyone can read it, for ever.
 * @param statement empty for none @throws input/too-large, chain/reverted (AlreadyHospital, NotHospital, TooFewHospitals)
 */
export const propose = async (
  ports: Ports,
  act: Act,
  subject: Address,
  admit: boolean,
  statement: string,
): Promise<Entry> => {
  act.stage('prepare');
  const text = statement.trim();
  const sent = isoWithZone(ports.clock(), ports.zone());
  const digest = text
    ? await ports.storage.publish([{ name: STATEMENT_FILE, body: encodeStatement(sent, text) }])
    : NO_DIGEST;
  const call = { name: 'propose', args: { subject, admit, statement: digest } } as const;
  return send(ports, act, call, text ? { record: digest } : {});
};

/** Confirms: the signature says of whom, and whether to admit or to expel. @throws chain/reverted (ProposalDead, AlreadyConfirmed) */
export const confirm = (ports: Ports, act: Act, { id, subject, admit }: Proposal): Promise<Entry> => {
  act.stage('prepare');
  return send(ports, act, { name: 'confirm', args: { proposal: id, subject, admit } });
};
