/** Proof that an entry of a timeline was made by its author: his signature under the raw transaction, or, for a contract account, what all nodes say. */
import { decodeFunctionData } from 'viem';
import type { Address, Hex } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import type { Entry } from '../flows/ports/chain.ts';
import { salusAbi } from './abi.ts';
import type { Nodes } from './nodes.ts';
import { recoverSigned, type RpcTransaction, type SignedTransaction } from './signedBy.ts';

/** A contract call as its signer signed it: arguments by position. */
export type SignedCall = { name: string; args: readonly unknown[] };

/** `signature`: `tx` carries the author's own · `agreement`: a contract account made it; at least two nodes agree on that and on its block */
export type ActProof =
  { by: 'signature'; tx: SignedTransaction; calls: SignedCall[] } | { by: 'agreement'; tx: null; calls: null };

export type ActContext = { nodes: Nodes; chainId: number; contract: Address };

type RpcReceipt = { status: Hex; blockNumber: Hex; transactionHash: Hex; to: Address | null };

/** No honest transaction nests `multicall` deeper, or holds more calls. */
const DEEPEST = 4;
const MOST_CALLS = 4096;

/** @returns what the transaction calls: one act, or those inside a `multicall`; null where any of it is no call of this contract */
const decodeCalls = (data: Hex, depth = 0): SignedCall[] | null => {
  try {
    const { functionName, args } = decodeFunctionData({ abi: salusAbi, data });
    if (functionName !== 'multicall') return [{ name: functionName, args: args ?? [] }];
    const inner = args[0];
    if (depth === DEEPEST || inner.length > MOST_CALLS) return null;
    const calls = inner.map((call) => decodeCalls(call, depth + 1));
    return calls.includes(null) ? null : calls.flatMap((c) => c ?? []);
  } catch {
    return null;
  }
};

type Candidate = { tx: SignedTransaction | null; calls: SignedCall[] | null };
const candidate = (raw: RpcTransaction | null, entry: Entry): Candidate => {
  const tx = raw && recoverSigned(raw, entry.tx);
  return { tx, calls: tx && decodeCalls(tx.input) };
};

/** @returns why a signed transaction does not prove the entry, or null when it does */
const objection = ({ tx, calls }: Candidate, entry: Entry, c: ActContext): string | null => {
  if (!tx) return 'no-signature';
  if (tx.signer !== entry.author) return 'other-signer';
  if (tx.to !== c.contract) return 'other-contract';
  if (tx.chainId !== c.chainId) return 'other-chain';
  return calls ? null : 'other-call';
};

const unproven = (entry: Entry, reason: string): SalusError =>
  new SalusError('chain/key-unproven', { reason, account: entry.author, tx: entry.tx });

/** An ordinary account has no other proof than its signature; and one node alone could pass any account off as a contract. */
const refuseOrdinary = async (c: ActContext, entry: Entry, reason: string): Promise<void> => {
  const codes = await c.nodes.each((n) => n.request<Hex>('eth_getCode', [entry.author, 'latest']));
  if (codes.some((a) => a.value === '0x')) throw unproven(entry, reason);
  if (codes.length < 2) throw unproven(entry, 'one-node');
};

/** @throws chain/key-unproven with `reason` */
export const proveAct = async (c: ActContext, entry: Entry): Promise<ActProof> => {
  const raws = await c.nodes.each((n) => n.request<RpcTransaction | null>('eth_getTransactionByHash', [entry.tx]));
  const candidates = raws.map((r) => candidate(r.value, entry));
  const receipts = await c.nodes.each((n) => n.request<RpcReceipt | null>('eth_getTransactionReceipt', [entry.tx]));
  const given = receipts.flatMap(({ value }) => (value ? [value] : []));
  // who has the transaction must have its receipt; who has neither may only keep old ones no more
  const owing = raws.filter((r) => r.value).map((r) => r.node);
  if (receipts.some((r) => !r.value && owing.includes(r.node))) throw unproven(entry, 'not-successful');
  const succeeded = given.every((r) => Number(r.status) === 1 && Number(r.blockNumber) === entry.block);
  const proof = candidates.find((x) => objection(x, entry, c) === null);
  if (!proof) await refuseOrdinary(c, entry, objection(candidates[0] as Candidate, entry, c) as string);
  if (given.length === 0 || !succeeded) throw unproven(entry, 'not-successful');
  // one good signature is enough, whichever node had it
  if (proof?.tx && proof.calls) return { by: 'signature', tx: proof.tx, calls: proof.calls };
  if (given.length < 2) throw unproven(entry, 'one-node');
  return { by: 'agreement', tx: null, calls: null };
};
