/** Taking over what another shared: a record of one's own with the same content, which says whose it was, in a folder of one's own. */
import { SalusError } from '../core/errors.ts';
import { isoWithZone } from '../core/time.ts';
import type { Folder, FolderId } from '../record/folders.ts';
import { sourceResource } from '../record/provenance.ts';
import type { Act } from './act.ts';
import { addRecord } from './addRecord.ts';
import type { OpenRecord } from './openRecord.ts';
import type { Entry, Ports } from './ports/index.ts';
import type { Vault } from './vault.ts';
import { openDraft } from './writing.ts';

/** Kinds that make sense in another's file. */
const KEPT = ['report', 'document'] as const;

/** True when it may be taken over into the own file. */
export const isKeepable = ({ manifest }: Pick<OpenRecord, 'manifest'>): boolean =>
  KEPT.some((kind) => kind === manifest.kind) && manifest.confidentiality === 'N';

/** @param what opened, of another's file @returns the Added entry, in the verified timeline @throws input/invalid, storage/not-found, record/file-mismatch */
export const takeOver = async (
  ports: Ports,
  act: Act,
  vault: Vault,
  what: OpenRecord,
  folder: Folder | FolderId,
): Promise<Entry> => {
  const { ref, manifest } = what;
  act.stage('prepare');
  if (ref.patient === vault.account || !isKeepable(what)) throw new SalusError('input/invalid', { at: 'record' });
  const draft = await openDraft(ports, `take-over/${ref.digest}`, {});
  const recorded = isoWithZone(ports.clock(), ports.zone());
  const source = sourceResource({ chain: ports.chain.chainId, who: ref.author, recorded, record: ref.digest });
  return addRecord(ports, act, vault, {
    kind: manifest.kind,
    title: manifest.title,
    folder,
    draft,
    resources: [...manifest.resources, source],
    keywords: manifest.keywords,
    carried: { from: what, indexes: [...manifest.files.keys()] },
  });
};
