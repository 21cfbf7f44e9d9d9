/**
 * Following a folder through its rotations: each later `Rotated` of the patient carries a bundle, in which a reader finds its new capability
 * under a name that only the holder of its token can compute. A bundle is a stranger's bytes: what does not fit is said, and takes nothing away.
 */
import { asSalusError, isSalusError, SalusError } from '../core/errors.ts';
import type { Digest } from '../core/bytes.ts';
import { MAX_EPOCHS, openCapability, type FolderCapability } from '../crypto/capability.ts';
import { bundleName, MAX_CAPABILITY_BYTES } from './capabilities.ts';
import type { Grant } from './grants.ts';
import type { Held } from './heldKeys.ts';
import type { Entry, Options, ReadPorts } from './ports/index.ts';
import type { Vault } from './vault.ts';

/** A rotation whose new key could not be taken in, and why. What was had before still opens what it opened. */
export type Missed = { entry: Entry; error: SalusError };

/** Rotations looked into at one time: a patient who rotates without end costs only those who look on. */
const MOST = 256;

const after = (a: Entry, b: Entry): boolean => a.block > b.block || (a.block === b.block && a.logIndex > b.logIndex);
const nonceOf = (e: Entry): Digest => e.args.nonce as Digest;
const bundleOf = (e: Entry): Digest | null =>
  BigInt(e.args.bundle as string) === 0n ? null : (e.args.bundle as Digest);

/** The rotations after a grant that may hold a new key for it, oldest first. */
const toLookInto = (events: readonly Entry[], grant: Grant, { capability, seen }: Held): Entry[] => {
  if (capability.kind !== 'folder') return [];
  const known = new Set([...seen, ...capability.epochs.map((e) => e.nonce)]);
  return events
    .filter((e) => e.event === 'Rotated' && e.author === grant.patient && after(e, grant.entry) && bundleOf(e) !== null)
    .filter((e) => !known.has(nonceOf(e)))
    .slice(0, MOST);
};

/**
 * Everything but the new epochs must be as it was. There is the one that the event begins, last, and before it those that this reader
 * missed, all of them the patient's and none of them later. @throws record/mismatch
 */
const checkNext = (had: FolderCapability, next: FolderCapability, nonce: Digest, begun: ReadonlySet<Digest>): void => {
  const differs = (field: string): never => {
    throw new SalusError('record/mismatch', { what: 'bundle', field });
  };
  for (const field of ['folder', 'rights', 'token', 'until', 'delegable', 'to'] as const)
    if (next[field] !== had[field]) differs(field);
  if ((next.epochs.length === 0) !== (had.rights === 'write')) differs('epochs');
  if (had.rights !== 'write' && next.epochs.at(-1)?.nonce !== nonce) differs('nonce');
  if (next.epochs.some((e) => !begun.has(e.nonce))) differs('nonce');
  const all = [...had.epochs, ...fresh(had, next)];
  for (const of of ['nonce', 'identity'] as const) if (new Set(all.map((e) => e[of])).size !== all.length) differs(of);
  if (next.epochs.some((e) => had.epochs.some((h) => h.nonce === e.nonce && h.identity !== e.identity)))
    differs('identity');
};

const fresh = (had: FolderCapability, next: FolderCapability): FolderCapability['epochs'] =>
  next.epochs.filter((e) => !had.epochs.some((h) => h.nonce === e.nonce));

/** @returns the reader's new capability, null when the bundle holds none for it @throws record/mismatch, record/malformed, crypto/…, storage/… */
const lookInto = async (
  ports: Pick<ReadPorts, 'chain' | 'storage'>,
  vault: Vault,
  { patient, access, until }: Grant,
  had: FolderCapability,
  entry: Entry,
  begun: ReadonlySet<Digest>,
  options: Options,
): Promise<FolderCapability | null> => {
  const name = bundleName(had.token, nonceOf(entry));
  let sealed;
  try {
    sealed = await ports.storage.readPublic(bundleOf(entry) as Digest, name, MAX_CAPABILITY_BYTES, options);
  } catch (error) {
    // the bundle itself says that it has no such name: another folder's, or one from which this reader was left out
    if (isSalusError(error, 'storage/not-found') && error.details.name === name) return null;
    throw error;
  }
  const { chainId, contract } = ports.chain;
  const expected = { kind: 'folder' as const, chainId, contract, patient, access, until, folder: had.folder };
  const next = await openCapability({ identities: vault.identities() }, sealed, expected);
  if (next.kind !== 'folder') throw new SalusError('record/mismatch', { what: 'bundle', field: 'kind' });
  checkNext(had, next, nonceOf(entry), begun);
  return next;
};

/** In the order in which the epochs began, whenever each was taken in. */
const merged = (
  had: FolderCapability,
  next: FolderCapability,
  isNewest: boolean,
  events: readonly Entry[],
): FolderCapability => {
  const place = new Map(events.map((e, i) => [e.args.nonce as Digest, i]));
  const epochs = [...had.epochs, ...fresh(had, next)].sort(
    (a, b) => (place.get(a.nonce) ?? -1) - (place.get(b.nonce) ?? -1),
  );
  return { ...had, epochs: epochs.slice(-MAX_EPOCHS), recipient: isNewest ? next.recipient : had.recipient };
};

/**
 * Takes in what came since.
 * @param events of the patient, oldest first
 * @returns what is held now, whether that is more than before, and what could not be taken in @throws crypto/locked, storage/aborted
 */
export const followRotations = async (
  ports: Pick<ReadPorts, 'chain' | 'storage'>,
  vault: Vault,
  grant: Grant,
  held: Held,
  events: readonly Entry[],
  options: Options = {},
): Promise<{ held: Held; changed: boolean; missed: Missed[] }> => {
  let { capability, latest } = held;
  const seen = [...held.seen];
  const missed: Missed[] = [];
  const begins = events.filter((e) => e.author === grant.patient && (e.event === 'Rotated' || e.event === 'Enrolled'));
  for (const entry of toLookInto(events, grant, held)) {
    if (capability.kind !== 'folder') break;
    try {
      const begun = new Set(begins.filter((e) => !after(e, entry)).map(nonceOf));
      const next = await lookInto(ports, vault, grant, capability, entry, begun, options);
      if (next) {
        const newest = events.find((e) => e.event === 'Rotated' && nonceOf(e) === latest);
        const isNewest = !newest || after(entry, newest);
        capability = merged(capability, next, isNewest, events);
        if (isNewest) latest = nonceOf(entry);
      }
      seen.push(nonceOf(entry));
    } catch (cause) {
      if (options.signal?.aborted || isSalusError(cause, 'crypto/locked')) throw cause;
      missed.push({ entry, error: asSalusError(cause) });
    }
  }
  return { held: { capability, seen, latest }, changed: seen.length > held.seen.length, missed };
};
