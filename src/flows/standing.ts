/** What hospitals said of an account, read from its own verified inbox: who vouched in which role, who took it back, and why. */
import type { Address, Digest } from '../core/bytes.ts';
import { LICENCE_FILE, MAX_LICENCE_BYTES, parseLicence } from '../record/licence.ts';
import type { RecordRef } from './openRecord.ts';
import type { Entry, Options, ReadPorts, Role } from './ports/index.ts';

/** In the order of the contract's `Role`. */
/** By their numbers in events. */
export const ROLES: readonly Role[] = ['none', 'doctor', 'nurse', 'laboratory', 'pharmacy', 'research'];

/** One hospital's word. `holds`: nothing of the same hospital came after it, and that hospital is an active member. */
export type Word = {
  kind: 'accredited' | 'suspended';
  hospital: Address;
  number: number;
  /** what for; `none` in a suspension */
  role: Role;
  /** of the public licence, null for none */
  licence: Digest | null;
  /** of the sealed reason, null for none */
  reason: Digest | null;
  holds: boolean;
  entry: Entry;
};

const digestOf = (v: unknown): Digest | null => (typeof v === 'string' && BigInt(v) !== 0n ? (v as Digest) : null);

/** Every word ever said of the account, newest first. @throws chain/timeline-broken, chain/unreachable */
export const standingOf = async ({ chain }: Pick<ReadPorts, 'chain'>, account: Address): Promise<Word[]> => {
  const [{ entries }, hospitals] = await Promise.all([chain.timeline(account, 'inbox'), chain.hospitals()]);
  const active = new Set(hospitals.filter((h) => h.active).map((h) => h.number));
  const spoken = new Set<number>();
  return entries
    .filter((e) => e.event === 'Accredited' || e.event === 'Suspended')
    .map((entry) => {
      const number = Number(entry.args.hospital);
      const newest = !spoken.has(number);
      spoken.add(number);
      const kind = entry.event === 'Accredited' ? ('accredited' as const) : ('suspended' as const);
      return {
        kind,
        hospital: entry.author,
        number,
        role: kind === 'accredited' ? (ROLES[Number(entry.args.role)] ?? 'none') : 'none',
        licence: digestOf(entry.args.licence),
        reason: digestOf(entry.args.reason),
        holds: newest && active.has(number),
        entry,
      };
    });
};

/** The licence a hospital published with its word, null when it named none. @throws storage/not-found, record/malformed */
export const licenceOf = async (
  { storage }: Pick<ReadPorts, 'storage'>,
  word: Word,
  options: Options = {},
): Promise<string | null> =>
  word.licence && parseLicence(await storage.readPublic(word.licence, LICENCE_FILE, MAX_LICENCE_BYTES, options));

/** The sealed reason of a suspension, for the hospital and the suspended; null when none was given. */
export const suspensionRef = (word: Word): RecordRef | null =>
  word.reason && {
    digest: word.reason,
    author: word.hospital,
    patient: word.entry.subject,
    appointment: null,
    entry: word.entry,
  };
