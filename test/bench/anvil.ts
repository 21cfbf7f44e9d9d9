/** A local chain that is filled fast: any account may send without a key and without paying, and blocks come when told. */
import { toHex } from 'viem';
import { localAccounts, startAnvil, deploySalus } from '../../contracts/script/local.ts';
import { encodeCall } from '../../src/chain/calls.ts';
import type { Address, Hex } from '../../src/core/bytes.ts';
import type { Call, Deployment } from '../../src/flows/ports/index.ts';

type Request = { method: string; params: unknown[] };
type Reply = { id: number; result?: unknown; error?: { message: string } };

/** Several requests in one message. @returns the answers, in order @throws Error with the node's own words */
export const ask = async (url: string, requests: Request[]): Promise<unknown[]> => {
  const body = JSON.stringify(requests.map((r, id) => ({ jsonrpc: '2.0', id, ...r })));
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  const replies = (await response.json()) as Reply[];
  const answers: unknown[] = [];
  for (const { id, result, error } of replies) {
    if (error) throw new Error(`${requests[id]?.method}: ${error.message}`);
    answers[id] = result;
  }
  return answers;
};

/** @property chainId not a test chain's, so that the page treats it as a real one */
const CHAIN_ID = 10;
/** Room for whatever is put into one block. */
const BLOCK_GAS = 4_000_000_000n;
export const founders: Address[] = localAccounts()
  .slice(0, 9)
  .map((a) => a.address);

export type FastChain = Awaited<ReturnType<typeof startFast>>;
/** A call and who makes it; `gas` it may use. */
export type Sent = { from: Address; call: Call; gas?: bigint };

/** @param hospitals founders, at least 3 */
export const startFast = async (hospitals = 3) => {
  const anvil = await startAnvil({ chainId: CHAIN_ID });
  const { url } = anvil;
  const one = async <T>(method: string, ...params: unknown[]): Promise<T> =>
    (await ask(url, [{ method, params }]))[0] as T;
  const { address, block } = await deploySalus(url, { founders: founders.slice(0, hospitals) });
  await one('evm_setAutomine', false);
  await one('evm_setBlockGasLimit', toHex(BLOCK_GAS));
  await one('anvil_autoImpersonateAccount', true);
  // blocks that are nearly empty leave it there
  await one('anvil_setNextBlockBaseFeePerGas', '0x0');
  await one('evm_mine');
  const deployment: Deployment = {
    chainId: CHAIN_ID,
    name: 'bench',
    contract: address,
    block,
    founders: founders.slice(0, hospitals),
    predecessors: [],
    rpcs: [url],
    explorer: null,
    peers: [],
    gateways: [],
    currency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
  };
  // the same call is encoded once, however many make it
  const encoded = new WeakMap<Call, Hex>();
  const dataOf = (call: Call): Hex => {
    const data = encoded.get(call) ?? encodeCall(call);
    encoded.set(call, data);
    return data;
  };
  const toRequest = ({ from, call, gas = 1_000_000n }: Sent): Request => ({
    method: 'eth_sendTransaction',
    params: [{ from, to: address, data: dataOf(call), gas: toHex(gas), gasPrice: '0x0' }],
  });
  /** All into one block, and it is mined. @returns the hashes */
  const mine = async (sent: Sent[]): Promise<Hex[]> => {
    const hashes = sent.length > 0 ? ((await ask(url, sent.map(toRequest))) as Hex[]) : [];
    await one('evm_mine');
    return hashes;
  };
  /** @throws Error when one of them failed */
  const check = async (hashes: Hex[]): Promise<void> => {
    const requests = hashes.map((hash) => ({ method: 'eth_getTransactionReceipt', params: [hash] }));
    const receipts = (await ask(url, requests)) as ({ status: Hex } | null)[];
    const failed = receipts.filter((r) => Number(r?.status ?? 0) !== 1).length;
    if (failed > 0) throw new Error(`${failed} of ${hashes.length} transactions failed`);
  };
  return { url, deployment, one, mine, check, stop: anvil.stop };
};
