/** Opening a record: fetch, verify every block, open the manifest, hold it against the event that named it, then the files one by one. */
import { fromHex, toHex, type Address, type Digest, type Hex } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import { checkListing, parseManifest, type Manifest } from '../record/manifest.ts';
import type { Entry, Options, ReadPorts } from './ports/index.ts';
import { checkWay, type Way } from './restricted.ts';
import type { Vault } from './vault.ts';
import type { Visit } from './visits.ts';

/** Where a record was named: by which event, by whom, about whom, in which visit. */
export type RecordRef = {
  digest: Digest;
  author: Address;
  patient: Address;
  appointment: bigint | null;
  entry: Entry;
  /** the 16-byte file key of its manifest, where it was handed over in another record (`attached`) instead of sealed to this account */
  key?: Hex;
  /** what another's capability opens it with; the account's own keys are then not tried */
  through?: Through;
};
/** `identities`: of a folder's epochs, none where `key` opens it · `token`: 32 bytes, for places that let in by it · `given`: how it came */
export type Through = { identities: readonly string[]; token: Hex; given: Way };
/** `signed`: how it was proven that its author sent it. `key`: the 16-byte file key that opens its manifest, for handing it on. */
export type OpenRecord = { ref: RecordRef; manifest: Manifest; signed: 'signature' | 'agreement'; key: Hex };

const eventOf = (v: Visit, name: string): Entry | undefined => v.history.findLast((e) => e.event === name);

/** The patient's request: its event gave the visit its id, so the manifest carries none. */
export const requestRef = (v: Visit): RecordRef => ({
  digest: v.request,
  author: v.patient,
  patient: v.patient,
  appointment: null,
  entry: v.history[0] as Entry,
});

/** The doctor's answer, null before there is one. */
export const prescriptionRef = (v: Visit): RecordRef | null => {
  const entry = eventOf(v, 'Completed');
  return v.prescription && entry
    ? { digest: v.prescription, author: v.doctor, patient: v.patient, appointment: v.id, entry }
    : null;
};

/** The doctor's reason for declining, null when none was given. */
export const reasonRef = (v: Visit): RecordRef | null => {
  const entry = eventOf(v, 'Declined');
  return v.reason && entry
    ? { digest: v.reason, author: v.doctor, patient: v.patient, appointment: v.id, entry }
    : null;
};

/** When and where to come, as the doctor said on accepting; null when nothing was said. */
export const noteRef = (v: Visit): RecordRef | null => statementRef(v, 'Accepted', v.note);

/** What the patient said when disputing, null when nothing was said. */
export const disputeRef = (v: Visit): RecordRef | null => statementRef(v, 'Disputed', v.dispute);

/** What the hospital said when it decided. Its author is whichever hospital did. */
export const resolutionRef = (v: Visit): RecordRef | null => statementRef(v, 'Resolved', v.resolution);

const statementRef = (v: Visit, event: string, digest: Digest | null): RecordRef | null => {
  const entry = eventOf(v, event);
  return digest && entry ? { digest, author: entry.author, patient: v.patient, appointment: v.id, entry } : null;
};

type OpenPorts = Pick<ReadPorts, 'chain' | 'storage'>;

/** With the token that a capability gives for this record, if it came by one. */
export const shown = ({ through }: Pick<RecordRef, 'through'>, options: Options): Options =>
  through ? { ...options, token: through.token } : options;

/** @throws chain/key-unproven, crypto/not-for-you, record/mismatch, record/not-listed, record/malformed, record/too-open, storage/not-found, storage/corrupt */
export const openRecord = async (
  ports: OpenPorts,
  vault: Vault,
  ref: RecordRef,
  options: Options = {},
): Promise<OpenRecord> => {
  const keys = ref.key
    ? { fileKey: fromHex(ref.key) }
    : { identities: ref.through ? [...ref.through.identities] : vault.identities() };
  const opened = await ports.storage.openManifest(ref.digest, keys, shown(ref, options));
  const manifest = parseManifest(opened.manifest, {
    author: ref.author,
    patient: ref.patient,
    chain: ports.chain.chainId,
    contract: ports.chain.contract,
    appointment: ref.appointment === null ? null : String(ref.appointment),
  });
  checkListing(manifest, opened.files);
  if (ref.through)
    checkWay(manifest, ref.through.given, manifest.confidentiality === 'N' ? 0 : await ports.chain.now());
  return { ref, manifest, signed: await ports.chain.proveEntry(ref.entry), key: toHex(opened.manifestKey) };
};

/** One file, decrypted, typed as the manifest says. @throws record/file-mismatch, crypto/corrupt, storage/not-found, storage/corrupt */
export const openFile = async (
  ports: OpenPorts,
  record: OpenRecord,
  index: number,
  options: Options = {},
): Promise<Blob> => {
  const file = record.manifest.files[index];
  if (!file) throw new SalusError('record/not-listed', { index });
  const given = shown(record.ref, options);
  const blob = await ports.storage.openFile(record.ref.digest, index, file, record.manifest.identity, given);
  return new Blob([blob], { type: file.type });
};
