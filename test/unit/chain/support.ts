/** A real anvil with the real contract, people on it, and nodes that lie. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { createWalletClient, encodeDeployData, http, type Hex } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { foundryBinary } from '../../../contracts/script/foundry.ts';
import { salusAbi } from '../../../src/chain/abi.ts';
import { salusBytecode } from '../../../src/chain/bytecode.ts';
import { encodeCall, valueOf } from '../../../src/chain/calls.ts';
import { SalusChain, type ChainOptions } from '../../../src/chain/salusChain.ts';
import { type Address, type Bytes, type Digest } from '../../../src/core/bytes.ts';
import type { Call } from '../../../src/flows/ports/chain.ts';
import type { Deployment } from '../../../src/flows/ports/wallet.ts';
import { keyHashOf } from '../../fakes/rules.ts';
import { person, type Person } from '../../fakes/chain.ts';

const running = new Set<ChildProcess>();
process.once('exit', () => running.forEach((child) => child.kill()));

const CHAIN_ID = 31_337;
const ETHER = 10n ** 18n;

export const digest = (n: number): Digest => `0x${n.toString(16).padStart(64, '0')}`;
/** 1216 bytes that are a public key as far as the contract cares. */
export const keyOf = (n: number): Bytes => new Uint8Array(1216).fill(n);
export const people = {
  hospitals: [0, 1, 2, 3].map((n) => person(`hospital ${n}`)),
  alice: person('alice'),
  bob: person('bob'),
  doctor: person('doctor'),
  nobody: person('nobody'),
  deployer: person('deployer'),
};
const everyone = [...people.hospitals, people.alice, people.bob, people.doctor, people.nobody, people.deployer];

export const enroll = (key: number, expected = 0, profile = digest(0)): Call => ({
  name: 'enroll',
  args: {
    expected,
    recipient: keyOf(key),
    keyring: new Uint8Array(120).fill(key),
    successor: person(`successor ${key}`).account,
    nonce: digest(1000 + key),
    profile,
  },
});
export const add = (patient: Person, record: number): Call => ({
  name: 'add',
  args: { patient: patient.account, record: digest(record), via: 0n, hint: '0x01020304' },
});
export const accredit = (who: Person): Call => ({
  name: 'accredit',
  args: { account: who.account, role: 'doctor', licence: digest(7) },
});
export const book = (doctorKey: number, until: number, value: bigint): Call => ({
  name: 'book',
  args: {
    doctor: people.doctor.account,
    request: digest(500),
    arbiter: 0,
    until,
    keyHash: keyHashOf(keyOf(doctorKey)),
  },
  value,
});

export type Rpc = <T = unknown>(method: string, params?: unknown[]) => Promise<T>;
const rpcOf =
  (url: string): Rpc =>
  async <T>(method: string, params: unknown[] = []) => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
    const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    const { result, error } = (await answer.json()) as { result: T; error?: { message: string } };
    if (error) throw Object.assign(new Error(`${method}: ${error.message}`), error);
    return result;
  };

/** @property mayFail: a revert on chain is what the test wants */
type SendOptions = { nonce?: number; tip?: bigint; legacy?: boolean; value?: bigint; mayFail?: boolean };
/** A chain of its own for one test file. */
export type Local = {
  url: string;
  rpc: Rpc;
  deployment: Deployment;
  /** Signs and sends; mines unless automine is off. @returns the hash */
  send(who: Person, call: Call, o?: SendOptions): Promise<Hex>;
  /** As {@link send}, for functions the port has no call for. */
  raw(who: Person, data: Hex, o?: SendOptions): Promise<Hex>;
  /** Sends as anyone, without a signature of theirs: what a lying node can make of its own chain. */
  forge(from: Address, call: Call): Promise<Hex>;
  /** From now on transactions wait for `release`, which mines them into one block. */
  hold(): Promise<void>;
  release(): Promise<void>;
  open(o?: ChainOptions & { rpcs?: string[] }): SalusChain;
  stop(): Promise<void>;
};

