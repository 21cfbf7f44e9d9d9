/** The `Chain` port over one deployment. */
import type { Address, Bytes, Hex } from '../core/bytes.ts';
import type { Clock } from '../core/time.ts';
import type {
  Account,
  Accreditation,
  Agreement,
  Appointment,
  BlockReceipt,
  Call,
  Chain,
  Entry,
  Hospital,
  NodeReport,
  Membership,
  Pace,
  Proposal,
  ProvenKey,
  Quote,
  Signature,
  Timeline,
  TimelineKind,
  TimelineProof,
  TxState,
} from '../flows/ports/chain.ts';
import type { Deployment } from '../flows/ports/wallet.ts';
import type { ActContext } from './acts.ts';
import { proveEntry } from './entryProof.ts';
import { quoteCall } from './calls.ts';
import { Consortium } from './consortium.ts';
import { isContract } from './contractAccount.ts';
import { isSignedBy } from './contractSigner.ts';
import { ContractViews } from './contractViews.ts';
import { Heads } from './heads.ts';
import { httpNode, providerNode, type Node, type NodeOptions, type Requester } from './node.ts';
import { Nodes } from './nodes.ts';
import { probe } from './probe.ts';
import { isEnrolment, proveKey } from './provenKey.ts';
import { isLocal, Timelines } from './timelines.ts';
import { Transactions } from './transactions.ts';
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

export class SalusChain implements Chain {
  readonly chainId: number;
  readonly contract: Address;
  readonly #nodes: Nodes;
  readonly #heads: Heads;
  readonly #context: ActContext;
  readonly #timelines: Timelines;
  readonly #views: ContractViews;
  readonly #consortium: Consortium;
  readonly #transactions: Transactions;
  readonly #watch: Watch;
  readonly #nodeOptions: NodeOptions;
  readonly #joined: Set<string>;
  #wallet: Node | null = null;

  constructor(deployment: Deployment, options: ChainOptions = {}) {
    const { chainId, contract, block } = deployment;
    const { clock = Date.now, poll = isLocal(chainId) ? 500 : 4_000, ...more } = options;
    const { patience = 30_000, pause = 700, nodes: others = [], ...node } = more;
    const nodes = new Nodes([...deployment.rpcs.map((url) => httpNode(url, node)), ...others], chainId, clock);
    this.chainId = chainId;
    this.contract = contract;
    this.#nodes = nodes;
    this.#nodeOptions = node;
    this.#joined = new Set(deployment.rpcs);
    const heads = new Heads(nodes, contract);
    this.#heads = heads;
    this.#context = { nodes, chainId, contract };
    this.#timelines = new Timelines({ nodes, heads, chainId, contract, floor: block, clock, pause });
    this.#views = new ContractViews(nodes, heads, pause);
    this.#consortium = new Consortium(this.#context, deployment.founders, this.#views, this.#timelines);
    this.#transactions = new Transactions(nodes, clock, patience);
    this.#watch = new Watch(nodes, poll);
  }

  /** Lets the wallet's own node join the comparison of heads. @param provider null when it left our chain or was disconnected */
  useWallet(provider: Requester | null): void {
    if (this.#wallet) this.#nodes.remove(this.#wallet);
    this.#wallet = provider && providerNode('wallet', provider, { timeout: 5_000 });
    if (this.#wallet) this.#nodes.add(this.#wallet);
  }

  agreement(): Agreement {
    return this.#heads.agreement;
  }

  leaveOut(node: string): void {
    this.#nodes.leaveOut(node);
  }

  forgetSeen(account: Address): void {
    this.#timelines.forget(account);
    if (account === this.contract) this.#consortium.forget();
  }

  now(): Promise<number> {
    return this.#views.now();
  }

  timeOf(block: number): Promise<number> {
    return this.#views.timeOf(block);
  }

  account(address: Address): Promise<Account> {
    return this.#timelines.account(address);
  }

  accounts(addresses: Address[]): Promise<Account[]> {
    return this.#views.accounts(addresses);
  }

  async timeline(
    address: Address,
    kind: TimelineKind,
    options: { limit?: number; signal?: AbortSignal } = {},
  ): Promise<Timeline> {
    const { view: _, ...timeline } = await this.#timelines.read(address, kind, options);
    return timeline;
  }

  appointment(id: bigint): Promise<Appointment> {
    return this.#views.appointment(id);
  }

  directory(cursor: bigint, limit: number): Promise<{ entries: Account[]; next: bigint }> {
    return this.#views.directory(cursor, limit);
  }

  async hospitals(): Promise<Hospital[]> {
    return (await this.#consortium.membership()).hospitals;
  }

  membership(): Promise<Membership> {
    return this.#consortium.membership();
  }

  proposals(cursor: bigint, limit: number): Promise<{ entries: Proposal[]; next: bigint }> {
    return this.#views.proposals(cursor, limit);
  }

  credit(address: Address): Promise<bigint> {
    return this.#views.credit(address);
  }

  balance(address: Address): Promise<bigint> {
    return this.#views.balance(address);
  }

  async provenKey(address: Address): Promise<ProvenKey> {
    const { view, entries } = await this.#timelines.read(address, 'own', { until: isEnrolment });
    return proveKey(this.#context, view, entries);
  }

  async proveEntry(entry: Entry): Promise<'signature' | 'agreement'> {
    return (await proveEntry(this.#context, entry)).by;
  }

  async signatureOf(entry: Entry): Promise<Signature | null> {
    const { tx } = await proveEntry(this.#context, entry);
    return tx && { signer: tx.signer, ...tx.signature, raw: tx.raw };
  }

  isSignedBy(account: Address, hash: Hex, signature: Bytes): Promise<boolean> {
    return isSignedBy(this.#nodes, account, hash, signature);
  }

  receiptOf(entry: Entry): Promise<BlockReceipt> {
    return this.#transactions.receiptOf(entry);
  }

  async timelineProof(entry: Entry): Promise<TimelineProof> {
    return { ...(await this.#timelines.prove(entry)), agreement: this.agreement() };
  }

  probe(url: string): Promise<NodeReport> {
    return probe(url, { nodes: this.#nodes, chainId: this.chainId, contract: this.contract });
  }

  join(url: string): void {
    if (!this.#joined.has(url)) this.#nodes.add(httpNode(url, this.#nodeOptions));
    this.#joined.add(url);
  }

  accreditation(address: Address): Promise<Accreditation> {
    return this.#consortium.accreditation(address);
  }

  isContract(address: Address): Promise<boolean> {
    return isContract(this.#nodes, address);
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

  exportCache(): Promise<Bytes> {
    return this.#timelines.export();
  }

  importCache(cache: Bytes): Promise<void> {
    return this.#timelines.import(cache);
  }

  watch(onBlock: (block: number) => void, idle = false): () => void {
    return this.#watch.add(onBlock, idle);
  }

  attend(pace: Pace): void {
    this.#watch.attend(pace);
  }
}
