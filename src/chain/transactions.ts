/** What became of a transaction: by hash while a node knows it, by its account's nonce when none does. */
import type { Address, Hex } from '../core/bytes.ts';
import type { Clock } from '../core/time.ts';
import type { Receipt, TxState } from '../flows/ports/chain.ts';
import type { Nodes } from './nodes.ts';
import { commonHeight } from './heads.ts';
import { decodeRevert, revertData } from './reverts.ts';

type RpcReceipt = {
  status: Hex;
  blockNumber: Hex;
  blockHash: Hex;
  transactionIndex: Hex;
  gasUsed: Hex;
  effectiveGasPrice?: Hex;
};
type RpcTx = {
  hash: Hex;
  from: Address;
  to: Address | null;
  input: Hex;
  value: Hex;
  gas: Hex;
  gasPrice?: Hex;
  nonce: Hex;
  blockNumber?: Hex | null;
};

/** Blocks that are searched for whoever took the nonce; nodes keep the state of about this many. */
const DEPTH = 100;

const toReceipt = (tx: Hex, r: RpcReceipt, price: Hex | undefined): Receipt => ({
  tx,
  block: Number(r.blockNumber),
  blockHash: r.blockHash,
  index: Number(r.transactionIndex),
  gasUsed: BigInt(r.gasUsed),
  fee: BigInt(r.gasUsed) * BigInt(r.effectiveGasPrice ?? price ?? 0),
});

export class Transactions {
  readonly #nodes: Nodes;
  readonly #clock: Clock;
  readonly #patience: number;
  /** when (ms) each was first asked for and unknown to every node */
  readonly #missing = new Map<Hex, number>();
  /** nonces that nodes told us; a caller may know only a lower bound */
  readonly #nonces = new Map<Hex, number>();

  /** @param patience milliseconds that a transaction must stay unknown before it counts as gone: wallets often send through other nodes than ours */
  constructor(nodes: Nodes, clock: Clock, patience: number) {
    this.#nodes = nodes;
    this.#clock = clock;
    this.#patience = patience;
  }

  /** Next nonce by mined transactions, and by pending ones too. */
  async nonces(address: Address): Promise<{ mined: number; pending: number }> {
    const count = (tag: string) => this.#nodes.first<Hex>('eth_getTransactionCount', [address, tag]);
    const [mined, pending] = await Promise.all([count('latest'), count('pending')]);
    return { mined: Number(mined), pending: Math.max(Number(mined), Number(pending)) };
  }

  /** @param nonce the account's mined nonce when the wallet was asked, or the transaction's own */
  async find(tx: Hex, from: Address, nonce: number): Promise<TxState> {
    // asked before the receipt: a nonce seen as used is then not yet explained by a receipt that came in between
    const { mined } = await this.nonces(from);
    const known = await this.#anyone<RpcTx>('eth_getTransactionByHash', tx);
    if (known) this.#nonces.set(tx, Number(known.nonce));
    const receipt = await this.#anyone<RpcReceipt>('eth_getTransactionReceipt', tx);
    // what not all nodes have yet cannot be in a timeline that they agree on
    if (receipt && this.#nodes.size > 1 && Number(receipt.blockNumber) > (await commonHeight(this.#nodes)).height)
      return { state: 'pending' };
    if (receipt) return this.#settled(tx, receipt, known);
    const own = this.#nonces.get(tx) ?? nonce;
    if (known && (mined <= own || known.blockNumber)) {
      this.#missing.delete(tx);
      return { state: 'pending' };
    }
    const by = mined > own ? await this.#minedAt(from, own, mined) : null;
    if (by === tx) return { state: 'pending' };
    // its own nonce, known for sure, was taken by another: nothing to wait for
    if (by && this.#nonces.has(tx)) return { state: 'replaced', by };
    const since = this.#missing.get(tx) ?? this.#clock();
    this.#missing.set(tx, since);
    if (this.#clock() - since < this.#patience) return { state: 'pending' };
    return by ? { state: 'replaced', by } : { state: 'dropped' };
  }

  async #settled(tx: Hex, receipt: RpcReceipt, known: RpcTx | null): Promise<TxState> {
    this.#missing.delete(tx);
    const r = toReceipt(tx, receipt, known?.gasPrice);
    if (Number(receipt.status) === 1) return { state: 'confirmed', receipt: r };
    return { state: 'reverted', receipt: r, error: known && (await this.#whyReverted(known, r.block)) };
  }

  /** Repeats the call on the state before its block; what others did in the same block is left out. */
  async #whyReverted(
    { from, to, input, value, gas }: RpcTx,
    block: number,
  ): Promise<{ name: string; args: unknown[] } | null> {
    const call = { from, to, data: input, value, gas };
    for (const at of [block - 1, block]) {
      try {
        await this.#nodes.first('eth_call', [call, `0x${at.toString(16)}`]);
      } catch (error) {
        const data = revertData(error);
        const revert = data && decodeRevert(data);
        if (revert) return revert;
      }
    }
    return null;
  }

  async #anyone<T>(method: string, tx: Hex): Promise<T | null> {
    const answers = await this.#nodes.each((n) => n.request<T | null>(method, [tx]));
    return answers.find((a) => a.value)?.value ?? null;
  }

  /** @returns the hash of the mined transaction of `from` with this nonce, null when it is too long ago to be found */
  async #minedAt(from: Address, nonce: number, mined: number): Promise<Hex | null> {
    const hex = (n: number): Hex => `0x${n.toString(16)}`;
    const countAt = async (block: number) =>
      Number(await this.#nodes.first<Hex>('eth_getTransactionCount', [from, hex(block)]));
    try {
      let high = Number(await this.#nodes.first<Hex>('eth_blockNumber', []));
      let low = Math.max(0, high - DEPTH);
      if (mined <= nonce || (low > 0 && (await countAt(low)) > nonce)) return null;
      while (high - low > 1) {
        const middle = (low + high) >> 1;
        if ((await countAt(middle)) > nonce) high = middle;
        else low = middle;
      }
      const block = await this.#nodes.first<{ transactions: RpcTx[] }>('eth_getBlockByNumber', [hex(high), true]);
      return block.transactions.find((t) => t.from.toLowerCase() === from && Number(t.nonce) === nonce)?.hash ?? null;
    } catch {
      return null;
    }
  }
}
