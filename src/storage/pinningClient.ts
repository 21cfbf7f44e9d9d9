/**
 * An IPFS Pinning Service as a client sees it. URLs and shapes are the reference client's, which believes whatever comes back:
 * so an answer is bounded and parsed before the client has it, and checked before it is used.
 * @see https://ipfs.github.io/pinning-services-api-spec/
 */
import type { Status } from '@ipfs-shipyard/pinning-service-client';
import type { CID } from 'multiformats/cid';
import type { Bytes } from '../core/bytes.ts';
import { SalusError, isSalusError } from '../core/errors.ts';
import { isInteger, isList, isObject, isOneOf, isOptional, isText, parseJson } from '../core/json.ts';
import type { Check } from '../core/json.ts';
import type { PinState } from '../flows/ports/storage.ts';
import { throwIfAborted } from './errors.ts';
import type { Asking, Site } from './gateway.ts';
import { bodyOf } from './gateway.ts';
import { isRefusal, refusal, said } from './pinningErrors.ts';
import { raced, within } from './waiting.ts';

/** What the service says of one pin. @property created ms since the epoch, NaN when it is no time */
export type Pin = {
  requestid: string;
  status: PinState;
  created: number;
  cid: string;
  delegates: string[];
  why: string;
};
export type Wanted = { cid?: CID; name?: string; status: PinState[]; limit: number; before?: Date };

export interface PinningClient {
  add(cid: CID, origins: string[]): Promise<Pin>;
  get(requestid: string): Promise<Pin>;
  /** Newest first. @returns how many there are in all, and the first of them */
  find(wanted: Wanted): Promise<{ count: number; pins: Pin[] }>;
  /** Harmless when there is no such pin. */
  remove(requestid: string): Promise<void>;
}

/** The name under which our pins stand, so that they are told from those of other programs. It says nothing of what they are. */
export const PIN_NAME = 'salus';
export const STATES = ['queued', 'pinning', 'pinned', 'failed'] as const satisfies PinState[];

/** Bytes of one answer. A thousand pins take less. */
const MOST = 4 * 1024 * 1024;

const isInfo: Check<string> = (v) => {
  const details = typeof v === 'object' && v !== null ? (v as Record<string, unknown>)['status_details'] : undefined;
  return typeof details === 'string' ? said(details) : '';
};
const isPin: Check<Pin> = (v, path = '') => {
  const open = { open: true };
  const { created, pin, info, ...rest } = isObject(
    {
      requestid: isText(1000),
      status: isOneOf(...STATES),
      created: (at: unknown) => (at instanceof Date ? at.getTime() : NaN),
      pin: isObject({ cid: isText(200) }, open),
      delegates: isList(isText(1000), 100),
      info: isOptional(isInfo),
    },
    open,
  )(v, path);
  return { ...rest, created, cid: pin.cid, why: info ?? '' };
};
const isResults = isObject(
  { count: isInteger(0, Number.MAX_SAFE_INTEGER), results: isList(isPin, 1000) },
  { open: true },
);

/** @param site kind `pinning`, with its token @throws pinning/…, storage/timeout, storage/aborted */
export const pinningClient = async (site: Site, asking: Asking): Promise<PinningClient> => {
  const { Configuration, RemotePinningServiceClient } = await import('@ipfs-shipyard/pinning-service-client');
  const place = site.name;

  const read = async (response: Response, limit: ReturnType<typeof within>): Promise<Bytes> => {
    const parts: Uint8Array[] = [];
    for await (const part of bodyOf(response, site, limit, MOST)) parts.push(part);
    return new Uint8Array(await new Blob(parts as Bytes[]).arrayBuffer());
  };
  /** One request, under the same rules as any other ({@link ask}) the answer whole and bounded. */
  const fetchApi: typeof fetch = async (url, init) => {
    const limit = within(asking.limits.block, { place }, asking.signal);
    try {
      const request = asking.fetch(url, {
        ...init,
        signal: limit.signal,
        credentials: 'omit',
        referrerPolicy: 'no-referrer',
        cache: 'no-store',
        redirect: 'error',
      });
      const response = await raced(request, limit.signal).catch((error: unknown) => {
        throwIfAborted(limit.signal);
        throw isSalusError(error) ? error : new SalusError('pinning/blocked', { place }, error);
      });
      const body = await read(response, limit);
      if (!response.ok) throw refusal(place, response.status, body);
      if (init?.method !== 'DELETE') parseJson(body, { maxBytes: MOST, maxDepth: 8 });
      return new Response(body);
    } finally {
      limit.done();
    }
  };
  const client = new RemotePinningServiceClient(
    new Configuration({ endpointUrl: site.url, accessToken: async () => site.token ?? '', fetchApi }),
  );
  const strictly = async <T>(work: Promise<unknown>, check: Check<T>): Promise<T> => {
    try {
      return check(await work);
    } catch (error) {
      if (isSalusError(error) && error.code !== 'record/malformed') throw error;
      throw new SalusError('pinning/malformed', { place }, error);
    }
  };

  return {
    add: (cid, origins) => strictly(client.pinsPost({ pin: { cid: cid.toString(), name: PIN_NAME, origins } }), isPin),
    get: (requestid) => strictly(client.pinsRequestidGet({ requestid }), isPin),
    find: async ({ cid, status, ...rest }) => {
      const wanted = { ...rest, status: status as Status[], ...(cid ? { cid: [cid.toString()] } : {}) };
      const { count, results } = await strictly(client.pinsGet(wanted), isResults);
      return { count, pins: results };
    },
    remove: async (requestid) => {
      await client.pinsRequestidDelete({ requestid }).catch((error: unknown) => {
        if (!isRefusal(error, 404)) throw error;
      });
    },
  };
};
