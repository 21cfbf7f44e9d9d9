/** Accounts as the contract's view gives them: compared across the nodes, all at one height. */
import { decodeFunctionResult, encodeFunctionData } from 'viem';
import type { Address, Hex } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import type { Account } from '../flows/ports/chain.ts';
import { salusAbi } from './abi.ts';
import type { Node } from './node.ts';
import type { Nodes } from './nodes.ts';
import { toAccount } from './views.ts';

/** A node that is further behind than this is not asked. */
const LAG = 20;

/** @throws chain/not-deployed when no contract answers at that address */
export const answered = (data: Hex, contract: Address): Hex => {
  if (!data || data === '0x') throw new SalusError('chain/not-deployed', { contract });
  return data;
};

const call = (contract: Address, account: Address) => ({
  to: contract,
  data: encodeFunctionData({ abi: salusAbi, functionName: 'account', args: [account] }),
});

const decode = (contract: Address, account: Address, data: Hex): Account =>
  toAccount(account, decodeFunctionResult({ abi: salusAbi, functionName: 'account', data: answered(data, contract) }));

/** From whichever node answers first. */
export const readAccount = async (nodes: Nodes, contract: Address, account: Address): Promise<Account> =>
  decode(contract, account, await nodes.first<Hex>('eth_call', [call(contract, account), 'latest']));

/** The newest height that all nodes have, leaving out those far behind. @returns it, and the nodes that have it */
export const commonHeight = async (nodes: Nodes): Promise<{ height: number; current: Node[] }> => {
  const heights = await nodes.each(async (n) => Number(await n.request<Hex>('eth_blockNumber', [])));
  const top = Math.max(...heights.map((h) => h.value));
  const current = heights.filter((h) => top - h.value <= LAG);
  return { height: Math.min(...current.map((h) => h.value)), current: current.map((h) => h.node) };
};

/**
 * The view at the newest height that all nodes have, equal on all of them.
 * @returns the account, and how many nodes said so
 * @throws chain/timeline-broken with `reason: 'nodes-disagree'`
 */
export const agreedAccount = async (
  nodes: Nodes,
  contract: Address,
  account: Address,
): Promise<{ account: Account; nodes: number }> => {
  if (nodes.size === 1) return { account: await readAccount(nodes, contract, account), nodes: 1 };
  const { height, current } = await commonHeight(nodes);
  const at = current.length > 1 ? `0x${height.toString(16)}` : 'latest';
  const answers = await nodes.each((n) => {
    if (!current.includes(n)) throw new SalusError('chain/unreachable', { nodes: [n.name] });
    return n.request<Hex>('eth_call', [call(contract, account), at]);
  });
  const [first, ...others] = answers as [(typeof answers)[0], ...typeof answers];
  const different = others.find((a) => a.value !== first.value);
  if (different)
    throw new SalusError('chain/timeline-broken', {
      reason: 'nodes-disagree',
      account,
      nodes: [first.node.name, different.node.name],
    });
  return { account: decode(contract, account, first.value), nodes: answers.length };
};
