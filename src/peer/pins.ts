/** The IPFS Pinning Service API. @see https://ipfs.github.io/pinning-services-api-spec/ (1.0.0) */
import { SalusError } from '../core/errors.ts';
import { parseCid } from '../storage/blocks.ts';
import { jsonOf, sendJson } from './http.ts';
import type { Call, Route } from './http.ts';
import type { PinStatus, PinStore, Wanted } from './pinStore.ts';

const STATUSES = ['queued', 'pinning', 'pinned', 'failed'];

const invalid = (field: string): never => {
  throw new SalusError('input/invalid', { field });
};

const textList = (value: unknown): value is string[] =>
  Array.isArray(value) && value.length <= 20 && value.every((item) => typeof item === 'string' && item.length <= 500);

const textMap = (value: unknown): value is Record<string, string> =>
  typeof value === 'object' &&
  value !== null &&
  Object.keys(value).length <= 100 &&
  Object.values(value).every((item) => typeof item === 'string' && item.length <= 1000);

/** @throws input/invalid naming the field */
const wantedOf = (body: Record<string, unknown>): Wanted => {
  const { cid, name, origins, meta } = body;
  if (typeof cid !== 'string') return invalid('cid');
  const wanted: Wanted = { cid: parseCid(cid).toString() };
  if (name !== undefined) wanted.name = typeof name === 'string' && name.length <= 255 ? name : invalid('name');
  if (origins !== undefined) wanted.origins = textList(origins) ? origins : invalid('origins');
  if (meta !== undefined) wanted.meta = textMap(meta) ? meta : invalid('meta');
  return wanted;
};

const MATCH: Record<string, (name: string, wanted: string) => boolean> = {
  exact: (name, wanted) => name === wanted,
  iexact: (name, wanted) => name.toLowerCase() === wanted.toLowerCase(),
  partial: (name, wanted) => name.includes(wanted),
  ipartial: (name, wanted) => name.toLowerCase().includes(wanted.toLowerCase()),
};

type Filter = (pin: PinStatus) => boolean;

/** What the query asks for; without `status`, only what is pinned. @throws input/invalid */
const filterOf = (query: URLSearchParams): { filter: Filter; limit: number } => {
  const filters: Filter[] = [];
  const statuses = (query.get('status') ?? 'pinned').split(',');
  if (!statuses.every((status) => STATUSES.includes(status))) invalid('status');
  filters.push((pin) => statuses.includes(pin.status));
  const cids = query
    .get('cid')
    ?.split(',')
    .map((cid) => parseCid(cid).toString());
  if (cids) filters.push((pin) => cids.includes(pin.pin.cid));
  const name = query.get('name');
  const match = MATCH[query.get('match') ?? 'exact'] ?? invalid('match');
  if (name !== null) filters.push((pin) => match(pin.pin.name ?? '', name));
  for (const [field, holds] of [
    ['before', (a: number, b: number) => a < b],
    ['after', (a: number, b: number) => a > b],
  ] as const) {
    const at = query.get(field);
    if (at === null) continue;
    if (Number.isNaN(Date.parse(at))) invalid(field);
    filters.push((pin) => holds(Date.parse(pin.created), Date.parse(at)));
  }
  const limit = Number(query.get('limit') ?? 10);
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000) invalid('limit');
  return { filter: (pin) => filters.every((f) => f(pin)), limit };
};

/** `/pins` and `/pins/{requestid}`, all of them guarded: who may not put may not see what others put either. */
export const pinRoutes = (pins: PinStore): Route[] => {
  const found = ({ match }: Call): PinStatus => {
    const requestid = decodeURIComponent(match[1] as string);
    const status = pins.get(requestid);
    if (!status) throw new SalusError('storage/not-found', { requestid });
    return status;
  };
  const list = async ({ url, response }: Call): Promise<void> => {
    const { filter, limit } = filterOf(url.searchParams);
    const matching = pins.all().filter(filter);
    sendJson(response, 200, { count: matching.length, results: matching.slice(0, limit) });
  };
  const add = async ({ request, response }: Call): Promise<void> =>
    sendJson(response, 202, await pins.add(wantedOf(await jsonOf(request))));
  const get = async (call: Call): Promise<void> => sendJson(call.response, 200, found(call));
  const replace = async (call: Call): Promise<void> => {
    const old = found(call);
    const status = await pins.add(wantedOf(await jsonOf(call.request)));
    await pins.remove(old.requestid);
    sendJson(call.response, 202, status);
  };
  const remove = async (call: Call): Promise<void> => {
    await pins.remove(found(call).requestid);
    sendJson(call.response, 202, undefined);
  };
  const [all, one] = [/^\/pins$/, /^\/pins\/([^/]+)$/];
  return [
    { methods: ['GET'], path: all, guarded: true, handle: list },
    { methods: ['POST'], path: all, guarded: true, handle: add },
    { methods: ['GET'], path: one, guarded: true, handle: get },
    { methods: ['POST'], path: one, guarded: true, handle: replace },
    { methods: ['DELETE'], path: one, guarded: true, handle: remove },
  ];
};