/** @param founders hospitals 0, 1, 2 */
export const startLocal = async (founders = people.hospitals.slice(0, 3)): Promise<Local> => {
  const anvil = spawn(foundryBinary('anvil'), ['--port', '0', '--host', '127.0.0.1', '--accounts', '1'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  running.add(anvil);
  const url = await new Promise<string>((resolve, reject) => {
    anvil.once('exit', (code) => reject(new Error(`anvil ended: ${code}`)));
    createInterface(anvil.stdout).on('line', (line) => {
      const at = /Listening on (\S+)/.exec(line);
      if (at) resolve(`http://${at[1]}`);
    });
  });
  const rpc = rpcOf(url);
  for (const p of everyone) await rpc('anvil_setBalance', [p.account, `0x${(1000n * ETHER).toString(16)}`]);
  const client = (who: Person) =>
    createWalletClient({ account: privateKeyToAccount(who.privateKey), transport: http(url, { retryCount: 0 }) });
  let held = false;
  // null until it is deployed
  let contract: Address | null = null;
  const raw: Local['raw'] = async (who, data, { nonce, tip = ETHER / 10n ** 9n, legacy, value = 0n, mayFail } = {}) => {
    const hash = await client(who).sendTransaction({
      chain: null,
      ...(contract === null ? {} : { to: contract }),
      data,
      value,
      gas: 5_000_000n,
      ...(nonce === undefined ? {} : { nonce }),
      ...(legacy ? { type: 'legacy', gasPrice: 10n * tip } : { maxFeePerGas: 20n * tip, maxPriorityFeePerGas: tip }),
    } as never);
    // anvil answers before it has mined
    for (let mined = held; !mined;) {
      const receipt = await rpc<{ status: Hex } | null>('eth_getTransactionReceipt', [hash]);
      if (receipt && Number(receipt.status) !== 1 && !mayFail) throw new Error(`reverted: ${data.slice(0, 10)}`);
      mined = receipt !== null;
    }
    return hash;
  };
  const args = [founders.map((f) => f.account)] as const;
  const deployed = await raw(people.deployer, encodeDeployData({ abi: salusAbi, bytecode: salusBytecode, args }));
  const receipt = await rpc<{ contractAddress: Address; blockNumber: Hex }>('eth_getTransactionReceipt', [deployed]);
  contract = receipt.contractAddress.toLowerCase() as Address;
  const deployment: Deployment = {
    chainId: CHAIN_ID,
    name: 'Local',
    contract,
    block: Number(receipt.blockNumber),
    founders: people.hospitals.slice(0, 3).map((h) => h.account),
    predecessors: [],
    rpcs: [url],
    explorer: null,
    peers: [],
    gateways: [],
    currency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
  };
  return {
    url,
    rpc,
    deployment,
    raw,
    send: (who, call, o) => raw(who, encodeCall(call), { value: valueOf(call), ...o }),
    forge: async (from, call) => {
      await rpc('anvil_impersonateAccount', [from]);
      const transaction = { from, to: contract, data: encodeCall(call), gas: '0x4c4b40' };
      const hash = await rpc<Hex>('eth_sendTransaction', [transaction]);
      while (!(await rpc('eth_getTransactionReceipt', [hash])));
      return hash;
    },
    hold: async () => {
      held = true;
      await rpc('evm_setAutomine', [false]);
    },
    release: async () => {
      await rpc('evm_mine');
      await rpc('evm_setAutomine', [true]);
      held = false;
    },
    open: ({ rpcs = [url], ...o } = {}) => new SalusChain({ ...deployment, rpcs }, { pause: 1, retryDelay: 1, ...o }),
    stop: async () => {
      anvil.kill();
      if (anvil.exitCode === null) await once(anvil, 'exit');
    },
  };
};

type Request = { id: number; method: string; params: unknown[] };
/** Alters what a node answers. Return undefined for the true answer, an Error for a JSON-RPC error. */
export type Lie = (request: Request, truth: () => Promise<unknown>) => Promise<unknown> | unknown;

/** True for the one request that reads a view, the height and the chain's number together (`chain/glance.ts`). */
export const isGlance = ({ method, params }: Request): boolean =>
  method === 'eth_call' && (params[0] as { to?: unknown }).to === undefined;

/** A node that says to be so many blocks further, or less far, than it is. */
export const claiming =
  (blocks: number): Lie =>
  async (request, truth) => {
    const other = (hex: string) => Math.max(0, Number(hex) + blocks).toString(16);
    if (request.method === 'eth_blockNumber') return `0x${other((await truth()) as string)}`;
    if (!isGlance(request)) return undefined;
    const answer = (await truth()) as string;
    return answer.slice(0, 66) + other(`0x${answer.slice(66, 130)}`).padStart(64, '0') + answer.slice(130);
  };

/** A node in front of another. `asked` lists the methods it was asked. */
export const lyingNode = async (behind: Rpc, lie: Lie) => {
  const asked: Request[] = [];
  const server = createServer((incoming, outgoing) => {
    void (async () => {
      let body = '';
      for await (const chunk of incoming) body += String(chunk);
      const request = JSON.parse(body) as Request;
      asked.push(request);
      const truth = () => behind(request.method, request.params);
      let answer: object;
      try {
        const lied = await lie(request, truth);
        if (lied instanceof Error) throw lied;
        answer = { result: lied === undefined ? await truth() : lied };
      } catch (error) {
        const { message, code = -32_000, data } = error as Error & { code?: number; data?: unknown };
        answer = { error: { code, message, data } };
      }
      outgoing.setHeader('content-type', 'application/json');
      outgoing.end(JSON.stringify({ jsonrpc: '2.0', id: request.id, ...answer }));
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    count: (method: string) => asked.filter((r) => r.method === method).length,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
};
