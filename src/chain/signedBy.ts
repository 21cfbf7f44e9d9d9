/** Who signed a transaction, from its raw form: rebuilt, hashed and recovered here, so that no node has to be believed. */
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { serializeTransaction, type TransactionSerializable } from 'viem';
import { fromHex, toHex, type Address, type Hex } from '../core/bytes.ts';

/** A transaction as `eth_getTransactionByHash` gives it. */
export type RpcTransaction = {
  hash: Hex;
  type?: Hex;
  chainId?: Hex;
  nonce: Hex;
  gas: Hex;
  gasPrice?: Hex;
  maxFeePerGas?: Hex;
  maxPriorityFeePerGas?: Hex;
  accessList?: { address: Address; storageKeys: Hex[] }[];
  to: Address | null;
  value: Hex;
  input: Hex;
  v: Hex;
  r: Hex;
  s: Hex;
  yParity?: Hex;
  blockNumber?: Hex | null;
  from?: Address;
};

/** What its signer signed. `raw` is the whole transaction as it went over the wire. */
export type SignedTransaction = {
  hash: Hex;
  raw: Hex;
  signer: Address;
  chainId: number;
  to: Address;
  input: Hex;
  value: bigint;
  /** the ECDSA signature, for showing: 32 bytes each, and the recovery bit */
  signature: { r: Hex; s: Hex; yParity: 0 | 1 };
};

const big = (v: Hex | undefined): bigint => BigInt(v ?? 0);

/** EIP-155: v = chainId × 2 + 35 + parity. Older signatures name no chain and are refused. @see EIP-155 */
const legacyV = (v: bigint): { chainId: number; yParity: 0 | 1 } | null =>
  v < 37n ? null : { chainId: Number((v - 35n) / 2n), yParity: (v - 35n) % 2n === 0n ? 0 : 1 };

const unsigned = (tx: RpcTransaction, chainId: number): TransactionSerializable | null => {
  const base = { chainId, nonce: Number(tx.nonce), gas: big(tx.gas), to: tx.to, value: big(tx.value), data: tx.input };
  switch (Number(tx.type ?? 0)) {
    case 0:
      return { ...base, type: 'legacy', gasPrice: big(tx.gasPrice) };
    case 1:
      return { ...base, type: 'eip2930', gasPrice: big(tx.gasPrice), accessList: tx.accessList ?? [] };
    case 2:
      return {
        ...base,
        type: 'eip1559',
        maxFeePerGas: big(tx.maxFeePerGas),
        maxPriorityFeePerGas: big(tx.maxPriorityFeePerGas),
        accessList: tx.accessList ?? [],
      };
    default:
      return null;
  }
};

/**
 * @param tx from a node, believed in nothing
 * @param hash the transaction that was asked for
 * @returns null unless it is a signed legacy (EIP-155), EIP-2930 or EIP-1559 transaction with that very hash
 * @see EIP-2718, EIP-2 (low s)
 */
export const recoverSigned = (tx: RpcTransaction, hash: Hex): SignedTransaction | null => {
  try {
    const legacy = Number(tx.type ?? 0) === 0;
    const parts = legacy
      ? legacyV(big(tx.v))
      : { chainId: Number(tx.chainId), yParity: big(tx.yParity ?? tx.v) === 0n ? 0 : 1 };
    if (!parts || !tx.to) return null;
    const yParity = parts.yParity as 0 | 1;
    const body = unsigned(tx, parts.chainId);
    if (!body) return null;
    const [r, s] = [big(tx.r), big(tx.s)];
    const word = (n: bigint): Hex => `0x${n.toString(16).padStart(64, '0')}`;
    const signature = { r: word(r), s: word(s), yParity };
    const raw = serializeTransaction(body, legacy ? { ...signature, v: big(tx.v) } : signature);
    if (toHex(keccak_256(fromHex(raw))) !== hash) return null;
    const ecdsa = new secp256k1.Signature(r, s, yParity);
    if (ecdsa.hasHighS()) return null;
    const point = ecdsa.recoverPublicKey(keccak_256(fromHex(serializeTransaction(body))));
    const signer = toHex(keccak_256(point.toBytes(false).subarray(1)).subarray(12));
    const to = tx.to.toLowerCase() as Address;
    return { hash, raw, signer, chainId: parts.chainId, to, input: tx.input, value: big(tx.value), signature };
  } catch {
    return null;
  }
};
