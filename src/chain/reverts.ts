/** What a node says when a call fails, turned into the contract's own error. */
import { decodeErrorResult, type Hex } from 'viem';
import { SalusError } from '../core/errors.ts';
import { salusAbi } from './abi.ts';

export type Revert = { name: string; args: unknown[] };

const isHex = (v: unknown): v is Hex => typeof v === 'string' && /^0x([0-9a-fA-F]{2})*$/.test(v);

/** Every object hung below an error: viem nests with `cause`, nodes and wallets with `data`, `error`, `originalError`. */
export function* layers(error: unknown, depth = 0): Generator<Record<string, unknown>> {
  if (typeof error !== 'object' || error === null || depth > 8) return;
  const e = error as Record<string, unknown>;
  yield e;
  for (const key of ['cause', 'data', 'error', 'originalError', 'info']) yield* layers(e[key], depth + 1);
}

const message = (e: Record<string, unknown>): string =>
  [e.message, e.details, e.shortMessage].filter((m) => typeof m === 'string').join(' ');

/** True when a node understood, and will not do it, however often it is asked: neither a network's failure nor a limit that passes. */
export const isRefusal = (error: unknown): boolean => {
  let refused = false;
  for (const e of layers(error)) {
    if (e.status === 429 || /rate.?limit|too many requests/i.test(message(e))) return false;
    if (typeof e.code === 'number' || e.status === 400 || e.status === 413) refused = true;
  }
  return refused;
};

/** @returns the bytes a call reverted with, `0x` when it reverted without any, null when it did not revert */
export const revertData = (error: unknown): Hex | null => {
  let reverted = false;
  for (const e of layers(error)) {
    if (isHex(e.data) && e.data.length >= 10) return e.data;
    if (e.code === 3 || /execution reverted|VM Exception.*revert/i.test(message(e))) reverted = true;
  }
  return reverted ? '0x' : null;
};

/** @param data bytes a call reverted with @returns the contract's error, Solidity's own (`Error`, `Panic`), or null when it is neither */
export const decodeRevert = (data: Hex): Revert | null => {
  try {
    const { errorName, args } = decodeErrorResult({ abi: salusAbi, data });
    return {
      name: errorName,
      args: [...(args ?? [])].map((a) => (typeof a === 'string' && a.startsWith('0x') ? a.toLowerCase() : a)),
    };
  } catch {
    return null;
  }
};

/** @returns chain/reverted with `name` and `args` (null and [] when the call gave no reason) */
export const reverted = (data: Hex, cause?: unknown): SalusError => {
  const revert = decodeRevert(data);
  return new SalusError('chain/reverted', { name: revert?.name ?? null, args: revert?.args ?? [] }, cause);
};

/** True when a node or wallet says that the account cannot pay. */
export const isPoor = (error: unknown): boolean => {
  for (const e of layers(error))
    if (/insufficient (funds|balance)|exceeds (the )?balance|OutOfFunds/i.test(message(e))) return true;
  return false;
};
