/** A whole record as one archive: its files, and what it says as a FHIR Bundle. */
import { zip } from '../../core/zip.ts';
import { bundleOf } from '../../record/bundle.ts';
import type { Manifest } from '../../record/manifest.ts';
import type { RecordState } from '../../state/record.svelte.ts';

/** `salus-12-prescription.zip`; says nothing that the person did not see here. */
export const archiveName = ({ kind, appointment }: Pick<Manifest, 'kind' | 'appointment'>): string =>
  `salus-${appointment ? `${appointment}-` : ''}${kind}.zip`;

/** @param onBytes bytes packed so far @throws what opening a file throws; input/too-large beyond 4 GiB */
export const archiveOf = async (
  record: RecordState,
  manifest: Manifest,
  onBytes: (done: number) => void,
): Promise<Blob> => {
  const modified = Math.floor(Date.parse(manifest.created) / 1000);
  const bundle = new Blob([JSON.stringify(bundleOf(manifest), null, 2)], { type: 'application/fhir+json' });
  const entries = [{ name: 'record.json', body: bundle, modified }];
  for (const [i, file] of manifest.files.entries())
    entries.push({ name: file.name, body: await record.file(i), modified });
  return zip(entries, { onBytes });
};
