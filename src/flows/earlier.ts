/** The keys an account had before: what was sealed to them opens with the seeds that its keyring keeps. */
import { fromHex, type Address, type Digest, type Hex } from '../core/bytes.ts';
import type { Chain } from './ports/index.ts';
import type { Enrolment } from './vault.ts';

/** The enrolments before the one with this nonce, newest first. */
export const earlierEnrolments = async (chain: Chain, account: Address, nonce: Digest): Promise<Enrolment[]> => {
  const { entries } = await chain.timeline(account, 'own');
  return entries
    .filter((e) => e.event === 'Enrolled' && e.args.nonce !== nonce)
    .map((e) => ({ nonce: e.args.nonce as Digest, recipient: fromHex(e.args.recipient as Hex) }));
};
