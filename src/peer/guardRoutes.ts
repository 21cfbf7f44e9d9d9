/**
 * What an account does with the records it guards here, under `/guard/{account}`: CAR upload, a pinning API of its own, a gateway and the
 * log of requests. Everything wants a session; bringing also wants what the peer asks of those who put.
 */
import type { Address } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import { parseCid } from '../storage/blocks.ts';
import { readCar } from '../storage/car.ts';
import type { AccessLog } from './accessLog.ts';
import type { Grants } from './grants.ts';
import type { GuardPin, GuardStore, Shelf } from './guardStore.ts';
import { bodyOf, jsonOf, sendJson } from './http.ts';
import type { Call, Route } from './http.ts';
import { MOST_BLOCKS } from './upload.ts';

/** @property accountOf who signed in @property mayPut who signed in and may bring records here; both @throws crypto/bad-signature */
export type Guarded = {
  store: GuardStore;
  grants: Grants;
  log: AccessLog;
  limit: number;
  accountOf(call: Pick<Call, 'request'>): Address;
  mayPut(call: Pick<Call, 'request'>): Promise<Address>;
};

const forbid = (why: string): never => {
  throw new SalusError('crypto/bad-signature', { why, http: [403, 'FORBIDDEN'] });
};

const shown = ({ requestid, cid, created, guard }: GuardPin) => ({
  requestid,
  status: 'pinned',
  created,
  pin: { cid, meta: { guard } },
  delegates: [],
  info: {},
});

const whole = (text: string | null, most: number): number => {
  const n = Number(text ?? 0);
  if (!Number.isSafeInteger(n) || n < 0 || n > most) throw new SalusError('input/invalid', { number: text });
  return n;
};

/** All under one account's name. The first part of each path is the account, the second an id where there is one. */
export const guardRoutes = ({ store, grants, log, limit, accountOf, mayPut }: Guarded): Route[] => {
  const guardOf = ({ match }: Call): Address => (match[1] as string).toLowerCase() as Address;

  /** The caller's own shelf, of an account that exists and has a key to seal its log to. */
  const shelfOf = async (call: Call): Promise<Shelf> => {
    const [guard, by] = [guardOf(call), await mayPut(call)];
    const { recipient } = await grants.of(guard);
    if (recipient === null || !(await log.sealTo(guard, recipient)))
      return forbid('this account has no key on the chain that its log could be sealed to');
    return store.shelf(guard, by);
  };

  const upload = async (call: Call): Promise<void> => {
    const shelf = await shelfOf(call);
    const { roots, blocks } = await readCar(bodyOf(call.request, limit));
    const done = { roots: roots.map(String), blocks: 0, bytes: 0 };
    for await (const { cid, bytes } of blocks) {
      if (++done.blocks > MOST_BLOCKS) throw new SalusError('input/too-large', { blocks: MOST_BLOCKS });
      done.bytes += bytes.length;
      await store.put(shelf, done.roots[0] ?? '', cid, bytes);
    }
    sendJson(call.response, 200, done);
  };

  /** Somebody else's pins are not there at all. */
  const mine = (call: Call): GuardPin[] => store.of({ guard: guardOf(call), by: accountOf(call) });
  const found = (call: Call): GuardPin => {
    const requestid = decodeURIComponent(call.match[2] as string);
    const pin = mine(call).find((one) => one.requestid === requestid);
    if (!pin) throw new SalusError('storage/not-found', { requestid });
    return pin;
  };

  const list = async (call: Call): Promise<void> => {
    const cids = call.url.searchParams
      .get('cid')
      ?.split(',')
      .map((cid) => parseCid(cid).toString());
    const limit = whole(call.url.searchParams.get('limit') ?? '10', 1000);
    const matching = mine(call).filter(({ cid }) => cids?.includes(cid) ?? true);
    sendJson(call.response, 200, { count: matching.length, results: matching.slice(0, limit).map(shown) });
  };
  const add = async (call: Call): Promise<void> => {
    const shelf = await shelfOf(call);
    const { cid } = await jsonOf(call.request);
    if (typeof cid !== 'string') throw new SalusError('input/invalid', { field: 'cid' });
    sendJson(call.response, 202, shown(await store.pin(shelf, parseCid(cid))));
  };
  const get = async (call: Call): Promise<void> => sendJson(call.response, 200, shown(found(call)));
  const remove = async (call: Call): Promise<void> => {
    await store.remove(found(call));
    sendJson(call.response, 202, undefined);
  };

  /** Only the account itself, or the address it moved to. */
  const ownLog = async (call: Call): Promise<Address> => {
    const guard = guardOf(call);
    const { owner, recipient } = await grants.of(guard).catch(() => ({ owner: guard, recipient: null }));
    if (accountOf(call) !== owner) forbid('another account’s log');
    if (recipient !== null) await log.sealTo(guard, recipient);
    return guard;
  };
  const readLog = async (call: Call): Promise<void> => {
    const guard = await ownLog(call);
    const after = whole(call.url.searchParams.get('after'), Number.MAX_SAFE_INTEGER);
    const { entries, ...rest } = await log.page(guard, after);
    const spelled = entries.map(({ id, sealed }) => ({ id, sealed: Buffer.from(sealed).toString('base64') }));
    sendJson(call.response, 200, { ...rest, entries: spelled });
  };
  const forgetLog = async (call: Call): Promise<void> => {
    const guard = await ownLog(call);
    await log.forget(guard, whole(call.url.searchParams.get('through'), Number.MAX_SAFE_INTEGER));
    sendJson(call.response, 202, undefined);
  };

  const at = (rest: string): RegExp => new RegExp(`^/guard/(0x[0-9a-fA-F]{40})/${rest}$`);
  const [pins, one, kept] = [at('pins'), at('pins/([^/]+)'), at('access-log')];
  const route = (methods: string[], path: RegExp, handle: Route['handle']): Route => ({
    methods,
    path,
    guarded: false, // by themselves: a session, whatever this peer asks of others
    handle,
  });
  return [
    route(['POST'], at('car'), upload),
    route(['GET'], pins, list),
    route(['POST'], pins, add),
    route(['GET'], one, get),
    route(['DELETE'], one, remove),
    route(['GET'], kept, readLog),
    route(['DELETE'], kept, forgetLog),
  ];
};
