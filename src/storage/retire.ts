/** Letting go of a record everywhere: what a place confirmed is taken away again, and what is out of reach is said. */
import type { CID } from 'multiformats/cid';
import type { Address, Digest } from '../core/bytes.ts';
import type { ErrorCode } from '../core/errors.ts';
import { asSalusError } from '../core/errors.ts';
import type { Place, Retired } from '../flows/ports/storage.ts';
import { cidOfDigest } from './blocks.ts';
import { pinsOf } from './confirm.ts';
import type { Pushing } from './confirm.ts';
import { throwIfAborted } from './errors.ts';
import { ask } from './gateway.ts';
import type { Site } from './gateway.ts';
import { underGuard } from './guarding.ts';
import type { Places } from './places.ts';
import type { pinningServices } from './pinningServices.ts';
import { within } from './waiting.ts';

type Retiring = Omit<Pushing, 'onBytes'> & {
  places: Places;
  sites: Site[];
  services: ReturnType<typeof pinningServices>;
};

/** Every pin of this root that the peer lets us take away. @returns how many there were */
const unpinAt = async (peer: Site, root: CID, retiring: Retiring): Promise<number> => {
  const { site, pins } = await pinsOf(peer, root, retiring);
  for (const { requestid } of pins) {
    const limit = within(retiring.limits.block, { place: peer.name }, retiring.signal);
    try {
      await ask(site, `/pins/${encodeURIComponent(requestid)}`, { method: 'DELETE' }, retiring, limit.signal);
    } finally {
      limit.done();
    }
  }
  return pins.length;
};

/** Whether the peer gives the root still, to whoever asks: another may have put it there too, or we, before we were signed in. */
const stillThere = async (peer: Site, root: CID, retiring: Retiring): Promise<boolean> => {
  const limit = within(retiring.limits.block, { place: peer.name }, retiring.signal);
  try {
    await ask(peer, `/ipfs/${root}?format=raw`, { method: 'HEAD' }, retiring, limit.signal);
    return true;
  } catch (error) {
    if (asSalusError(error).details.status === 404) return false;
    throw error;
  } finally {
    limit.done();
  }
};

/** @returns what is gone, and what may still be there. Asked again, it tries again. */
export const retire = async (digest: Digest, retiring: Retiring): Promise<Retired> => {
  const { places, sites, services } = retiring;
  const root = cidOfDigest(digest);
  const guard: Address | null = await places.guardOf(digest);
  const known = await places.of(digest);
  const [gone, left]: [Place[], Retired['left']] = [[], []];
  const failed = (place: Place, error: unknown): void => {
    throwIfAborted(retiring.signal);
    const { code, details } = asSalusError(error);
    left.push({ place, code: typeof details.why === 'string' ? (details.why as ErrorCode) : code });
  };

  const atPeer = async (site: Site): Promise<void> => {
    const noted = known.find(({ url }) => url === site.url);
    const place = noted ?? { kind: site.kind, name: site.name, url: site.url };
    try {
      let pins = guard === null ? 0 : await unpinAt(underGuard(site, guard), root, retiring);
      // it may have been there openly too, before it was guarded
      if (guard === null || pins === 0) pins += await unpinAt(site, root, retiring);
      if (pins > 0) gone.push(place);
      else if (noted && (await stillThere(site, root, retiring))) left.push({ place, code: null });
      else if (noted) gone.push(place);
    } catch (error) {
      if (noted) failed(noted, error);
    }
  };
  const atService = async (place: Place): Promise<void> => {
    try {
      await services.retire(place.url ?? '', digest);
      gone.push(place);
    } catch (error) {
      failed(place, error);
    }
  };

  const peers = sites.filter(({ kind }) => kind === 'peer');
  const pinning = known.filter(({ kind, url }) => kind === 'pinning' && services.sites().some((s) => s.url === url));
  await Promise.all([...peers.map(atPeer), ...pinning.map(atService)]);
  throwIfAborted(retiring.signal);
  const tried = new Set([...peers, ...pinning].map(({ url }) => url));
  for (const place of known) if (!tried.has(place.url)) left.push({ place, code: null });
  return { gone, left };
};
