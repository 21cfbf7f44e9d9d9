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
  { by: 'signature'; tx: SignedTransaction; call: SignedCall } | { by: 'agreement'; tx: null; call: null };

export type ActContext = { nodes: Nodes; chainId: number; contract: Address };

type RpcReceipt = { status: Hex; blockNumber: Hex; transactionHash: Hex; to: Address | null };

const decodeCall = (data: Hex): SignedCall | null => {
  try {
    const { functionName, args } = decodeFunctionData({ abi: salusAbi, data });
    return { name: functionName, args: args ?? [] };
  } catch {
    return null;
  }
};

/** @returns why a signed transaction does not prove the entry, or null when it does */
const objection = (
  tx: SignedTransaction | null,
  call: SignedCall | null,
  entry: Entry,
  c: ActContext,
): string | null => {
  if (!tx) return 'no-signature';
  if (tx.signer !== entry.author) return 'other-signer';
  if (tx.to !== c.contract) return 'other-contract';
  if (tx.chainId !== c.chainId) return 'other-chain';
  return call ? null : 'other-call';
};

/** @throws chain/key-unproven with `reason` */
export const proveAct = async (c: ActContext, entry: Entry): Promise<ActProof> => {
  const unproven = (reason: string) =>
    new SalusError('chain/key-unproven', { reason, account: entry.author, tx: entry.tx });
  const raw = await c.nodes.first<RpcTransaction | null>('eth_getTransactionByHash', [entry.tx]);
  const tx = raw && recoverSigned(raw, entry.tx);
  const call = tx && decodeCall(tx.input);
  const reason = objection(tx, call, entry, c);
  if (reason === null) {
    const receipt = await c.nodes.first<RpcReceipt | null>('eth_getTransactionReceipt', [entry.tx]);
    if (!receipt || Number(receipt.status) !== 1 || Number(receipt.blockNumber) !== entry.block)
      throw unproven('not-successful');
    return { by: 'signature', tx: tx as SignedTransaction, call: call as SignedCall };
  }
  // an ordinary account can have no other proof; one node alone could pass any account off as a contract
  const codes = await c.nodes.each((n) => n.request<Hex>('eth_getCode', [entry.author, 'latest']));
  if (codes.some((a) => a.value === '0x')) throw unproven(reason);
  if (codes.length < 2) throw unproven('one-node');
  const receipts = await c.nodes.each((n) => n.request<RpcReceipt | null>('eth_getTransactionReceipt', [entry.tx]));
  const agree = receipts.every(
    ({ value }) => value && Number(value.status) === 1 && Number(value.blockNumber) === entry.block,
  );
  if (receipts.length < 2 || !agree) throw unproven('no-agreement');
  return { by: 'agreement', tx: null, call: null };
};

type Input = { readonly name: string };
/** Inputs that the events name otherwise. */
const FIELDS: Record<string, string> = {
  account_: 'subject',
  patient: 'subject',
  grantee: 'subject',
  requester: 'subject',
  colleague: 'other',
  old: 'subject',
  'book.doctor': 'subject',
  'assign.doctor': 'other',
};
/** Events that a call of another name may make as well. */
const CALLS: Record<string, string[]> = {
  Enrolled: ['enroll'],
  KeyringSet: ['setKeyring'],
  ProfileSet: ['setProfile'],
  FeeSet: ['setFee'],
  Succeeded: ['succeed'],
  Added: ['add'],
  Shared: ['share'],
  Revoked: ['revoke'],
  Rotated: ['rotate'],
  AccessRequested: ['requestAccess'],
  Refused: ['refuse'],
  Delegated: ['delegate'],
  Proposed: ['propose'],
  Confirmed: ['confirm', 'propose'],
  Accredited: ['accredit'],
  Suspended: ['suspend'],
  Assigned: ['assign'],
  Booked: ['book'],
  Accepted: ['accept'],
  Declined: ['decline'],
  Cancelled: ['cancel'],
  Completed: ['complete'],
  Released: ['release'],
  Disputed: ['dispute'],
  Resolved: ['resolve'],
  Reclaimed: ['reclaim'],
  Attested: ['attest'],
  Rated: ['rate'],
  Withdrawn: ['withdraw'],
};
const plain = (v: unknown): unknown => (typeof v === 'string' ? v.toLowerCase() : v);

/** True when every argument that the event carries too is the same in both. An arbiter is booked by number and reported by address. */
const repeats = (entry: Entry, call: SignedCall): boolean => {
  if (!CALLS[entry.event]?.includes(call.name)) return false;
  const fn = salusAbi.find((item) => item.type === 'function' && item.name === call.name);
  const inputs: readonly Input[] = fn && 'inputs' in fn ? fn.inputs : [];
  return inputs.every(({ name }, i) => {
    const field = FIELDS[`${call.name}.${name}`] ?? FIELDS[name] ?? name;
    if (field === 'arbiter' || !(field in entry.args)) return true;
    return plain(entry.args[field]) === plain(call.args[i]);
  });
};

/**
 * Holds an entry of a verified timeline against its raw transaction: by its author, to this contract, with these arguments.
 * @throws chain/key-unproven with `reason`
 */
export const proveEntry = async (c: ActContext, entry: Entry): Promise<ActProof> => {
  const proof = await proveAct(c, entry);
  if (proof.by === 'signature' && !repeats(entry, proof.call))
    throw new SalusError('chain/key-unproven', { reason: 'other-arguments', account: entry.author, tx: entry.tx });
  return proof;
};
