/**
 * Capabilities: what sharing is. An age file sealed to the grantee, naming exactly one chain, contract and patient, and
 * holding the keys of a folder's epochs or of one record.
 */
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { identityToRecipient } from 'age-encryption';
import type { Address, Bytes, Digest, Hex } from '../core/bytes.ts';
import { concat, fromHex, toHex, utf8 } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import type { Checked } from '../core/json.ts';
import {
  isBoolean,
  isHex,
  isInteger,
  isList,
  isMatch,
  isNullable,
  isObject,
  isOneOf,
  parseJson,
} from '../core/json.ts';
import type { Keys } from './envelope.ts';
import { openBytes, sealBytes } from './envelope.ts';
import { padText } from './padding.ts';

/** Epochs one capability may carry. */
export const MAX_EPOCHS = 256;
const MAX_BYTES = 1 << 20;
const AGE_SECRET = /^AGE-SECRET-KEY-PQ-1[02-9AC-HJ-NP-Z]{58}$/;
const AGE_RECIPIENT = /^age1pq1[02-9ac-hj-np-z]{1952}$/;

const place = {
  version: isOneOf(1),
  chainId: isInteger(1, Number.MAX_SAFE_INTEGER),
  contract: isHex(20),
  patient: isHex(20),
  /** who it is for, so that its giver knows on every device, also where the chain does not say; null for whoever can open it */
  to: isNullable(isHex(20)),
  /** 32 random bytes; sha256 of it is `access` on chain */
  token: isHex(32),
  /** Unix seconds, 0 = until taken back */
  until: isInteger(0, 2 ** 40 - 1),
  /** whether its holder may bring in a colleague; never true in what was delegated */
  delegable: isBoolean,
};

const folderShape = isObject({
  ...place,
  kind: isOneOf('folder'),
  /** 16 bytes */
  folder: isHex(16),
  /** oldest first; one without history; none when writing is all that is given */
  epochs: isList(isObject({ nonce: isHex(32), identity: isMatch(AGE_SECRET, 77) }), MAX_EPOCHS),
  /** of the current epoch */
  recipient: isMatch(AGE_RECIPIENT, 1959),
  rights: isOneOf('read', 'write', 'read-write'),
});

const recordShape = isObject({
  ...place,
  kind: isOneOf('record'),
  record: isHex(32),
  /** file key of `manifest.age`, 16 bytes */
  manifestKey: isHex(16),
});

/** Keys of a folder. */
export type FolderCapability = Checked<typeof folderShape>;
/** The key of one record. */
export type RecordCapability = Checked<typeof recordShape>;
export type Capability = FolderCapability | RecordCapability;

/** What the event that carried the capability says it must be. Fields left out are not compared. */
export type Expectation = {
  kind?: Capability['kind'];
  chainId: number;
  contract: Address;
  patient: Address;
  /** sha256 of the token, from the event */
  access?: Hex;
  record?: Digest;
  folder?: Hex;
  /** the epoch that the patient's timeline says is current */
  epoch?: Digest;
  /** the recipient of the current epoch, where known from elsewhere */
  recipient?: string;
  /** Unix seconds, from the event; 0 = until taken back */
  until?: number;
};

/** @param token 32 bytes @returns what stands on chain for it */
export const accessOf = (token: Uint8Array): Hex => toHex(sha256(token));

/**
 * Under which name a rotation's bundle holds the new capability of the reader with this token: nobody else can tell which is whose.
 * @param token 32 bytes @param nonce 32 bytes of the new epoch @returns 32 hex digits of HMAC-SHA-256
 */
export const nameInBundle = (token: Uint8Array, nonce: Uint8Array): string =>
  toHex(hmac(sha256, token, concat(utf8('salus/v1/bundle'), new Uint8Array(1), nonce))).slice(2, 34);

/** @returns UTF-8 JSON, padded so that all capabilities but the longest look alike */
export const encodeCapability = (capability: Capability): Bytes =>
  padText(utf8(JSON.stringify(parseShape(capability))));

const parseShape = (value: unknown): Capability =>
  (value as { kind?: unknown } | null)?.kind === 'folder' ? folderShape(value) : recordShape(value);

/** Strict: unknown, missing and mistyped properties are refused. @throws record/malformed */
export const parseCapability = (bytes: Uint8Array): Capability =>
  parseShape(parseJson(bytes, { maxBytes: MAX_BYTES, maxDepth: 3 }));

/**
 * Compares a capability with the event that carried it.
 * @throws record/mismatch naming the first field that differs
 */
export const checkCapability = (capability: Capability, expected: Expectation): void => {
  const last = capability.kind === 'folder' ? capability.epochs.at(-1) : undefined;
  const actual: Record<keyof Expectation, unknown> = {
    kind: capability.kind,
    chainId: capability.chainId,
    contract: capability.contract,
    patient: capability.patient,
    access: accessOf(fromHex(capability.token)),
    record: capability.kind === 'record' ? capability.record : undefined,
    folder: capability.kind === 'folder' ? capability.folder : undefined,
    epoch: last?.nonce,
    recipient: capability.kind === 'folder' ? capability.recipient : undefined,
    until: capability.until,
  };
  for (const [field, value] of Object.entries(expected))
    if (value !== undefined && actual[field as keyof Expectation] !== value)
      throw new SalusError('record/mismatch', { what: 'capability', field });
};

/** @param recipients `age1pq1…` of the grantee (and of the giver's vault, to be able to show it again) */
export const sealCapability = (recipients: string[], capability: Capability): Promise<Bytes> =>
  sealBytes(recipients, encodeCapability(capability));

/**
 * Opens, parses and checks, in this order; nothing of a capability that does not fit is ever returned.
 * @throws crypto/not-for-you, crypto/corrupt, crypto/foreign-stanza, record/malformed, record/mismatch
 */
export const openCapability = async (keys: Keys, sealed: Uint8Array, expected: Expectation): Promise<Capability> => {
  const capability = parseCapability(await openBytes(keys, sealed, MAX_BYTES));
  await checkEpochs(capability);
  checkCapability(capability, expected);
  return capability;
};

/** A folder's recipient must be its newest epoch's own: nobody slips another's public key under a reader's writing. @throws record/mismatch */
const checkEpochs = async (capability: Capability): Promise<void> => {
  if (capability.kind === 'record') return;
  const last = capability.epochs.at(-1);
  if ((last === undefined) !== (capability.rights === 'write'))
    throw new SalusError('record/mismatch', { what: 'capability', field: 'rights' });
  if (last !== undefined && (await identityToRecipient(last.identity)) !== capability.recipient)
    throw new SalusError('record/mismatch', { what: 'capability', field: 'recipient' });
};
