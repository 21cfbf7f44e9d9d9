/** Shows that an entry stands in its author's timeline: every word from it up to the agreed head is computed anew. */
import { SalusError } from '../core/errors.ts';
import type { Entry, TimelineProof } from '../flows/ports/chain.ts';
import { decodeLog } from './events.ts';
import type { Link } from './timeline.ts';
import { advance, countOf } from './words.ts';

const text = (entry: Entry): string =>
  JSON.stringify([entry.event, entry.author, entry.subject, entry.block, entry.args], (_, v: unknown) =>
    typeof v === 'bigint' ? `${v}n` : v,
  );

/** True when both name the same log, and say the same of it. */
export const sameEntry = (a: Entry, b: Entry): boolean =>
  a.tx === b.tx && a.logIndex === b.logIndex && text(a) === text(b);

/**
 * @param links of the author's own timeline, newest first, without gaps, back to the entry at least
 * @param head the word that the nodes agree on
 * @throws chain/timeline-broken with `reason` `missing` or `altered`, the `count` and `block` of the entry where the words part
 */
export const proveInTimeline = (
  entry: Entry,
  links: readonly Link[],
  head: bigint,
): Omit<TimelineProof, 'agreement'> => {
  const broken = (reason: 'missing' | 'altered', at: { count: number; block: number }) =>
    new SalusError('chain/timeline-broken', { reason, account: entry.author, kind: 'own', ...at });
  const found = links.findIndex((l) => sameEntry(l.entry, entry));
  const first = links[found];
  if (!first) throw broken('missing', { count: entry.ownCount ?? 0, block: entry.block });
  let word = first.prev;
  let hash = '';
  for (const link of links.slice(0, found + 1).reverse()) {
    const decoded = decodeLog(link.log);
    if (decoded) word = advance(word, decoded.hash, link.log.block);
    if (link === first) hash = decoded?.hash ?? '';
    if (word !== link.word) throw broken('altered', { count: countOf(link.word), block: link.log.block });
  }
  if (word !== head) throw broken('altered', { count: countOf(head), block: entry.block });
  const hex = (n: bigint) => `0x${n.toString(16).padStart(64, '0')}` as const;
  return {
    account: entry.author,
    count: countOf(first.word),
    of: countOf(head),
    before: hex(first.prev),
    hash: hash as `0x${string}`,
    after: hex(first.word),
    head: hex(head),
  };
};
