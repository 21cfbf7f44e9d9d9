/** The HL7 FHIR R4 resources that Salus writes, and how it reads them back. Only what people typed goes in. */
import type { Appointment, Identifier, MedicationRequest, Resource } from '@medplum/fhirtypes';
import type { Address } from '../core/bytes.ts';

/** A patient or practitioner by account: a did:pkh in `Identifier`, for nobody runs a FHIR server here. @see CAIP-10, did:pkh */
export const accountIdentifier = (chain: number, account: Address): Identifier => ({
  system: 'urn:ietf:rfc:3986',
  value: `did:pkh:eip155:${chain}:${account}`,
});

/** What a patient writes when booking. */
export type VisitRequest = { symptoms: string; preferred: string };

/** @see https://hl7.org/fhir/R4/appointment.html */
export const appointmentResource = (
  chain: number,
  patient: Address,
  doctor: Address,
  request: VisitRequest,
): Appointment => ({
  resourceType: 'Appointment',
  status: 'proposed',
  description: request.symptoms,
  ...(request.preferred ? { comment: request.preferred } : {}),
  participant: [
    { actor: { identifier: accountIdentifier(chain, patient) }, status: 'accepted' },
    { actor: { identifier: accountIdentifier(chain, doctor) }, status: 'needs-action' },
  ],
});

/** @returns what the patient wrote, empty strings where there is none */
export const readVisitRequest = (resources: Resource[]): VisitRequest => {
  const a = resources.find((r): r is Appointment => r.resourceType === 'Appointment');
  return { symptoms: String(a?.description ?? ''), preferred: String(a?.comment ?? '') };
};

/** One line of a prescription, as the doctor typed it. */
export type PrescriptionLine = { medication: string; dose: string; frequency: string; duration: string; note: string };

/** @see https://hl7.org/fhir/R4/medicationrequest.html */
export const medicationRequest = (
  chain: number,
  patient: Address,
  doctor: Address,
  authoredOn: string,
  line: PrescriptionLine,
): MedicationRequest => ({
  resourceType: 'MedicationRequest',
  status: 'active',
  intent: 'order',
  authoredOn,
  medicationCodeableConcept: { text: line.medication },
  subject: { identifier: accountIdentifier(chain, patient) },
  requester: { identifier: accountIdentifier(chain, doctor) },
  dosageInstruction: [
    {
      text: line.dose,
      ...(line.frequency ? { timing: { code: { text: line.frequency } } } : {}),
      ...(line.duration ? { patientInstruction: line.duration } : {}),
    },
  ],
  ...(line.note ? { note: [{ text: line.note }] } : {}),
});

/** @returns the lines of every MedicationRequest, in order */
export const readPrescription = (resources: Resource[]): PrescriptionLine[] =>
  resources
    .filter((r): r is MedicationRequest => r.resourceType === 'MedicationRequest')
    .map((r) => ({
      medication: String(r.medicationCodeableConcept?.text ?? ''),
      dose: String(r.dosageInstruction?.[0]?.text ?? ''),
      frequency: String(r.dosageInstruction?.[0]?.timing?.code?.text ?? ''),
      duration: String(r.dosageInstruction?.[0]?.patientInstruction ?? ''),
      note: String(r.note?.[0]?.text ?? ''),
    }));
