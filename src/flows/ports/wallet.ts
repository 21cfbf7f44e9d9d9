/** How the page finds and holds a wallet. `src/chain` implements it over wagmi; tests have a fake. */
import type { Address } from '../../core/bytes.ts';
import type { Wallet } from './chain.ts';

/** A wallet the browser offers. `icon` is a data: URI the wallet gave, or null. */
export type WalletInfo = { id: string; name: string; icon: string | null };

/** The wallet in use: its selected account and the chain it stands on, which need not be ours. */
export type Connection = { account: Address; chainId: number; wallet: WalletInfo };

export interface WalletConnector {
  /** Discovered wallets (EIP-6963), and `window.ethereum` where it is none of those. Grows as wallets announce themselves: see `onChange`. */
  wallets(): WalletInfo[];
  /** Null when none is connected or it is locked. */
  current(): Connection | null;
  /** Asks the wallet for an account. @throws wallet/declined, wallet/pending, wallet/none, wallet/locked */
  connect(id: string): Promise<Connection>;
  /** Takes up the wallet of the last visit without a prompt. @returns null when there is none, or it no longer allows it */
  reconnect(): Promise<Connection | null>;
  disconnect(): Promise<void>;
  /** Lets the person choose another account in the wallet. @throws wallet/declined, wallet/pending */
  switchAccount(): Promise<Connection>;
  /** Moves the wallet to our chain, adding the chain to it where it lacks it. @throws wallet/declined, wallet/pending, chain/wrong-chain */
  switchChain(): Promise<void>;
  /** Calls back whenever `wallets()` or `current()` changed, until the returned function is called. */
  onChange(callback: () => void): () => void;
  /** The connected wallet, bound to the account and chain it has now: `sign` and `send` refuse once either changed. @throws wallet/none */
  asWallet(): Wallet;
}
