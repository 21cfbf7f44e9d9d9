/**
 * The records that somebody's grants open, out of the patient's verified events alone: those whose hint says that they are sealed to a folder's epoch,
 * single ones by their digest, and what a filing hands on. Each carries what opens it.
 */
import type { Digest } from '../core/bytes.ts';
import type { FolderCapability } from '../crypto/capability.ts';
import { recipientOf } from '../crypto/identity.ts';
import { idOf, type FolderId } from '../record/folders.ts';
import type { Manifest } from '../record/manifest.ts';
import type { Grant } from './grants.ts';
import type { RecordRef, Through } from './openRecord.ts';
import type { FromPatient, Received } from './received.ts';
import { fileOf, keyOf, type Filed } from './records.ts';
import type { Way } from './restricted.ts';
import { hintFor } from './seal.ts';

/** `grant`: the right it opens by · `folder`: what it was given with, null when given by itself · `trial`: it carries no hint, so only trying tells */
export type SharedRecord = { filed: Filed; grant: Grant; folder: FolderId | null; trial: boolean };

/** Bookings carry no hint; they are sealed to this folder. */
const BOOKINGS = idOf('consultations');

type Epoch = { identity: string; recipient: string };
type Opened = Received & { capability: FolderCapability };

const way = (by: Way['by'], { delegated, ends }: Grant): Way => ({ by, delegated, ends });

const isFolder = (r: Received): r is Opened => r.capability?.kind === 'folder' && r.capability.epochs.length > 0;

const given = (filed: Filed, through: Through, key?: RecordRef['key']): Filed => ({
  ...filed,
  ref: { ...filed.ref, through, ...(key ? { key } : {}) },
});

const epochsOf = async (r: Opened): Promise<Epoch[]> =>
  Promise.all(r.capability.epochs.map(async ({ identity }) => ({ identity, recipient: await recipientOf(identity) })));

/** @returns the epoch that the record's hint names, null for none; one in four thousand million names one by chance, and does not open */
const epochBy = ({ ref }: Filed, epochs: readonly Epoch[]): Epoch | null => {
  const { hint } = ref.entry.args;
  return epochs.findLast((e) => hintFor(e.recipient, ref.digest) === hint) ?? null;
};

const inFolder = async (r: Opened, file: readonly Filed[]): Promise<SharedRecord[]> => {
  const epochs = await epochsOf(r);
  const { token, folder } = r.capability;
  const { grant } = r;
  return file.flatMap((filed): SharedRecord[] => {
    if (filed.origin === 'booking') {
      if (folder !== BOOKINGS) return [];
      const identities = epochs.map((e) => e.identity).reverse();
      return [{ filed: given(filed, { identities, token, given: way('folder', grant) }), grant, folder, trial: true }];
    }
    const epoch = epochBy(filed, epochs);
    if (!epoch) return [];
    const through = { identities: [epoch.identity], token, given: way('folder', grant) };
    return [{ filed: given(filed, through), grant, folder, trial: false }];
  });
};

/** Anybody may name a digest in an event, even first: the patient's own word goes before the oldest other. */
const namedIn = (file: readonly Filed[], digest: Digest, patient: string): Filed | null => {
  const all = file.filter((f) => f.ref.digest === digest);
  return all.find((f) => f.ref.author === patient) ?? all.at(-1) ?? null;
};

/** Each once: what came by itself or with a folder goes before what has to be tried. */
const once = (records: readonly SharedRecord[]): SharedRecord[] => {
  const found = new Map<string, SharedRecord>();
  for (const r of [...records.filter((x) => !x.trial), ...records.filter((x) => x.trial)])
    if (!found.has(keyOf(r.filed.ref))) found.set(keyOf(r.filed.ref), r);
  return [...found.values()];
};

/**
 * Every record that the live grants open as far as it can be told from outside, in no order.
 * Records of senders whom the patient never let write are left out.
 */
export const sharedRecords = async ({ patient, events, received }: FromPatient): Promise<SharedRecord[]> => {
  const file = fileOf(events, patient).filter((f) => !f.unknown);
  const found: SharedRecord[] = [];
  for (const r of received) {
    const { capability, grant } = r;
    if (capability?.kind === 'record') {
      const filed = namedIn(file, capability.record, patient);
      const through = { identities: [], token: capability.token, given: way('record', grant) };
      if (filed)
        found.push({ filed: given(filed, through, capability.manifestKey), grant, folder: null, trial: false });
    } else if (isFolder(r)) found.push(...(await inFolder(r, file)));
  }
  return once(found);
};

/** What an opened filing of the patient's hands on. Nobody else files: a record that a stranger attaches is not the patient's word. */
export const handedOn = (
  { patient, events }: FromPatient,
  filing: SharedRecord,
  { kind, folder, keys }: Pick<Manifest, 'kind' | 'folder'> & { keys: Manifest['attached'] },
): SharedRecord[] => {
  const { ref } = filing.filed;
  if (kind !== 'filing' || ref.author !== patient || !ref.through) return [];
  const through = { identities: [], token: ref.through.token, given: way('within', filing.grant) };
  const file = fileOf(events, patient);
  return keys.flatMap(({ digest, key }): SharedRecord[] => {
    const filed = namedIn(file, digest, patient);
    if (!filed) return [];
    return [{ filed: given(filed, through, key), grant: filing.grant, folder: filing.folder ?? folder, trial: false }];
  });
};
