/** Calldata read back into words: what a person compares when a device signs it blind. */
import { decodeFunctionData, toFunctionSelector, toFunctionSignature, type Abi, type AbiFunction } from 'viem';
import type { Address, Hex } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import type { Reading } from '../flows/ports/chain.ts';
import { salusAbi } from './abi.ts';

const abi = salusAbi as Abi;

/** Characters of a value before it is cut in the middle: a digest or an address stays whole. */
const LONG = 66;

const sizeOf = (data: Hex): number => (data.length - 2) / 2;
const cut = (text: string): string => (text.length > LONG ? `${text.slice(0, 18)}…${text.slice(-16)}` : text);

const spelled = (value: unknown): string => {
  if (typeof value !== 'string') return String(value);
  return value.length > LONG && value.startsWith('0x') ? `${cut(value)} (${sizeOf(value as Hex)} bytes)` : cut(value);
};

/** Calls inside a call are read as well, one line each. */
const inside = (calls: readonly Hex[]): string =>
  calls
    .map((data) => {
      const { signature, args } = parts(data);
      return `${signature.replace(/\(.*/, '')}(${args.map((a) => a.value).join(', ')})`;
    })
    .join('; ');

const parts = (data: Hex): Pick<Reading, 'signature' | 'args'> => {
  const { functionName, args = [] } = decodeFunctionData({ abi, data });
  const item = abi.find((i): i is AbiFunction => i.type === 'function' && toFunctionSelector(i) === data.slice(0, 10));
  if (!item) throw new SalusError('input/invalid', { call: functionName });
  return {
    signature: toFunctionSignature(item),
    args: item.inputs.map(({ name, type }, i) => ({
      name: (name ?? '').replace(/_$/, ''),
      type,
      value: type === 'bytes[]' ? inside(args[i] as Hex[]) : spelled(args[i]),
    })),
  };
};

/** @param data calldata of ours @throws input/invalid when it is no call of the contract */
export const readingOf = (to: Address, data: Hex): Reading => {
  try {
    return { to, selector: data.slice(0, 10) as Hex, size: sizeOf(data), ...parts(data) };
  } catch (cause) {
    throw new SalusError('input/invalid', { at: 'calldata' }, cause);
  }
};
