/** A wallet as pages see one: an EIP-1193 provider with an EIP-6963 announcement. */
type Handler = (params: unknown[]) => unknown;
type Listener = (value: unknown) => void;

export const refuse = (code: number, message = 'no', data?: unknown): Error =>
  Object.assign(new Error(message), { code, data });

const announced: (() => void)[] = [];
/** Providers of earlier tests fall silent. */
export const silence = (): void => {
  for (const say of announced.splice(0)) window.removeEventListener('eip6963:requestProvider', say);
};

export class FakeProvider {
  accounts: string[];
  chainId: number;
  granted = false;
  locked = false;
  isMetaMask: boolean | undefined;
  /** answers of this test only, by method; an Error is thrown */
  readonly answers: Record<string, Handler | Error | unknown> = {};
  readonly asked: { method: string; params: unknown[] }[] = [];
  readonly known: Set<number>;
  readonly #listeners = new Map<string, Set<Listener>>();

  constructor(accounts: string[], chainId: number) {
    this.accounts = accounts;
    this.chainId = chainId;
    this.known = new Set([chainId]);
  }

  on(event: string, listener: Listener): this {
    this.#listeners.set(event, (this.#listeners.get(event) ?? new Set()).add(listener));
    return this;
  }

  removeListener(event: string, listener: Listener): this {
    this.#listeners.get(event)?.delete(listener);
    return this;
  }

  emit(event: string, value: unknown): void {
    for (const listener of [...(this.#listeners.get(event) ?? [])]) listener(value);
  }

  /** The person picks another account in the wallet. */
  select(...accounts: string[]): void {
    this.accounts = accounts;
    this.emit('accountsChanged', accounts);
  }

  /** The person picks another chain in the wallet. */
  move(chainId: number): void {
    this.chainId = chainId;
    this.emit('chainChanged', `0x${chainId.toString(16)}`);
  }

  request = async ({ method, params = [] }: { method: string; params?: unknown }): Promise<unknown> => {
    const list = params as unknown[];
    this.asked.push({ method, params: list });
    if (method in this.answers) {
      const answer = this.answers[method];
      if (answer instanceof Error) throw answer;
      return typeof answer === 'function' ? (answer as Handler)(list) : answer;
    }
    switch (method) {
      case 'eth_chainId':
        return `0x${this.chainId.toString(16)}`;
      case 'eth_accounts':
        return this.granted && !this.locked ? this.accounts : [];
      case 'eth_requestAccounts':
        this.granted = true;
        return this.accounts;
      case 'wallet_requestPermissions':
        this.granted = true;
        return [
          { parentCapability: 'eth_accounts', caveats: [{ type: 'restrictReturnedAccounts', value: this.accounts }] },
        ];
      case 'wallet_revokePermissions':
        this.granted = false;
        return null;
      case 'wallet_switchEthereumChain': {
        const wanted = Number((list[0] as { chainId: string }).chainId);
        if (!this.known.has(wanted)) throw refuse(4902, 'Unrecognized chain ID');
        this.move(wanted);
        return null;
      }
      case 'wallet_addEthereumChain':
        this.known.add(Number((list[0] as { chainId: string }).chainId));
        return null;
      default:
        throw refuse(-32601, `no ${method}`);
    }
  };

  /** Announces itself, now and whenever asked. */
  announce(rdns: string, name = rdns, icon = 'data:image/svg+xml,<svg/>'): void {
    const info = Object.freeze({ uuid: crypto.randomUUID(), rdns, name, icon });
    const detail = Object.freeze({ info, provider: this });
    const say = () => window.dispatchEvent(new CustomEvent('eip6963:announceProvider', { detail }));
    window.addEventListener('eip6963:requestProvider', say);
    announced.push(say);
    say();
  }
}
