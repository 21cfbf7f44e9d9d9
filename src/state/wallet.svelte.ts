/** The wallet as the page sees it. */
import { asSalusError, type SalusError } from '../core/errors.ts';
import type { Address } from '../core/bytes.ts';
import type { Connection, Deployment, WalletConnector, WalletInfo } from '../flows/ports/index.ts';

export class WalletState {
  /** `idle`: nobody asked for a wallet yet, its code is not even loaded */
  status = $state<'idle' | 'loading' | 'ready' | 'connecting'>('idle');
  wallets = $state.raw<WalletInfo[]>([]);
  connection = $state.raw<Connection | null>(null);
  error = $state.raw<SalusError | null>(null);
  readonly #load: () => Promise<WalletConnector>;
  readonly #changed: (account: Address | null) => void;
  #connector: WalletConnector | null = null;
  #deployment: () => Deployment | null;

  /** @param changed called with the new account, null when there is none */
  constructor(
    load: () => Promise<WalletConnector>,
    deployment: () => Deployment | null,
    changed: (account: Address | null) => void,
  ) {
    this.#load = load;
    this.#deployment = deployment;
    this.#changed = changed;
  }

  get account(): Address | null {
    return this.connection?.account ?? null;
  }

  get wrongChain(): boolean {
    const wanted = this.#deployment()?.chainId;
    return this.connection !== null && wanted !== undefined && this.connection.chainId !== wanted;
  }

  /** Loads the wallet code and looks for wallets; takes up the last connection without a prompt. */
  discover = (): Promise<void> =>
    this.#do('loading', async () => {
      if (this.#connector) return;
      this.#connector = await this.#load();
      this.#connector.onChange(() => this.#sync());
      await this.#connector.reconnect();
    });

  connect = (id: string): Promise<void> =>
    this.#do('connecting', async () => {
      await this.#connector?.connect(id);
    });

  disconnect = (): Promise<void> =>
    this.#do('ready', async () => {
      await this.#connector?.disconnect();
    });

  /** To the deployment's chain, adding it to the wallet when it does not know it. */
  switchChain = (): Promise<void> =>
    this.#do('connecting', async () => {
      await this.#connector?.switchChain();
    });

  async #do(status: 'loading' | 'connecting' | 'ready', work: () => Promise<void>): Promise<void> {
    this.status = status;
    this.error = null;
    try {
      await work();
    } catch (error) {
      this.error = asSalusError(error, 'wallet/failed');
    }
    this.status = this.#connector ? 'ready' : 'idle';
    this.#sync();
  }

  #sync(): void {
    const before = this.account;
    this.wallets = this.#connector?.wallets() ?? [];
    this.connection = this.#connector?.current() ?? null;
    if (this.account !== before) this.#changed(this.account);
  }
}
