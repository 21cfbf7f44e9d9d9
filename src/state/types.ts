/** The words of the layers below that screens may speak. */
export type { Act, Prompt, Stage } from '../flows/act.ts';
export type { Member, ProposalState as ProposalStanding, ProvenProposal } from '../flows/consortium.ts';
export type { DisputeFields } from '../flows/dispute.ts';
export type { BookingFields } from '../flows/book.ts';
export type { EnrolInput } from '../flows/enroll.ts';
export type { OpenDispute } from '../flows/openDisputes.ts';
export type { Assignment } from '../flows/assign.ts';
export type { LetGo } from '../flows/move.ts';
export { RESEAL_AT_ONCE } from '../flows/placing.ts';
export type { Deeds, Motion, Span } from '../flows/history.ts';
export type { Expiring, OpenRequest } from '../flows/oversight.ts';
export type { Said } from '../flows/statements.ts';
export type { CardFields, DocumentCorrection } from '../flows/own.ts';
export type { Indexed } from '../flows/recordIndex.ts';
export { keyOf, type Filed } from '../flows/records.ts';
export type { Attached } from '../flows/attach.ts';
export type { Given } from '../flows/given.ts';
export { grantKey, type Grant } from '../flows/grants.ts';
export { disclosuresOf, grantOfToken, type Disclosure, type Noted } from '../flows/disclosures.ts';
export { requestKey, type KeyRequest } from '../flows/requests.ts';
export { readerOf, type Reader, type ThroughVisits } from '../flows/readers.ts';
export type { OpenRecord, RecordRef } from '../flows/openRecord.ts';
export type { OutboxEntry } from '../flows/outbox.ts';
export type { Service } from '../flows/pinning.ts';
export type { Earnings, Payment } from '../flows/pay.ts';
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
  NodeReport,
  HeldPin,
  PinState,
  PlaceState,
  Progress,
  Proposal,
  Quote,
  Receipt,
  Role,
  SealedBytes,
  Signature,
  WalletInfo,
} from '../flows/ports/index.ts';
export type { FullReceipt } from '../flows/receipt.ts';
export type { Evidence, Outcome, StepName } from '../flows/verify.ts';
export type { Whom } from '../flows/grantee.ts';
export type { Back, BackPlan } from '../flows/backPlan.ts';
export { RESTRICTED_MOST } from '../flows/restricted.ts';
export { MOST_CALLS, type Rights } from '../flows/shareTerms.ts';
export type { PrescriptionFields } from '../flows/prescribe.ts';
export type { Word } from '../flows/standing.ts';
export type { Ways } from '../flows/unlock.ts';
export type { Visit } from '../flows/visits.ts';
export type { Lead, Notice, NoticeKind } from '../flows/notices.ts';
export type { Received } from '../flows/received.ts';
export type { SharedLine } from '../flows/sharedLines.ts';
export type { SharedRecord } from '../flows/sharedRecords.ts';
export type { Reviewed } from '../flows/reviewers.ts';
export type { Glimpse } from '../flows/glimpse.ts';
export type { Exchanged, PatientOf } from '../flows/patients.ts';
export type { ReportFields } from '../flows/report.ts';
export type { CorrectionFields } from '../flows/correct.ts';
export type { Versions } from './patients.svelte.ts';
export { METHODS, type Direction, type MethodName } from '../flows/ports/measure.ts';
export { ARBITER_WINDOW, RESOLVE_WINDOW } from '../flows/openDisputes.ts';
export { DISPUTE_WINDOW } from '../flows/pay.ts';
export { MOST_AT_ONCE } from '../flows/attest.ts';
export { majority, PROPOSAL_LIFE, stateOf } from '../flows/consortium.ts';
export { phraseMatches } from '../flows/phrase.ts';
