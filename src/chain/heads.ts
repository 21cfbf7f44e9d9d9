/** What the contract's views say, compared across all nodes that answer, all at one height. */
import { decodeFunctionResult, encodeFunctionData, type Abi } from 'viem';
import type { Address, Hex } from '../core/bytes.ts';
import { asSalusError, SalusError } from '../core/errors.ts';
import type { Account, Agreement } from '../flows/ports/chain.ts';
import { salusAbi } from './abi.ts';
import { glance, type Glance } from './glance.ts';
import type { Node } from './node.ts';
import type { Nodes } from './nodes.ts';
import { reverted, revertData } from './reverts.ts';
import { toAccount, type AccountView } from './views.ts';

/** Blocks that nodes may be apart. */
const LAG = 20;
const abi = salusAbi as Abi;

/** A height to ask all nodes at. `tag` is what to ask with, `behind` how far ahead the newest of them says to be. */
export type Height = { number: number; tag: Hex | 'latest'; behind: number };
/** What was agreed on: at which height, and by how many nodes. */
export type Agreed<T> = { value: T; height: number; nodes: number };

/** A node's answer to a call: data, or that it reverts. */
type Answer = { data: Hex } | { error: unknown };
const same = (a: Answer, b: Answer): boolean =>
  'data' in a && 'data' in b ? a.data.toLowerCase() === b.data.toLowerCase() : 'error' in a && 'error' in b;

const disagree = (one: Node, other: Node, details: object) =>
  new SalusError('chain/timeline-broken', { reason: 'nodes-disagree', nodes: [one.name, other.name], ...details });

/** @throws chain/unreachable when it is no number, so that the node counts as failed */
export const blockNumber = async (n: Node): Promise<number> => {
  const height = Number(await n.request<Hex>('eth_blockNumber', []));
  if (!Number.isSafeInteger(height)) throw new SalusError('chain/unreachable', { nodes: [n.name] });
  return height;
};

/**
 * The newest height that all nodes have. No node's claim leaves another out: who is far ahead of the others may lie as well
 * as who is far behind.
 * @throws chain/timeline-broken with `reason: 'nodes-disagree'` and `nodes: [the lowest, the highest]` when they are too far apart
 */
export const sharedHeight = async (nodes: Nodes): Promise<Height> => lowest(await nodes.each(blockNumber));

type Claim = { node: Node; value: number };
const lowest = (claims: Claim[]): Height => {
  const heights = claims.toSorted((a, b) => a.value - b.value);
  const [low, top] = [heights[0], heights.at(-1)] as [Claim, Claim];
  if (top.value - low.value > LAG) throw disagree(low.node, top.node, { heights: [low.value, top.value] });
  const tag: Height['tag'] = heights.length === 1 ? 'latest' : `0x${low.value.toString(16)}`;
  return { number: low.value, tag, behind: top.value - low.value };
};

export class Heads {
  readonly #nodes: Nodes;
  readonly #contract: Address;
  #agreed: string[] = [];
  #behind = 0;

  constructor(nodes: Nodes, contract: Address) {
    this.#nodes = nodes;
    this.#contract = contract;
  }

  /** Who said the same when something was last compared. */
  get agreement(): Agreement {
    const configured = this.#nodes.names;
    const agreed = this.#agreed.filter((n) => configured.includes(n)).length;
    const missing = configured.filter((n) => !this.#agreed.includes(n));
    return { agreed, configured: configured.length, missing, behind: this.#behind };
  }

  height(): Promise<Height> {
    return sharedHeight(this.#nodes);
  }

  /**
   * One view of the contract, equal on all nodes. @param at when several are to be read at the same height
   * @throws chain/timeline-broken with `reason: 'nodes-disagree'`, chain/not-deployed, chain/reverted, chain/unreachable
   */
  async view(functionName: string, args: unknown[], at?: Height): Promise<Agreed<unknown>> {
    const { number, tag, behind } = at ?? (await this.height());
    const call = { to: this.#contract, data: encodeFunctionData({ abi, functionName, args }) };
    const answers = await this.#nodes.each<Answer>(async (n) => {
      try {
        return { data: await n.request<Hex>('eth_call', [call, tag]) };
      } catch (error) {
        if (revertData(error) === null) throw error;
        return { error };
      }
    });
    const [first, ...others] = answers as [(typeof answers)[0], ...typeof answers];
    const different = others.find((a) => !same(a.value, first.value));
    if (different) throw disagree(first.node, different.node, { view: functionName, account: args[0] ?? null });
    this.#agreed = answers.map((a) => a.node.name);
    this.#behind = behind;
    return { value: this.#decode(functionName, first.value), height: number, nodes: answers.length };
  }

  /**
   * One request to each node, at its own newest height. @returns null where not all take such a call or say the same: then they are
   * to be asked at one height
   */
  async #glance(functionName: string, args: unknown[]): Promise<Agreed<unknown> | null> {
    const data = encodeFunctionData({ abi, functionName, args });
    const answers = await this.#nodes.each<Glance | null>(
      (n) => glance(n, this.#contract, data),
      (value) => value && value.chainId,
    );
    const given = answers.flatMap(({ node, value }) => (value ? [{ node, ...value }] : []));
    const [first] = given;
    if (!first || given.length < answers.length || !given.every((g) => same(g, first))) return null;
    const { number, behind } = lowest(given.map(({ node, height }) => ({ node, value: height })));
    this.#agreed = given.map((g) => g.node.name);
    this.#behind = behind;
    return { value: this.#decode(functionName, first), height: number, nodes: given.length };
  }

  /** As {@link view}, for one whose answer is at most 24 KiB: while all nodes say the same, by one request to each. */
  async short(functionName: string, args: unknown[]): Promise<Agreed<unknown>> {
    return (await this.#glance(functionName, args)) ?? this.view(functionName, args);
  }

  #decode(functionName: string, answer: Answer): unknown {
    if ('error' in answer) throw reverted(revertData(answer.error) ?? '0x', answer.error);
    if (!answer.data || answer.data === '0x') throw new SalusError('chain/not-deployed', { contract: this.#contract });
    try {
      return decodeFunctionResult({ abi, functionName, data: answer.data });
    } catch (error) {
      throw asSalusError(error, 'chain/unreachable');
    }
  }

  async account(address: Address, at?: Height): Promise<Agreed<Account>> {
    const { value, ...agreed } = await (at ? this.view('account', [address], at) : this.short('account', [address]));
    return { value: toAccount(address, value as AccountView), ...agreed };
  }
}
