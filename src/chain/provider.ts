/** Signing and sending through an EIP-1193 provider, without anything in between that would repeat or reword a request. */
import { fromHex, toHex, utf8, type Address, type Bytes, type Hex } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import type { TypedData } from '../core/voucher.ts';
import type { Call, Quote, Wallet } from '../flows/ports/chain.ts';
import type { Deployment } from '../flows/ports/wallet.ts';
import { encodeCall } from './calls.ts';
import type { Requester } from './node.ts';
import { toWalletError } from './walletErrors.ts';

const hex = (n: bigint | number): Hex => `0x${n.toString(16)}`;
const isHex = (v: unknown, pattern: RegExp): v is Hex => typeof v === 'string' && pattern.test(v);

/** What the wallet itself says now: wagmi's picture of it may be a moment old. @throws wallet/locked */
const standing = async (provider: Requester): Promise<{ account: Address; chainId: number }> => {
  const [accounts, chainId] = await Promise.all([
    provider.request({ method: 'eth_accounts' }),
    provider.request({ method: 'eth_chainId' }),
  ]);
  const first = Array.isArray(accounts) ? (accounts[0] as unknown) : undefined;
  if (!isHex(first, /^0x[0-9a-fA-F]{40}$/)) throw new SalusError('wallet/locked');
  return { account: first.toLowerCase() as Address, chainId: Number(chainId) };
};

/** The `Wallet` port over one provider, for one account. */
export class ProviderWallet implements Wallet {
  readonly account: Address;
  readonly #provider: Requester;
  readonly #deployment: Deployment;
  readonly #chainId: () => number;

  /** @param chainId the chain the wallet is on, as last heard */
  constructor(provider: Requester, deployment: Deployment, account: Address, chainId: () => number) {
    this.#provider = provider;
    this.#deployment = deployment;
    this.account = account;
    this.#chainId = chainId;
  }

  get chainId(): number {
    return this.#chainId();
  }

  /** @throws wallet/account-changed, wallet/locked */
  async #check(): Promise<number> {
    const { account, chainId } = await standing(this.#provider);
    if (account !== this.account)
      throw new SalusError('wallet/account-changed', { expected: this.account, actual: account });
    return chainId;
  }

  /** @see EIP-191 (version 0x45); hexadecimal, since wallets differ on text that looks like it */
  async sign(text: string): Promise<Bytes> {
    try {
      await this.#check();
      const params = [toHex(utf8(text)), this.account];
      const answer = await this.#provider.request({ method: 'personal_sign', params });
      if (!isHex(answer, /^0x([0-9a-fA-F]{2})+$/)) throw new SalusError('wallet/failed', { method: 'personal_sign' });
      return fromHex(answer);
    } catch (error) {
      throw toWalletError(error);
    }
  }

  /** Wallets refuse a domain of another chain than the one they are on. @see EIP-712 */
  async signTyped(data: TypedData): Promise<Bytes> {
    try {
      const [actual, expected] = [await this.#check(), data.domain.chainId];
      if (actual !== expected) throw new SalusError('chain/wrong-chain', { expected, actual });
      const method = 'eth_signTypedData_v4';
      const answer = await this.#provider.request({ method, params: [this.account, JSON.stringify(data)] });
      if (!isHex(answer, /^0x([0-9a-fA-F]{2})+$/)) throw new SalusError('wallet/failed', { method });
      return fromHex(answer);
    } catch (error) {
      throw toWalletError(error);
    }
  }

  /** Sends what was quoted: to our contract, with the quoted gas; the price is the wallet's business. */
  async send(call: Call, quote: Quote, nonce?: number): Promise<Hex> {
    try {
      const chainId = await this.#check();
      const expected = this.#deployment.chainId;
      if (chainId !== expected) throw new SalusError('chain/wrong-chain', { expected, actual: chainId });
      const transaction = {
        from: this.account,
        to: this.#deployment.contract,
        data: encodeCall(call),
        value: hex(quote.value),
        chainId: hex(expected),
        // what carries a contract's call out is another transaction, of which only the wallet knows the rest
        ...(quote.contract ? {} : { gas: hex(quote.gas), ...(nonce === undefined ? {} : { nonce: hex(nonce) }) }),
      };
      const answer = await this.#provider.request({ method: 'eth_sendTransaction', params: [transaction] });
      if (!isHex(answer, /^0x[0-9a-fA-F]{64}$/))
        throw new SalusError('wallet/failed', { method: 'eth_sendTransaction' });
      return answer.toLowerCase() as Hex;
    } catch (error) {
      throw toWalletError(error);
    }
  }
}
