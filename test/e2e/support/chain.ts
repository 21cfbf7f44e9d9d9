/** The stack that this worker's tests run on, seen from Node. */
import { createPublicClient, http, toHex, type Hex, type PublicClient } from 'viem';
import { randomBytes } from 'node:crypto';
import type { Stack } from '../../../src/tools/stack.ts';

type Running = Omit<Stack, 'stop'> & { folder: string };
const stacks = JSON.parse(process.env.SALUS_STACKS ?? '[]') as Running[];
export const stack = stacks[Number(process.env.TEST_PARALLEL_INDEX ?? 0)] as Running;

/** JSON-RPC to the chain, anvil's own methods included. */
export const rpc = async <T = unknown>(method: string, params: unknown[] = []): Promise<T> => {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
  const response = await fetch(stack.chain.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  const { result, error } = (await response.json()) as { result: T; error?: { message: string } };
  if (error) throw new Error(`${method}: ${error.message}`);
  return result;
};

export const chain = (): PublicClient => createPublicClient({ transport: http(stack.chain.url), cacheTime: 0 });

/** The key of a new account that owns 100 ether. */
export const fundedKey = async (addressOf: (key: Hex) => Hex): Promise<Hex> => {
  const key = toHex(randomBytes(32));
  await rpc('anvil_setBalance', [addressOf(key), toHex(100n * 10n ** 18n)]);
  return key;
};
