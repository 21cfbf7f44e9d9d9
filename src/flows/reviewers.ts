/** Who looked which record over, out of what was opened. */
import type { Address, Digest } from '../core/bytes.ts';
import type { Manifest } from '../record/manifest.ts';
import { readReview } from '../record/provenance.ts';
import type { RecordRef } from './openRecord.ts';
import type { Entry } from './ports/index.ts';

/** That `by` looked `of` over. `entry`: proves it. */
export type Reviewed = { by: Address; of: Digest; words: string; entry: Entry };

type Read = { ref: Pick<RecordRef, 'author' | 'entry'>; manifest: Pick<Manifest, 'kind' | 'resources'> };

/** The reviews among some opened records, oldest first. */
export const reviewsIn = (records: readonly Read[]): Reviewed[] =>
  records
    .flatMap(({ ref, manifest }): Reviewed[] => {
      const review = manifest.kind === 'provenance' ? readReview(manifest.resources) : null;
      return review ? [{ by: ref.author, entry: ref.entry, ...review }] : [];
    })
    .sort((a, b) => a.entry.block - b.entry.block || a.entry.logIndex - b.entry.logIndex);

/** Who looked a record over, each once, the oldest first; its author does not count. */
export const reviewersOf = (reviews: readonly Reviewed[], ref: Pick<RecordRef, 'digest' | 'author'>): Reviewed[] =>
  reviews.filter(
    (r, i) =>
      r.of === ref.digest && r.by !== ref.author && reviews.findIndex((o) => o.of === r.of && o.by === r.by) === i,
  );
