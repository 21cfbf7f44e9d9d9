/**
 * A stand-in for MetaMask: an EIP-6963 and EIP-1193 provider in the page, its keys here in Node. It checks what wallets check before they ask,
 * answers with their error codes, and can be told to ask the test at each prompt.
 */
import type { BrowserContext } from '@playwright/test';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import {
  createWalletClient,
  hashDomain,
  hashMessage,
  hashStruct,
  hexToBytes,
  hexToString,
  http,
  isHex,
  serializeTransaction,
  stringToBytes,
  toHex,
  type Hex,
  type TransactionSerializable,
  type TypedDataDefinition,
  type TypedDataParameter,
} from 'viem';
import { privateKeyToAccount, type PrivateKeyAccount } from 'viem/accounts';
import type { Safe } from '../../fakes/safe.ts';
import type { HardwareSigner } from './ledgerBridge.ts';

type Request = { method: string; params: unknown[] };
type Transaction = Record<
  'from' | 'to' | 'data' | 'gas' | 'value' | 'nonce' | 'gasPrice' | 'maxFeePerGas' | 'maxPriorityFeePerGas' | 'chainId',
  Hex | undefined
>;
/** A prompt that the wallet shows and somebody must answer. */
export type Prompt = Request & { confirm(): void; reject(): void };
type Handler = (params: unknown[], origin: string) => unknown;

/** An error as wallets make them (EIP-1193, EIP-1474). */
const refusal = (code: number, message: string, data?: unknown): Error =>
  Object.assign(new Error(message), { code, data });
const number = (hex: Hex | undefined): bigint | undefined => (hex === undefined ? undefined : BigInt(hex));
const FORBIDDEN = /^(eth_sign$|eth_signTransaction|anvil_|evm_|hardhat_|debug_)/;

let instances = 0;

export class TestWallet {
  /** `ask`: prompts wait for the test; `confirm` and `reject` answer by themselves */
  mode: 'ask' | 'confirm' | 'reject' = 'confirm';
  /** everything that the page has asked, in order */
  readonly log: Request[] = [];
  /** what signing gave away: these are keys of the page and may not be seen anywhere */
  readonly signatures: Hex[] = [];
  /** a wallet that signs the same text differently each time (some MPC wallets) */
  repeatable = true;
  /** signs in place of the key here, which then only names the account */
  device: HardwareSigner | null = null;
  /** acts for this contract instead of the account: what it is asked to send waits for the owners ({@link Safe.carryOut}) */
  contract: Safe | null = null;
  /** milliseconds before each request is looked at: extensions wake up, devices are slow */
  latency = 0;
  /** changes what the wallet's own node answers, for a node that lies */
  lie: ((answer: string) => string) | null = null;
  readonly #accounts: PrivateKeyAccount[];
  readonly #keys: Hex[];
  readonly #rpcs = new Map<number, string>();
  readonly #granted = new Set<string>();
  readonly #pending: Prompt[] = [];
  readonly #waiting: { method: string | null; take(prompt: Prompt): void }[] = [];
  readonly #id = `wallet${++instances}x${Math.random().toString(36).slice(2)}`;
  #selected: PrivateKeyAccount;
  #chainId: number;
  #locked = false;
  #context: BrowserContext | null = null;

  constructor(keys: Hex[], chains: Record<number, string>, chainId = Number(Object.keys(chains)[0])) {
    this.#keys = keys;
    this.#accounts = keys.map((key) => privateKeyToAccount(key));
    this.#selected = this.#accounts[0] as PrivateKeyAccount;
    for (const [id, url] of Object.entries(chains)) this.#rpcs.set(Number(id), url);
    this.#chainId = chainId;
  }

