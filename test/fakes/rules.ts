/** The contract's rules in simplified form: what the flows of the main job can see of them. State and events in memory. */
import { keccak_256 } from '@noble/hashes/sha3.js';
import { fromHex, toHex, type Address, type Digest, type Hex } from '../../src/core/bytes.ts';
import type {
  Account,
  Appointment,
  AppointmentStatus,
  Call,
  Entry,
  Proposal,
  Role,
} from '../../src/flows/ports/chain.ts';

const NONE = `0x${'0'.repeat(64)}` as Digest;
const NO_KEY = `0x${'0'.repeat(24)}` as Hex;
const ROLES: Role[] = ['none', 'doctor', 'nurse', 'laboratory', 'pharmacy', 'research'];
const DAY = 86_400;
const DISPUTE_WINDOW = 3 * DAY;
const ARBITER_WINDOW = 30 * DAY;
const DISPUTE_LIFE = 180 * DAY;
const PROPOSAL_LIFE = 30 * DAY;
const MAX_KEYRING = 16_384;

const ATTESTABLE: AppointmentStatus[] = ['accepted', 'completed', 'disputed', 'paid', 'split'];

/** The contract's own error. */
export class Revert extends Error {
  readonly args: unknown[];
  constructor(name: string, ...args: unknown[]) {
    super(name);
    this.name = name;
    this.args = args;
  }
}

const check = (holds: boolean, name: string, ...args: unknown[]): void => {
  if (!holds) throw new Revert(name, ...args);
};

export type Stored = {
  own: Entry[];
  inbox: Entry[];
  ownWord: bigint;
  inboxWord: bigint;
  account: Account;
  vouches: Set<number>;
};
export type Where = { block: number; logIndex: number; tx: Hex; time: number };

/** Advances a head word as the contract does; the hash covers what the fake's event holds. */
const advance = (word: bigint, hash: Uint8Array, block: number): bigint => {
  const count = ((word >> 176n) & 0xffffffffffn) + 1n;
  const acc = BigInt(toHex(keccak_256(new TextEncoder().encode(`${word}:${toHex(hash)}`)))) & ((1n << 176n) - 1n);
  return (BigInt(block) << 216n) | (count << 176n) | acc;
};
const countOf = (word: bigint): number => Number((word >> 176n) & 0xffffffffffn);

/** @returns first 12 bytes of keccak256 */
export const keyHashOf = (recipient: Uint8Array): Hex => toHex(keccak_256(recipient).subarray(0, 12));

export class Rules {
  readonly accounts = new Map<Address, Stored>();
  readonly appointments: Appointment[] = [];
  readonly credits = new Map<Address, bigint>();
  readonly directory: Address[] = [];
  /** by number */
  readonly hospitals: Address[];
  /** numbers of the active ones */
  readonly active: Set<number>;
  version = 0;
  readonly proposals: Omit<Proposal, 'live'>[] = [];
  #logIndex = 0;

  /** @param founders hospitals 0, 1, 2 … */
  constructor(founders: Address[]) {
    this.hospitals = [...founders];
    this.active = new Set(founders.keys());
  }

  stored(address: Address): Stored {
    const found = this.accounts.get(address);
    if (found) return found;
    const number = this.hospitals.indexOf(address);
    const fresh: Stored = {
      own: [],
      inbox: [],
      ownWord: 0n,
      inboxWord: 0n,
      vouches: new Set(),
      account: {
        address,
        own: 0n,
        inbox: 0n,
        keyHash: NO_KEY,
        successor: null,
        movedTo: null,
        role: 'none',
        accredited: false,
        open: false,
        fee: 0n,
        vouchedBy: [],
        rating: { count: 0, sum: 0, attestedCount: 0, attestedSum: 0 },
        hospital: number < 0 ? null : { number, active: true },
      },
    };
    this.accounts.set(address, fresh);
    return fresh;
  }

