/** What another's capability opens, kept sealed in the cabinet while it may be used, so that it opens with its giver away; deleted when it ends. */
import { fromUtf8, utf8, type Address, type Digest } from '../core/bytes.ts';
import { checkCapability, encodeCapability, parseCapability, type Capability } from '../crypto/capability.ts';
import type { Grant } from './grants.ts';
import type { Cabinet } from './ports/index.ts';

/** `seen`: nonces of the rotations that were looked into, so that none is fetched twice · `latest`: the newest of those that gave a new key */
export type Held = { capability: Capability; seen: Digest[]; latest: Digest | null };

const PREFIX = 'held/';
const folderOf = (patient: Address): string => `${PREFIX}${patient}/`;
const nameOf = ({ patient, capability, access }: Grant): string => `${folderOf(patient)}${capability}/${access}`;

/** @returns null when nothing is kept, or what is kept does not fit the grant (another version of this page wrote it) */
export const readHeld = async (cabinet: Cabinet, grant: Grant): Promise<Held | null> => {
  const kept = await cabinet.get(nameOf(grant));
  if (!kept) return null;
  try {
    const { capability, seen, latest } = JSON.parse(fromUtf8(kept)) as Record<keyof Held, unknown>;
    const parsed = parseCapability(utf8(JSON.stringify(capability)));
    const { chainId, contract } = parsed;
    const { patient, access, until } = grant;
    checkCapability(parsed, { chainId, contract, patient, access, until });
    const nonces = (Array.isArray(seen) ? seen : []).filter((n): n is Digest => typeof n === 'string');
    return { capability: parsed, seen: nonces, latest: typeof latest === 'string' ? (latest as Digest) : null };
  } catch {
    return null;
  }
};

/** Seals it anew. */
export const keepHeld = (cabinet: Cabinet, grant: Grant, held: Held): Promise<void> => {
  const capability: unknown = JSON.parse(fromUtf8(encodeCapability(held.capability)));
  return cabinet.set(nameOf(grant), utf8(JSON.stringify({ ...held, capability })));
};

/** Deletes everything kept of a patient's grants but of those that still may be used. @returns how many were deleted */
export const forgetEnded = async (cabinet: Cabinet, patient: Address, live: readonly Grant[]): Promise<number> => {
  const stay = new Set(live.map(nameOf));
  const gone = (await cabinet.list(folderOf(patient))).filter((name) => !stay.has(name));
  for (const name of gone) await cabinet.delete(name);
  return gone.length;
};
