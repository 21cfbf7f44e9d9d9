/** The one door to the chain: imported dynamically, so that nothing of viem or wagmi is loaded before somebody chooses a wallet or reads. */
import type { Deployment } from '../flows/ports/wallet.ts';
import { SalusChain, type ChainOptions } from './salusChain.ts';

export { loadDeployments, parseDeployments } from './deployments.ts';
export { SalusChain, type ChainOptions } from './salusChain.ts';

/** Reads need no wallet. Nothing is asked of any node before the first read. */
export const openChain = (deployment: Deployment, options?: ChainOptions): SalusChain =>
  new SalusChain(deployment, options);
