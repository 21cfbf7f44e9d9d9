/**
 * Who opened what: the entries that guarding peers sealed to this account, fetched, opened, checked and kept sealed here, so that they
 * outlive the peer. A peer's word is what it is: it can leave out, and it can invent; every entry says whose it is.
 */
import { utf8 } from '../core/bytes.ts';
import { asSalusError, SalusError } from '../core/errors.ts';
import { isHex, isInteger, isList, isMatch, isNullable, isObject, isOneOf, isText, parseJson } from '../core/json.ts';
import type { Checked } from '../core/json.ts';
import { shortLine } from '../core/plainText.ts';
import { openBytes } from '../crypto/envelope.ts';
import type { Cabinet, Options, ReadPorts } from './ports/index.ts';
import type { Vault } from './vault.ts';

/** Entries that are kept, and that one peer may give at once. */
const MOST = 5000;
/** Peers of which the place in their log is remembered. */
const MOST_PLACES = 32;
/** Bytes of an entry, opened. */
const ENTRY = 4096;
/** The account's own keys that are tried, the current one first: what is for nobody costs no more. */
const KEYS = 4;
/** Milliseconds that clocks may differ. */
const SKEW = 3_600_000;
/** Milliseconds after which a peer need not keep what is kept here: other devices of the account have had time to fetch it. */
const LET_GO = 90 * 86_400_000;
const NAME = 'accessLog';

const said = {
  /** start of the minute that it is about, ms */
  at: isInteger(0, 8.64e15),
  /** digest of the record */
  record: isHex(32),
  /** sha256 of the token that was shown, as it stands on the chain; null for none that was ever given */
  access: isNullable(isHex(32)),
  outcome: isOneOf('served', 'refused'),
  /** `session`: the account itself (or, refused, another account) · `deposit`: who brought it · `none`: nothing was shown */
  reason: isOneOf('token', 'session', 'deposit', 'none', 'unknown', 'revoked', 'expired', 'chain'),
  /** requests that were alike */
  count: isInteger(1, 1_000_000_000),
  /** libp2p id that the peer calls itself by */
  peer: isMatch(/^[1-9A-HJ-NP-Za-km-z]{1,100}$/, 100),
};
const isSaid = isObject({ version: isOneOf(1), ...said, name: isText(300) });
const isEntry = isObject({ ...said, name: isText(100), url: isText(500) });
const isKept = isObject({
  entries: isList(isEntry, MOST),
  places: isList(isObject({ url: isText(500), last: isInteger(0, Number.MAX_SAFE_INTEGER) }), MOST_PLACES),
});

/** One entry. `name`: what the peer calls itself; `url`: where it was fetched */
export type AccessEntry = Checked<typeof isEntry>;
/** `entries` newest first. Of each place: entries it had to let go unread, entries that were none, and why it could not be asked. */
export type AccessLog = {
  entries: AccessEntry[];
  places: { url: string; dropped: number; unreadable: number; error: SalusError | null }[];
};
type Kept = Checked<typeof isKept>;
type Ports = Pick<ReadPorts, 'storage' | 'cabinet' | 'clock'>;

/** What two copies of one entry have in common, wherever they were fetched. */
const keyOf = ({ peer, at, record, access, outcome, reason }: AccessEntry): string =>
  [peer, at, record, access, outcome, reason].join(' ');

const newestFirst = (a: AccessEntry, b: AccessEntry): number => b.at - a.at;
const servedFirst = (a: AccessEntry, b: AccessEntry): number =>
  Number(b.outcome === 'served') - Number(a.outcome === 'served') || newestFirst(a, b);

/**
 * What is kept where there is more than can be: of each place its share, so that none crowds out another's, and of each what it served before
 * what it refused, since anybody can be refused as often as they like.
 */
const fitting = (all: readonly AccessEntry[]): AccessEntry[] => {
  const places = [...new Set(all.map(({ url }) => url))]
    .map((url) => all.filter((entry) => entry.url === url))
    .sort((a, b) => a.length - b.length);
  const kept: AccessEntry[] = [];
  for (const [i, list] of places.entries())
    kept.push(...list.sort(servedFirst).slice(0, Math.floor((MOST - kept.length) / (places.length - i))));
  return kept.sort(newestFirst);
};

