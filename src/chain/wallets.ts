/** Finding and keeping a wallet: the `WalletConnector` port over wagmi. */
import {
  connect,
  disconnect,
  getConnection,
  reconnect,
  watchConnection,
  watchConnectors,
  type Config,
  type Connector,
} from '@wagmi/core';
import type { Address, Hex } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import type { Wallet } from '../flows/ports/chain.ts';
import type { Connection, Deployment, WalletConnector, WalletInfo } from '../flows/ports/wallet.ts';
import type { Requester } from './node.ts';
import { ProviderWallet } from './provider.ts';
import { layers } from './reverts.ts';
import { walletConfig } from './walletConfig.ts';
import { toWalletError } from './walletErrors.ts';

/** Milliseconds a wallet of the last visit has to announce itself, and then to answer. */
const ANNOUNCE = 1_000;
const ANSWER = 5_000;

type Injected = { ethereum?: Requester & { isMetaMask?: boolean } };
const injectedNow = (): Injected['ethereum'] => (globalThis as Injected).ethereum;

const within = <T>(ms: number, work: Promise<T>): Promise<T | null> => {
  let timer: ReturnType<typeof setTimeout>;
  const late = new Promise<null>((resolve) => (timer = setTimeout(() => resolve(null), ms)));
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
};

export class Wallets implements WalletConnector {
  readonly #deployment: Deployment;
  readonly #config: Config;
  readonly #listeners = new Set<() => void>();
  /** providers of connectors, as wagmi gives them only asynchronously */
  readonly #providers = new Map<string, Requester>();

  constructor(deployment: Deployment) {
    this.#deployment = deployment;
    this.#config = walletConfig(deployment);
    watchConnection(this.#config, { onChange: () => this.#changed() });
    watchConnectors(this.#config, { onChange: () => this.#changed() });
    // a legacy wallet that is injected after the page ran
    window.addEventListener('ethereum#initialized', () => this.#changed());
  }

  #changed(): void {
    void this.#learnProviders().then(() => {
      for (const listener of [...this.#listeners]) listener();
    });
  }

  async #learnProviders(): Promise<void> {
    for (const connector of this.#config.connectors) {
      const provider = await connector.getProvider().catch(() => undefined);
      if (provider) this.#providers.set(connector.uid, provider as Requester);
    }
  }

  wallets(): WalletInfo[] {
    const announced = this.#config.connectors.filter((c) => c.id !== 'injected');
    const legacy = this.#config.connectors.filter((c) => c.id === 'injected' && this.#isAnother(announced));
    return [...announced, ...legacy].map((c) => ({
      id: c.id,
      name: c.id === 'injected' ? 'Browser wallet' : c.name,
      // anything but a data: URI would tell a stranger's server that this page was opened
      icon: c.icon?.trim().startsWith('data:image/') ? c.icon.trim() : null,
    }));
  }

  /** True when `window.ethereum` is there and none of the announced wallets. */
  #isAnother(announced: readonly Connector[]): boolean {
    const legacy = injectedNow();
    if (!legacy) return false;
    return !announced.some((c) => {
      const provider = this.#providers.get(c.uid) as (Requester & { isMetaMask?: boolean }) | undefined;
      return provider === legacy || (legacy.isMetaMask === true && provider?.isMetaMask === true);
    });
  }

  current(): Connection | null {
    const { address, chainId, connector, status } = getConnection(this.#config);
    if (status !== 'connected' || !address || !connector) return null;
    const info = this.wallets().find((w) => w.id === connector.id);
    const account = address.toLowerCase() as Address;
    return { account, chainId: chainId ?? 0, walletId: connector.id, walletName: info?.name ?? connector.name };
  }

  #here(): Connection {
    const connection = this.current();
    if (!connection) throw new SalusError('wallet/locked');
    return connection;
  }

  async connect(id: string): Promise<Connection> {
    const connector = this.#config.connectors.find((c) => c.id === id);
    if (!connector) throw new SalusError('wallet/none', { wallet: id });
    if (this.current()?.walletId === id) return this.#here();
    try {
      await connect(this.#config, { connector });
    } catch (error) {
      throw toWalletError(error);
    }
    await this.#learnProviders();
    return this.#here();
  }

  async disconnect(): Promise<void> {
    await disconnect(this.#config).catch((error: unknown) => {
      throw toWalletError(error);
    });
  }

  async reconnect(): Promise<Connection | null> {
    await this.#learnProviders();
    const id = await this.#config.storage?.getItem('recentConnectorId');
    const find = () => this.#config.connectors.find((c) => c.id === id);
    const connector = id ? (find() ?? (await within(ANNOUNCE, this.#announced(find)))) : null;
    if (!connector) return null;
    await within(ANSWER, reconnect(this.#config, { connectors: [connector] }));
    await this.#learnProviders();
    return this.current();
  }

  #announced(find: () => Connector | undefined): Promise<Connector> {
    return new Promise((resolve) => {
      const stop = watchConnectors(this.#config, {
        onChange: () => {
          const found = find();
          if (!found) return;
          stop();
          resolve(found);
        },
      });
    });
  }

  /** The provider in use. @throws wallet/none */
  provider(): Requester {
    const { connector, status } = getConnection(this.#config);
    const provider = status === 'connected' && connector && this.#providers.get(connector.uid);
    if (!provider) throw new SalusError('wallet/none');
    return provider;
  }

  async switchAccount(): Promise<Connection> {
    const provider = this.provider();
    try {
      await provider.request({ method: 'wallet_requestPermissions', params: [{ eth_accounts: {} }] });
      const accounts = (await provider.request({ method: 'eth_accounts' })) as Address[];
      // some wallets announce no change when the person picks an account here
      getConnection(this.#config).connector?.emitter.emit('change', { accounts });
    } catch (error) {
      throw toWalletError(error);
    }
    return this.#here();
  }

  async switchChain(): Promise<void> {
    const provider = this.provider();
    const chainId: Hex = `0x${this.#deployment.chainId.toString(16)}`;
    try {
      await provider.request({ method: 'wallet_switchEthereumChain', params: [{ chainId }] }).catch(async (error) => {
        // wagmi's own would call every failure of adding a refusal by the person
        if (![...layers(error)].some((e) => e.code === 4902)) throw error;
        await provider.request({ method: 'wallet_addEthereumChain', params: [this.#chainParameter(chainId)] });
        await provider.request({ method: 'wallet_switchEthereumChain', params: [{ chainId }] });
      });
      const now = Number(await provider.request({ method: 'eth_chainId' }));
      if (now !== this.#deployment.chainId)
        throw new SalusError('chain/wrong-chain', { expected: this.#deployment.chainId, actual: now });
      getConnection(this.#config).connector?.emitter.emit('change', { chainId: now });
    } catch (error) {
      throw toWalletError(error);
    }
  }

  /** @see EIP-3085 */
  #chainParameter(chainId: Hex): object {
    const { name, currency, rpcs, explorer } = this.#deployment;
    return {
      chainId,
      chainName: name,
      nativeCurrency: currency,
      rpcUrls: rpcs,
      ...(explorer ? { blockExplorerUrls: [explorer] } : {}),
    };
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  asWallet(): Wallet {
    const provider = this.provider();
    const { account } = this.#here();
    return new ProviderWallet(provider, this.#deployment, account, () => this.current()?.chainId ?? 0);
  }
}
