/** The IPFS Pinning Service API. @see https://ipfs.github.io/pinning-services-api-spec/ (1.0.0) */
import { SalusError } from '../core/errors.ts';
import { parseCid } from '../storage/blocks.ts';
import { forbid } from './callers.ts';
import type { Caller } from './callers.ts';
import { jsonOf, sendJson } from './http.ts';
import type { Call, Route } from './http.ts';
import type { Kept, PinStatus, PinStore, Wanted } from './pinStore.ts';

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

const PRIVATE = /^\/(ip4\/(0|10|127|169\.254|172\.(1[6-9]|2\d|3[01])|192\.168)\.|ip6\/(::|f[cde])|dns\w*\/localhost)/;

/** Where the peer may be sent to fetch: by the owner anywhere, by members outside this network, by anybody nowhere. */
const originsFor = ({ kind }: Caller, origins: string[] | undefined): string[] | undefined =>
  kind === 'owner' ? origins : kind === 'account' ? origins?.filter((origin) => !PRIVATE.test(origin)) : undefined;

/** `/pins` and `/pins/{requestid}`. Everybody sees and removes what they put themselves, the owner all of it. */
export const pinRoutes = (pins: PinStore): Route[] => {
  const isTheirs = ({ kind, by }: Caller, kept: Kept): boolean => kind === 'owner' || kept.by === by;
  const found = ({ match, caller }: Call): PinStatus => {
    const requestid = decodeURIComponent(match[1] as string);
    const kept = pins.get(requestid);
    if (kept && isTheirs(caller as Caller, kept)) return kept.shown;
    throw new SalusError('storage/not-found', { requestid });
  };
  /** What anybody put belongs to nobody who could prove it. */
  const demandName = ({ caller }: Call): void => {
    if (caller?.kind === 'anybody') forbid('only the owner of this peer may');
  };
  const list = async (call: Call): Promise<void> => {
    if (!call.url.searchParams.has('cid')) demandName(call);
    const { filter, limit } = filterOf(call.url.searchParams);
    const theirs = pins.all().filter((kept) => isTheirs(call.caller as Caller, kept));
    const matching = theirs.map(({ shown }) => shown).filter(filter);
    sendJson(call.response, 200, { count: matching.length, results: matching.slice(0, limit) });
  };
  const put = async ({ request, caller }: Call): Promise<PinStatus> => {
    const { kind, by } = caller as Caller;
    const wanted = wantedOf(await jsonOf(request));
    const origins = originsFor({ kind, by }, wanted.origins);
    return pins.add({ ...wanted, origins }, by, kind !== 'anybody');
  };
  const add = async (call: Call): Promise<void> => sendJson(call.response, 202, await put(call));
  const get = async (call: Call): Promise<void> => sendJson(call.response, 200, found(call));
  const replace = async (call: Call): Promise<void> => {
    demandName(call);
    const old = found(call);
    const status = await put(call);
    await pins.remove(old.requestid);
    sendJson(call.response, 202, status);
  };
  const remove = async (call: Call): Promise<void> => {
    demandName(call);
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
