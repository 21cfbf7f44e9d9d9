/**
 * Amendments: a record may say that it takes the place of another. It is believed only when both have the same author, patient, kind and
 * appointment, and only of what came before it, so that nobody corrects another's words and no chain goes round. Who looked a version over
 * before, and said so, may amend it too: it is then shown as co-signed.
 */
import { asSalusError, type SalusError } from '../core/errors.ts';
import type { Manifest } from '../record/manifest.ts';
import { openRecord, type OpenRecord, type RecordRef } from './openRecord.ts';
import type { Entry, Options, ReadPorts } from './ports/index.ts';
import { filedRecords, keyOf } from './records.ts';
import type { Reviewed } from './reviewers.ts';
import type { Vault } from './vault.ts';

/** What is known of a record once its manifest was read; an {@link OpenRecord} is one. */
export type Version = {
  ref: RecordRef;
  manifest: Pick<Manifest, 'kind' | 'amends'> & Partial<Pick<Manifest, 'copy'>>;
};
/** `history` newest first, `current` its first; those of a fork stand in the order of their events. */
export type Chain<V> = { current: V; history: V[] };

/** Amendments of amendments that anybody makes; what lies deeper stands for itself. */
export const MAX_AMENDMENTS = 64;

const before = (a: Entry, b: Entry) => a.block - b.block || a.logIndex - b.logIndex;

const mayAmend = (later: Version, earlier: Version): boolean =>
  later.ref.author === earlier.ref.author &&
  later.ref.patient === earlier.ref.patient &&
  later.ref.appointment === earlier.ref.appointment &&
  later.manifest.kind === earlier.manifest.kind;

/** Another's version, which the later one's author had looked over when it amended it. */
const mayCosign = (later: Version, earlier: Version, reviews: readonly Reviewed[]): boolean =>
  later.ref.author !== earlier.ref.author &&
  later.ref.patient === earlier.ref.patient &&
  later.manifest.kind === earlier.manifest.kind &&
  reviews.some((r) => r.by === later.ref.author && r.of === earlier.ref.digest && before(r.entry, later.ref.entry) < 0);

/** The patient's own copy of anything in the file, under new keys, stands where the other stood; one made for a grantee stands for itself. */
const replaces = (later: Version, links: ReadonlyMap<string, { version: Version }>): string | null => {
  const { copy, kind } = later.manifest;
  if (!copy || copy.for !== null || later.ref.author !== later.ref.patient) return null;
  const key = keyOf({ digest: copy.of, author: copy.author });
  const earlier = links.get(key)?.version;
  return earlier?.ref.patient === later.ref.patient && earlier.manifest.kind === kind ? key : null;
};

/**
 * Puts records together with their amendments, in any order.
 * @param reviews who looked which version over, and may amend it
 * @returns one chain a record that is no amendment, newest first
 */
export const chainsOf = <V extends Version>(records: V[], reviews: readonly Reviewed[] = []): Chain<V>[] => {
  const links = new Map<string, { version: V; depth: number; chain: V[] }>();
  for (const version of records.toSorted((a, b) => before(a.ref.entry, b.ref.entry))) {
    const key = keyOf(version.ref);
    if (links.has(key)) continue;
    const { amends, copy } = version.manifest;
    const copied = replaces(version, links);
    const target =
      !copied &&
      !copy &&
      amends &&
      (links.get(keyOf({ digest: amends.digest, author: version.ref.author })) ??
        [...links.values()].find(
          (l) => l.version.ref.digest === amends.digest && mayCosign(version, l.version, reviews),
        ));
    const amended =
      target &&
      target.depth < MAX_AMENDMENTS &&
      (mayAmend(version, target.version) || mayCosign(version, target.version, reviews))
        ? target
        : null;
    const follows = copied ? links.get(copied) : amended;
    const chain = follows?.chain ?? [];
    chain.unshift(version);
    links.set(key, { version, depth: (follows?.depth ?? -1) + 1, chain });
  }
  const chains = [...new Set([...links.values()].map((l) => l.chain))];
  return chains
    .map((history) => ({ current: history[0] as V, history }))
    .sort((a, b) => before(b.current.ref.entry, a.current.ref.entry));
};

/** The chain that holds the record `digest` of `author`, null when it is not among them. */
export const currentOf = <V extends Version>(
  records: V[],
  { digest, author }: Pick<RecordRef, 'digest' | 'author'>,
  reviews: readonly Reviewed[] = [],
): Chain<V> | null =>
  chainsOf(records, reviews).find((c) => c.history.some((v) => keyOf(v.ref) === keyOf({ digest, author }))) ?? null;

/** A later record that may be an amendment and could not be read: the person is told that there may be a newer version. */
export type Unread = { ref: RecordRef; error: SalusError };

/**
 * A record with its amendments: opens what its author added later in the same place.
 * @param events of both timelines of an account that takes part, oldest first
 * @param known opened before, not fetched again
 * @throws what {@link openRecord} throws of the record itself
 */
export const versionsOf = async (
  ports: Pick<ReadPorts, 'chain' | 'storage'>,
  vault: Vault,
  events: Entry[],
  ref: RecordRef,
  known: OpenRecord[] = [],
  options: Options = {},
): Promise<Chain<OpenRecord> & { unread: Unread[] }> => {
  const open = (r: RecordRef) => known.find((k) => keyOf(k.ref) === keyOf(r)) ?? openRecord(ports, vault, r, options);
  const found: OpenRecord[] = [await open(ref)];
  const unread: Unread[] = [];
  for (const later of laterOnes(events, ref)) {
    try {
      found.push(await open(later));
    } catch (cause) {
      unread.push({ ref: later, error: asSalusError(cause) });
    }
  }
  const chain = currentOf(found, ref) as Chain<OpenRecord>;
  return { ...chain, unread };
};

const laterOnes = (events: Entry[], ref: RecordRef): RecordRef[] =>
  filedRecords(events, ref.patient)
    .map((f) => f.ref)
    .filter(
      (r) =>
        r.entry.event === 'Added' &&
        r.author === ref.author &&
        r.patient === ref.patient &&
        r.appointment === ref.appointment &&
        before(ref.entry, r.entry) < 0,
    );
