/** The `Chain` port over one deployment. */
import { decodeFunctionResult, encodeFunctionData, type Abi } from 'viem';
import type { Address, Bytes, Hex } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import type { Clock } from '../core/time.ts';
import type {
  Account,
  Accreditation,
  Appointment,
  Call,
  Chain,
  Entry,
  Hospital,
  ProvenKey,
  Quote,
  Timeline,
  TimelineKind,
  TxState,
} from '../flows/ports/chain.ts';
import type { Deployment } from '../flows/ports/wallet.ts';
import { salusAbi } from './abi.ts';
import { proveAccreditation } from './accreditation.ts';
import { proveEntry } from './acts.ts';
import { quoteCall } from './calls.ts';
import { httpNode, Nodes, providerNode, type Node, type NodeOptions, type Requester } from './client.ts';
import { answered, readAccount } from './heads.ts';
import { replayMembership, type Member } from './membership.ts';
import { isEnrolment, proveKey } from './provenKey.ts';
import { Timelines } from './timelines.ts';
import { Transactions } from './transactions.ts';
import { toAccount, toAppointment, toHospital, type AccountView, type AppointmentView } from './views.ts';
import { Watch } from './watch.ts';

export type ChainOptions = NodeOptions & {
  clock?: Clock;
  /** milliseconds between looks for a new block */
  poll?: number;
  /** milliseconds a transaction must stay unknown before it counts as gone */
  patience?: number;
  /** milliseconds before a timeline that looks broken is read again */
  pause?: number;
  /** nodes besides the deployment's RPCs: a chain inside the page, a test's */
  nodes?: Node[];
};

/** Views asked for at the same time at most. */
const ABREAST = 8;

export class SalusChain implements Chain {
  readonly chainId: number;
  readonly contract: Address;
  readonly #deployment: Deployment;
  readonly #nodes: Nodes;
  readonly #timelines: Timelines;
  readonly #transactions: Transactions;
  readonly #watch: Watch;
  #wallet: Node | null = null;
  #members: { version: number; members: Promise<Member[]> } | null = null;

  constructor(deployment: Deployment, options: ChainOptions = {}) {
    const { clock = Date.now, poll = 4_000, patience = 30_000, pause = 700, nodes = [], ...node } = options;
    const { chainId, contract, block } = deployment;
    this.chainId = chainId;
    this.contract = contract;
    this.#deployment = deployment;
    this.#nodes = new Nodes([...deployment.rpcs.map((url) => httpNode(url, node)), ...nodes], chainId, clock);
    this.#timelines = new Timelines({ nodes: this.#nodes, chainId, contract, floor: block, clock, pause });
    this.#transactions = new Transactions(this.#nodes, clock, patience);
    this.#watch = new Watch(this.#nodes, poll);
  }

