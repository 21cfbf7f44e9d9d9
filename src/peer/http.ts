/** The little of a web server that the peer needs: routes, CORS, bounded bodies, errors as the pinning API spells them. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { SalusError, asSalusError } from '../core/errors.ts';
import type { Caller } from './callers.ts';

/** @property signal fires when the client goes away or the peer stops */
export type Call = {
  request: IncomingMessage;
  response: ServerResponse;
  url: URL;
  match: RegExpMatchArray;
  /** null where the route is open to all */
  caller: Caller | null;
  signal: AbortSignal;
};
/** @property guarded for those whom `callers.ts` lets through */
export type Route = { methods: string[]; path: RegExp; guarded: boolean; handle(call: Call): Promise<void> };

const CORS = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'GET, HEAD, POST, DELETE, OPTIONS',
  'access-control-allow-headers': 'accept, authorization, content-type, range',
  'access-control-expose-headers': 'x-salus-guard, content-length, content-range, etag, x-ipfs-path, x-ipfs-roots',
  'access-control-max-age': '86400',
  'x-content-type-options': 'nosniff',
};

/** Status and reason by error code; what is not here is 500. `details.http` says otherwise. */
const STATUS: Record<string, [number, string]> = {
  'input/invalid': [400, 'BAD_REQUEST'],
  'input/too-large': [413, 'TOO_LARGE'],
  'crypto/bad-signature': [401, 'UNAUTHORIZED'],
  'storage/corrupt': [400, 'CORRUPT_BLOCK'],
  'storage/not-let-in': [403, 'FORBIDDEN'],
  'chain/unreachable': [503, 'CHAIN_UNREADABLE'],
  'chain/timeline-broken': [503, 'CHAIN_UNREADABLE'],
  'chain/stale-head': [503, 'CHAIN_UNREADABLE'],
  'storage/not-found': [404, 'NOT_FOUND'],
  'storage/timeout': [504, 'TIMEOUT'],
};

export const sendJson = (response: ServerResponse, status: number, body: unknown): void => {
  const bytes = Buffer.from(body === undefined ? '' : JSON.stringify(body));
  response
    .writeHead(status, { ...CORS, 'content-type': 'application/json', 'content-length': bytes.length })
    .end(bytes);
};

/** @see https://ipfs.github.io/pinning-services-api-spec/ (Failure) */
export const sendError = (response: ServerResponse, error: unknown): void => {
  const { code, details } = asSalusError(error);
  const { http, ...rest } = details as { http?: [number, string] };
  const [status, reason] = http ?? STATUS[code] ?? [500, 'INTERNAL_SERVER_ERROR'];
  if (response.headersSent)
    response.destroy(); // the client must see that it was cut short
  else sendJson(response, status, { error: { reason, details: JSON.stringify(rest) } });
};

/** Headers of an answer that is not JSON. */
export const withCors = (headers: Record<string, string | number>): Record<string, string | number> => ({
  ...CORS,
  ...headers,
});

/** The body piece by piece. @throws input/too-large beyond `limit` bytes, announced or not */
export async function* bodyOf(request: IncomingMessage, limit: number): AsyncGenerator<Uint8Array> {
  if (Number(request.headers['content-length'] ?? 0) > limit) throw new SalusError('input/too-large', { limit });
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > limit) throw new SalusError('input/too-large', { limit });
    yield part;
  }
}

/** @throws input/invalid unless the body is a JSON object of at most 64 KiB; from a page, it must be declared as such */
export const jsonOf = async (request: IncomingMessage): Promise<Record<string, unknown>> => {
  const { origin, 'content-type': type = '' } = request.headers;
  // anything else a page may send without asking first
  if (origin !== undefined && !/^application\/json\b/i.test(type))
    throw new SalusError('input/invalid', { type, http: [415, 'UNSUPPORTED_MEDIA_TYPE'] });
  const parts: Uint8Array[] = [];
  for await (const part of bodyOf(request, 65_536)) parts.push(part);
  try {
    const value: unknown = JSON.parse(Buffer.concat(parts).toString('utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch (cause) {
    throw new SalusError('input/invalid', { body: 'not JSON' }, cause);
  }
  throw new SalusError('input/invalid', { body: 'not an object' });
};

export type Access = { callers(request: IncomingMessage): Promise<Caller>; isWelcome(origin: string): boolean };

const preflight = ({ headers }: IncomingMessage, response: ServerResponse, { isWelcome }: Access): void => {
  // asked by browsers when a public page calls a machine on this network
  const local = headers['access-control-request-private-network'] === 'true' && isWelcome(headers.origin ?? '');
  response.writeHead(204, withCors(local ? { 'access-control-allow-private-network': 'true' } : {})).end();
};

/** @param stopping ends what is under way */
export const router =
  (routes: Route[], access: Access, stopping: AbortSignal) =>
  async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    try {
      if (request.method === 'OPTIONS') return preflight(request, response, access);
      const url = new URL(request.url ?? '/', 'http://peer');
      const matching = routes.filter((route) => route.path.test(url.pathname));
      const route = matching.find((r) => r.methods.includes(request.method ?? ''));
      if (!route) {
        const error = { reason: matching.length > 0 ? 'METHOD_NOT_ALLOWED' : 'NOT_FOUND' };
        return sendJson(response, matching.length > 0 ? 405 : 404, { error });
      }
      const caller = route.guarded ? await access.callers(request) : null;
      const match = url.pathname.match(route.path) as RegExpMatchArray;
      const signal = AbortSignal.any([gone.signal, stopping]);
      await route.handle({ request, response, url, match, caller, signal });
    } catch (error) {
      sendError(response, error);
    } finally {
      request.resume(); // what was not read of a refused body
    }
  };
