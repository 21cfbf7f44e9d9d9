/** What an invitation does to the enrolment form. */
import { isSalusError } from '../../core/errors.ts';
import { readInvite, type Invite, type InviteParams } from '../../record/invite.ts';
import type { Network } from '../../record/salusNumber.ts';
import { fieldsOf, type ProfileFields } from './profileForm.ts';

/** @returns null when there is none, or none that can be read: the form is then as for anybody */
export const invitation = (network: Network | null, params: InviteParams): Invite | null => {
  if (!network || !params.hospital) return null;
  try {
    return readInvite(network, params);
  } catch (error) {
    if (isSalusError(error, 'input/invalid')) return null;
    throw error;
  }
};

/** The fields to start from. */
export const invitedFields = (invite: Invite | null): ProfileFields => ({
  ...fieldsOf(null),
  qualification: invite?.qualification ?? '',
  specialty: invite?.specialty ? [invite.specialty] : [],
});