const read = async (cabinet: Cabinet): Promise<Kept> => {
  const bytes = await cabinet.get(NAME);
  return bytes ? isKept(parseJson(bytes, { maxBytes: 8 << 20, maxDepth: 4 })) : { entries: [], places: [] };
};

/** What is kept here, newest first; asks nobody. @throws crypto/locked */
export const keptAccessLog = async (cabinet: Cabinet): Promise<AccessEntry[]> => (await read(cabinet)).entries;

/** @returns the entry, null for what cannot be opened or is none */
const openEntry = async (sealed: Uint8Array, vault: Vault, url: string, now: number): Promise<AccessEntry | null> => {
  try {
    const plain = await openBytes({ identities: vault.identities().slice(0, KEYS) }, sealed, ENTRY);
    const { version: _, ...entry } = isSaid(parseJson(plain, { maxBytes: ENTRY, maxDepth: 2 }));
    if (entry.at > now + SKEW) return null;
    return { ...entry, name: shortLine(entry.name, 80), url };
  } catch (error) {
    if (error instanceof SalusError && error.code === 'crypto/locked') throw error;
    return null;
  }
};

type Fetched = { entries: AccessEntry[]; last: number; settled: number; dropped: number; unreadable: number };

/** Everything a peer has beyond what is kept here, in the order of its ids. */
const fetchFrom = async (
  ports: Ports,
  vault: Vault,
  url: string,
  after: number,
  options: Options,
): Promise<Fetched> => {
  const now = ports.clock();
  const found: Fetched = { entries: [], last: after, settled: 0, dropped: 0, unreadable: 0 };
  for (let seen = 0; seen < MOST;) {
    let page = await ports.storage.accessLog(url, found.last, options);
    // it began anew: what it counts from now on was never fetched
    if (page.last < found.last) page = await ports.storage.accessLog(url, (found.last = 0), options);
    found.dropped = page.dropped;
    for (const { id, sealed } of page.entries) {
      const entry = await openEntry(sealed, vault, url, now);
      if (entry) found.entries.push(entry);
      else found.unreadable++;
      if (entry && entry.at < now - LET_GO) found.settled = id;
      found.last = id;
    }
    seen += page.entries.length;
    if (!page.more || page.entries.length === 0) break;
  }
  return found;
};

/**
 * Asks every guarding peer in use for what is new, and keeps it. A peer that cannot be asked is said, and costs nobody else's entries.
 * @throws crypto/locked, storage/aborted
 */
export const readAccessLog = async (ports: Ports, vault: Vault, options: Options = {}): Promise<AccessLog> => {
  const { storage, cabinet } = ports;
  const before = await read(cabinet);
  const urls = (await storage.guards(options)).slice(0, MOST_PLACES);
  const after = new Map(before.places.map(({ url, last }) => [url, last]));
  const entries = new Map(before.entries.map((entry) => [keyOf(entry), entry]));
  const settled = new Map<string, number>();
  const one = async (url: string): Promise<AccessLog['places'][number]> => {
    try {
      const found = await fetchFrom(ports, vault, url, after.get(url) ?? 0, options);
      for (const entry of found.entries) {
        const known = entries.get(keyOf(entry));
        if (!known || known.count < entry.count) entries.set(keyOf(entry), entry);
      }
      after.set(url, found.last);
      if (found.settled > 0) settled.set(url, found.settled);
      return { url, dropped: found.dropped, unreadable: found.unreadable, error: null };
    } catch (error) {
      const told = asSalusError(error);
      if (told.code === 'storage/aborted' || told.code === 'crypto/locked') throw told;
      return { url, dropped: 0, unreadable: 0, error: told };
    }
  };
  const places = await Promise.all(urls.map(one));
  const kept: Kept = {
    entries: fitting([...entries.values()]),
    places: [...after].map(([url, last]) => ({ url, last })).slice(-MOST_PLACES),
  };
  await cabinet.set(NAME, utf8(JSON.stringify(kept)));
  // only now: what a peer lets go of is kept here. One that cannot be told has more to keep, no more
  for (const [url, id] of settled) await storage.forgetAccessLog(url, id, options).catch(() => undefined);
  return { entries: kept.entries, places };
};