  /** Lets the wallet's own node join the comparison of heads. @param provider null when it left our chain or was disconnected */
  useWallet(provider: Requester | null): void {
    if (this.#wallet) this.#nodes.remove(this.#wallet);
    this.#wallet = provider && providerNode('wallet', provider, { timeout: 5_000 });
    if (this.#wallet) this.#nodes.add(this.#wallet);
  }

  async #view(functionName: string, args: unknown[]): Promise<unknown> {
    const abi = salusAbi as Abi;
    const call = { to: this.contract, data: encodeFunctionData({ abi, functionName, args }) };
    const data = answered(await this.#nodes.first<Hex>('eth_call', [call, 'latest']), this.contract);
    return decodeFunctionResult({ abi, functionName, data });
  }

  async now(): Promise<number> {
    return Number((await this.#nodes.first<{ timestamp: Hex }>('eth_getBlockByNumber', ['latest', false])).timestamp);
  }

  async account(address: Address): Promise<Account> {
    return (await this.#timelines.account(address)).account;
  }

  async accounts(addresses: Address[]): Promise<Account[]> {
    const accounts: Account[] = [];
    for (let i = 0; i < addresses.length; i += ABREAST)
      accounts.push(
        ...(await Promise.all(addresses.slice(i, i + ABREAST).map((a) => readAccount(this.#nodes, this.contract, a)))),
      );
    return accounts;
  }

  async timeline(
    address: Address,
    kind: TimelineKind,
    options: { limit?: number; signal?: AbortSignal } = {},
  ): Promise<Timeline> {
    const { view: _, ...timeline } = await this.#timelines.read(address, kind, options);
    return timeline;
  }

  async appointment(id: bigint): Promise<Appointment> {
    const found = toAppointment((await this.#view('appointment', [id])) as AppointmentView);
    if (found.status === 'none') throw new SalusError('chain/not-found', { appointment: id });
    return found;
  }

  async directory(cursor: bigint, limit: number): Promise<{ entries: Account[]; next: bigint }> {
    const [entries, next] = (await this.#view('directory', [cursor, BigInt(limit)])) as [
      { account: Address; state: AccountView }[],
      bigint,
    ];
    return { entries: entries.map((e) => toAccount(e.account, e.state)), next };
  }

  async hospitals(): Promise<Hospital[]> {
    return (await this.#membership()).hospitals;
  }

  async #membership(): Promise<{ hospitals: Hospital[]; version: number }> {
    const [members, version] = (await this.#view('hospitals', [])) as [Parameters<typeof toHospital>[0][], number];
    return { hospitals: members.map(toHospital), version };
  }

  async credit(address: Address): Promise<bigint> {
    return (await this.#view('credit', [address])) as bigint;
  }

  async balance(address: Address): Promise<bigint> {
    return BigInt(await this.#nodes.first<Hex>('eth_getBalance', [address, 'latest']));
  }

  get #context() {
    return { nodes: this.#nodes, chainId: this.chainId, contract: this.contract };
  }

  async provenKey(address: Address): Promise<ProvenKey> {
    const { view, entries } = await this.#timelines.read(address, 'own', { until: isEnrolment });
    return proveKey(this.#context, view, entries);
  }

  async proveEntry(entry: Entry): Promise<'signature' | 'agreement'> {
    return (await proveEntry(this.#context, entry)).by;
  }

  async accreditation(address: Address): Promise<Accreditation> {
    const members = await this.#replayed();
    const { entries } = await this.#timelines.read(address, 'inbox');
    return proveAccreditation(this.#context, address, entries, members);
  }

  /** The consortium, proven once for each of its versions. */
  async #replayed(): Promise<Member[]> {
    const view = await this.#membership();
    if (this.#members?.version !== view.version) {
      const members = this.#replay(view);
      const mine = { version: view.version, members };
      this.#members = mine;
      members.catch(() => {
        if (this.#members === mine) this.#members = null;
      });
    }
    return this.#members.members;
  }

  async #replay(view: { hospitals: Hospital[]; version: number }): Promise<Member[]> {
    const addresses = [...new Set(view.hospitals.map((h) => h.address))];
    const entries: Entry[] = [];
    // founders' timelines can only tell of their expulsion, so while nothing ever changed nobody needs to be asked
    for (const address of view.version === 0 ? [] : addresses)
      for (const kind of ['inbox', 'own'] as const)
        entries.push(...(await this.#timelines.read(address, kind)).entries.filter((e) => e.subject === address));
    return replayMembership(this.#context, this.#deployment.founders, view, entries);
  }

  quote(from: Address, call: Call): Promise<Quote> {
    return quoteCall(this.#nodes, this.contract, from, call);
  }

  nonces(address: Address): Promise<{ mined: number; pending: number }> {
    return this.#transactions.nonces(address);
  }

  find(tx: Hex, from: Address, nonce: number): Promise<TxState> {
    return this.#transactions.find(tx, from, nonce);
  }

  exportCache(): Bytes {
    return this.#timelines.export();
  }

  importCache(cache: Bytes): Promise<void> {
    return this.#timelines.import(cache);
  }

  watch(onBlock: (block: number) => void): () => void {
    return this.#watch.add(onBlock);
  }
}
