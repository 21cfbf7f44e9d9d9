/** The pinning services the person set, as the storage service uses them. Their tokens are here while the vault is open only. */
import { CID } from 'multiformats/cid';
import * as Multihash from 'multiformats/hashes/digest';
import type { Bytes, Digest } from '../core/bytes.ts';
import { SalusError, isSalusError } from '../core/errors.ts';
import type { HeldPin, Options, PinningService } from '../flows/ports/storage.ts';
import { DAG_PB, RAW, SHA2_256, cidOfDigest, digestOfCid, isOurs } from './blocks.ts';
import type { Blocks } from './blocks.ts';
import type { Target } from './durable.ts';
import { throwIfAborted } from './errors.ts';
import { parseSite } from './gateway.ts';
import type { Asking, Site } from './gateway.ts';
import type { Health } from './health.ts';
import type { Node } from './node.ts';
import { pinAt, recheckPin, unpinRoot } from './pinning.ts';
import type { Pinning, PinningSite } from './pinning.ts';
import { PIN_NAME, STATES, pinningClient } from './pinningClient.ts';
import type { Places } from './places.ts';
import { isWhole } from './walk.ts';

type Around = { node: Node; places: Places; health: Health; asking: Asking; gateways: () => Site[] };

/** Bytes of a trial, padded like the smallest file. */
const TRIAL = 4096;
const MOST_PINS = 1000;

/** @throws input/invalid */
const siteOf = ({ url, token, gateway }: PinningService): PinningSite => ({
  ...parseSite('pinning', url),
  token,
  gateway: gateway ? parseSite('gateway', gateway) : null,
});

/** The service's own words for a failure, as any push tells it. */
const asPushFailed = (site: Site, error: unknown): SalusError => {
  const { code, details } = isSalusError(error) ? error : new SalusError('app/unexpected', {}, error);
  return new SalusError('storage/push-failed', { ...details, place: site.name, why: code, signIn: false }, error);
};

const parsed = (text: string): CID | null => {
  try {
    const cid = CID.parse(text).toV1();
    return isOurs(cid) ? cid : null;
  } catch {
    return null;
  }
};

/** One block of noise, as unreadable as any sealed file. */
const trial = async (): Promise<{ cid: CID; store: Blocks }> => {
  const bytes: Bytes = crypto.getRandomValues(new Uint8Array(TRIAL));
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  const cid = CID.createV1(RAW, Multihash.create(SHA2_256, digest));
  const is = (other: CID): boolean => other.equals(cid);
  const get = async function* (other: CID): AsyncGenerator<Bytes> {
    if (is(other)) yield bytes;
  };
  return { cid, store: { has: is, get, put: async (other: CID) => other } as Blocks };
};

export const pinningServices = ({ node, places, health, asking, gateways }: Around) => {
  let sites: PinningSite[] = [];
  const at = (url: string): PinningSite => {
    const site = sites.find((one) => one.url === url);
    if (!site) throw new SalusError('input/invalid', { url });
    return site;
  };
  const pinning = (site: PinningSite, { signal, onProgress }: Options, store: Blocks = node.blockstore): Pinning => ({
    ...asking,
    ...(signal ? { signal } : {}),
    store,
    readers: gateways().filter(({ url }) => url !== site.gateway?.url),
    onPin: (done, total, pin) => onProgress?.({ stage: 'push', done, total, pin }),
  });
  const noted = async <T>(site: PinningSite, work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      await health.failed(site.url, error);
      throw error;
    }
  };

  return {
    sites: (): Site[] => sites,

    /** @returns the gateways of these services that are not among `others`: what they hold is read there */
    configure: (services: PinningService[], others: Site[]): Site[] => {
      sites = services.map(siteOf);
      return sites.flatMap(({ gateway }) =>
        gateway && !others.some(({ url }) => url === gateway.url) ? [gateway] : [],
      );
    },

    /** What brings a record to each of them. */
    targets: (digest: Digest, options: Options): Target[] =>
      sites.map((site) => ({
        site,
        bring: () =>
          noted(site, pinAt(site, cidOfDigest(digest), pinning(site, options))).catch((error: unknown) => {
            throwIfAborted(options.signal);
            throw asPushFailed(site, error);
          }),
      })),

    /** One that says no is not counted any longer, one that cannot be asked is left as it is. */
    recheck: async (digest: Digest, options: Options): Promise<void> => {
      const confirmed = new Set((await places.of(digest)).map(({ url }) => url));
      const one = async (site: PinningSite): Promise<void> => {
        const holds = await noted(site, recheckPin(site, cidOfDigest(digest), pinning(site, options)));
        if (!holds) await places.lost(digest, site.url);
      };
      await Promise.allSettled(sites.filter(({ url }) => confirmed.has(url)).map(one));
      throwIfAborted(options.signal);
    },

    /** Takes it away from the service. @throws pinning/…, storage/timeout when it cannot be asked */
    retire: (url: string, digest: Digest): Promise<void> =>
      noted(at(url), unpinRoot(at(url), cidOfDigest(digest), asking)),

    /** Nobody waits for it: what stays behind is listed by {@link heldBy}. */
    letGo: async (digest: Digest): Promise<void> => {
      const confirmed = new Set((await places.of(digest)).map(({ url }) => url));
      for (const site of sites.filter(({ url }) => confirmed.has(url)))
        void noted(site, unpinRoot(site, cidOfDigest(digest), asking)).catch(() => undefined);
    },

    try: async (service: PinningService, options: Options = {}): Promise<{ readBack: boolean }> => {
      const site = siteOf(service);
      const { cid, store } = await trial();
      try {
        const { byWord } = await noted(site, pinAt(site, cid, pinning(site, options, store)));
        await health.used(site.url);
        return { readBack: !byWord };
      } finally {
        await unpinRoot(site, cid, asking).catch(() => undefined);
      }
    },

    heldBy: async (url: string, { signal }: Options = {}): Promise<HeldPin[]> => {
      const site = at(url);
      const client = await pinningClient(site, { ...asking, ...(signal ? { signal } : {}) });
      const wanted = { name: PIN_NAME, status: [...STATES], limit: MOST_PINS };
      const { pins } = await noted(site, client.find(wanted));
      return Promise.all(
        pins.map(async ({ requestid, cid: text, status, created }): Promise<HeldPin> => {
          const cid = parsed(text);
          const digest = cid?.code === DAG_PB ? digestOfCid(cid) : null;
          const here = cid !== null && (await isWhole(node.blockstore, cid));
          return { requestid, cid: text, digest, status, at: created, here };
        }),
      );
    },

    unpin: async (url: string, { requestid, digest }: HeldPin, { signal }: Options = {}): Promise<void> => {
      const site = at(url);
      const client = await pinningClient(site, { ...asking, ...(signal ? { signal } : {}) });
      await noted(site, client.remove(requestid));
      if (digest) await places.lost(digest, site.url);
    },
  };
};
