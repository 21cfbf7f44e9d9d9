/**
 * Places that check access tokens: which of them do, what they are shown, and who is shown nothing. A token goes to such a peer alone; the
 * session too, and only once a peer said that it guards the record that is asked for.
 */
import type { CID } from 'multiformats/cid';
import type { Address, Hex } from '../core/bytes.ts';
import { isSalusError } from '../core/errors.ts';
import { digestOfCid } from './blocks.ts';
import { ask } from './gateway.ts';
import type { Asking, Site } from './gateway.ts';
import type { Health } from './health.ts';
import type { Places } from './places.ts';
import { within } from './waiting.ts';

/** How places are asked for one record. `after`: one that gives it to somebody only, asked as somebody; null when there is nobody to be. */
export type Access = {
  of(site: Site, root: CID): Promise<Site>;
  after(site: Site, root: CID): Promise<Site | null>;
  /** who guards what was given to us in particular */
  noted(root: CID, guard: string): Promise<void>;
};
/** @property bearer what a peer is shown of the session, null without one */
type Around = { places: Places; health: Health; asking: Asking; bearer: (site: Site) => Promise<string | null> };

/** Milliseconds that a peer's word is taken for. */
const FRESH = 60_000;

/** The same peer, spoken to about what this account guards there. */
export const underGuard = (site: Site, guard: Address): Site => ({ ...site, url: `${site.url}/guard/${guard}` });

/** True for a refusal that was meant for nobody in particular. */
const wantsName = (error: unknown): boolean =>
  isSalusError(error, 'storage/not-let-in') && error.details.reason === 'none';

/** Asks a place for something of a record; where it guards it, again as whoever is signed in. */
export const withAccess = async <T>(
  access: Access | undefined,
  site: Site,
  root: CID,
  work: (site: Site) => Promise<T>,
): Promise<T> => {
  try {
    return await work((await access?.of(site, root)) ?? site);
  } catch (error) {
    const other = wantsName(error) ? await access?.after(site, root) : null;
    if (!other) throw error;
    return work(other);
  }
};

export const guarding = ({ places, health, asking, bearer }: Around) => {
  const asked = new Map<string, { at: number; guards: Promise<boolean> }>();
  /** `url root` of records that a peer gave to the session only */
  const learnt = new Set<string>();

  const look = async (site: Site, signal?: AbortSignal): Promise<boolean> => {
    const limit = within(asking.limits.idle, { place: site.name }, signal);
    try {
      const { guards } = (await (await ask(site, '/health', {}, asking, limit.signal)).json()) as { guards?: unknown };
      await health.guards(site.url, guards === true);
      return guards === true;
    } catch {
      return (await health.of(site.url)).guards === true;
    } finally {
      limit.done();
    }
  };

  /** Whether a peer checks tokens; other places never do. @param fresh ask, whatever it said a moment ago */
  const guards = (site: Site, signal?: AbortSignal, fresh = false): Promise<boolean> => {
    if (site.kind !== 'peer') return Promise.resolve(false);
    const known = asked.get(site.url);
    if (known && !fresh && performance.now() - known.at < FRESH) return known.guards;
    const answer = look(site, signal);
    asked.set(site.url, { at: performance.now(), guards: answer });
    return answer;
  };

  const signedIn = async (site: Site): Promise<Site | null> => {
    const token = await bearer(site);
    return token === null ? null : { ...site, token };
  };

  return {
    guards,

    access: (token: Hex | undefined, signal?: AbortSignal): Access => ({
      of: async (site, root) => {
        if (site.kind !== 'peer') return site;
        if (token !== undefined && (await guards(site, signal)))
          return { ...site, token: token.replace(/^0x/, ''), scheme: 'Token' };
        const known = learnt.has(`${site.url} ${root}`) || (await places.guardOf(digestOfCid(root))) !== null;
        return (known && (await guards(site, signal)) && (await signedIn(site))) || site;
      },
      after: async (site, root) => {
        const other = site.kind === 'peer' ? await signedIn(site) : null;
        if (other) learnt.add(`${site.url} ${root}`);
        return other;
      },
      noted: async (root, guard) => {
        if (/^0x[0-9a-f]{40}$/.test(guard)) await places.guardedBy(digestOfCid(root), guard as Address);
      },
    }),
  };
};