  view(address: Address): Account {
    const s = this.stored(address);
    const vouchedBy = [...s.vouches].sort((a, b) => a - b);
    const accredited = vouchedBy.some((n) => this.active.has(n));
    return { ...s.account, own: s.ownWord, inbox: s.inboxWord, vouchedBy, accredited };
  }

  /** A copy to try a call on. */
  fork(): Rules {
    const copy = new Rules(this.hospitals);
    copy.active.clear();
    for (const n of this.active) copy.active.add(n);
    copy.version = this.version;
    copy.proposals.push(...this.proposals.map((p) => ({ ...p, confirmedBy: [...p.confirmedBy] })));
    for (const [a, s] of this.accounts)
      copy.accounts.set(a, {
        ...s,
        own: [...s.own],
        inbox: [...s.inbox],
        vouches: new Set(s.vouches),
        account: { ...s.account },
      });
    copy.appointments.push(...this.appointments.map((a) => ({ ...a })));
    for (const [a, c] of this.credits) copy.credits.set(a, c);
    copy.directory.push(...this.directory);
    return copy;
  }

  #emit(
    w: Where,
    event: string,
    author: Address,
    subject: Address,
    args: Record<string, unknown>,
    other?: Address,
  ): void {
    const text = JSON.stringify([event, author, subject, args, other ?? null], (_, v) =>
      typeof v === 'bigint' ? `${v}n` : v,
    );
    const hash = keccak_256(new TextEncoder().encode(text));
    const all = other ? { author, subject, other, ...args } : { author, subject, ...args };
    const base = { event, args: all, author, subject, block: w.block, logIndex: this.#logIndex++, tx: w.tx };
    const mine = this.stored(author);
    mine.ownWord = advance(mine.ownWord, hash, w.block);
    const concerned = [...new Set([subject, other])].filter(
      (to): to is Address => to !== undefined && to !== author && BigInt(to) !== 0n,
    );
    for (const to of concerned) {
      const theirs = this.stored(to);
      theirs.inboxWord = advance(theirs.inboxWord, hash, w.block);
    }
    const inboxCount = concerned.includes(subject) ? countOf(this.stored(subject).inboxWord) : null;
    mine.own.unshift({ ...base, ownCount: countOf(mine.ownWord), inboxCount, count: countOf(mine.ownWord) });
    for (const to of concerned) {
      const theirs = this.stored(to);
      theirs.inbox.unshift({ ...base, ownCount: null, inboxCount, count: countOf(theirs.inboxWord) });
    }
  }

  /** May the proposal still be confirmed? @param time Unix seconds */
  isLive(p: Omit<Proposal, 'live'>, time: number): boolean {
    return !p.executed && p.version === this.version && time <= p.created + PROPOSAL_LIFE;
  }

  /** @returns the number of the active hospital */
  #hospital(a: Address): number {
    const { hospital } = this.stored(a).account;
    if (!hospital?.active) throw new Revert('NotHospital', a);
    return hospital.number;
  }

  /** The strict majority executes. */
  #confirm(p: Omit<Proposal, 'live'>, from: Address, w: Where): void {
    p.confirmedBy.push(this.#hospital(from));
    p.confirmedBy.sort((a, b) => a - b);
    p.executed = 2 * p.confirmedBy.length > this.active.size;
    let number = 0;
    if (p.executed) {
      const { account } = this.stored(p.subject);
      number = p.admit ? this.hospitals.push(p.subject) - 1 : (account.hospital?.number as number);
      account.hospital = { number, active: p.admit };
      if (p.admit) this.active.add(number);
      else this.active.delete(number);
      this.version++;
    }
    const fields = { proposal: p.id, confirmations: p.confirmedBy.length, executed: p.executed, hospital: number };
    this.#emit(w, 'Confirmed', from, p.subject, fields);
  }

  /** Only the accredited and hospitals write into the inbox of another who did not ask. */
  #staffFor(patient: Address, from: Address): void {
    check(BigInt(patient) !== 0n, 'ZeroAddress');
    check(patient !== from, 'SelfDealing', patient);
    check(this.view(from).accredited || this.stored(from).account.hospital?.active === true, 'NotAccredited', from);
  }

  #enrolled(a: Address): void {
    check(this.stored(a).account.keyHash !== NO_KEY, 'NotEnrolled', a);
  }

  #appointment(id: bigint): Appointment {
    const found = this.appointments[Number(id) - 1];
    if (!found) throw new Revert('UnknownAppointment', id);
    return found;
  }

  #mine(id: bigint, party: 'patient' | 'doctor', from: Address, ...statuses: AppointmentStatus[]): Appointment {
    const a = this.#appointment(id);
    check(statuses.includes(a.status), 'WrongStatus', id, a.status);
    check(a[party] === from, 'NotYours', id, from);
    return a;
  }

  #pay(a: Appointment, to: Address, status: AppointmentStatus): void {
    a.status = status;
    this.credits.set(to, (this.credits.get(to) ?? 0n) + a.fee);
  }

  /** A fee divided: `refund` wei to the patient. */
  #split(a: Appointment, refund: bigint): void {
    const amount = a.fee - refund;
    a.status = refund === 0n ? 'paid' : amount === 0n ? 'refunded' : 'split';
    this.credits.set(a.patient, (this.credits.get(a.patient) ?? 0n) + refund);
    this.credits.set(a.doctor, (this.credits.get(a.doctor) ?? 0n) + amount);
  }

  /** May `from` name the appointment in the file of `patient`? @returns whether it stands in for accreditation, so that the doctor can amend */
  #via(via: bigint, patient: Address, from: Address): boolean {
    const a = this.#appointment(via);
    if (patient === from && a.patient === from) return false;
    check(a.doctor === from && (patient === from || patient === a.patient), 'NotYours', via, from);
    const amendable = ['completed', 'disputed', 'paid', 'split'].includes(a.status);
    check(amendable || a.since > 0 || a.status === 'accepted', 'WrongStatus', via, a.status);
    return amendable;
  }

  /** @returns wei that leave the contract to the caller's choice @throws Revert */
  apply(from: Address, call: Call, w: Where): { to: Address; amount: bigint } | null {
    const self = this.stored(from);
    const stale = (expected: number) =>
      check(countOf(self.ownWord) === expected, 'Stale', expected, countOf(self.ownWord));
    switch (call.name) {
      case 'enroll': {
        const { expected, recipient, keyring, successor, nonce, profile } = call.args;
        stale(expected);
        check(recipient.length === 1216, 'BadRecipient', BigInt(recipient.length));
        check(keyring.length <= MAX_KEYRING, 'KeyringTooLong', BigInt(keyring.length), BigInt(MAX_KEYRING));
        Object.assign(self.account, { keyHash: keyHashOf(recipient), successor });
        const fields = { recipient: toHex(recipient), keyring: toHex(keyring), successor, nonce, profile };
        this.#emit(w, 'Enrolled', from, from, fields);
        return null;
      }
      case 'setKeyring':
        this.#enrolled(from);
        stale(call.args.expected);
        check(
          call.args.keyring.length <= MAX_KEYRING,
          'KeyringTooLong',
          BigInt(call.args.keyring.length),
          BigInt(MAX_KEYRING),
        );
        this.#emit(w, 'KeyringSet', from, from, { keyring: toHex(call.args.keyring) });
        return null;
      case 'setProfile':
        this.#enrolled(from);
        this.#emit(w, 'ProfileSet', from, from, { profile: call.args.profile });
        return null;
      case 'setFee':
        this.#enrolled(from);
        Object.assign(self.account, call.args);
        this.#emit(w, 'FeeSet', from, from, call.args);
        return null;
      case 'add': {
        const { patient, record, via, hint } = call.args;
        check(record !== NONE, 'ZeroDigest');
        const amends = via !== 0n && this.#via(via, patient, from);
        if (patient === from) this.#enrolled(from);
        else if (!amends)
          check(this.view(from).accredited || self.account.hospital?.active === true, 'NotAccredited', from);
        this.#emit(w, 'Added', from, patient, { via, record, hint });
        return null;
      }
      case 'accredit':
      case 'suspend': {
        const number = this.#hospital(from);
        const other = this.stored(call.args.account);
        if (call.name === 'suspend') {
          check(other.vouches.delete(number), 'NotAccredited', call.args.account);
          this.#emit(w, 'Suspended', from, call.args.account, { hospital: number, reason: call.args.reason });
          return null;
        }
        check(call.args.account !== from, 'SelfDealing', from);
        const { role: current } = other.account;
        const others = [...other.vouches].some((n) => n !== number && this.active.has(n));
        const wanted = ROLES.indexOf(call.args.role);
        const change = current !== 'none' && current !== call.args.role;
        check(wanted > 0 && !(change && others), 'BadRole', call.args.account, ROLES.indexOf(current), wanted);
        other.vouches.add(number);
        other.account.role = call.args.role;
        if (!this.directory.includes(call.args.account)) this.directory.push(call.args.account);
        const role = ROLES.indexOf(call.args.role);
        this.#emit(w, 'Accredited', from, call.args.account, { hospital: number, role, licence: call.args.licence });
        return null;
      }
      case 'propose': {
        this.#hospital(from);
        const { subject, admit, statement } = call.args;
        const seat = this.stored(subject).account.hospital;
        check(!(admit && seat?.active), 'AlreadyHospital', subject);
        check(admit || seat?.active === true, 'NotHospital', subject);
        check(admit || this.active.size > 1, 'TooFewHospitals', 0n);
        const id = BigInt(this.proposals.length + 1);
        const made = { id, subject, admit, version: this.version, created: w.time, executed: false };
        const p = { ...made, statement: statement === NONE ? null : statement, confirmedBy: [] };
        this.proposals.push(p);
        this.#emit(w, 'Proposed', from, subject, { proposal: id, admit, version: this.version, statement });
        this.#confirm(p, from, w);
        return null;
      }
      case 'confirm': {
        const number = this.#hospital(from);
        const p = this.proposals[Number(call.args.proposal) - 1];
        if (!p) throw new Revert('UnknownProposal', call.args.proposal);
        check(p.subject === call.args.subject && p.admit === call.args.admit, 'ProposalMismatch', p.id);
        check(this.isLive(p, w.time), 'ProposalDead', p.id);
        check(!p.confirmedBy.includes(number), 'AlreadyConfirmed', p.id, from);
        this.#confirm(p, from, w);
        return null;
      }
      case 'book': {
        const { doctor, request, arbiter, until, keyHash } = call.args;
        const d = this.view(doctor);
        check(doctor !== from, 'SelfDealing', doctor);
        this.#enrolled(from);
        check(d.role === 'doctor' && d.accredited, 'NotBookable', doctor);
        check(d.keyHash === keyHash, 'KeyChanged', doctor, keyHash, d.keyHash);
        check(d.open, 'NotOpen', doctor);
        check(call.value === d.fee, 'WrongFee', call.value, d.fee);
        check(
          until >= w.time + DAY && until <= w.time + 365 * DAY,
          'BadDeadline',
          until,
          w.time + DAY,
          w.time + 365 * DAY,
        );
        check(d.vouchedBy.includes(arbiter) && this.active.has(arbiter), 'BadArbiter', arbiter);
        const hospital = this.hospitals[arbiter] as Address;
        const id = BigInt(this.appointments.length + 1);
        const rest = { since: 0, status: 'booked' as const, attested: false, score: 0 };
        this.appointments.push({ id, patient: from, doctor, arbiter: hospital, fee: d.fee, until, ...rest });
        this.#emit(w, 'Booked', from, doctor, { arbiter: hospital, id, request, fee: d.fee, until });
        return null;
      }
      case 'accept': {
        const a = this.#mine(call.args.id, 'doctor', from, 'booked');
        a.status = 'accepted';
        this.#emit(w, 'Accepted', from, a.patient, { id: a.id, note: call.args.note });
        return null;
      }
      case 'decline': {
        const a = this.#mine(call.args.id, 'doctor', from, 'booked', 'accepted', 'completed', 'disputed');
        this.#pay(a, a.patient, 'declined');
        this.#emit(w, 'Declined', from, a.patient, { id: a.id, reason: call.args.reason });
        return null;
      }
      case 'cancel': {
        const a = this.#mine(call.args.id, 'patient', from, 'booked');
        this.#pay(a, a.patient, 'cancelled');
        this.#emit(w, 'Cancelled', from, a.doctor, { id: a.id });
        return null;
      }
      case 'complete': {
        const a = this.#mine(call.args.id, 'doctor', from, 'booked', 'accepted');
        check(w.time <= a.until, 'TooLate', a.id, a.until);
        Object.assign(a, { status: 'completed', since: w.time });
        this.#emit(w, 'Completed', from, a.patient, { id: a.id, record: call.args.record, hint: call.args.hint });
        return null;
      }
      case 'release': {
        const a = this.#appointment(call.args.id);
        const disputed = a.status === 'disputed';
        check(disputed || a.status === 'completed', 'WrongStatus', a.id, a.status);
        const due = a.since + (disputed ? DISPUTE_LIFE : DISPUTE_WINDOW);
        check(from === a.patient || w.time >= due, 'TooEarly', a.id, due);
        const refund = disputed && w.time >= due ? a.fee - a.fee / 2n : 0n;
        this.#split(a, refund);
        this.#emit(w, 'Released', from, a.doctor, { id: a.id, amount: a.fee - refund }, a.patient);
        return null;
      }
      case 'dispute': {
        const a = this.#mine(call.args.id, 'patient', from, 'completed');
        check(w.time < a.since + DISPUTE_WINDOW, 'TooLate', a.id, a.since + DISPUTE_WINDOW - 1);
        Object.assign(a, { status: 'disputed', since: w.time });
        this.#emit(w, 'Disputed', from, a.doctor, { id: a.id, reason: call.args.reason }, a.arbiter);
        return null;
      }
      case 'resolve': {
        const number = this.#hospital(from);
        const a = this.#appointment(call.args.id);
        check(a.status === 'disputed', 'WrongStatus', a.id, a.status);
        const arbiter = this.hospitals.indexOf(a.arbiter);
        const due = a.since + ARBITER_WINDOW;
        check(number === arbiter || !this.active.has(arbiter) || w.time >= due, 'TooEarly', a.id, due);
        check(from !== a.patient && from !== a.doctor, 'SelfDealing', from);
        const { refund, reason } = call.args;
        check(refund <= a.fee, 'BadRefund', refund, a.fee);
        this.#split(a, refund);
        this.#emit(w, 'Resolved', from, a.doctor, { id: a.id, refund, reason }, a.patient);
        return null;
      }
      case 'attest': {
        const number = this.#hospital(from);
        const a = this.#appointment(call.args.id);
        check(ATTESTABLE.includes(a.status), 'WrongStatus', a.id, a.status);
        check(!a.attested, 'AlreadyAttested', a.id);
        check(a.score === 0, 'AlreadyRated', a.id);
        check(from !== a.patient && from !== a.doctor, 'SelfDealing', from);
        const mayAttest = this.hospitals[number] === a.arbiter || this.stored(a.doctor).vouches.has(number);
        check(mayAttest, 'NotYours', a.id, from);
        a.attested = true;
        this.#emit(w, 'Attested', from, a.doctor, { id: a.id }, a.patient);
        return null;
      }
      case 'reclaim': {
        const a = this.#mine(call.args.id, 'patient', from, 'booked', 'accepted');
        check(w.time > a.until || !this.view(a.doctor).accredited, 'TooEarly', a.id, a.until);
        this.#pay(a, a.patient, 'refunded');
        this.#emit(w, 'Reclaimed', from, a.doctor, { id: a.id });
        return null;
      }
      case 'rate': {
        const a = this.#mine(call.args.id, 'patient', from, 'completed', 'paid', 'split');
        check(a.score === 0, 'AlreadyRated', a.id);
        check(a.fee > 0n, 'NothingPaid', a.id);
        check(call.args.score >= 1 && call.args.score <= 5, 'BadScore', call.args.score);
        const released = a.status === 'completed' ? a.fee : 0n;
        if (released > 0n) this.#pay(a, a.doctor, 'paid');
        a.score = call.args.score;
        const { rating } = this.stored(a.doctor).account;
        const attested = a.attested ? { count: 1, sum: a.score } : { count: 0, sum: 0 };
        this.stored(a.doctor).account.rating = {
          count: rating.count + 1,
          sum: rating.sum + a.score,
          attestedCount: rating.attestedCount + attested.count,
          attestedSum: rating.attestedSum + attested.sum,
        };
        this.#emit(w, 'Rated', from, a.doctor, { id: a.id, score: a.score, comment: call.args.comment, released });
        return null;
      }
      case 'share': {
        const { grantee, capability, access, until, re } = call.args;
        check(capability !== NONE, 'ZeroDigest');
        this.#enrolled(from);
        check(until === 0 || until > w.time, 'BadExpiry', until);
        this.#emit(w, 'Shared', from, grantee, { access, capability, until, re });
        return null;
      }
      case 'revoke':
        this.#enrolled(from);
        this.#emit(w, 'Revoked', from, call.args.grantee, { access: call.args.access });
        return null;
      case 'rotate': {
        const { expected, tag, nonce, bundle } = call.args;
        stale(expected);
        this.#enrolled(from);
        this.#emit(w, 'Rotated', from, from, { tag, nonce, bundle });
        return null;
      }
      case 'requestAccess':
        this.#staffFor(call.args.patient, from);
        this.#emit(w, 'AccessRequested', from, call.args.patient, { reason: call.args.reason });
        return null;
      case 'refuse': {
        const { requester, re, reason } = call.args;
        check(BigInt(requester) !== 0n, 'ZeroAddress');
        check(requester !== from, 'SelfDealing', requester);
        this.#enrolled(from);
        this.#emit(w, 'Refused', from, requester, { re, reason });
        return null;
      }
      case 'delegate': {
        const { patient, colleague, capability, access, until } = call.args;
        check(capability !== NONE, 'ZeroDigest');
        check(BigInt(colleague) !== 0n, 'ZeroAddress');
        check(colleague !== from && colleague !== patient, 'SelfDealing', colleague);
        this.#staffFor(patient, from);
        check(until === 0 || until > w.time, 'BadExpiry', until);
        this.#emit(w, 'Delegated', from, patient, { capability, access, until }, colleague);
        return null;
      }
      case 'assign': {
        this.#hospital(from);
        const { patient, doctor, note } = call.args;
        this.#emit(w, 'Assigned', from, patient, { note }, doctor);
        return null;
      }
      case 'multicall':
        for (const inner of call.args.calls) this.apply(from, inner, w);
        return null;
      case 'withdraw': {
        const amount = this.credits.get(from) ?? 0n;
        check(amount > 0n, 'NoCredit', from);
        this.credits.set(from, 0n);
        this.#emit(w, 'Withdrawn', from, from, { to: call.args.to, amount });
        return { to: call.args.to, amount };
      }
    }
  }
}

/** 1216 bytes out of hex. */
export const bytesOf = (hex: unknown) => fromHex(hex as Hex);
