/** Everything that runs beside a browser: a chain with the contract, a peer, and the page. For `npm start` and the browser tests. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createServer } from 'vite';
import { contractId, deploySalus, startAnvil } from '../../contracts/script/local.ts';
import { startPeer } from '../peer/peer.ts';
import { founders } from './accounts.ts';
import { root } from './run.ts';
import { serve } from './serve.ts';

/**
 * @property folder keeps the chain and the peer's blocks
 * @property dist serve what was built, as any static host would; otherwise Vite's server with live reload
 * @property ports wanted ones; another free one is taken when one is not free. Without: any
 */
export type StackOptions = { folder: string; dist?: boolean; ports?: { chain: number; peer: number; page: number } };
export type Stack = {
  chain: { url: string; chainId: number; contract: `0x${string}` };
  peer: { url: string };
  page: { url: string };
  /** body of the `deployments.json` that the page is given */
  deployments: string;
  stop(): Promise<void>;
};

/** @returns `port` when nobody listens there, else 0: any free one */
const free = (port: number): Promise<number> =>
  new Promise((resolve) => {
    if (port === 0) return resolve(0);
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => (socket.destroy(), resolve(0)));
    socket.once('error', () => resolve(port));
  });

const hasCode = async (url: string, address: string): Promise<boolean> => {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_getCode', params: [address, 'latest'] });
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  return ((await response.json()) as { result?: string }).result?.length !== 2;
};

type Deployed = { contract: `0x${string}`; block: number };
/** Deploys, unless the chain was kept and has this very contract already. */
const contractOn = async (url: string, folder: string): Promise<Deployed> => {
  const file = join(folder, 'contract.json');
  if (existsSync(file)) {
    const { code, ...kept } = JSON.parse(readFileSync(file, 'utf8')) as Deployed & { code?: string };
    if (code === contractId && (await hasCode(url, kept.contract))) return kept;
  }
  const { address, block } = await deploySalus(url, { founders });
  const deployed = { contract: address, block };
  writeFileSync(file, JSON.stringify({ ...deployed, code: contractId }));
  return deployed;
};

/** What the host of the page would have put into `public/deployments.json`, with this chain first. */
const withLocal = (chainId: number, url: string, deployed: Deployed, peer: string): string => {
  const committed = join(root, 'public/deployments.json');
  const { version, chains } = existsSync(committed)
    ? (JSON.parse(readFileSync(committed, 'utf8')) as { version: number; chains: Record<string, unknown> })
    : { version: 1, chains: {} };
  const local = {
    name: 'Local chain',
    ...deployed,
    founders,
    predecessors: [],
    rpcs: [url],
    explorer: null,
    peers: [{ name: 'Local peer', url: peer }],
    gateways: [],
    currency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
  };
  return JSON.stringify({ version, chains: { ...chains, [chainId]: local } });
};

/** Vite's development server. */
const develop = async (deployments: string, port: number): Promise<{ url: string; stop(): Promise<void> }> => {
  const server = await createServer({
    configFile: join(root, 'vite.config.ts'),
    clearScreen: false,
    logLevel: 'warn',
    server: { port, strictPort: false },
    plugins: [
      {
        name: 'salus:local-deployments',
        configureServer: ({ middlewares }) =>
          void middlewares.use((request, response, next) => {
            if (request.url?.split('?')[0] !== '/deployments.json') return next();
            response.setHeader('content-type', 'application/json').end(deployments);
          }),
      },
    ],
  });
  await server.listen();
  return { url: server.resolvedUrls?.local[0] ?? `http://127.0.0.1:${port}/`, stop: () => server.close() };
};

/** Starts all of it. What was started is stopped again when something fails. */
export const startStack = async (options: StackOptions): Promise<Stack> => {
  const { folder, ports = { chain: 0, peer: 0, page: 0 } } = options;
  mkdirSync(folder, { recursive: true });
  const stops: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const end of stops.splice(0).reverse()) await end();
  };
  try {
    const anvil = await startAnvil({ port: await free(ports.chain), state: join(folder, 'anvil.json') });
    stops.push(anvil.stop);
    const deployed = await contractOn(anvil.url, folder);
    const chainAccess = { contract: deployed.contract, rpcs: [anvil.url] };
    const place = { port: await free(ports.peer), folder: join(folder, 'peer') };
    // blocks come at once here: what was taken back a second ago is
    const peer = await startPeer({ ...place, chain: chainAccess, guardAge: 1000 });
    stops.push(peer.stop);
    const deployments = withLocal(anvil.chainId, anvil.url, deployed, peer.url);
    const page = options.dist
      ? await serve(join(root, 'dist'), { '/deployments.json': deployments }, await free(ports.page))
      : await develop(deployments, ports.page);
    stops.push(page.stop);
    const chain = { url: anvil.url, chainId: anvil.chainId, contract: deployed.contract };
    return { chain, peer: { url: peer.url }, page: { url: page.url }, deployments, stop };
  } catch (error) {
    await stop();
    throw error;
  }
};

/** Forgets the chain and the peer's blocks of an earlier run. */
export const forget = (folder: string): void => rmSync(folder, { recursive: true, force: true });
