/** The `Storage` port, where the work is done: in the worker, or in a test over stores in memory. */
import type { CID } from 'multiformats/cid';
import type { Address, Digest } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import type { Options, Storage } from '../flows/ports/storage.ts';
import { release, sweep } from './adding.ts';
import type { Locks } from './adding.ts';
import { cidOfDigest, digestOfCid, parseCid } from './blocks.ts';
import { accountOf, clearLog, fetchLog } from './accessLog.ts';
import { durability, pushAll, recheckAll } from './durable.ts';
import { storageError } from './errors.ts';
import { exportRecords, importRecords } from './exchange.ts';
import { parseSite } from './gateway.ts';
import type { Site } from './gateway.ts';
import { guarding } from './guarding.ts';
import type { Hasher } from './hasher.ts';
import { Health } from './health.ts';
import { inspect } from './inspect.ts';
import type { Node } from './node.ts';
import { lockFile } from './locker.ts';
import { openFile, openManifest, readPublic } from './opener.ts';
import { isPinned, unpin } from './pins.ts';
import { pinningServices } from './pinningServices.ts';
import { Places } from './places.ts';
import { retire } from './retire.ts';
import { publish, sealFile, sealRecord } from './sealer.ts';
import type { Sealing } from './sealing.ts';
import { bearerFor } from './session.ts';
import { sealedBytes } from './stored.ts';
import { LIMITS } from './waiting.ts';
import type { Limits } from './waiting.ts';
import { visit } from './walk.ts';

/** @property locks Web Locks, null where there is one process · @property fetch replaced in tests · @property room refuses what the browser would not keep */
export type Deps = {
  node: Node;
  sealing: Sealing;
  hasher: () => Hasher;
  locks?: Locks;
  fetch?: typeof fetch;
  room?: (bytes: number) => Promise<void>;
  limits?: Partial<Limits>;
};

