import { describe, expect, it } from 'vitest';
import { utf8, type Bytes } from '../../../src/core/bytes.ts';
import { SalusError } from '../../../src/core/errors.ts';
import {
  checkListing,
  encodeManifest,
  parseManifest,
  type Expected,
  type Manifest,
} from '../../../src/record/manifest.ts';
import { code } from '../code.ts';

const address = (n: number) => `0x${n.toString(16).padStart(40, '0')}` as const;
const expected: Expected = {
  author: address(1),
  patient: address(1),
  chain: 31337,
  contract: address(9),
  appointment: null,
};
const manifest: Manifest = {
  version: 1,
  kind: 'booking',
  title: '',
  created: '2026-11-20T09:30:00+05:30',
  ...expected,
  confidentiality: 'N',
  identity: `AGE-SECRET-KEY-PQ-1${'Q'.repeat(58)}`,
  files: [
    {
      cid: `b${'a'.repeat(58)}`,
      size: 3,
      sealedSize: 1900,
      sha256: 'ab'.repeat(32),
      name: 'תוצאות\u202e.pdf',
      type: 'application/pdf',
    },
  ],
  resources: [{ resourceType: 'Appointment', status: 'proposed', participant: [] }],
  keywords: [],
  amends: null,
  folder: null,
  copy: null,
  attached: [],
  reply: `age1pq1${'q'.repeat(1950)}`,
};

const attached = (over = {}) => ({ digest: `0x${'1'.repeat(64)}`, key: `0x${'2'.repeat(32)}`, ...over });
const with_ = (change: Record<string, unknown>): Bytes => utf8(JSON.stringify({ ...manifest, ...change }));

describe('manifest', () => {
  it('comes back as it went in, padding and right-to-left names included', () => {
    const bytes = encodeManifest(manifest);
    const padded = new Uint8Array(4096).fill(0x20);
    padded.set(bytes);
    expect(parseManifest(padded, expected)).toEqual(manifest);
  });

  it('carries the keys of other records that go along', () => {
    expect(parseManifest(with_({ attached: [attached()] }), expected).attached).toEqual([attached()]);
  });

  it.each(['author', 'patient', 'chain', 'contract', 'appointment'] as const)(
    'rejects a manifest whose %s is not the event’s, so nobody can post another’s ciphertext as his own',
    (field) => {
      const other = { author: address(7), patient: address(7), chain: 1, contract: address(7), appointment: '5' }[
        field
      ];
      expect(() => parseManifest(encodeManifest(manifest), { ...expected, [field]: other })).toThrow(
        expect.objectContaining({ code: 'record/mismatch', details: { field } }),
      );
    },
  );

  it.each([
    ['an unknown kind', { kind: 'spell' }],
    ['a date without a zone', { created: '2026-11-20T09:30:00' }],
    ['an address in capitals', { author: address(0xabc).toUpperCase() }],
    ['a negative size', { files: [{ ...manifest.files[0], size: -1 }] }],
    ['a size as text', { files: [{ ...manifest.files[0], size: '3' }] }],
    ['a name as an object', { files: [{ ...manifest.files[0], name: {} }] }],
    ['a CID that is a path', { files: [{ ...manifest.files[0], cid: '../../etc' }] }],
    ['files as an object', { files: { length: 1 } }],
    ['too many files', { files: Array(2000).fill(manifest.files[0]) }],
    ['an identity that is not one', { identity: 'AGE-SECRET-KEY-1ABC' }],
    ['a resource without a type', { resources: [{}] }],
    ['an appointment as a number', { appointment: 5 }],
    ['an attached record without its key', { attached: [{ digest: `0x${'1'.repeat(64)}` }] }],
    ['an attached record with a key of another length', { attached: [attached({ key: '0xabcd' })] }],
    ['more attached records than anybody sends', { attached: Array(65).fill(attached()) }],
    ['records attached to a prescription', { kind: 'prescription', attached: [attached()] }],
    ['a missing field', { patient: undefined }],
  ])('refuses %s', (_, change) => {
    expect(code(() => parseManifest(with_(change), expected))).toBe('record/malformed');
  });

  it('says when a newer version wrote it', () => {
    expect(code(() => parseManifest(with_({ version: 2 }), expected))).toBe('record/newer-version');
  });

  it.each(['__proto__', 'constructor', 'prototype'])('refuses JSON with the key %s', (key) => {
    const bytes = utf8(JSON.stringify(manifest).replace('{', `{"${key}":{"polluted":true},`));
    expect(code(() => parseManifest(bytes, expected))).toBe('record/malformed');
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('refuses ten megabytes of nesting without running out of stack', () => {
    expect(code(() => parseManifest(utf8('['.repeat(10 * 1024 * 1024)), expected))).toBe('record/malformed');
    expect(code(() => parseManifest(utf8('['.repeat(1024 * 1024)), expected))).toBe('record/malformed');
  });

  it('never writes what it would not read', () => {
    expect(() => encodeManifest({ ...manifest, identity: 'x' })).toThrow(SalusError);
  });
});

describe('the directory of a record', () => {
  it('holds exactly what the manifest lists', () => {
    expect(() => checkListing(manifest, ['0.age'])).not.toThrow();
    expect(code(() => checkListing(manifest, ['0.age', '1.age']))).toBe('record/not-listed');
    expect(code(() => checkListing(manifest, []))).toBe('record/not-listed');
    expect(code(() => checkListing(manifest, ['1.age']))).toBe('record/not-listed');
  });
});
