/** The words of the layers below that screens may speak. */
export type { Act, Prompt, Stage } from '../flows/act.ts';
export type { DisputeFields } from '../flows/dispute.ts';
export type { EnrolInput } from '../flows/enroll.ts';
export type { OpenRecord, RecordRef } from '../flows/openRecord.ts';
export type { OutboxEntry } from '../flows/outbox.ts';
export type { Earnings } from '../flows/pay.ts';
export type {
  Account,
  Appointment,
  AppointmentStatus,
  Call,
  Connection,
  Deployment,
  Durability,
  Entry,
  Hospital,
  Progress,
  Quote,
  Receipt,
  Role,
  WalletInfo,
} from '../flows/ports/index.ts';
export type { PrescriptionFields } from '../flows/prescribe.ts';
export type { Ways } from '../flows/unlock.ts';
export type { Visit } from '../flows/visits.ts';
export { METHODS, type Direction, type MethodName } from '../flows/ports/measure.ts';
export { phraseMatches } from '../flows/phrase.ts';
