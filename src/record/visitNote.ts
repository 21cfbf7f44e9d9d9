/** What a doctor says when taking a visit: when and where to come, and what else to know. In the doctor's own words. */
import type { Appointment, Resource } from '@medplum/fhirtypes';
import type { Address } from '../core/bytes.ts';
import { accountIdentifier } from './fhir.ts';

export type VisitNote = { when: string; where: string; words: string };

/** True when nothing was written. */
export const isBlankNote = (note: VisitNote): boolean => !note.when.trim() && !note.where.trim() && !note.words.trim();

/** A booked FHIR Appointment: `comment` says when, a participant without account is the place. @see https://hl7.org/fhir/R4/appointment.html */
export const visitNoteResource = (chain: number, patient: Address, doctor: Address, note: VisitNote): Appointment => ({
  resourceType: 'Appointment',
  status: 'booked',
  ...(note.when.trim() ? { comment: note.when.trim() } : {}),
  ...(note.words.trim() ? { patientInstruction: note.words.trim() } : {}),
  participant: [
    { actor: { identifier: accountIdentifier(chain, patient) }, status: 'accepted' },
    { actor: { identifier: accountIdentifier(chain, doctor) }, status: 'accepted' },
    ...(note.where.trim()
      ? [{ actor: { type: 'Location' as const, display: note.where.trim() }, status: 'accepted' as const }]
      : []),
  ],
});

const textOf = (v: unknown): string => (typeof v === 'string' ? v : '');
const fields = (v: unknown): Record<string, unknown> => (typeof v === 'object' && v !== null ? { ...v } : {});

/** @returns empty strings for what was not said */
export const readVisitNote = (resources: Resource[]): VisitNote => {
  const a = fields(resources.find((r) => r.resourceType === 'Appointment'));
  const actors = (Array.isArray(a.participant) ? a.participant.slice(0, 100) : []).map((p) => fields(fields(p).actor));
  return {
    when: textOf(a.comment),
    where: textOf(actors.find((actor) => actor.type === 'Location')?.display),
    words: textOf(a.patientInstruction),
  };
};
