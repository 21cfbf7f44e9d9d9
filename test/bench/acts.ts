/** Acts of the hospitals, one after the other: what each needs until it has its effect. */
import type { Address } from '../../src/core/bytes.ts';
import type { Call } from '../../src/flows/ports/index.ts';
import { founders } from './anvil.ts';
import { digest } from './crowd.ts';

/** Calls that are sent together. */
export type Votes = { from: Address; call: Call }[];
/** @property steps each is sent once the block with the one before is seen @property undo what makes it undone, in one block */
export type Act = { steps: Votes[]; undo: Votes };

/**
 * An admission: `propose` by the first hospital, then the further confirmations that a strict majority needs, all as soon as the
 * proposal is seen; the last executes it. It is undone by a strict majority of one hospital more, so that the next finds as many.
 * Where one hospital's word is enough the act is an accreditation, the nearest that needs no other's: the contract has at least three founders.
 */
export const actOf = (
  o: { needed: number; hospitals: number },
  candidate: Address,
  proposals: { next: bigint },
): Act => {
  const [first, ...others] = founders.slice(0, o.hospitals) as [Address, ...Address[]];
  if (o.needed === 1) {
    const call: Call = { name: 'accredit', args: { account: candidate, role: 'doctor', licence: digest() } };
    return { steps: [[{ from: first, call }]], undo: [] };
  }
  const votes = (admit: boolean, confirmations: number): [Votes, Votes] => {
    const proposal = proposals.next++;
    const confirm = { name: 'confirm', args: { proposal, subject: candidate, admit } } as const;
    return [
      [{ from: first, call: { name: 'propose', args: { subject: candidate, admit, statement: digest() } } }],
      others.slice(0, confirmations - 1).map((from) => ({ from, call: confirm })),
    ];
  };
  return { steps: votes(true, o.needed), undo: votes(false, Math.floor((o.hospitals + 1) / 2) + 1).flat() };
};
