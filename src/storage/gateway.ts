/**
 * Trustless gateways and peers, over HTTP. Written here rather than taken from `@helia/trustless-gateway-client`: that has
 * no CAR and no limit on waiting, passes over a wrong block without saying whose it was, and needs a router to be told a URL.
 * @see https://specs.ipfs.tech/http-gateways/trustless-gateway/
 */
import type { CID } from 'multiformats/cid';
import type { Bytes } from '../core/bytes.ts';
import { concat } from '../core/bytes.ts';
import { SalusError, isSalusError } from '../core/errors.ts';
import { MAX_BLOCK, verifies } from './blocks.ts';
import type { Block } from './blocks.ts';
import { readCar } from './car.ts';
import { throwIfAborted } from './errors.ts';
import { raced, within } from './waiting.ts';
import type { Limit, Limits } from './waiting.ts';

/** A place that answers over HTTP. The token, if any, is sent as a bearer (or as `scheme` says) and never shown. */
export type Site = {
  kind: 'peer' | 'gateway' | 'pinning';
  name: string;
  url: string;
  token: string | null;
  scheme?: 'Token';
};
/** What a request needs beside its place. @property onGuard told who guards what was given to us in particular */
export type Asking = {
  fetch: typeof fetch;
  limits: Limits;
  signal?: AbortSignal;
  onGuard?: (account: string) => void;
};
/** Why a place that guards a record does not hand it out (`peer/gate.ts`). */
const REFUSALS = ['none', 'unknown', 'revoked', 'expired', 'session', 'chain'];

/** @param text `https://host/path`, with a bearer token before an `@` if the place wants one @throws input/invalid */
export const parseSite = (kind: Site['kind'], text: string): Site => {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new SalusError('input/invalid', { url: text.slice(0, 200) });
  const token = decodeURIComponent(url.password || url.username) || null;
  url.username = url.password = url.search = url.hash = '';
  return { kind, name: url.host, url: url.href.replace(/\/+$/, ''), token };
};

/** One request. Nothing of the page goes along: no cookies, no referrer. @throws storage/not-let-in by a place that guards it, storage/not-found for any other answer but 2xx, storage/timeout */
export const ask = async (
  site: Site,
  path: string,
  init: RequestInit,
  { fetch, onGuard }: Asking,
  signal: AbortSignal,
): Promise<Response> => {
  const headers = new Headers(init.headers);
  if (site.token) headers.set('authorization', `${site.scheme ?? 'Bearer'} ${site.token}`);
  const request = fetch(site.url + path, {
    ...init,
    headers,
    signal,
    credentials: 'omit',
    referrerPolicy: 'no-referrer',
    cache: 'no-store', // wrong bytes would stay in the browser's cache, and right ones lie on the disk twice
    redirect: 'error', // nobody is asked whom the person did not choose
  });
  const response = await raced(request, signal).catch((error: unknown) => {
    throwIfAborted(signal);
    throw isSalusError(error) ? error : new SalusError('storage/not-found', { place: site.name }, error);
  });
  const guard = response.headers.get('x-salus-guard');
  if (response.ok) {
    if (guard !== null && site.token) onGuard?.(guard);
    return response;
  }
  void response.body?.cancel().catch(() => undefined);
  const { status } = response;
  if (guard !== null && REFUSALS.includes(guard))
    throw new SalusError('storage/not-let-in', { place: site.name, status, reason: guard });
  throw new SalusError('storage/not-found', { place: site.name, status });
};

/**
 * The body piece by piece. The default reader: one that brings its own buffer sometimes hangs.
 * @param most bytes that can be of use @throws storage/not-found when more are sent
 */
export async function* bodyOf(response: Response, site: Site, limit: Limit, most: number): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  let length = 0;
  try {
    while (reader) {
      const { done, value } = await raced(reader.read(), limit.signal).catch((error: unknown) => {
        throw isSalusError(error) ? error : new SalusError('storage/not-found', { place: site.name }, error);
      });
      if (done) return;
      limit.arrived(value.length);
      length += value.length;
      if (length > most) throw new SalusError('storage/not-found', { place: site.name, why: 'sends too much' });
      yield value;
    }
  } finally {
    void reader?.cancel().catch(() => undefined);
  }
}

/** @returns the block, verified @throws storage/corrupt naming the place, storage/not-found, storage/timeout */
export const fetchBlock = async (site: Site, cid: CID, asking: Asking): Promise<Bytes> => {
  const limit = within(asking.limits.block, { place: site.name }, asking.signal);
  try {
    const init = { headers: { accept: 'application/vnd.ipld.raw' } };
    const response = await ask(site, `/ipfs/${cid}?format=raw`, init, asking, limit.signal);
    const parts: Uint8Array[] = [];
    for await (const part of bodyOf(response, site, limit, MAX_BLOCK)) parts.push(part);
    const bytes = concat(...parts);
    if (await verifies(cid, bytes)) return bytes;
    throw new SalusError('storage/corrupt', { place: site.name, cid: cid.toString() });
  } finally {
    limit.done();
  }
};

/**
 * One CAR stream of everything under `path`, the blocks on the way to it included.
 * @param path a CID, or a CID and the name of a file in that directory @param most bytes the whole stream may have
 * @throws storage/corrupt naming the place, storage/not-found, storage/timeout when too little arrives
 */
export async function* fetchCar(site: Site, path: string, most: number, asking: Asking): AsyncGenerator<Block> {
  const limit = within(asking.limits.idle, { place: site.name }, asking.signal);
  try {
    const init = { headers: { accept: 'application/vnd.ipld.car; version=1; order=dfs; dups=n' } };
    const response = await ask(site, `/ipfs/${path}?format=car&dag-scope=all`, init, asking, limit.signal);
    yield* (await readCar(bodyOf(response, site, limit, most))).blocks;
  } catch (error) {
    if (isSalusError(error, 'storage/corrupt'))
      throw new SalusError(error.code, { ...error.details, place: site.name }, error);
    throw error;
  } finally {
    limit.done();
  }
}
