/** How an account's accreditation leads back to a founder, each step by its author's signature. */
import type { Address } from '../core/bytes.ts';
import { asSalusError, SalusError } from '../core/errors.ts';
import type { Accreditation, Entry } from '../flows/ports/chain.ts';
import type { ActContext } from './acts.ts';
import { proveEntry } from './entryProof.ts';
import { pathOf, type Member } from './membership.ts';
import { roles } from './views.ts';

/** Numbers of the hospitals whose newest word on the account is an accreditation. Newest first. */
const standing = (inbox: Entry[]): Entry[] => {
  const seen = new Set<unknown>();
  return inbox.filter((e) => {
    if (e.event !== 'Accredited' && e.event !== 'Suspended') return false;
    const first = !seen.has(e.args.hospital);
    seen.add(e.args.hospital);
    return first && e.event === 'Accredited';
  });
};

/** A hospital's own standing needs no accreditation: the path starts with whoever admitted it. */
const ofHospital = (account: Address, members: Member[], member: Member): Accreditation => {
  const path = pathOf(members, member);
  return {
    account,
    role: 'none',
    path: path.length > 0 ? path : [{ hospital: account, number: member.number, tx: null }],
  };
};

/**
 * @param inbox the account's verified inbox, whole · @param members the replayed consortium
 * @throws chain/not-accredited with the `reason` of the newest accreditation that could not be proven
 */
export const proveAccreditation = async (
  c: ActContext,
  account: Address,
  inbox: Entry[],
  members: Member[],
): Promise<Accreditation> => {
  const self = members.find((m) => m.address === account && m.active);
  if (self) return ofHospital(account, members, self);
  let failure: SalusError | null = null;
  for (const entry of standing(inbox)) {
    const hospital = members.find((m) => m.number === entry.args.hospital && m.address === entry.author && m.active);
    if (!hospital) continue;
    try {
      await proveEntry(c, entry);
      const first = { hospital: hospital.address, number: hospital.number, tx: entry.tx };
      return { account, role: roles[entry.args.role as number] ?? 'none', path: [first, ...pathOf(members, hospital)] };
    } catch (error) {
      failure ??= asSalusError(error);
    }
  }
  throw new SalusError(
    'chain/not-accredited',
    { account, reason: failure?.details.reason ?? 'no-hospital' },
    failure ?? undefined,
  );
};
