/** What became of a transaction: by hash while a node knows it, by its account's nonce when none does. */
import type { Address, Hex } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import type { Clock } from '../core/time.ts';
import type { BlockReceipt, Entry, Receipt, TxState } from '../flows/ports/chain.ts';
import type { Nodes } from './nodes.ts';
import type { Node } from './node.ts';
import { blockNumber } from './heads.ts';
import { decodeRevert, revertData } from './reverts.ts';
import { recoverSigned, type RpcTransaction } from './signedBy.ts';

type RpcReceipt = {
  status: Hex;
  blockNumber: Hex;
  blockHash: Hex;
  transactionIndex: Hex;
  gasUsed: Hex;
  effectiveGasPrice?: Hex;
};
type RpcTx = RpcTransaction & { from: Address };

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

/** What nodes must agree on before anything is believed to have happened. */
const says = (r: RpcReceipt | null): string =>
  r ? `${Number(r.status)} ${Number(r.blockNumber)} ${r.blockHash.toLowerCase()}` : '';
/** And before it is shown as a receipt. Not every node tells the price. */
const costs = (r: RpcReceipt): string => `${Number(r.transactionIndex)} ${BigInt(r.gasUsed)}`;
const prices = (all: RpcReceipt[]): Set<bigint> =>
  new Set(all.flatMap((r) => (r.effectiveGasPrice === undefined ? [] : [BigInt(r.effectiveGasPrice)])));

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

  /** Next nonce: mined is what all nodes have; pending counts what any of them knows, the wallet's own node included. */
  async nonces(address: Address): Promise<{ mined: number; pending: number }> {
    const count = async (n: Node, tag: string) => {
      const nonce = Number(await n.request<Hex>('eth_getTransactionCount', [address, tag]));
      if (!Number.isSafeInteger(nonce)) throw new SalusError('chain/unreachable', { nodes: [n.name] });
      return nonce;
    };
    const counts = await this.#nodes.each(async (n) => {
      const mined = await count(n, 'latest');
      // some nodes know no pending block
      return { mined, pending: await count(n, 'pending').catch(() => mined) };
    });
    const mined = Math.min(...counts.map((c) => c.value.mined));
    return { mined, pending: Math.max(...counts.flatMap((c) => [c.value.mined, c.value.pending])) };
  }

  /** @param nonce the account's mined nonce when the wallet was asked, or the transaction's own */
  async find(tx: Hex, from: Address, nonce: number): Promise<TxState> {
    // asked before the receipt: a nonce seen as used is then not yet explained by a receipt that came in between
    const { mined } = await this.nonces(from);
    const known = await this.#known(tx, from);
    const receipts = await this.#receipts(tx);
    if (receipts === 'apart') return { state: 'pending' };
    if (receipts) return this.#settled(tx, receipts, known);
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

  /**
   * Everything in it, and the block's time, as all nodes give it.
   * @throws chain/not-found while a node has none, or another, or one of another block than the entry's
   */
  async receiptOf({ tx, block, author }: Entry): Promise<BlockReceipt> {
    const missing = new SalusError('chain/not-found', { tx, block });
    const all = await this.#everyReceipt(tx);
    const [receipt] = all;
    if (!receipt || all.some((r) => !r || says(r) !== says(receipt) || costs(r) !== costs(receipt))) throw missing;
    const [price, ...others] = prices(all as RpcReceipt[]);
    if (Number(receipt.blockNumber) !== block || others.length > 0) throw missing;
    const times = await this.#nodes.each(async (n) => {
      const tag: Hex = `0x${block.toString(16)}`;
      const found = await n.request<{ hash: Hex; timestamp: Hex } | null>('eth_getBlockByNumber', [tag, false]);
      return found?.hash.toLowerCase() === receipt.blockHash.toLowerCase() ? Number(found.timestamp) : null;
    });
    const seconds = times[0]?.value ?? null;
    if (seconds === null || times.some((t) => t.value !== seconds)) throw missing;
    const known = price === undefined ? await this.#known(tx, author) : null;
    const paid: Hex | undefined = price === undefined ? known?.gasPrice : `0x${price.toString(16)}`;
    return { ...toReceipt(tx, { ...receipt, effectiveGasPrice: paid ?? '0x0' }, undefined), seconds };
  }

  /** The transaction as any node knows it; its nonce is believed where the hash and the sender's signature say so too. */
  async #known(tx: Hex, from: Address): Promise<RpcTx | null> {
    const answers = await this.#nodes.each((n) => n.request<RpcTx | null>('eth_getTransactionByHash', [tx]));
    const given = answers.flatMap((a) => (a.value ? [a.value] : []));
    const signed = given.find((t) => recoverSigned(t, tx)?.signer === from);
    if (signed) this.#nonces.set(tx, Number(signed.nonce));
    return signed ?? given[0] ?? null;
  }

  /**
   * The receipt that every node gives, the same on all: what not all have cannot be in a timeline that they agree on, and one
   * node alone must not make anybody believe that a payment failed, or went through.
   * @returns 'apart' while some have none or another · null when none has any
   */
  async #receipts(tx: Hex): Promise<RpcReceipt | 'apart' | null> {
    const [first = null, ...others] = await this.#everyReceipt(tx);
    return others.every((r) => says(r) === says(first)) ? first : 'apart';
  }

  /** One for each node that answers, null where it has none yet. */
  async #everyReceipt(tx: Hex): Promise<(RpcReceipt | null)[]> {
    const answers = await this.#nodes.each(async (n) => {
      const receipt = await n.request<RpcReceipt | null>('eth_getTransactionReceipt', [tx]);
      return receipt && (await blockNumber(n)) >= Number(receipt.blockNumber) ? receipt : null;
    });
    return answers.map((a) => a.value);
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
