/** Finding and keeping a wallet (EIP-6963, EIP-1193). `src/chain` implements it over wagmi; tests have a fake. */
import type { Address } from '../../core/bytes.ts';
import type { Wallet } from './chain.ts';

/** A wallet that announced itself. `icon` is a data: URI. */
export type WalletInfo = { id: string; name: string; icon: string | null };
export type Connection = { account: Address; chainId: number; walletId: string; walletName: string };

export interface WalletConnector {
  /** Wallets seen so far; more may announce themselves later ({@link onChange}). */
  wallets(): WalletInfo[];
  /** Shows the wallet's prompt. @throws wallet/declined, wallet/pending, wallet/none */
  connect(id: string): Promise<Connection>;
  disconnect(): Promise<void>;
  /** Takes up the last connection without a prompt; null when there is none. */
  reconnect(): Promise<Connection | null>;
  /** Lets the person choose another account in the wallet. @throws wallet/declined, wallet/pending, wallet/none */
  switchAccount(): Promise<Connection>;
  /** Asks the wallet to go to the deployment's chain, adding it when unknown. @throws wallet/declined */
  switchChain(): Promise<void>;
  current(): Connection | null;
  /** Calls back when wallets, account or chain changed, until the returned function is called. */
  onChange(listener: () => void): () => void;
  /** The port flows use, bound to the account connected now: it refuses once that changed, and `send` also off our chain. @throws wallet/none */
  asWallet(): Wallet;
}

/** One chain of `deployments.json`. */
export type Deployment = {
  chainId: number;
  name: string;
  contract: Address;
  /** first block worth reading */
  block: number;
  founders: Address[];
  predecessors: Address[];
  rpcs: string[];
  explorer: string | null;
  peers: { name: string; url: string }[];
  gateways: { name: string; url: string }[];
  currency: { name: string; symbol: string; decimals: number };
};
