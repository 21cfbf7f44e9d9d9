/** The keys an account had before: what was sealed to them opens with the seeds that its keyring keeps. */
import { fromHex, type Address, type Digest, type Hex } from '../core/bytes.ts';
import type { Chain, Entry } from './ports/index.ts';
import type { Enrolment, Rotation, Vault } from './vault.ts';

/** The enrolments before the one with this nonce, newest first. */
export const earlierEnrolments = async (chain: Chain, account: Address, nonce: Digest): Promise<Enrolment[]> => {
  const { entries } = await chain.timeline(account, 'own');
  return entries
    .filter((e) => e.event === 'Enrolled' && e.args.nonce !== nonce)
    .map((e) => ({ nonce: e.args.nonce as Digest, recipient: fromHex(e.args.recipient as Hex), at: e.count }));
};

/** The epochs that began by a rotation, newest first. @param entries of the account's own timeline */
export const rotationsIn = (entries: readonly Entry[]): Rotation[] =>
  entries
    .filter((e) => e.event === 'Rotated')
    .map((e) => ({ nonce: e.args.nonce as Digest, tag: e.args.tag as Hex, at: e.count }));

/** Teaches the vault every epoch its own timeline names, so that what was sealed to any of them opens and what is sealed now is sealed to the newest. */
export const learnEpochs = async (chain: Chain, vault: Vault): Promise<void> =>
  vault.learn(rotationsIn((await chain.timeline(vault.account, 'own')).entries));
