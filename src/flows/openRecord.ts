/** Opening a record: fetch, verify every block, open the manifest, hold it against the event that named it, then the files one by one. */
import type { Address, Digest } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import { checkListing, parseManifest, type Manifest } from '../record/manifest.ts';
import type { Options, ReadPorts } from './ports/index.ts';
import type { Vault } from './vault.ts';
import type { Visit } from './visits.ts';

/** Where a record was named: by whom, about whom, in which visit. */
export type RecordRef = { digest: Digest; author: Address; patient: Address; appointment: bigint | null };
export type OpenRecord = { ref: RecordRef; manifest: Manifest };

/** The patient's request: its event gave the visit its id, so the manifest carries none. */
export const requestRef = (v: Visit): RecordRef => ({
  digest: v.request,
  author: v.patient,
  patient: v.patient,
  appointment: null,
});

/** The doctor's answer, null before there is one. */
export const prescriptionRef = (v: Visit): RecordRef | null =>
  v.prescription && { digest: v.prescription, author: v.doctor, patient: v.patient, appointment: v.id };

/** The doctor's reason for declining, null when none was given. */
export const reasonRef = (v: Visit): RecordRef | null =>
  v.reason && {
    digest: v.reason,
    author: v.status === 'declined' ? v.doctor : v.patient,
    patient: v.patient,
    appointment: v.id,
  };

type OpenPorts = Pick<ReadPorts, 'chain' | 'storage'>;

/** @throws crypto/not-for-you, record/mismatch, record/not-listed, record/malformed, storage/not-found, storage/corrupt */
export const openRecord = async (
  ports: OpenPorts,
  vault: Vault,
  ref: RecordRef,
  options: Options = {},
): Promise<OpenRecord> => {
  const opened = await ports.storage.openManifest(ref.digest, { identities: vault.identities() }, options);
  const manifest = parseManifest(opened.manifest, {
    author: ref.author,
    patient: ref.patient,
    chain: ports.chain.chainId,
    contract: ports.chain.contract,
    appointment: ref.appointment === null ? null : String(ref.appointment),
  });
  checkListing(manifest, opened.files);
  return { ref, manifest };
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
  const blob = await ports.storage.openFile(record.ref.digest, index, file, record.manifest.identity, options);
  return new Blob([blob], { type: file.type });
};
