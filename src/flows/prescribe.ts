/** The doctor's answer: lines and files, sealed to the patient and the doctor, and the visit completed, in one transaction. */
import type { Resource } from '@medplum/fhirtypes';
import type { Address } from '../core/bytes.ts';
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

/** Advice and lines as FHIR; lines without a medicine are left out. Empty when nothing was written. */
export const prescriptionResources = (
  ports: Pick<Ports, 'chain' | 'clock' | 'zone'>,
  doctor: Address,
  patient: Address,
  fields: PrescriptionFields,
): Resource[] => {
  const advice = fields.advice.trim();
  const authoredOn = isoWithZone(ports.clock(), ports.zone());
  return [
    ...(advice ? [communication(authoredOn, advice)] : []),
    ...fields.lines
      .filter((l) => l.medication.trim())
      .map((l) => medicationRequest(ports.chain.chainId, patient, doctor, authoredOn, l)),
  ];
};

/** Whether the patient has other keys since the booking, or took access back: then its reply key is one that others may have by now. Of which folder only the patient knows. */
const newKeysSince = async ({ chain }: Pick<Ports, 'chain'>, { patient, history }: Visit): Promise<boolean> => {
  const { entries } = await chain.timeline(patient, 'own');
  const booked = entries.find((e) => e.tx === history[0]?.tx && e.event === 'Booked');
  const renewed = entries.find((e) => e.event === 'Enrolled' || e.event === 'Rotated');
  return booked !== undefined && renewed !== undefined && renewed.count > booked.count;
};

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

  const resources = prescriptionResources(ports, vault.account, visit.patient, draft.fields);
  if (resources.length === 0 && draft.files.length === 0) throw new SalusError('input/invalid', { at: 'prescription' });
  const patient = await trustedKey(ports, visit.patient);
  const wanted = (await newKeysSince(ports, visit)) ? null : request.manifest.reply;
  const reply = wanted && (await isSealable(wanted)) ? wanted : patient.recipient;
  const record = await sealDraft(
    ports,
    act,
    draft,
    {
      kind: 'prescription',
      title: '',
      patient: visit.patient,
      appointment: String(visit.id),
      resources,
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
