/** The hospitals and their votes. */
import type { Address } from '../core/bytes.ts';
import { asSalusError, type SalusError } from '../core/errors.ts';
import type { Member, ProvenProposal } from '../flows/consortium.ts';
import type { Account, Ports, Proposal } from '../flows/ports/index.ts';
import type { Acts } from './act.svelte.ts';
import { kept } from './apart.svelte.ts';

/** Loaded with the first look at the consortium. */
const voting = () => import('../flows/consortium.ts');

const PAGE = 20;

/** One proposal on the screen, held against the timelines of the account it is about. */
export class ProposalState {
  readonly id: bigint;
  proven = $state.raw<ProvenProposal | null>(null);
  /** undefined while on its way, null when there is none or it cannot be had */
  statement = $state.raw<string | null | undefined>(undefined);
  statementError = $state.raw<SalusError | null>(null);
  error = $state.raw<SalusError | null>(null);
  readonly #ports: () => Promise<Ports>;

  constructor(ports: () => Promise<Ports>, id: bigint) {
    this.#ports = ports;
    this.id = id;
  }

  load = async (): Promise<void> => {
    try {
      const ports = await this.#ports();
      this.proven = await (await voting()).provenProposal(ports, this.id);
      this.error = null;
      if (this.statement === undefined || this.statementError) await this.#read(ports);
    } catch (error) {
      this.error = asSalusError(error);
    }
  };

  async #read(ports: Ports): Promise<void> {
    const digest = this.proven?.proposal.statement;
    this.statementError = null;
    try {
      const { readStatement } = await voting();
      this.statement = digest ? await readStatement(ports, digest, { signal: AbortSignal.timeout(30_000) }) : null;
    } catch (error) {
      this.statement = null;
      this.statementError = asSalusError(error);
    }
  }
}

export class ConsortiumState {
  /** by number, former ones too; null until loaded */
  members = $state.raw<Member[] | null>(null);
  version = $state.raw(0);
  /** newest first; null until loaded */
  proposals = $state.raw<Proposal[] | null>(null);
  error = $state.raw<SalusError | null>(null);
  /** where older proposals go on; 0 at the end */
  next = $state.raw(0n);
  readonly #ports: () => Promise<Ports>;
  readonly #me: () => Account | null;
  readonly #acts: Acts;
  readonly #one = new Map<string, ProposalState>();

  constructor(ports: () => Promise<Ports>, me: () => Account | null, acts: Acts) {
    this.#ports = ports;
    this.#me = me;
    this.#acts = acts;
  }

  /** Live proposals that this hospital has not confirmed. */
  get waiting(): Proposal[] {
    const seat = this.#me()?.hospital;
    if (!seat?.active) return [];
    return (this.proposals ?? []).filter((p) => p.live && !p.confirmedBy.includes(seat.number));
  }

  /** The newest proposals alone, for the navigation; everything once the screen was opened. */
  glance = async (): Promise<void> => {
    if (this.members) return this.load();
    try {
      await this.#newest(await this.#ports());
    } catch (error) {
      this.error = asSalusError(error);
    }
  };

  load = async (): Promise<void> => {
    try {
      const ports = await this.#ports();
      const { hospitals, version } = await (await voting()).members(ports);
      await this.#newest(ports);
      this.members = hospitals;
      this.version = version;
      this.error = null;
    } catch (error) {
      this.error = asSalusError(error);
    }
  };

  /** Older proposals. */
  more = async (): Promise<void> => {
    if (this.next === 0n) return;
    try {
      const { entries, next } = await (await this.#ports()).chain.proposals(this.next, PAGE);
      this.proposals = [...(this.proposals ?? []), ...entries];
      this.next = next;
    } catch (error) {
      this.error = asSalusError(error);
    }
  };

  /** Not loaded yet when it is new; null when it is no number. */
  one(id: string): ProposalState | null {
    if (!/^[1-9][0-9]{0,18}$/.test(id)) return null;
    return kept(this.#one, id, () => new ProposalState(this.#ports, BigInt(id)));
  }

  clear(): void {
    this.members = null;
    this.proposals = null;
    this.next = 0n;
    this.error = null;
    this.#one.clear();
  }

  /** @param statement public, may be empty */
  propose = async (subject: Address, admit: boolean, statement: string): Promise<boolean> => {
    const done = await this.#acts.run('propose', async (act) =>
      (await voting()).propose(await this.#ports(), act, subject, admit, statement),
    );
    await this.load();
    return done !== undefined;
  };

  confirm = async (proposal: Proposal): Promise<boolean> => {
    const done = await this.#acts.run('confirm', async (act) =>
      (await voting()).confirm(await this.#ports(), act, proposal),
    );
    await Promise.all([this.load(), this.one(String(proposal.id))?.load()]);
    return done !== undefined;
  };

  async #newest(ports: Ports): Promise<void> {
    const { entries, next } = await ports.chain.proposals(0n, PAGE);
    const oldest = entries.at(-1)?.id ?? 0n;
    const older = (this.proposals ?? []).filter((p) => p.id < oldest);
    this.proposals = [...entries, ...older];
    if (older.length === 0) this.next = next;
  }
}
