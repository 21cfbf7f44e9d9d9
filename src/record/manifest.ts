/**
 * The manifest of a record: the one sealed file that says what the record is and opens the others (DESIGN §4, A record).
 * Its author, patient, chain, contract and appointment are checked against the event that named it, so that nobody can post or
 * share another's ciphertext as his own.
 */
import type { Resource } from '@medplum/fhirtypes';
import { utf8, type Address, type Bytes, type Digest } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import { parseJson } from '../core/json.ts';
import { isCid, isoDate, oneOf, shape, text, type Reader } from './shape.ts';

/** What a record is. A booking opens an appointment, a prescription closes one. */
export const KINDS = ['booking', 'prescription', 'report', 'document', 'card', 'statement'] as const;
export type Kind = (typeof KINDS)[number];

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
  /** in a booking: the age recipient that the answer is to be sealed to */
  reply: string | null;
};

/** What the event that named the record says of it. */
export type Expected = Pick<Manifest, 'author' | 'patient' | 'chain' | 'contract' | 'appointment'>;

/** Limits that no honest record meets. */
export const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;
export const MAX_FILES = 1024;

const address: Reader<Address> = (v, at) => text(/^0x[0-9a-f]{40}$/)(v, at) as Address;
const digest: Reader<Digest> = (v, at) => text(/^0x[0-9a-f]{64}$/)(v, at) as Digest;

/** @throws record/malformed with the path of the first thing that is wrong */
const read = (v: unknown): Manifest => {
  const o = shape(v, 'manifest');
  const version = o.number('version');
  if (version !== 1) throw new SalusError('record/newer-version', { version });
  return {
    version: 1,
    kind: o.read('kind', oneOf(KINDS)),
    title: o.text('title', 500),
    created: o.read('created', isoDate),
    author: o.read('author', address),
    patient: o.read('patient', address),
    chain: o.number('chain'),
    contract: o.read('contract', address),
    appointment: o.optional('appointment', text(/^[1-9][0-9]{0,77}$/)),
    confidentiality: o.read('confidentiality', oneOf(CONFIDENTIALITY)),
    identity: o.read('identity', text(/^AGE-SECRET-KEY-PQ-1[0-9A-Z]{50,80}$/)),
    files: o.list('files', MAX_FILES, (f, at) => {
      const file = shape(f, at);
      return {
        cid: file.read('cid', isCid),
        size: file.number('size'),
        sealedSize: file.number('sealedSize'),
        sha256: file.read('sha256', text(/^[0-9a-f]{64}$/)),
        name: file.text('name', 1024),
        type: file.text('type', 255),
      };
    }),
    resources: o.list('resources', 1000, (r, at) => {
      shape(r, at).text('resourceType', 100);
      return r as Resource;
    }),
    keywords: o.list('keywords', 200, (k, at) => text(200)(k, at)),
    amends: o.optional('amends', (a, at) => {
      const amends = shape(a, at);
      return { digest: amends.read('digest', digest), reason: amends.text('reason', 2000) };
    }),
    reply: o.optional('reply', text(/^age1pq1[0-9a-z]{1800,2200}$/)),
  };
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
