/**
 * What a hospital signs so that an account may use its peer, defined once for the page that makes it, the wallet that shows it and
 * the peer that is shown it.
 * @see https://eips.ethereum.org/EIPS/eip-712
 */
import type { Address } from './bytes.ts';

/** @property peer host of the peer, with its port where it is not the usual one · @property until Unix seconds */
export type VoucherTerms = { account: Address; peer: string; until: number };

/** Structured data as `eth_signTypedData_v4` takes it; the types here are flat, with fields of type address, string, uint40 and uint256. */
export type TypedData = {
  domain: { name: string; chainId: number; verifyingContract: Address };
  types: Record<string, readonly { name: string; type: string }[]>;
  primaryType: string;
  message: Record<string, string | number>;
};

/** @returns what the wallet shows: whom it lets in, where, and until when */
export const voucherData = ({ account, peer, until }: VoucherTerms, chainId: number, contract: Address): TypedData => ({
  domain: { name: 'Salus', chainId, verifyingContract: contract },
  types: {
    EIP712Domain: [
      { name: 'name', type: 'string' },
      { name: 'chainId', type: 'uint256' },
      { name: 'verifyingContract', type: 'address' },
    ],
    PeerVoucher: [
      { name: 'account', type: 'address' },
      { name: 'peer', type: 'string' },
      { name: 'until', type: 'uint40' },
    ],
  },
  primaryType: 'PeerVoucher',
  message: { account, peer, until },
});