/** @returns the port, over a started node */
export const createService = ({ node, sealing, hasher, ...deps }: Deps): Storage => {
  const shelf = { node, locks: deps.locks ?? null };
  const sealer = { ...shelf, sealing, hasher };
  const places = new Places(node);
  const health = new Health(node);
  const plainFetch: typeof fetch = deps.fetch ?? ((...args) => fetch(...args));
  const asking = { fetch: health.watch(plainFetch, () => all()), limits: { ...LIMITS, ...deps.limits } };
  const services = pinningServices({
    node,
    places,
    health,
    asking,
    gateways: () => sites.filter((s) => s.kind === 'gateway'),
  });
  let sites: Site[] = []; // what is read from: also the gateways of pinning services
  const all = (): Site[] => [...sites, ...services.sites()];
  let session: string | null = null;
  let vouchers = new Map<string, string>();
  /** By the peer's host: a voucher is shown to no other than the one it names. */
  const bearer = async ({ name }: Site): Promise<string | null> =>
    session === null ? null : bearerFor(session, name, Date.now(), vouchers.get(name));
  const guarded = guarding({ places, health, asking, bearer });
  const fetching = ({ signal, token }: Options) => ({
    ...asking,
    sites,
    signal,
    access: guarded.access(token, signal),
  });
  const opener = { ...shelf, sealing, hasher, fetching, room: deps.room ?? (async () => undefined) };
  void sweep(shelf).catch(() => undefined); // housekeeping: what fails now is tried at the next start

  const made = async (digest: Digest, guard?: Address): Promise<Digest> => {
    await places.made(digest);
    if (guard) await places.guard(digest, guard);
    return digest;
  };

  const toPush = ({ signal }: Options) => ({ ...asking, store: node.blockstore, bearer, signal });

  /** Unpinned and collected in this browser. */
  const dropHere = async (root: CID): Promise<void> => {
    const under: CID[] = [];
    if (await isPinned(node, root)) for await (const { cid } of visit(node.blockstore, [root])) under.push(cid);
    await unpin(node, root);
    await release(shelf, under);
  };

  /** The peer, as the account that is signed in. @throws storage/not-let-in */
  const asMyself = async (url: string): Promise<{ site: Site; account: Address }> => {
    const site = sites.find((one) => one.kind === 'peer' && one.url === url);
    if (!site) throw new SalusError('input/invalid', { url });
    const token = await bearer(site);
    if (token === null || session === null)
      throw new SalusError('storage/not-let-in', { place: site.name, reason: 'session', signIn: true });
    return { site: { ...site, token }, account: accountOf(session) };
  };

  const known = (digest: Digest) => durability(places, node.blockstore, digest);

  const service: Storage = {
    sealFile: (file, recipient, options) => sealFile(sealer, file, recipient, options),
    sealRecord: async (manifest, recipients, files, options) => {
      const { cid, manifestKey } = await sealRecord(sealer, manifest, recipients, files, options);
      return { digest: await made(digestOfCid(cid), options?.guard), cid: cid.toString(), manifestKey };
    },
    publish: async (files) => made(digestOfCid(await publish(sealer, files))),
    readPublic: (digest, name, limit, options) => readPublic(opener, digest, name, limit, options),
    openManifest: (digest, keys, options) => openManifest(opener, digest, keys, options),
    openFile: (digest, index, expected, identity, options) =>
      openFile(opener, digest, index, expected, identity, options),
    sealedBytes: (digest, name, range, options) => sealedBytes(opener, digest, name, range, options),
    lockFile: (file, passphrase, options) => lockFile(sealing, file, passphrase, options),
    push: async (digest, options = {}) => {
      const onBytes = (done: number, total: number) => options.onProgress?.({ stage: 'push', done, total });
      if (options.guard) await places.guard(digest, options.guard);
      const pushing = { ...toPush(options), onBytes };
      await pushAll(places, sites, digest, pushing, guarded.guards, services.targets(digest, options));
      return known(digest);
    },
    durability: known,
    recheck: async (digest, options = {}) => {
      await recheckAll(places, sites, digest, toPush(options));
      await services.recheck(digest, options);
      return known(digest);
    },
    inspect: (digest, options) => inspect(opener, digest, options),
    onlyHere: () => places.unconfirmed(),
    discard: async (text) => {
      const root = text.startsWith('0x') ? cidOfDigest(text as Digest) : parseCid(text);
      await services.letGo(digestOfCid(root));
      await places.forget(digestOfCid(root));
      await dropHere(root);
    },
    configure: async ({ peers, gateways, session: shown = null, vouchers: kept = [], pinning = [] }) => {
      session = shown;
      vouchers = new Map(kept.map(({ host, voucher }) => [host, voucher]));
      const chosen = [
        ...peers.map((url) => parseSite('peer', url)),
        ...gateways.map((url) => parseSite('gateway', url)),
      ];
      sites = [...chosen, ...services.configure(pinning, chosen)];
    },
    estimate: async () => {
      const { usage = 0, quota = 0 } = await navigator.storage.estimate();
      return { usage, quota, persisted: await navigator.storage.persisted() };
    },
    lock: () => node.close(),
    exportCar: (digests, options = {}) => exportRecords(shelf, digests, fetching(options), options),
    importCar: (car, options) => importRecords({ ...shelf, room: opener.room }, car, options),
    handedOver: async (digests) => {
      for (const digest of digests) await places.saved(digest, Date.now());
    },
    placeStates: () =>
      Promise.all(all().map(async ({ url }) => ({ url, ...(await health.of(url)), holds: await places.heldAt(url) }))),
    tryPinning: (site, options) => services.try(site, options),
    heldBy: (url, options) => services.heldBy(url, options),
    unpinAt: (url, held, options) => services.unpin(url, held, options),
    guards: async ({ signal } = {}) => {
      const checked = sites.map(async (site) => ((await guarded.guards(site, signal, true)) ? [site.url] : []));
      return (await Promise.all(checked)).flat();
    },
    accessLog: async (url, after, { signal } = {}) => {
      const { site, account } = await asMyself(url);
      return fetchLog(site, account, after, { ...asking, ...(signal ? { signal } : {}) });
    },
    forgetAccessLog: async (url, id, { signal } = {}) => {
      const { site, account } = await asMyself(url);
      await clearLog(site, account, id, { ...asking, ...(signal ? { signal } : {}) });
    },
    retire: async (digest, options = {}) => {
      const { gone, left } = await retire(digest, { ...toPush(options), places, sites, services });
      const here = (await known(digest)).places.filter(({ kind }) => kind === 'browser');
      await dropHere(cidOfDigest(digest));
      const remaining = left.map(({ place }) => place);
      await places.retired(digest, remaining);
      return { gone: [...gone, ...here], left };
    },
  };
  return wrapped(service);
};

/** Every method's foreign errors leave as ours. */
const wrapped = <T extends object>(service: T): T =>
  Object.fromEntries(
    Object.entries(service).map(([name, method]: [string, (...args: unknown[]) => Promise<unknown>]) => [
      name,
      async (...args: unknown[]) =>
        method(...args).catch((error: unknown) => {
          throw storageError(error);
        }),
    ]),
  ) as T;
