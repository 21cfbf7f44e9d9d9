/** The one door to the chain: imported dynamically, so that nothing of viem or wagmi is loaded before somebody chooses a wallet or reads. */
import type { Deployment, WalletConnector } from '../flows/ports/wallet.ts';
import { SalusChain, type ChainOptions } from './salusChain.ts';

export { SalusChain, type ChainOptions } from './salusChain.ts';

/** Reads need no wallet. Nothing is asked of any node before the first read. */
export const openChain = (deployment: Deployment, options?: ChainOptions): SalusChain =>
  new SalusChain(deployment, options);

/**
 * Looks for wallets; asks none of them anything yet.
 * @param chain when given, the wallet's own node takes part in comparing heads while it is on our chain
 */
export const openWallets = async (deployment: Deployment, chain?: SalusChain): Promise<WalletConnector> => {
  const { Wallets } = await import('./wallets.ts');
  const wallets = new Wallets(deployment);
  let used = '';
  wallets.onChange(() => {
    const now = wallets.current();
    const ours = now?.chainId === deployment.chainId;
    const key = ours ? now.walletId : '';
    if (key === used) return;
    used = key;
    chain?.useWallet(ours ? wallets.provider() : null);
  });
  return wallets;
};