  get address(): Hex {
    return this.contract?.address ?? (this.#selected.address.toLowerCase() as Hex);
  }

  /** Puts the wallet into every page of a context, before any script of the page. */
  async install(context: BrowserContext, name = 'Test Wallet'): Promise<void> {
    this.#context = context;
    await context.exposeBinding(this.#id, async ({ frame }, request: Request) => {
      try {
        return { result: (await this.#handle(request, new URL(frame.url()).origin)) ?? null };
      } catch (error) {
        const { code, data, shortMessage, message } = error as Error & {
          code?: unknown;
          data?: unknown;
          shortMessage?: string;
        };
        return { error: { code: typeof code === 'number' ? code : -32603, message: shortMessage ?? message, data } };
      }
    });
    await context.addInitScript(
      ({ id, uuid, name }) => {
        type Listener = (argument: unknown) => void;
        const page = window as unknown as Record<
          string,
          (argument: unknown, second?: unknown) => Promise<{ result: unknown; error?: { message: string } }>
        >;
        const listeners = new Map<string, Set<Listener>>();
        const provider = {
          request: async (request: unknown) => {
            const answer = await page[id]?.(JSON.parse(JSON.stringify(request)));
            if (answer?.error) throw Object.assign(new Error(answer.error.message), answer.error);
            return answer?.result;
          },
          on: (event: string, listener: Listener) => {
            listeners.set(event, (listeners.get(event) ?? new Set()).add(listener));
            return provider;
          },
          removeListener: (event: string, listener: Listener) => {
            listeners.get(event)?.delete(listener);
            return provider;
          },
        };
        Object.assign(window, {
          [`${id}Emit`]: (event: string, value: unknown) =>
            listeners.get(event)?.forEach((listener) => listener(value)),
        });
        const icon = 'data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>';
        const detail = Object.freeze({
          info: Object.freeze({ uuid, name, rdns: 'example.testwallet', icon }),
          provider,
        });
        const announce = (): void => void window.dispatchEvent(new CustomEvent('eip6963:announceProvider', { detail }));
        window.addEventListener('eip6963:requestProvider', announce);
        announce();
      },
      { id: this.#id, uuid: crypto.randomUUID(), name },
    );
  }

  /** Waits for the next prompt (of a method, if given) in mode `ask`. */
  prompt(method: string | null = null): Promise<Prompt> {
    const there = this.#pending.find((p) => method === null || p.method === method);
    if (there) return Promise.resolve(there);
    return new Promise((take) => this.#waiting.push({ method, take }));
  }

  /** How often the page has asked this. */
  count(method: string): number {
    return this.log.filter((request) => request.method === method).length;
  }

  async selectAccount(index: number): Promise<void> {
    this.#selected = this.#accounts[index] as PrivateKeyAccount;
    await this.#emit('accountsChanged', [this.address]);
  }

  async switchChain(chainId: number): Promise<null> {
    if (chainId === this.#chainId) return null;
    this.#chainId = chainId;
    await this.#emit('chainChanged', `0x${chainId.toString(16)}`);
    return null;
  }

  /** As if it had locked itself. @param tell false: the page hears nothing of it, as in some wallets */
  async lock(tell = true): Promise<void> {
    this.#locked = true;
    if (tell) await this.#emit('accountsChanged', []);
  }

  unlock(): void {
    this.#locked = false;
  }

  /** As if the person had cut the connection in the wallet. */
  async disconnect(): Promise<void> {
    this.#granted.clear();
    await this.#emit('accountsChanged', []);
  }

  async #emit(event: string, value: unknown): Promise<void> {
    const call = ([id, name, argument]: [string, string, unknown]): void =>
      (window as unknown as Record<string, ((name: string, argument: unknown) => void) | undefined>)[`${id}Emit`]?.(
        name,
        argument,
      );
    for (const page of this.#context?.pages() ?? [])
      await page.evaluate(call, [this.#id, event, value] as [string, string, unknown]);
  }

  #ask(request: Request): Promise<void> | void {
    if (this.mode === 'confirm') return;
    const rejected = refusal(4001, 'User rejected the request.');
    if (this.mode === 'reject') throw rejected;
    if (request.method === 'eth_requestAccounts' && this.#pending.some((p) => p.method === request.method))
      throw refusal(-32002, "Request of type 'wallet_requestPermissions' already pending");
    return new Promise((resolve, reject) => {
      const remove = (): void => void this.#pending.splice(this.#pending.indexOf(prompt), 1);
      const prompt: Prompt = {
        ...request,
        confirm: () => (remove(), resolve()),
        reject: () => (remove(), reject(rejected)),
      };
      this.#pending.push(prompt);
      const index = this.#waiting.findIndex((w) => w.method === null || w.method === request.method);
      if (index >= 0) this.#waiting.splice(index, 1)[0]?.take(prompt);
    });
  }

  /** @throws 4100 unless the origin may use exactly this account */
  #account(address: unknown, origin: string): PrivateKeyAccount {
    if (this.#locked || !this.#granted.has(origin) || String(address).toLowerCase() !== this.address)
      throw refusal(4100, 'The requested account and/or method has not been authorized by the user.');
    return this.#selected;
  }

  /** Valid, and different each time. */
  #signOnce(hash: Hex): Hex {
    const key = this.#keys[this.#accounts.indexOf(this.#selected)] as Hex;
    const bytes = secp256k1.sign(hexToBytes(hash), hexToBytes(key), {
      prehash: false,
      extraEntropy: true,
      format: 'recovered',
    });
    return toHex(Uint8Array.of(...bytes.subarray(1), 27 + (bytes[0] as number)));
  }

  readonly #methods: Record<string, Handler> = {
    eth_accounts: (_, origin) => (this.#granted.has(origin) && !this.#locked ? [this.address] : []),
    eth_chainId: () => `0x${this.#chainId.toString(16)}`,
    net_version: () => String(this.#chainId),
    eth_requestAccounts: async (params, origin) => {
      if (!this.#granted.has(origin)) await this.#ask({ method: 'eth_requestAccounts', params });
      this.#granted.add(origin);
      this.#locked = false;
      return [this.address];
    },
    wallet_getPermissions: (_, origin) =>
      this.#granted.has(origin) ? [{ parentCapability: 'eth_accounts', invoker: origin, caveats: [] }] : [],
    wallet_requestPermissions: async (params, origin) => {
      await this.#ask({ method: 'wallet_requestPermissions', params });
      this.#granted.add(origin);
      this.#locked = false;
      return [{ parentCapability: 'eth_accounts', invoker: origin, caveats: [] }];
    },
    wallet_revokePermissions: (_, origin) => (this.#granted.delete(origin), null),
    wallet_switchEthereumChain: async (params) => {
      const chainId = Number((params[0] as { chainId: Hex }).chainId);
      if (!this.#rpcs.has(chainId))
        throw refusal(
          4902,
          `Unrecognized chain ID "${chainId}". Try adding the chain using wallet_addEthereumChain first.`,
        );
      if (chainId === this.#chainId) return null;
      await this.#ask({ method: 'wallet_switchEthereumChain', params });
      return this.switchChain(chainId);
    },
    wallet_addEthereumChain: async (params) => {
      const { chainId, rpcUrls } = params[0] as { chainId: Hex; rpcUrls: string[] };
      await this.#ask({ method: 'wallet_addEthereumChain', params });
      if (!this.#rpcs.has(Number(chainId))) this.#rpcs.set(Number(chainId), rpcUrls[0] as string);
      return this.switchChain(Number(chainId));
    },
    personal_sign: async (params, origin) => {
      const account = this.#account(params[1], origin);
      await this.#ask({ method: 'personal_sign', params });
      const text = params[0] as string;
      const message = isHex(text) ? { raw: text } : text;
      if (this.contract) return this.contract.signMessage(isHex(text) ? hexToString(text) : text);
      if (this.device) return this.device.message(isHex(text) ? hexToBytes(text) : stringToBytes(text));
      const signature = this.repeatable ? await account.signMessage({ message }) : this.#signOnce(hashMessage(message));
      this.signatures.push(signature);
      return signature;
    },
    eth_signTypedData_v4: async (params, origin) => {
      const account = this.#account(params[0], origin);
      const data = JSON.parse(params[1] as string) as TypedDataDefinition & {
        types: Record<string, TypedDataParameter[]>;
      };
      if (Number(data.domain?.chainId) !== this.#chainId)
        throw refusal(-32602, 'Provided chainId must match the active chainId');
      await this.#ask({ method: 'eth_signTypedData_v4', params });
      if (!this.device) return account.signTypedData(data);
      const struct = { data: data.message, primaryType: data.primaryType, types: data.types };
      return this.device.typed(
        hashDomain({ domain: data.domain ?? {}, types: data.types }),
        hashStruct(struct as unknown as Parameters<typeof hashStruct>[0]),
      );
    },
    eth_sendTransaction: async (params, origin) => {
      const t = params[0] as Transaction;
      const account = this.#account(t.from, origin);
      if (t.chainId !== undefined && Number(t.chainId) !== this.#chainId) throw refusal(-32602, 'Invalid chainId');
      await this.#ask({ method: 'eth_sendTransaction', params });
      if (this.contract)
        return this.contract.propose({ to: t.to as Hex, data: t.data as Hex, value: number(t.value) ?? 0n });
      const client = createWalletClient({ account, transport: http(this.#rpcs.get(this.#chainId), { retryCount: 0 }) });
      const price = t.gasPrice
        ? { gasPrice: number(t.gasPrice) }
        : { maxFeePerGas: number(t.maxFeePerGas), maxPriorityFeePerGas: number(t.maxPriorityFeePerGas) };
      const nonce = t.nonce === undefined ? undefined : Number(t.nonce);
      const request = {
        chain: null,
        to: t.to,
        data: t.data,
        gas: number(t.gas),
        value: number(t.value),
        nonce,
        ...price,
      };
      if (!this.device) return client.sendTransaction(request as Parameters<typeof client.sendTransaction>[0]);
      const whole = (await client.prepareTransactionRequest({
        ...request,
        chainId: this.#chainId,
      } as unknown as Parameters<typeof client.prepareTransactionRequest>[0])) as TransactionSerializable;
      const signature = await this.device.transaction(serializeTransaction(whole));
      return client.sendRawTransaction({ serializedTransaction: serializeTransaction(whole, signature) });
    },
  };

  async #handle({ method, params = [] }: Request, origin: string): Promise<unknown> {
    if (this.latency > 0) await new Promise((resolve) => setTimeout(resolve, this.latency));
    this.log.push({ method, params });
    // viem tries this name when the first fails
    const handler = this.#methods[method === 'wallet_sendTransaction' ? 'eth_sendTransaction' : method];
    if (handler) return handler(params, origin);
    if (FORBIDDEN.test(method) || method.startsWith('wallet_'))
      throw refusal(-32601, `The method "${method}" does not exist / is not available.`);
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
    const response = await fetch(this.#rpcs.get(this.#chainId) as string, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    const text = await response.text();
    const { result, error } = JSON.parse(this.lie?.(text) ?? text) as {
      result?: unknown;
      error?: { code: number; message: string; data: unknown };
    };
    if (error) throw refusal(error.code, error.message, error.data);
    return result;
  }
}
