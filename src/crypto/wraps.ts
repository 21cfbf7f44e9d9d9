/**
 * The keyring: a small binary that travels in the `Enrolled` and `KeyringSet` events, so that losing every disk and peer loses
 * no key. Each wrap is one way to the seed; the box of older seeds opens with the seed itself, so that every way, the phrase
 * included, reaches everything.
 *
 * ```
 * version (1) = 1 · number (4) · length of the seeds' box (2) · box · { kind (1) · length (2) · body }*
 * wallet  1: log2 of scrypt's cost (1; 0 = no passphrase) · salt (16) · box of the seed (72)
 * passkey 2: length (1) · relying party id · length (2) · credential id · PRF salt (32) · box of the seed (72)
 * other kinds are carried as they are
 * ```
 * Integers are big-endian. `number` counts seeds: adding a way keeps it, removing one makes a new seed and the next number.
 */
import type { Address, Bytes } from '../core/bytes.ts';
import { concat, fromHex, fromUtf8, uintBytes, utf8 } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import { BOX_OVERHEAD } from './box.ts';

/** @property scrypt log2 of its cost, null without a passphrase · @property salt 16 bytes · @property box 72 bytes */
export type WalletWrap = { kind: 'wallet'; scrypt: number | null; salt: Bytes; box: Bytes };
/** @property rpId where the passkey works · @property credentialId as WebAuthn gave it · @property salt 32 bytes of PRF input · @property box 72 bytes */
export type PasskeyWrap = { kind: 'passkey'; rpId: string; credentialId: Bytes; salt: Bytes; box: Bytes };
/** A way that this version does not know, kept for those that do. @property id its kind, 3–255 */
export type UnknownWrap = { kind: 'unknown'; id: number; body: Bytes };
export type Wrap = WalletWrap | PasskeyWrap | UnknownWrap;
/** @property number of the seed, from 1 · @property seeds box of the older seeds under the current one */
export type Keyring = { version: 1; number: number; seeds: Bytes; wraps: Wrap[] };
/** Bytes of a seed. */
export const SEED_BYTES = 32;
const SEED_BOX = SEED_BYTES + BOX_OVERHEAD;
const MAX_BYTES = 16_384;

const corrupt = (why: string, cause?: unknown): SalusError => new SalusError('crypto/keyring-corrupt', { why }, cause);

/** What binds a wrap to its place: account, number, kind and parameters. */
export const wrapContext = (account: Address, number: number, kind: number, ...parameters: Uint8Array[]): Bytes =>
  concat(
    utf8('salus/v1/keyring'),
    new Uint8Array(1),
    fromHex(account),
    uintBytes(number, 4),
    uintBytes(kind, 1),
    ...parameters,
  );

const encodeWrap = (wrap: Wrap): Bytes => {
  const framed = (kind: number, ...parts: Uint8Array[]) => {
    const body = concat(...parts);
    return concat(uintBytes(kind, 1), uintBytes(body.length, 2), body);
  };
  if (wrap.kind === 'wallet') return framed(1, uintBytes(wrap.scrypt ?? 0, 1), wrap.salt, wrap.box);
  if (wrap.kind === 'unknown') return framed(wrap.id, wrap.body);
  const rpId = utf8(wrap.rpId);
  const id = wrap.credentialId;
  return framed(2, uintBytes(rpId.length, 1), rpId, uintBytes(id.length, 2), id, wrap.salt, wrap.box);
};

/** @returns the binary that goes into the event, at most 16 KiB */
export const encodeKeyring = (k: Keyring): Bytes => {
  const head = concat(uintBytes(1, 1), uintBytes(k.number, 4), uintBytes(k.seeds.length, 2), k.seeds);
  const out = concat(head, ...k.wraps.map(encodeWrap));
  if (out.length > MAX_BYTES) throw new SalusError('input/too-large', { what: 'keyring', limit: MAX_BYTES });
  return out;
};

/** Takes bytes off the front; refuses to read beyond the end. */
class Front {
  readonly #bytes: Uint8Array;
  #at = 0;
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }
  take(length: number): Bytes {
    if (this.#at + length > this.#bytes.length) throw corrupt('cut short');
    return this.#bytes.slice(this.#at, (this.#at += length)) as Bytes;
  }
  uint(length: number): number {
    return this.take(length).reduce((n, b) => n * 256 + b, 0);
  }
  get done(): boolean {
    return this.#at === this.#bytes.length;
  }
}

const decodeWrap = (id: number, body: Bytes): Wrap => {
  if (id !== 1 && id !== 2) return { kind: 'unknown', id, body };
  const front = new Front(body);
  let wrap: Wrap;
  if (id === 1)
    wrap = { kind: 'wallet', scrypt: front.uint(1) || null, salt: front.take(16), box: front.take(SEED_BOX) };
  else {
    const rpId = front.take(front.uint(1));
    const credentialId = front.take(front.uint(2));
    try {
      wrap = { kind: 'passkey', rpId: fromUtf8(rpId), credentialId, salt: front.take(32), box: front.take(SEED_BOX) };
    } catch (cause) {
      throw cause instanceof SalusError ? cause : corrupt('relying party', cause);
    }
  }
  if (!front.done) throw corrupt('trailing bytes');
  return wrap;
};

/** @throws crypto/unsupported for a newer version, crypto/keyring-corrupt for anything else that is not a keyring */
export const decodeKeyring = (bytes: Uint8Array): Keyring => {
  if (bytes.length > MAX_BYTES) throw corrupt('too large');
  const front = new Front(bytes);
  const version = front.uint(1);
  if (version !== 1) throw new SalusError('crypto/unsupported', { what: 'keyring version', version });
  const number = front.uint(4);
  const seeds = front.take(front.uint(2));
  if (number === 0 || seeds.length < BOX_OVERHEAD || (seeds.length - BOX_OVERHEAD) % SEED_BYTES !== 0)
    throw corrupt('seeds');
  const wraps: Wrap[] = [];
  while (!front.done) {
    const id = front.uint(1);
    if (id === 0) throw corrupt('kind 0');
    wraps.push(decodeWrap(id, front.take(front.uint(2))));
  }
  return { version: 1, number, seeds, wraps };
};
