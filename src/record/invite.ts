/**
 * A hospital's invitation as a link. It fills the enrolment form and names the hospital; it gives nothing, holds no secret and nothing
 * about health, and is not signed: whoever opens it is shown whether that account is a hospital, by the chain. Anybody can make one, so
 * everything in it is bounded, checked, and plain text.
 */
import type { Address } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import { shortLine } from '../core/plainText.ts';
import { formatCode, parseCode, type Network } from './salusNumber.ts';

/** Whom a hospital invites: its staff by role, or a patient. */
export const INVITED = ['doctor', 'nurse', 'laboratory', 'pharmacy', 'research', 'patient'] as const;
/** One of {@link INVITED}. */
export type InvitedAs = (typeof INVITED)[number];
/** `qualification` and `specialty` are what the form begins with, empty where nothing is suggested; a patient has neither. */
export type Invite = { hospital: Address; role: InvitedAs; qualification: string; specialty: string };
/** The parts of the link's path. `about` is `-` where it says nothing. */
export type InviteParams = { role: string; hospital: string; about: string };

/** Characters. */
export const MAX_QUALIFICATION = 160;
export const MAX_SPECIALTY = 80;
/** Of `about`, percent-encoded: nine for each character at most. */
const MAX_ABOUT = 9 * (MAX_QUALIFICATION + MAX_SPECIALTY) + 32;
const NOTHING = '-';

const isInvited = (role: string): role is InvitedAs => (INVITED as readonly string[]).includes(role);

/** What the link's path is made of. The hospital stands in it as a code, which says on which network it is one. */
export const inviteParams = (network: Network, invite: Invite): InviteParams => {
  const about = new URLSearchParams();
  const qualification = shortLine(invite.qualification, MAX_QUALIFICATION);
  const specialty = shortLine(invite.specialty, MAX_SPECIALTY);
  if (invite.role !== 'patient' && qualification) about.set('q', qualification);
  if (invite.role !== 'patient' && specialty) about.set('s', specialty);
  return { role: invite.role, hospital: formatCode(network, invite.hospital), about: about.toString() || NOTHING };
};

/**
 * Reads a link's path, whoever made it.
 * @throws input/invalid with `what: invite` and `why`: `role`, `mistyped`, `other-network`, `too-long`
 */
export const readInvite = (network: Network, { role, hospital, about }: InviteParams): Invite => {
  const bad = (why: string, cause?: unknown) => new SalusError('input/invalid', { what: 'invite', why }, cause);
  if (!isInvited(role)) throw bad('role');
  if (about.length > MAX_ABOUT || hospital.length > 100) throw bad('too-long');
  let account: Address;
  try {
    account = parseCode(network, hospital);
  } catch (cause) {
    throw bad(
      cause instanceof SalusError && cause.details.why === 'other-network' ? 'other-network' : 'mistyped',
      cause,
    );
  }
  const said = new URLSearchParams(role === 'patient' || about === NOTHING ? '' : about);
  return {
    hospital: account,
    role,
    qualification: shortLine(said.get('q') ?? '', MAX_QUALIFICATION),
    specialty: shortLine(said.get('s') ?? '', MAX_SPECIALTY),
  };
};
