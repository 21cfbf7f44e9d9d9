/** Calls of the port as calldata, and what they will cost. */
import { encodeFunctionData, type Abi } from 'viem';
import { toHex, type Address, type Hex } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import type { Call, Quote } from '../flows/ports/chain.ts';
import { salusAbi } from './abi.ts';
import { isContract } from './contractAccount.ts';
import type { Nodes } from './nodes.ts';
import { readingOf } from './reading.ts';
import { isPoor, reverted, revertData } from './reverts.ts';
import { roles } from './views.ts';

type Args = Record<string, unknown>;

const toAbi = (name: string, value: unknown): unknown => {
  if (value instanceof Uint8Array) return toHex(value);
  if (name === 'calls') return (value as Call[]).map(encodeCall);
  return name === 'role' ? roles.indexOf(value as (typeof roles)[number]) : value;
};

/** @returns calldata @throws input/invalid when a value does not fit its type */
export const encodeCall = (call: Call): Hex => {
  const item = salusAbi.find((i) => i.type === 'function' && i.name === call.name);
  const inputs = item && 'inputs' in item ? item.inputs : [];
  try {
    const args = inputs.map(({ name }) => toAbi(name, (call.args as Args)[name.replace(/_$/, '')]));
    return encodeFunctionData({ abi: salusAbi as Abi, functionName: call.name, args });
  } catch (cause) {
    throw new SalusError('input/invalid', { call: call.name }, cause);
  }
};

/** wei sent with a call */
export const valueOf = (call: Call): bigint => ('value' in call ? call.value : 0n);

const hex = (n: bigint): Hex => `0x${n.toString(16)}`;

/** A sixth more than the node's estimate: another entry may come first and make the same call write a fresh slot. */
const withMargin = (gas: bigint): bigint => gas + gas / 6n;

/** @returns the highest price per unit of gas that we reckon with, wei */
const gasPrice = async (nodes: Nodes): Promise<bigint> => {
  const [block, price] = await Promise.all([
    nodes.first<{ baseFeePerGas?: Hex }>('eth_getBlockByNumber', ['latest', false]),
    nodes.first<Hex>('eth_gasPrice', []),
  ]);
  const base = BigInt(block.baseFeePerGas ?? 0);
  const asked = BigInt(price);
  // the base fee can double in six full blocks; what the node asks beyond it is the tip
  return asked > base ? 2n * base + (asked - base) : 2n * base;
};

/**
 * Simulates and prices a call. The price is what the wallet may take at most by our reckoning; it sets its own.
 * @throws chain/reverted, chain/insufficient-funds
 */
export const quoteCall = async (nodes: Nodes, contract: Address, from: Address, call: Call): Promise<Quote> => {
  const value = valueOf(call);
  const data = encodeCall(call);
  const transaction = { from, to: contract, data, value: hex(value) };
  const [held, byContract] = await Promise.all([
    nodes.first<Hex>('eth_getBalance', [from, 'latest']),
    isContract(nodes, from),
  ]);
  const balance = BigInt(held);
  const poor = (needed: bigint, cause?: unknown) =>
    new SalusError('chain/insufficient-funds', { balance, needed }, cause);
  let gas: bigint;
  try {
    gas = withMargin(BigInt(await nodes.first<Hex>('eth_estimateGas', [transaction])));
  } catch (error) {
    const why = revertData(error);
    if (why !== null && why !== '0x') throw reverted(why, error);
    if (balance < value || isPoor(error)) throw poor(value, error);
    throw why === null ? error : await explain(nodes, transaction, error);
  }
  const maxFee = gas * (await gasPrice(nodes));
  // a contract pays for nothing but what it sends along
  const needed = value + (byContract ? 0n : maxFee);
  if (balance < needed) throw poor(needed);
  const quote = { gas, maxFee, value, balance, reading: readingOf(contract, data) };
  return byContract ? { ...quote, contract: true } : quote;
};

/** Some nodes keep the reason of a failed estimate to themselves but give it for a plain call. */
const explain = async (nodes: Nodes, transaction: object, error: unknown): Promise<SalusError> => {
  try {
    await nodes.first<Hex>('eth_call', [transaction, 'latest']);
  } catch (second) {
    const data = revertData(second);
    if (data !== null) return reverted(data, second);
  }
  return reverted('0x', error);
};
