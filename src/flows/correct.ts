/** Correcting a prescription: the lines and words as they should read, and why. The earlier version stays, as its history. */
import { SalusError } from '../core/errors.ts';
import type { Act } from './act.ts';
import { amend } from './amend.ts';
import type { Draft } from './draft.ts';
import type { OpenRecord } from './openRecord.ts';
import type { Entry, Ports } from './ports/index.ts';
import { prescriptionResources, type PrescriptionFields } from './prescribe.ts';
import type { Vault } from './vault.ts';
import type { Visit } from './visits.ts';

/** What the doctor types; `reason` is sealed with the rest. `keep`: files of the earlier version that still hold, by index. */
export type CorrectionFields = PrescriptionFields & { reason: string; keep: number[] };

/**
 * @param newest the version that is corrected, opened
 * @returns the Added entry, in the verified timeline
 * @throws input/invalid when it is another's, of another visit, no prescription, or nothing or no reason was written; chain/key-unproven, chain/reverted
 */
export const correctPrescription = async (
  ports: Ports,
  act: Act,
  vault: Vault,
  visit: Visit,
  newest: OpenRecord,
  draft: Draft<CorrectionFields>,
): Promise<Entry> => {
  const { ref, manifest } = newest;
  if (manifest.kind !== 'prescription' || ref.appointment !== visit.id || ref.patient !== visit.patient)
    throw new SalusError('input/invalid', { at: 'prescription' });
  const resources = prescriptionResources(ports, vault.account, visit.patient, draft.fields);
  const { reason, keep } = draft.fields;
  if (resources.length + draft.files.length + keep.length === 0)
    throw new SalusError('input/invalid', { at: 'prescription' });
  return amend(ports, act, vault, {
    what: newest,
    via: visit.id,
    draft,
    reason,
    keep,
    title: '',
    resources,
  });
};
