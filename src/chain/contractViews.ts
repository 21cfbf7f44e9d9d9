/** The contract's views in the words of the port, compared across the nodes; times and balances, which are for showing, from one. */
import type { Address, Hex } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import type { Account, Appointment, Membership, Proposal } from '../flows/ports/chain.ts';
import type { Heads } from './heads.ts';
import type { Nodes } from './nodes.ts';
import { whileBroken } from './retry.ts';
import {
  toAccount,
  toAppointment,
  toHospital,
  toProposal,
  type AccountView,
  type AppointmentView,
  type ProposalView,
} from './views.ts';

/** Accounts of a directory's page that is asked for at once: 544 bytes each, of 24 KiB. */
const FEW = 40;

/** Views asked for at the same time at most. */
const ABREAST = 8;

export class ContractViews {
  readonly #nodes: Nodes;
  readonly #heads: Heads;
  readonly #pause: number;
  readonly #times = new Map<number, Promise<number>>();

  /** @param pause milliseconds before nodes that disagree are asked again */
  constructor(nodes: Nodes, heads: Heads, pause: number) {
    this.#nodes = nodes;
    this.#heads = heads;
    this.#pause = pause;
  }

  #view(functionName: string, args: unknown[]): Promise<unknown> {
    return whileBroken(this.#pause, async () => (await this.#heads.view(functionName, args)).value);
  }

  /** Unix seconds of the latest block. */
  now(): Promise<number> {
    return this.#timestamp('latest');
  }

  /** Unix seconds of a block, kept once known. @throws chain/not-found */
  timeOf(block: number): Promise<number> {
    const known = this.#times.get(block) ?? this.#timestamp(`0x${block.toString(16)}`);
    this.#times.set(block, known);
    known.catch(() => this.#times.delete(block));
    return known;
  }

  async #timestamp(tag: string): Promise<number> {
    const block = await this.#nodes.first<{ timestamp: Hex } | null>('eth_getBlockByNumber', [tag, false]);
    if (!block) throw new SalusError('chain/not-found', { block: tag });
    return Number(block.timestamp);
  }

  /** All at one height. */
  accounts(addresses: Address[]): Promise<Account[]> {
    return whileBroken(this.#pause, async () => {
      const at = await this.#heads.height();
      const accounts: Account[] = [];
      for (let i = 0; i < addresses.length; i += ABREAST) {
        const asked = addresses.slice(i, i + ABREAST).map((a) => this.#heads.account(a, at));
        accounts.push(...(await Promise.all(asked)).map((a) => a.value));
      }
      return accounts;
    });
  }

  async appointment(id: bigint): Promise<Appointment> {
    const missing = (cause?: unknown) => new SalusError('chain/not-found', { appointment: id }, cause);
    const view = await this.#view('appointment', [id]).catch((error: SalusError) => {
      throw error.details.name === 'UnknownAppointment' ? missing(error) : error;
    });
    const found = toAppointment(view as AppointmentView);
    if (found.status === 'none') throw missing();
    return found;
  }

  async directory(cursor: bigint, limit: number): Promise<{ entries: Account[]; next: bigint }> {
    const args = [cursor, BigInt(limit)];
    const [entries, next] = (await (limit <= FEW
      ? whileBroken(this.#pause, async () => (await this.#heads.short('directory', args)).value)
      : this.#view('directory', args))) as [{ account: Address; state: AccountView }[], bigint];
    return { entries: entries.map((e) => toAccount(e.account, e.state)), next };
  }

  async hospitals(): Promise<Membership> {
    const [members, version] = (await this.#view('hospitals', [])) as [Parameters<typeof toHospital>[0][], number];
    return { hospitals: members.map(toHospital), version };
  }

  async proposals(cursor: bigint, limit: number): Promise<{ entries: Proposal[]; next: bigint }> {
    const [entries, next] = (await this.#view('proposals', [cursor, BigInt(limit)])) as [ProposalView[], bigint];
    return { entries: entries.map(toProposal), next };
  }

  async credit(address: Address): Promise<bigint> {
    return (await this.#view('credit', [address])) as bigint;
  }

  async balance(address: Address): Promise<bigint> {
    return BigInt(await this.#nodes.first<Hex>('eth_getBalance', [address, 'latest']));
  }
}
