/** What wallets say when something does not go, in our words. Wallets, viem and wagmi wrap one another's errors: all layers are looked at. */
import { SalusError, type ErrorCode } from '../core/errors.ts';
import { deviceFault } from './deviceErrors.ts';
import { isPoor, layers, reverted, revertData } from './reverts.ts';

/** @see EIP-1193 (provider errors), EIP-1474 (RPC errors), CAIP-25 (5000) */
const CODES: Record<string, ErrorCode> = {
  4001: 'wallet/declined',
  5000: 'wallet/declined',
  ACTION_REJECTED: 'wallet/declined',
  4100: 'wallet/locked',
  4901: 'chain/wrong-chain',
  4902: 'chain/wrong-chain',
  '-32002': 'wallet/pending',
};

/** @returns the error itself when it is ours; never a message that could quote what was signed */
export const toWalletError = (error: unknown): SalusError => {
  if (error instanceof SalusError) return error;
  const all = [...layers(error)];
  for (const e of all) {
    const code = CODES[String(e.code)];
    if (code) return new SalusError(code, {}, error);
    if (e.name === 'ProviderNotFoundError') return new SalusError('wallet/none', {}, error);
    if (/user (rejected|denied|cancel)/i.test(String(e.message ?? '')))
      return new SalusError('wallet/declined', {}, error);
  }
  // a device's errors come through the wallet as internal ones (-32603), told apart by their words alone
  for (const e of all) {
    const code = deviceFault(e);
    if (code) return new SalusError(code, {}, error);
  }
  const data = revertData(error);
  if (data !== null) return reverted(data, error);
  if (isPoor(error)) return new SalusError('chain/insufficient-funds', {}, error);
  const code = all.map((e) => e.code).find((c) => c !== undefined);
  return new SalusError('wallet/failed', { code: code ?? null }, error);
};
