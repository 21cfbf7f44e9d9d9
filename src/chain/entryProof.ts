/** Proof that the transaction behind an entry says what the entry says. */
import { SalusError } from '../core/errors.ts';
import type { Entry } from '../flows/ports/chain.ts';
import { salusAbi } from './abi.ts';
import { proveAct, type ActContext, type ActProof, type SignedCall } from './acts.ts';

/** An {@link ActProof} with the one call that made the entry; null where a contract account made it. */
export type EntryProof = ActProof & { call: SignedCall | null };

type Input = { readonly name: string };
/** Inputs that the events name otherwise. */
const FIELDS: Record<string, string> = {
  account_: 'subject',
  patient: 'subject',
  grantee: 'subject',
  requester: 'subject',
  colleague: 'other',
  old: 'subject',
  'book.doctor': 'subject',
  'assign.doctor': 'other',
};
/** Events that a call of another name may make as well. */
const CALLS: Record<string, string[]> = {
  Enrolled: ['enroll'],
  KeyringSet: ['setKeyring'],
  ProfileSet: ['setProfile'],
  FeeSet: ['setFee'],
  Succeeded: ['succeed'],
  Added: ['add'],
  Shared: ['share'],
  Revoked: ['revoke'],
  Rotated: ['rotate'],
  AccessRequested: ['requestAccess'],
  Refused: ['refuse'],
  Delegated: ['delegate'],
  Proposed: ['propose'],
  Confirmed: ['confirm', 'propose'],
  Accredited: ['accredit'],
  Suspended: ['suspend'],
  Assigned: ['assign'],
  Booked: ['book'],
  Accepted: ['accept'],
  Declined: ['decline'],
  Cancelled: ['cancel'],
  Completed: ['complete'],
  Released: ['release'],
  Disputed: ['dispute'],
  Resolved: ['resolve'],
  Reclaimed: ['reclaim'],
  Attested: ['attest'],
  Rated: ['rate'],
  Withdrawn: ['withdraw'],
};
/** Arguments that name an account of old: the event names who answers for it today. */
const FOLLOWS_MOVES = new Set(['revoke.grantee', 'refuse.requester']);
const plain = (v: unknown): unknown => (typeof v === 'string' ? v.toLowerCase() : v);

/** @returns what was signed for the input of that name, undefined where the call has none such */
export const signedInput = (call: SignedCall, name: string): unknown => {
  const fn = salusAbi.find((item) => item.type === 'function' && item.name === call.name);
  const at = fn && 'inputs' in fn ? fn.inputs.findIndex((i) => i.name === name) : -1;
  return at < 0 ? undefined : plain(call.args[at]);
};

/** True when every argument that the event carries too is the same in both. An arbiter is booked by number and reported by address. */
const repeats = (entry: Entry, call: SignedCall): boolean => {
  if (!CALLS[entry.event]?.includes(call.name)) return false;
  const fn = salusAbi.find((item) => item.type === 'function' && item.name === call.name);
  const inputs: readonly Input[] = fn && 'inputs' in fn ? fn.inputs : [];
  return inputs.every(({ name }, i) => {
    // how many entries its author had made before: the signature binds the place too
    if (name === 'expected' && entry.ownCount !== null) return Number(call.args[i]) === entry.ownCount - 1;
    if (FOLLOWS_MOVES.has(`${call.name}.${name}`)) return true;
    const field = FIELDS[`${call.name}.${name}`] ?? FIELDS[name] ?? name;
    if (field === 'arbiter' || !(field in entry.args)) return true;
    return plain(entry.args[field]) === plain(call.args[i]);
  });
};

/**
 * Holds an entry of a verified timeline against its raw transaction: by its author, to this contract, with these arguments.
 * @throws chain/key-unproven with `reason`
 */
export const proveEntry = async (c: ActContext, entry: Entry): Promise<EntryProof> => {
  const proof = await proveAct(c, entry);
  const call = proof.calls?.find((made) => repeats(entry, made)) ?? null;
  if (proof.by === 'signature' && !call)
    throw new SalusError('chain/key-unproven', { reason: 'other-arguments', account: entry.author, tx: entry.tx });
  return { ...proof, call };
};
