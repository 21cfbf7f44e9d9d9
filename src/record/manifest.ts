/**
 * The manifest of a record: the one sealed file that says what the record is and opens the others (DESIGN §4, A record).
 * Its author, patient, chain, contract and appointment are checked against the event that named it, so that nobody can post or
 * share another's ciphertext as his own.
 */
import type { Resource } from '@medplum/fhirtypes';
import { utf8, type Address, type Bytes, type Digest, type Hex } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import {
  isHex,
  isInteger,
  isList,
  isMatch,
  isNullable,
  isObject,
  isOneOf,
  isText,
  parseJson,
  type Check,
} from '../core/json.ts';
import type { FolderId } from './folders.ts';

/**
 * What a record is. A booking opens an appointment, a prescription closes one. `folder`: one of the patient's own folders, what it is called ·
 * `filing`: puts other records into a folder, or together into one selection · `request`: why somebody asks for access ·
 * `provenance`: that another looked a record over.
 */
export const KINDS = [
  'booking',
  'prescription',
  'report',
  'document',
  'card',
  'statement',
  'folder',
  'filing',
  'request',
  'provenance',
] as const;
export type Kind = (typeof KINDS)[number];

/** Kinds that say something of other records: they stand in no list of documents and are never filed themselves. */
export const ABOUT_OTHERS: readonly Kind[] = ['folder', 'filing', 'request', 'provenance'];

/** HL7 v3 Confidentiality: normal, restricted, very restricted. */
export const CONFIDENTIALITY = ['N', 'R', 'V'] as const;
export type Confidentiality = (typeof CONFIDENTIALITY)[number];

/** One encrypted file: its ciphertext's CID and length, its plaintext's length and SHA-256, and what a person calls it. */
export type ManifestFile = {
  cid: string;
  size: number;
  sealedSize: number;
  sha256: string;
  name: string;
  type: string;
};

export type Manifest = {
  version: 1;
  kind: Kind;
  title: string;
  /** ISO 8601 with zone */
  created: string;
  author: Address;
  patient: Address;
  chain: number;
  contract: Address;
  /** decimal id; null in a booking, whose id the contract gives only afterwards */
  appointment: string | null;
  confidentiality: Confidentiality;
  /** age identity that opens every file of this record, and nothing else */
  identity: string;
  files: ManifestFile[];
  resources: Resource[];
  keywords: string[];
  amends: { digest: Digest; reason: string } | null;
  /** where its author files it: 16 bytes in hex, null where the author does not say */
  folder: FolderId | null;
  /** sealed anew by the patient: which record it is the same as, and by whom that was. `for`: whose copy it is, null when it takes the other's place */
  copy: { of: Digest; author: Address; for: Address | null } | null;
  /** in a booking, a report, a dispute or a filing: other records of the patient that it opens, each by the 16-byte file key of its manifest */
  attached: { digest: Digest; key: Hex }[];
  /** in a booking: the age recipient that the answer is to be sealed to */
  reply: string | null;
};

/** What the event that named the record says of it. */
export type Expected = Pick<Manifest, 'author' | 'patient' | 'chain' | 'contract' | 'appointment'>;

/** Limits that no honest record meets. */
export const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;
export const MAX_FILES = 1024;
export const MAX_ATTACHED = 64;
/** Kinds that may hand other records on: to a doctor, in a report, to the hospital that settles a dispute, to the readers of a folder. */
const ATTACHING: readonly Kind[] = ['booking', 'report', 'statement', 'filing'];

const AGE_IDENTITY = /^AGE-SECRET-KEY-PQ-1[0-9A-Z]{50,80}$/;
const AGE_RECIPIENT = /^age1pq1[0-9a-z]{1800,2200}$/;
/** CIDv1 in base32; its bytes are checked by whoever fetches it */
const CID = /^b[a-z2-7]{50,120}$/;
const ISO_DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

const count = isInteger(0, Number.MAX_SAFE_INTEGER);
const isDate: Check<string> = (v, path = '') => {
  const text = isMatch(ISO_DATE, 40)(v, path);
  if (Number.isNaN(Date.parse(text))) throw new SalusError('record/malformed', { path });
  return text;
};
/** A FHIR resource; what reads its fields takes them for what they are. */
const isResource: Check<Resource> = (v, path = '') => {
  isObject({ resourceType: isText(100) }, { open: true })(v, path);
  return v as Resource;
};

const shape = isObject({
  version: isInteger(1, 1),
  kind: isOneOf(...KINDS),
  title: isText(500),
  created: isDate,
  author: isHex(20),
  patient: isHex(20),
  chain: count,
  contract: isHex(20),
  appointment: isNullable(isMatch(/^[1-9][0-9]*$/, 78)),
  confidentiality: isOneOf(...CONFIDENTIALITY),
  identity: isMatch(AGE_IDENTITY, 100),
  files: isList(
    isObject({
      cid: isMatch(CID, 121),
      size: count,
      sealedSize: count,
      sha256: isMatch(/^[0-9a-f]{64}$/, 64),
      name: isText(1024),
      type: isText(255),
    }),
    MAX_FILES,
  ),
  resources: isList(isResource, 1000),
  keywords: isList(isText(200), 200),
  amends: isNullable(isObject({ digest: isHex(32), reason: isText(2000) })),
  folder: isNullable(isHex(16)),
  copy: isNullable(isObject({ of: isHex(32), author: isHex(20), for: isNullable(isHex(20)) })),
  attached: isList(isObject({ digest: isHex(32), key: isHex(16) }), MAX_ATTACHED),
  reply: isNullable(isMatch(AGE_RECIPIENT, 2300)),
});
const versioned = isObject({ version: isInteger(1, 2 ** 31) }, { open: true });

/** @throws record/malformed with the path of the first thing that is wrong, record/newer-version */
const read = (v: unknown): Manifest => {
  const { version } = versioned(v);
  if (version !== 1) throw new SalusError('record/newer-version', { version });
  const manifest = shape(v);
  if (manifest.attached.length > 0 && !ATTACHING.includes(manifest.kind))
    throw new SalusError('record/malformed', { path: '.attached' });
  return { ...manifest, version: 1 };
};

/** @returns UTF-8 JSON, not yet padded */
export const encodeManifest = (manifest: Manifest): Bytes => utf8(JSON.stringify(read(manifest)));

/**
 * Reads a decrypted manifest (padding included) and holds it against the event that named it.
 * @throws record/malformed, record/newer-version, record/mismatch (details.field)
 */
export const parseManifest = (bytes: Bytes, expected: Expected): Manifest => {
  const manifest = read(parseJson(bytes, { maxBytes: MAX_MANIFEST_BYTES, maxDepth: 64 }));
  for (const field of ['author', 'patient', 'chain', 'contract', 'appointment'] as const)
    if (manifest[field] !== expected[field]) throw new SalusError('record/mismatch', { field });
  return manifest;
};

/**
 * The files found in the record's directory must be exactly those the manifest lists, in order.
 * @throws record/not-listed
 */
export const checkListing = (manifest: Manifest, found: string[]): void => {
  const listed = manifest.files.map((_, i) => `${i}.age`);
  const extra = found.filter((name) => !listed.includes(name));
  const missing = listed.filter((name) => !found.includes(name));
  if (extra.length + missing.length > 0) throw new SalusError('record/not-listed', { extra, missing });
};
