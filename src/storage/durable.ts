/** Making records durable elsewhere, and knowing where they are. */
import type { Digest } from '../core/bytes.ts';
import { SalusError, asSalusError } from '../core/errors.ts';
import type { Durability } from '../flows/ports/storage.ts';
import { cidOfDigest } from './blocks.ts';
import { recheck } from './confirm.ts';
import type { Pushing } from './confirm.ts';
import { throwIfAborted } from './errors.ts';
import type { Site } from './gateway.ts';
import type { Places } from './places.ts';
import { push } from './push.ts';
import { isWhole } from './walk.ts';

const BROWSER = { kind: 'browser', name: 'this browser', url: null } as const;

/** What is known without asking anybody. */
export const durability = async (places: Places, store: Pushing['store'], digest: Digest): Promise<Durability> => {
  const elsewhere = await places.of(digest);
  const here = await isWhole(store, cidOfDigest(digest));
  const durable = elsewhere.some((place) => place.kind !== 'file');
  return { digest, places: [...(here ? [BROWSER] : []), ...elsewhere], durable };
};

/** A place that can be given records. @property bring resolves when it confirmed, with what to note of it */
export type Target = { site: Site; bring: () => Promise<{ byWord: boolean }> };

/**
 * Pushes to all places at once. The first to confirm makes the record durable; the others go on and are noted when they have it.
 * @param services what brings it to pinning services
 * @throws storage/push-failed when there is no place, or none of them confirmed
 */
export const pushAll = async (
  places: Places,
  sites: Site[],
  digest: Digest,
  pushing: Pushing,
  services: Target[] = [],
): Promise<void> => {
  const bring = (site: Site) => async () => {
    await push(site, cidOfDigest(digest), pushing);
    return { byWord: false };
  };
  const peers = sites.filter((site) => site.kind === 'peer').map((site): Target => ({ site, bring: bring(site) }));
  const targets = [...peers, ...services];
  if (targets.length === 0) throw new SalusError('storage/push-failed', { why: 'no place is configured' });
  const toOne = async ({ site: { kind, name, url }, bring }: Target): Promise<void> => {
    const { byWord } = await bring();
    await places.confirmed(digest, { kind, name, url, ...(byWord ? { byWord } : {}) });
  };
  await Promise.any(targets.map(toOne)).catch((error: AggregateError) => {
    throw asSalusError(error.errors[0], 'storage/push-failed');
  });
};

/** Asks the peers that confirmed once; one that says no is not counted any longer, one that cannot be asked is left as it is. */
export const recheckAll = async (places: Places, sites: Site[], digest: Digest, pushing: Pushing): Promise<void> => {
  const known = new Set((await places.of(digest)).map((place) => place.url));
  const askOne = async (peer: Site): Promise<void> => {
    if (!(await recheck(peer, cidOfDigest(digest), pushing))) await places.lost(digest, peer.url);
  };
  await Promise.allSettled(sites.filter((site) => site.kind === 'peer' && known.has(site.url)).map(askOne));
  throwIfAborted(pushing.signal);
};
