/**
 * Who is asking, and so what they may do. The owner (the peer's token; or, of a peer that asks for nothing, a program on this
 * machine) may do anything. A signed-in account may put, where the peer knows it or it shows a hospital's voucher, and sees and removes what
 * it put itself. Anybody else may put,
 * where the peer asks for nothing, and ask after one record by its name. Pages of other sites may do none of it.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Address } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import type { Clock } from '../core/time.ts';
import { readShown, refuse } from './session.ts';

/** @property by whose a pin is: `owner`, an account, or `anybody` */
export type Caller = { kind: 'owner' | 'account' | 'anybody'; by: string };

export type Guard = {
  token: string | null;
  requireSession: boolean;
  /** @throws crypto/bad-signature (403) unless that account may put */
  admit(account: Address, voucher?: string): Promise<void>;
  /** pages of other machines that may put without token or session, as `https://host` */
  origins: string[];
  /** `host:port` under which this peer is known */
  hosts: string[];
  clock: Clock;
};

const OWNER: Caller = { kind: 'owner', by: 'owner' };
const ANYBODY: Caller = { kind: 'anybody', by: 'anybody' };
const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];

const same = (a: string, b: string): boolean => {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
};

const isLoopback = (url: string): boolean => URL.canParse(url) && LOOPBACK.includes(new URL(url).hostname);

/** True for pages of this machine, and those that were let in. Browsers name the page's origin; programs name none. */
export const isWelcome = (origin: string, { origins }: Pick<Guard, 'origins'>): boolean =>
  isLoopback(origin) || origins.includes(origin);

/** A program on this machine that calls this machine by its own name: no page can, not even one whose name resolves here. */
const isLocalProgram = ({ headers, socket }: IncomingMessage): boolean =>
  headers.origin === undefined &&
  isLoopback(`http://${headers.host ?? ''}`) &&
  /^(127\.|::1$|::ffff:127\.)/.test(socket.remoteAddress ?? '');

export const forbid = (why: string): never => {
  throw new SalusError('crypto/bad-signature', { why, http: [403, 'FORBIDDEN'] });
};

/** @returns who asks @throws crypto/bad-signature: 401 when the peer wants to know, 403 when they may not */
export const callers =
  (guard: Guard) =>
  async (request: IncomingMessage): Promise<Caller> => {
    const { token, requireSession, admit, hosts, clock } = guard;
    const bearer = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (token !== null && bearer !== undefined && same(bearer, token)) return OWNER;
    if (requireSession) {
      const { account, voucher } = readShown(bearer ?? refuse('a session is wanted'), hosts, clock);
      await admit(account, voucher);
      return { kind: 'account', by: account };
    }
    if (token !== null) return refuse('a token is wanted');
    if (isLocalProgram(request)) return OWNER;
    const { origin } = request.headers;
    return origin === undefined || isWelcome(origin, guard) ? ANYBODY : forbid('a page of another site');
  };
