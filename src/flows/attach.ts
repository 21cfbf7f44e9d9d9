/**
 * Records handed on inside another: each by its digest and the file key of its manifest. A reader opens one only when the patient's own
 * verified timelines name it, so that nobody passes another's record, or an unpublished one, off as this patient's.
 */
import { SalusError } from '../core/errors.ts';
import { MAX_ATTACHED, type Manifest } from '../record/manifest.ts';
import type { OpenRecord, RecordRef } from './openRecord.ts';
import type { ReadPorts } from './ports/index.ts';
import { fileOf } from './records.ts';
import { eventsOf } from './visits.ts';

/**
 * What goes into a manifest. Restricted records are never handed on in another: they are shared one by one.
 * @throws input/too-large beyond 64, input/invalid when one is of another patient or restricted
 */
export const attachedOf = (patient: string, records: readonly OpenRecord[]): Manifest['attached'] => {
  if (records.length > MAX_ATTACHED) throw new SalusError('input/too-large', { records: MAX_ATTACHED });
  if (records.some((r) => r.ref.patient !== patient || r.manifest.confidentiality !== 'N'))
    throw new SalusError('input/invalid', { at: 'attached' });
  return records.map(({ ref, key }) => ({ digest: ref.digest, key }));
};

/** `ref` carries the key and opens with it; null where the patient's timelines name no such record. */
export type Attached = Manifest['attached'][number] & { ref: RecordRef | null };

/** Finds what a record hands on in the patient's timelines. @throws chain/timeline-broken, chain/unreachable */
export const attachedRefs = async (
  ports: Pick<ReadPorts, 'chain'>,
  { ref, manifest }: Pick<OpenRecord, 'ref' | 'manifest'>,
  signal?: AbortSignal,
): Promise<Attached[]> => {
  if (manifest.attached.length === 0) return [];
  const filed = fileOf(await eventsOf(ports, ref.patient, signal), ref.patient);
  return manifest.attached.map((a) => {
    // anybody may name a digest in an event, even first: the patient's own word goes before the oldest other
    const all = filed.filter((f) => f.ref.digest === a.digest);
    const named = all.find((f) => f.ref.author === ref.patient) ?? all.at(-1);
    const through = ref.through && { ...ref.through, given: { ...ref.through.given, by: 'within' as const } };
    return { ...a, ref: named ? { ...named.ref, key: a.key, ...(through ? { through } : {}) } : null };
  });
};
