/** Transactions that wait for a block: sent at their time, found again in the block that took them. */
import { toHex } from 'viem';
import { encodeCall } from '../../src/chain/calls.ts';
import type { Address, Hex } from '../../src/core/bytes.ts';
import type { Call } from '../../src/flows/ports/index.ts';
import { ask, type FastChain } from './anvil.ts';

/** wei: more than the base fee comes to be in the few full blocks of a round */
const PRICE = 10n ** 11n;
const RICH = toHex(10n ** 24n);

type Block = { number: Hex; transactions: Hex[] };
type Receipt = { transactionHash: Hex; status: Hex };
/** A transaction that a block took. */
export type Taken = { hash: Hex; succeeded: boolean };

export class Load {
  readonly #chain: FastChain;
  readonly #nonces = new Map<Address, number>();
  readonly #gas = new Map<string, bigint>();
  #seen = 0;

  constructor(chain: FastChain) {
    this.#chain = chain;
  }

  /** Gives accounts the means to pay, and looks where the chain stands. */
  async begin(accounts: Address[]): Promise<void> {
    const { url, one } = this.#chain;
    await ask(
      url,
      accounts.map((a) => ({ method: 'anvil_setBalance', params: [a, RICH] })),
    );
    for (const account of accounts)
      this.#nonces.set(account, Number(await one<Hex>('eth_getTransactionCount', account, 'latest')));
    this.#seen = Number(await one<Hex>('eth_blockNumber'));
  }

  /** What the page's quote reckons for a call of this kind: a sixth more than the node's estimate. Asked once a kind. */
  async reckon(from: Address, call: Call): Promise<void> {
    const { one, deployment } = this.#chain;
    const gas = BigInt(await one<Hex>('eth_estimateGas', { from, to: deployment.contract, data: encodeCall(call) }));
    this.#gas.set(call.name, gas + gas / 6n);
  }

  /** @returns the hashes, in order */
  async send(calls: { from: Address; call: Call }[]): Promise<Hex[]> {
    if (calls.length === 0) return [];
    const { url, deployment } = this.#chain;
    const requests = calls.map(({ from, call }) => {
      const nonce = this.#nonces.get(from) ?? 0;
      this.#nonces.set(from, nonce + 1);
      const gas = toHex(this.#gas.get(call.name) ?? 300_000n);
      // a proposal stands before the votes that are sent with it
      const gasPrice = toHex(call.name === 'propose' ? 2n * PRICE : PRICE);
      const fields = {
        from,
        to: deployment.contract,
        data: encodeCall(call),
        gas,
        gasPrice,
        nonce: toHex(nonce),
      };
      return { method: 'eth_sendTransaction', params: [fields] };
    });
    return (await ask(url, requests)) as Hex[];
  }

  /** What was taken by the blocks that came since the last look. */
  async taken(): Promise<Taken[]> {
    const { url, one } = this.#chain;
    const height = Number(await one<Hex>('eth_blockNumber'));
    const all: Taken[] = [];
    while (this.#seen < height) {
      const block = await one<Block>('eth_getBlockByNumber', toHex(++this.#seen), false);
      if (block.transactions.length === 0) continue;
      const asked = block.transactions.map((hash) => ({ method: 'eth_getTransactionReceipt', params: [hash] }));
      for (const r of (await ask(url, asked)) as Receipt[])
        all.push({ hash: r.transactionHash, succeeded: Number(r.status) === 1 });
    }
    return all;
  }
}
