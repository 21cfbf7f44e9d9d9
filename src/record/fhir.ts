/** The HL7 FHIR R4 resources that Salus writes, and how it reads them back. Only what people typed goes in. */
import type { Appointment, Communication, Identifier, MedicationRequest, Resource } from '@medplum/fhirtypes';
import type { Address } from '../core/bytes.ts';

/** A patient or practitioner by account: a did:pkh in `Identifier`, for nobody runs a FHIR server here. @see CAIP-10, did:pkh */
export const accountIdentifier = (chain: number, account: Address): Identifier => ({
  system: 'urn:ietf:rfc:3986',
  value: `did:pkh:eip155:${chain}:${account}`,
});

/** A stretch of time that would suit, ISO 8601 with zone. */
export type Wish = { start: string; end: string };
export const MAX_WISHES = 3;
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

/** What a patient writes when booking. `preferred`: in their own words, beside the times. */
export type VisitRequest = { symptoms: string; preferred: string; times?: Wish[] };

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
  ...(request.times?.length ? { requestedPeriod: request.times.map(({ start, end }) => ({ start, end })) } : {}),
  participant: [
    { actor: { identifier: accountIdentifier(chain, patient) }, status: 'accepted' },
    { actor: { identifier: accountIdentifier(chain, doctor) }, status: 'needs-action' },
  ],
});

/** Whatever a stranger put where text belongs, nothing but text comes out. */
const textOf = (v: unknown): string => (typeof v === 'string' ? v : '');
/** The first of a list, if it is one, as something to read fields of. */
const first = (v: unknown): Record<string, unknown> => (Array.isArray(v) ? fields(v[0]) : {});
const fields = (v: unknown): Record<string, unknown> => (typeof v === 'object' && v !== null ? { ...v } : {});

/** A period with a beginning and a later end, else nothing. */
const wishOf = (v: unknown): Wish[] => {
  const { start, end } = fields(v);
  if (typeof start !== 'string' || typeof end !== 'string' || !ISO.test(start) || !ISO.test(end)) return [];
  return Date.parse(start) < Date.parse(end) ? [{ start, end }] : [];
};

/** @returns what the patient wrote, empty where there is nothing; at most three times, each of them one */
export const readVisitRequest = (resources: Resource[]): Required<VisitRequest> => {
  const a = fields(resources.find((r) => r.resourceType === 'Appointment'));
  const periods: unknown[] = Array.isArray(a.requestedPeriod) ? a.requestedPeriod.slice(0, MAX_WISHES) : [];
  return { symptoms: textOf(a.description), preferred: textOf(a.comment), times: periods.flatMap(wishOf) };
};

/** Words from one side to the other: advice beside a prescription, the reason of a refusal. @see https://hl7.org/fhir/R4/communication.html */
export const communication = (sent: string, text: string): Communication => ({
  resourceType: 'Communication',
  status: 'completed',
  sent,
  payload: [{ contentString: text }],
});

/** @returns the words of the first Communication, empty where there is none */
export const readWords = (resources: Resource[]): string => {
  const c = fields(resources.find((r) => r.resourceType === 'Communication'));
  return textOf(first(c.payload).contentString);
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
    .filter((r) => r.resourceType === 'MedicationRequest')
    .map((r) => {
      const request = fields(r);
      const dosage = first(request.dosageInstruction);
      return {
        medication: textOf(fields(request.medicationCodeableConcept).text),
        dose: textOf(dosage.text),
        frequency: textOf(fields(fields(dosage.timing).code).text),
        duration: textOf(dosage.patientInstruction),
        note: textOf(first(request.note).text),
      };
    });
