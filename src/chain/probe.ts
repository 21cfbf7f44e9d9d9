/** Tries a node before it is trusted with anything: which chain, how far, whether it has the contract, how fast, and whether it says what the others say. */
import type { Address, Hex } from '../core/bytes.ts';
import { asSalusError } from '../core/errors.ts';
import type { NodeReport } from '../flows/ports/chain.ts';
import { blockNumber } from './heads.ts';
import { httpNode, type Node } from './node.ts';
import type { Nodes } from './nodes.ts';

type Block = { hash?: Hex } | null;

const hashAt = async (n: Node, height: number): Promise<Hex | null> => {
  const block = await n.request<Block>('eth_getBlockByNumber', [`0x${height.toString(16)}`, false]);
  return (block?.hash?.toLowerCase() as Hex | undefined) ?? null;
};

/** How many of the nodes in use have the same block at a height that both have; null where none answers. */
const compare = async (node: Node, nodes: Nodes, height: number): Promise<NodeReport['agrees']> => {
  try {
    const others = (await nodes.each(blockNumber)).map((a) => a.value);
    const shared = Math.min(height, ...others);
    const mine = await hashAt(node, shared);
    const theirs = (await nodes.each((n) => hashAt(n, shared))).filter((a) => a.node.name !== node.name);
    if (theirs.length === 0) return null;
    return { same: theirs.filter((a) => a.value === mine && mine !== null).length, of: theirs.length, height: shared };
  } catch {
    return null;
  }
};

/** @param url absolute @returns what it answered; `error` where it did not */
export const probe = async (
  url: string,
  o: { nodes: Nodes; chainId: number; contract: Address; timeout?: number },
): Promise<NodeReport> => {
  const node = httpNode(url, { timeout: o.timeout ?? 8_000 });
  const began = performance.now();
  const nothing = { url, chainId: null, block: null, contract: null, ms: null, agrees: null };
  try {
    const chainId = Number(await node.request<Hex>('eth_chainId', []));
    const ms = Math.round(performance.now() - began);
    const block = await blockNumber(node);
    const right = chainId === o.chainId;
    const code = right ? await node.request<Hex>('eth_getCode', [o.contract, 'latest']) : '0x';
    const agrees = right ? await compare(node, o.nodes, block) : null;
    return { url, chainId, block, contract: right ? code.length > 2 : null, ms, agrees, error: null };
  } catch (error) {
    return { ...nothing, error: asSalusError(error, 'chain/unreachable') };
  }
};
