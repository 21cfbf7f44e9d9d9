/** One node we ask: a viem client whose every request is bounded in time. */
import { createClient, custom, http, type Client, type EIP1193RequestFn } from 'viem';
import { SalusError } from '../core/errors.ts';

/** Anything that answers JSON-RPC as EIP-1193 providers do. */
export type Requester = { request: (args: { method: string; params?: unknown }) => Promise<unknown> };

export type NodeOptions = {
  /** milliseconds for one request, retries and body included */
  timeout?: number;
  /** milliseconds before the first repetition of a failed request */
  retryDelay?: number;
};

/** One node. `name` is its URL's host, for messages. */
export type Node = {
  name: string;
  client: Client;
  /** @param once what the node refuses is not asked again */
  request<T>(method: string, params: unknown[], signal?: AbortSignal, once?: boolean): Promise<T>;
  /** Not before this time (ms) does it get first requests again. */
  restsUntil: number;
};

const node = (name: string, client: Client, timeout: number): Node => ({
  name,
  client,
  restsUntil: 0,
  request: async <T>(method: string, params: unknown[], signal?: AbortSignal, once = false): Promise<T> => {
    if (signal?.aborted) throw new SalusError('storage/aborted');
    const bound = AbortSignal.timeout(timeout);
    const either = signal ? AbortSignal.any([signal, bound]) : bound;
    // raced as well: a provider in the page knows no signals, and viem's own limit ends with the headers
    const ended = new Promise<never>((_, reject) => {
      either.addEventListener('abort', () =>
        reject(
          signal?.aborted ? new SalusError('storage/aborted') : new SalusError('chain/unreachable', { nodes: [name] }),
        ),
      );
    });
    const request = client.request as unknown as (args: object, o: object) => Promise<T>;
    return Promise.race([request({ method, params }, { signal: either, ...(once && { retryCount: 0 }) }), ended]);
  },
});

/** A node over HTTP. @param url absolute, http or https */
export const httpNode = (url: string, { timeout = 10_000, retryDelay = 150 }: NodeOptions = {}): Node =>
  node(new URL(url).host, createClient({ transport: http(url, { timeout, retryCount: 2, retryDelay }) }), timeout);

/** The node behind a wallet, or a chain inside the page. */
export const providerNode = (name: string, provider: Requester, { timeout = 10_000 }: NodeOptions = {}): Node => {
  // called as a method: some providers need their `this`
  const request = ((args) => provider.request(args)) as EIP1193RequestFn;
  return node(name, createClient({ transport: custom({ request }, { retryCount: 0 }) }), timeout);
};
