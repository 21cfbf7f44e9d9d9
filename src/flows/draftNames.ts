/** What drafts are called in the cabinet: one a doctor, one a visit. */
import type { Address } from '../core/bytes.ts';
import type { Visit } from './visits.ts';

export const bookingDraft = (doctor: Address): string => `book/${doctor}`;
export const prescriptionDraft = (visit: Visit): string => `prescribe/${visit.id}`;
