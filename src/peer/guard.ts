/** Everything that makes a peer guard records, put together. */
import type { IncomingMessage } from 'node:http';
import type { Address } from '../core/bytes.ts';
import type { Clock } from '../core/time.ts';
import { AccessLog } from './accessLog.ts';
import type { Chain } from './chain.ts';
import { Gate } from './gate.ts';
import type { Guard } from './gateway.ts';
import { Grants } from './grants.ts';
import { guardRoutes } from './guardRoutes.ts';
import { GuardStore } from './guardStore.ts';
import type { Route } from './http.ts';
import { Loose } from './loose.ts';
import type { PeerNode } from './node.ts';

export type GuardOptions = {
  folder: string;
  node: PeerNode;
  chain: Chain;
  /** what it calls itself in every entry of its log */
  peer: { id: string; name: string };
  /** bytes of one upload */
  limit: number;
  clock: Clock;
  /** milliseconds that what the chain said is used again */
  age?: number;
  stopping: AbortSignal;
  /** who signed in @throws crypto/bad-signature */
  accountOf(bearer: string): Address;
  bearerOf(request: IncomingMessage): string;
  /** who signed in, and may bring records here @throws crypto/bad-signature */
  mayPut(request: IncomingMessage): Promise<Address>;
};

/** Milliseconds between two looks at what is over. */
const SWEEP = 20_000;

export const openGuard = async (
  o: GuardOptions,
): Promise<{ routes: Route[]; admit: Guard; close(): Promise<void> }> => {
  const store = new GuardStore(o.folder, o.node, new Loose());
  await store.open();
  const grants = new Grants(o.chain.open, o.clock, o.age);
  const log = new AccessLog(o.node, o.peer, o.clock);
  const gate = new Gate(store, grants, log, o.accountOf);
  const sweep = async (): Promise<void> => {
    await store.sweep(Date.now());
    await log.settle();
  };
  const timer = setInterval(() => void sweep().catch(() => undefined), SWEEP).unref();
  o.stopping.addEventListener('abort', () => clearInterval(timer));
  const accountOf = ({ request }: { request: IncomingMessage }) => o.accountOf(o.bearerOf(request));
  const mayPut = ({ request }: { request: IncomingMessage }) => o.mayPut(request);
  const routes = guardRoutes({ store, grants, log, limit: o.limit, accountOf, mayPut });
  const close = async (): Promise<void> => {
    await log.settle(true);
    await store.close();
  };
  return { routes, admit: (call, cid, only) => gate.admit(call, cid, only), close };
};
