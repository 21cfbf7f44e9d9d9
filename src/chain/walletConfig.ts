/** wagmi's configuration for one deployment: EIP-6963 discovery, the legacy `window.ethereum`, and a memory of the last wallet. */
import { createConfig, injected, type Config, type Storage } from '@wagmi/core';
import { defineChain, http } from 'viem';
import type { Deployment } from '../flows/ports/wallet.ts';

/** What is kept between visits: the last wallet's name and whether it was disconnected. No account. */
const PREFIX = 'salus.wallet.';

/** localStorage where the browser allows it, else this page's memory. */
const shelf = (): Pick<globalThis.Storage, 'getItem' | 'setItem' | 'removeItem'> => {
  try {
    const storage = window.localStorage;
    storage.getItem(PREFIX);
    return storage;
  } catch {
    const memory = new Map<string, string>();
    return {
      getItem: (key) => memory.get(key) ?? null,
      setItem: (key, value) => void memory.set(key, value),
      removeItem: (key) => void memory.delete(key),
    };
  }
};

/**
 * wagmi's store in a synchronous form, so that no wallet announced while it loads is lost; the connections themselves are
 * left out, as only the wallet can say whether they still hold.
 */
const storage = (): Storage => {
  const kept = shelf();
  const attempt = (work: () => void): void => {
    try {
      work();
    } catch {
      // full or blocked: the next visit asks again which wallet
    }
  };
  const skip = (key: string) => key === 'store';
  return {
    key: PREFIX,
    getItem: ((key: string, fallback: unknown = null) => {
      try {
        const value = skip(key) ? null : kept.getItem(PREFIX + key);
        return value === null ? fallback : JSON.parse(value);
      } catch {
        return fallback;
      }
    }) as Storage['getItem'],
    setItem: ((key: string, value: unknown) => {
      if (!skip(key)) attempt(() => kept.setItem(PREFIX + key, JSON.stringify(value)));
    }) as Storage['setItem'],
    removeItem: ((key: string) => attempt(() => kept.removeItem(PREFIX + key))) as Storage['removeItem'],
  };
};

export const walletConfig = (deployment: Deployment): Config => {
  const { chainId, name, currency, rpcs, explorer } = deployment;
  const chain = defineChain({
    id: chainId,
    name,
    nativeCurrency: currency,
    rpcUrls: { default: { http: rpcs } },
    ...(explorer ? { blockExplorers: { default: { name: 'Explorer', url: explorer } } } : {}),
  });
  return createConfig({
    chains: [chain],
    connectors: [injected()],
    // wagmi wants one; we read through our own nodes
    transports: { [chainId]: http(rpcs[0], { retryCount: 0 }) },
    storage: storage(),
    multiInjectedProviderDiscovery: true,
  });
};
