/** Making records durable elsewhere, and knowing where they are. */
import type { Address, Digest } from '../core/bytes.ts';
import { SalusError, asSalusError } from '../core/errors.ts';
import type { Durability } from '../flows/ports/storage.ts';
import { cidOfDigest } from './blocks.ts';
import { recheck } from './confirm.ts';
import type { Pushing } from './confirm.ts';
import { throwIfAborted } from './errors.ts';
import type { Site } from './gateway.ts';
import { underGuard } from './guarding.ts';
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

/** Whether a peer checks tokens. */
type Guards = (site: Site, signal?: AbortSignal) => Promise<boolean>;

/** Where a record may go: a guarded one to peers that check tokens, about what that account guards there. @throws storage/no-guard when there is none */
const peersFor = async (sites: Site[], guard: Address | null, guards: Guards, signal?: AbortSignal) => {
  const peers = sites.filter((site) => site.kind === 'peer');
  if (guard === null) return peers.map((site) => ({ site, at: site }));
  const checked = await Promise.all(peers.map(async (site) => ((await guards(site, signal)) ? [site] : [])));
  const found = checked.flat().map((site) => ({ site, at: underGuard(site, guard) }));
  if (found.length === 0) throw new SalusError('storage/no-guard', { peers: peers.length });
  return found;
};

/**
 * Pushes to all places at once. The first to confirm makes the record durable; the others go on and are noted when they have it.
 * @param services what brings it to pinning services: nothing that is guarded goes there
 * @throws storage/push-failed when there is no place, or none of them confirmed
 */
export const pushAll = async (
  places: Places,
  sites: Site[],
  digest: Digest,
  pushing: Pushing,
  guards: Guards,
  services: Target[] = [],
): Promise<void> => {
  const guard = await places.guardOf(digest);
  const bring = (at: Site) => async () => {
    await push(at, cidOfDigest(digest), pushing);
    return { byWord: false };
  };
  const peers = await peersFor(sites, guard, guards, pushing.signal);
  const targets: Target[] = [
    ...peers.map(({ site, at }) => ({ site, bring: bring(at) })),
    ...(guard === null ? services : []),
  ];
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
  const guard = await places.guardOf(digest);
  const askOne = async (peer: Site): Promise<void> => {
    const at = guard === null ? peer : underGuard(peer, guard);
    if (!(await recheck(at, cidOfDigest(digest), pushing))) await places.lost(digest, peer.url);
  };
  await Promise.allSettled(sites.filter((site) => site.kind === 'peer' && known.has(site.url)).map(askOne));
  throwIfAborted(pushing.signal);
};
