/** The doctor's answer: lines and files, sealed to the patient and the doctor, and the visit completed, in one transaction. */
import { SalusError } from '../core/errors.ts';
import { isoWithZone } from '../core/time.ts';
import { communication, medicationRequest, type PrescriptionLine } from '../record/fhir.ts';
import type { Act } from './act.ts';
import type { Draft } from './draft.ts';
import type { OpenRecord } from './openRecord.ts';
import type { Entry, Ports } from './ports/index.ts';
import { distinct, hintFor, isSealable, sealDraft } from './seal.ts';
import { earlier, send } from './send.ts';
import { rememberKey, trustedKey } from './trust.ts';
import type { Vault } from './vault.ts';
import type { Visit } from './visits.ts';

/** What a doctor writes. */
export type PrescriptionFields = { advice: string; lines: PrescriptionLine[] };

/** @param request the opened booking @returns the Completed entry @throws input/invalid when nothing was written, chain/key-unproven, chain/reverted */
export const prescribe = async (
  ports: Ports,
  act: Act,
  vault: Vault,
  visit: Visit,
  request: OpenRecord,
  draft: Draft<PrescriptionFields>,
): Promise<Entry> => {
  act.stage('prepare');
  const before = await earlier(ports, act, draft);
  if ('done' in before) return before.done;

  const lines = draft.fields.lines.filter((l) => l.medication.trim());
  const advice = draft.fields.advice.trim();
  if (lines.length === 0 && draft.files.length === 0 && !advice)
    throw new SalusError('input/invalid', { at: 'prescription' });
  const patient = await trustedKey(ports, visit.patient);
  const wanted = request.manifest.reply;
  const reply = wanted && (await isSealable(wanted)) ? wanted : patient.recipient;
  const authoredOn = isoWithZone(ports.clock(), ports.zone());
  const record = await sealDraft(
    ports,
    act,
    draft,
    {
      kind: 'prescription',
      title: '',
      patient: visit.patient,
      appointment: String(visit.id),
      resources: [
        ...(advice ? [communication(authoredOn, advice)] : []),
        ...lines.map((l) => medicationRequest(ports.chain.chainId, visit.patient, vault.account, authoredOn, l)),
      ],
    },
    distinct([reply, patient.recipient, vault.identity.recipient]),
    before.asked,
  );
  await rememberKey(ports, patient);
  return send(
    ports,
    act,
    { name: 'complete', args: { id: visit.id, record, hint: hintFor(reply, record) } },
    { record, draft: draft.name, again: before.asked },
  );
};
