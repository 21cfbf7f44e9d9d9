/** The contract's views, from whichever node answers first. What has to be compared or proven is read elsewhere. */
import { decodeFunctionResult, encodeFunctionData, type Abi } from 'viem';
import type { Address, Hex } from '../core/bytes.ts';
import { asSalusError, SalusError } from '../core/errors.ts';
import type { Account, Appointment, Hospital } from '../flows/ports/chain.ts';
import { salusAbi } from './abi.ts';
import { answered, readAccount } from './heads.ts';
import type { Nodes } from './nodes.ts';
import { reverted, revertData } from './reverts.ts';
import { toAccount, toAppointment, toHospital, type AccountView, type AppointmentView } from './views.ts';

/** Views asked for at the same time at most. */
const ABREAST = 8;

export class ContractViews {
  readonly #nodes: Nodes;
  readonly #contract: Address;
  readonly #times = new Map<number, Promise<number>>();

  constructor(nodes: Nodes, contract: Address) {
    this.#nodes = nodes;
    this.#contract = contract;
  }

  async #view(functionName: string, args: unknown[]): Promise<unknown> {
    const abi = salusAbi as Abi;
    const call = { to: this.#contract, data: encodeFunctionData({ abi, functionName, args }) };
    try {
      const data = answered(await this.#nodes.first<Hex>('eth_call', [call, 'latest']), this.#contract);
      return decodeFunctionResult({ abi, functionName, data });
    } catch (error) {
      const data = revertData(error);
      throw data === null ? asSalusError(error, 'chain/unreachable') : reverted(data, error);
    }
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

  async accounts(addresses: Address[]): Promise<Account[]> {
    const accounts: Account[] = [];
    for (let i = 0; i < addresses.length; i += ABREAST)
      accounts.push(
        ...(await Promise.all(addresses.slice(i, i + ABREAST).map((a) => readAccount(this.#nodes, this.#contract, a)))),
      );
    return accounts;
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
    const [entries, next] = (await this.#view('directory', [cursor, BigInt(limit)])) as [
      { account: Address; state: AccountView }[],
      bigint,
    ];
    return { entries: entries.map((e) => toAccount(e.account, e.state)), next };
  }

  /** `version`: how many times the membership changed. */
  async hospitals(): Promise<{ hospitals: Hospital[]; version: number }> {
    const [members, version] = (await this.#view('hospitals', [])) as [Parameters<typeof toHospital>[0][], number];
    return { hospitals: members.map(toHospital), version };
  }

  async credit(address: Address): Promise<bigint> {
    return (await this.#view('credit', [address])) as bigint;
  }

  async balance(address: Address): Promise<bigint> {
    return BigInt(await this.#nodes.first<Hex>('eth_getBalance', [address, 'latest']));
  }
}
