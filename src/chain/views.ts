/** The contract's views in the words of the port. */
import { NO_ADDRESS, NO_DIGEST, type Address, type Digest } from '../core/bytes.ts';
import type { Account, Appointment, AppointmentStatus, Hospital, Proposal, Role } from '../flows/ports/chain.ts';

/** In the order of the contract's `Role`. */
export const roles: readonly Role[] = ['none', 'doctor', 'nurse', 'laboratory', 'pharmacy', 'research'];
const statuses: readonly AppointmentStatus[] = [
  'none',
  'booked',
  'accepted',
  'declined',
  'cancelled',
  'completed',
  'disputed',
  'paid',
  'refunded',
  'split',
];
const lower = (address: string): Address => address.toLowerCase() as Address;
const orNull = (address: string): Address | null => (address === NO_ADDRESS ? null : lower(address));
const bits = (mask: bigint): number[] =>
  Array.from({ length: 256 }, (_, n) => n).filter((n) => (mask >> BigInt(n)) & 1n);

/** `AccountView` as viem decodes it. */
export type AccountView = {
  own: bigint;
  inbox: bigint;
  keyHash: string;
  successor: string;
  movedTo: string;
  role: number;
  accredited: boolean;
  open: boolean;
  fee: bigint;
  vouches: bigint;
  ratings: number;
  ratingSum: number;
  attestedRatings: number;
  attestedSum: number;
  hospital: number;
  activeHospital: boolean;
};

export const toAccount = (address: string, v: AccountView): Account => ({
  address: lower(address),
  own: v.own,
  inbox: v.inbox,
  keyHash: lower(v.keyHash),
  successor: orNull(v.successor),
  movedTo: orNull(v.movedTo),
  role: roles[v.role] ?? 'none',
  accredited: v.accredited,
  open: v.open,
  fee: v.fee,
  vouchedBy: bits(v.vouches),
  rating: {
    count: v.ratings,
    sum: v.ratingSum,
    attestedCount: v.attestedRatings,
    attestedSum: v.attestedSum,
  },
  hospital: v.hospital === 0 ? null : { number: v.hospital - 1, active: v.activeHospital },
});

/** `AppointmentView` as viem decodes it. */
export type AppointmentView = {
  id: bigint;
  patient: string;
  doctor: string;
  arbiter: string;
  fee: bigint;
  until: number;
  since: number;
  status: number;
  attested: boolean;
  score: number;
};

export const toAppointment = (v: AppointmentView): Appointment => ({
  id: v.id,
  patient: lower(v.patient),
  doctor: lower(v.doctor),
  arbiter: lower(v.arbiter),
  fee: v.fee,
  until: v.until,
  since: v.since,
  status: statuses[v.status] ?? 'none',
  attested: v.attested,
  score: v.score,
});

export const toHospital = (v: { account: string; number: number; active: boolean }): Hospital => ({
  address: lower(v.account),
  number: v.number,
  active: v.active,
});

/** `ProposalView` as viem decodes it. */
export type ProposalView = {
  id: bigint;
  subject: string;
  admit: boolean;
  version: number;
  created: number;
  statement: string;
  confirmations: bigint;
  executed: boolean;
  live: boolean;
};

export const toProposal = (v: ProposalView): Proposal => ({
  id: v.id,
  subject: lower(v.subject),
  admit: v.admit,
  version: v.version,
  created: v.created,
  statement: v.statement === NO_DIGEST ? null : (v.statement.toLowerCase() as Digest),
  confirmedBy: bits(v.confirmations),
  executed: v.executed,
  live: v.live,
});
