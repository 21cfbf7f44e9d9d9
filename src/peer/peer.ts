/**
 * The embedded peer for development and small clinics: circuit relay, bitswap over WebSockets, CAR upload, pinning API and
 * trustless gateway in one process with a store on the disk. It sees ciphertext only, and any of its parts can be replaced by
 * Kubo, a pinning service or a gateway (DESIGN §5).
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Address } from '../core/bytes.ts';
import type { Clock } from '../core/time.ts';
import { admit } from './admission.ts';
import type { Hospitals } from './admission.ts';
import { callers, isWelcome } from './callers.ts';
import { chainOf } from './chain.ts';
import type { Chain, ChainAccess } from './chain.ts';
import { gatewayRoute } from './gateway.ts';
import { openGuard } from './guard.ts';
import { router, sendJson } from './http.ts';
import type { Route } from './http.ts';
import { Loose } from './loose.ts';
import { openPeerNode } from './node.ts';
import { pinRoutes } from './pins.ts';
import { PinStore } from './pinStore.ts';
import { readShown, refuse } from './session.ts';
import { uploads } from './upload.ts';

export type PeerOptions = {
  /** where blocks, pins and the peer's identity are kept */
  folder: string;
  /** 127.0.0.1 unless told otherwise */
  host?: string;
  /** of HTTP; 0 or none: any */
  port?: number;
  /** of WebSockets; 0 or none: any */
  wsPort?: number;
  /** needed to put, list and remove; null: anybody may */
  token?: string | null;
  /** who signed in with a wallet may put too */
  requireSession?: boolean;
  /** of those, only these; empty: whoever did */
  members?: Address[];
  /** and whoever shows a voucher of one of these hospitals for this peer; `any`: of every active one, by the chain */
  hospitals?: Hospitals;
  /** lets the peer guard records: which tokens are live is read there */
  chain?: ChainAccess | null;
  /** pages of other machines that may put where neither token nor session is asked for, as `https://host` */
  origins?: string[];
  /** addresses under which others know this peer, as `https://peer.clinic`: sessions are made for one of them */
  urls?: string[];
  /** bytes of one upload; larger records come in parts */
  maxUpload?: number;
  /** milliseconds that what the chain said of an account is used again */
  guardAge?: number;
  clock?: Clock;
};

export type Peer = {
  url: string;
  /** libp2p PeerId */
  id: string;
  /** where to dial it, with its id */
  multiaddrs: string[];
  stop(): Promise<void>;
};

const MAX_UPLOAD = 64 * 1024 * 1024;

/** The names this machine has by itself. */
const ownHosts = (port: number): string[] => {
  const addresses = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
  const names = addresses.map(({ address, family }) => (family === 'IPv6' ? `[${address}]` : address));
  return ['localhost', ...names].map((name) => `${name}:${port}`);
};

/** Starts a peer. @returns once it answers */
export const startPeer = async (options: PeerOptions): Promise<Peer> => {
  const { folder, host = '127.0.0.1', port = 0, wsPort = 0, token = null, members = [], hospitals = [] } = options;
  const requireSession = options.requireSession ?? members.length + hospitals.length > 0;
  const stopping = new AbortController();
  const node = await openPeerNode(folder, host, wsPort);
  const loose = new Loose();
  const pins = new PinStore(node, loose, stopping.signal);
  await pins.open();

  const { libp2p } = node.helia;
  const id = libp2p.peerId.toString();
  const chain = options.chain ? chainOf(options.chain) : null;
  // where a token is all that is asked for, nobody can sign in
  const guards = chain !== null && (token === null || requireSession);
  const multiaddrs = libp2p.getMultiaddrs().map(String);
  const health: Route = {
    methods: ['GET', 'HEAD'],
    path: /^\/health$/,
    guarded: false,
    handle: async ({ response }) => sendJson(response, 200, { status: 'ok', id, multiaddrs, guards }),
  };
  const limit = options.maxUpload ?? MAX_UPLOAD;
  const upload = uploads(node, pins, loose, limit, stopping.signal);
  const server = createServer();
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    await node.close();
    throw error;
  }

  const stop = async (): Promise<void> => {
    if (stopping.signal.aborted) return;
    stopping.abort();
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await Promise.all([closed, pins.idle()]);
    await guarding?.close();
    await node.close();
  };
  const { address, port: taken } = server.address() as AddressInfo;
  const url = `http://${address.includes(':') ? `[${address}]` : address}:${taken}`;
  const hosts = [...(options.urls ?? []).map((known) => new URL(known).host), ...ownHosts(taken)];
  const clock = options.clock ?? Date.now;
  const admission = { members, hospitals, hosts, contract: chain?.contract ?? null, chain: chain?.open ?? null, clock };
  const sessionOf = (bearer: string) => readShown(bearer, hosts, clock);
  const bearerOf = ({ headers }: IncomingMessage): string =>
    /^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1] ?? refuse('a session is wanted');
  const guarding = guards
    ? await openGuard({
        folder,
        node,
        chain: chain as Chain,
        peer: { id, name: new URL(options.urls?.[0] ?? url).host },
        limit,
        clock,
        ...(options.guardAge === undefined ? {} : { age: options.guardAge }),
        stopping: stopping.signal,
        accountOf: (bearer) => sessionOf(bearer).account,
        bearerOf,
        mayPut: async (request) => {
          const { account, voucher } = sessionOf(bearerOf(request));
          await admit(account, voucher, admission);
          return account;
        },
      })
    : null;
  const gateway = gatewayRoute(node, guarding?.admit ?? null);
  const routes = [health, upload, ...pinRoutes(pins), ...(guarding?.routes ?? []), gateway];
  const guard = {
    token,
    requireSession,
    admit: (account: Address, voucher?: string) => admit(account, voucher, admission),
    origins: options.origins ?? [],
    hosts,
    clock,
  };
  const access = { callers: callers(guard), isWelcome: (origin: string) => isWelcome(origin, guard) };
  const handle = router(routes, access, stopping.signal);
  server.on('request', (request, response) => void handle(request, response));
  return { url, id, multiaddrs, stop };
};
