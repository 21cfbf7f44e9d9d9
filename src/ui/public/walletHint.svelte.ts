/** Whether this browser announces a wallet (EIP-6963), known without loading any wallet code. @see https://eips.ethereum.org/EIPS/eip-6963 */
type Announced = { info?: { uuid?: unknown; name?: unknown } };

class WalletHint {
  #names = $state.raw<string[]>([]);

  /** Asks wallets to announce themselves. @returns stops listening */
  listen(): () => void {
    const hear = (event: Event) => {
      const name = (event as CustomEvent<Announced>).detail?.info?.name;
      if (typeof name === 'string' && !this.#names.includes(name)) this.#names = [...this.#names, name.slice(0, 40)];
    };
    window.addEventListener('eip6963:announceProvider', hear);
    window.dispatchEvent(new Event('eip6963:requestProvider'));
    return () => window.removeEventListener('eip6963:announceProvider', hear);
  }

  /** Names of the wallets heard; one that does not announce itself counts without a name. */
  get names(): readonly string[] {
    return this.#names;
  }

  get found(): boolean {
    return this.#names.length > 0 || 'ethereum' in window;
  }
}

/** The one ear. */
export const walletHint = new WalletHint();
