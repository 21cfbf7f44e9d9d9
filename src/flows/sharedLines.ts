/** Another's records as a list shows them: versions together, copies in the place of what they copy, reviews beside what they are of. */
import type { Address } from '../core/bytes.ts';
import type { Kind } from '../record/manifest.ts';
import { keyOf } from './records.ts';
import type { Reviewed } from './reviewers.ts';
import type { Glanced } from './sharedIndex.ts';
import type { SharedRecord } from './sharedRecords.ts';
import { chainsOf } from './versions.ts';

/**
 * One line. `known`: null until it was opened once · `history`: newest first, the current one its first · `mark`: it is a copy made for
 * this account, or for somebody else, which then let it out
 */
export type SharedLine = {
  shared: SharedRecord;
  known: Glanced | null;
  history: SharedRecord[];
  reviews: Reviewed[];
  mark: 'mine' | 'others' | null;
};

/** What serves the file itself, and is no line of its own. */
const BESIDE: readonly Kind[] = ['filing', 'provenance', 'folder', 'request'];

type Known = { shared: SharedRecord; ref: SharedRecord['filed']['ref']; manifest: Glanced };

/** The words of a copy count only where the patient made it. */
const copyOf = ({ ref, manifest }: Known): Glanced['copy'] => (ref.author === ref.patient ? manifest.copy : null);

const newer = (a: SharedRecord, b: SharedRecord): number =>
  b.filed.ref.entry.block - a.filed.ref.entry.block || b.filed.ref.entry.logIndex - a.filed.ref.entry.logIndex;

const markOf = (known: Known, me: Address): SharedLine['mark'] => {
  const copy = copyOf(known);
  return copy?.for ? (copy.for === me ? 'mine' : 'others') : null;
};

/** The newest card holds; those before it are its history. */
const joinCards = (lines: SharedLine[]): SharedLine[] => {
  const isCard = (l: SharedLine) => l.known?.kind === 'card' && l.shared.filed.origin === 'own';
  const cards = lines.filter(isCard).sort((a, b) => newer(a.shared, b.shared));
  const [card] = cards;
  if (!card) return lines;
  return [...lines.filter((l) => !isCard(l)), { ...card, history: cards.flatMap((c) => c.history) }];
};

/**
 * @param records what the live grants open, filings followed @param index what is known of those that were opened, by {@link keyOf}
 * @returns newest first; what has to be tried stands there once it opened
 */
export const linesOf = (
  records: readonly SharedRecord[],
  index: ReadonlyMap<string, Glanced>,
  me: Address,
): SharedLine[] => {
  const known = records.flatMap((shared): Known[] => {
    const manifest = index.get(keyOf(shared.filed.ref));
    return manifest ? [{ shared, ref: shared.filed.ref, manifest }] : [];
  });
  const reviews = known
    .flatMap(({ shared: { filed }, ref, manifest: { review } }): Reviewed[] =>
      review && filed.letIn ? [{ ...review, by: ref.author, entry: ref.entry }] : [],
    )
    .sort((a, b) => a.entry.block - b.entry.block || a.entry.logIndex - b.entry.logIndex);
  const replaced = new Set(
    known.flatMap((k) => {
      const copy = copyOf(k);
      if (!copy || (copy.for !== null && copy.for !== me)) return [];
      // a copy of a copy names the first, and those between
      const between = k.manifest.replaces.map((digest) => keyOf({ digest, author: k.ref.author }));
      return [keyOf({ digest: copy.of, author: copy.author }), ...between];
    }),
  );
  const shown = known.filter((k) => !BESIDE.includes(k.manifest.kind) && !replaced.has(keyOf(k.ref)));
  const chains = chainsOf(shown, reviews).map(({ current, history }): SharedLine => {
    const of = new Set(history.flatMap((h) => [h.ref.digest, ...(copyOf(h) ? [copyOf(h)?.of] : [])]));
    return {
      shared: current.shared,
      known: current.manifest,
      history: history.map((h) => h.shared),
      reviews: reviews.filter(
        (r) => of.has(r.of) && !history.some((h) => h.ref.author === r.by && h.ref.digest === r.of),
      ),
      mark: markOf(current, me),
    };
  });
  const closed = records
    .filter((r) => !r.trial && !index.has(keyOf(r.filed.ref)))
    .map((shared): SharedLine => ({ shared, known: null, history: [shared], reviews: [], mark: null }));
  return joinCards([...chains, ...closed]).sort((a, b) => newer(a.shared, b.shared));
};

/** The name on the newest card or booking among what is shared; empty where none says. */
export const nameAmong = (records: readonly SharedRecord[], index: ReadonlyMap<string, Glanced>): string =>
  [...records]
    .sort(newer)
    .filter((r) => r.filed.ref.author === r.filed.ref.patient)
    .map((r) => index.get(keyOf(r.filed.ref))?.name ?? '')
    .find(Boolean) ?? '';
