/**
 * The ways to encrypt that the papers used or that compete with ours, side by side, for the page that measures them. Nothing here
 * protects anything: keys are made for one measurement and thrown away.
 */
import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import type { Bytes } from '../core/bytes.ts';
import { uintBytes } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import { open, seal } from './envelope.ts';
import { randomIdentity } from './identity.ts';

/** Bytes a cipher is given at once: what age's STREAM takes, so that all have the same. */
const FRAME = 65536;
/** Bytes that OAEP with SHA-256 leaves of an RSA block of 2,048 bits. @see RFC 8017, 7.1.1 */
const RSA_PLAIN = 190;
const RSA_BLOCK = 256;
/** Calls under way at once, as many as our stream keeps. */
const IN_FLIGHT = 16;

/** Encrypts and decrypts in pieces, in order. */
export type Method = {
  /** @returns everything that would be stored */
  seal(plain: Bytes): AsyncIterable<Uint8Array>;
  /** @param sealed the pieces that `seal` gave */
  open(sealed: Uint8Array[]): AsyncIterable<Uint8Array>;
};

const random = (length: number): Bytes => crypto.getRandomValues(new Uint8Array(length));

function* cut(bytes: Uint8Array, size: number): Generator<Bytes> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size) as Bytes;
}

async function* each(
  pieces: Iterable<Uint8Array>,
  work: (piece: Bytes, i: number) => Promise<ArrayBuffer>,
): AsyncGenerator<Bytes> {
  const flying: Promise<ArrayBuffer>[] = [];
  let i = 0;
  for (const piece of pieces) {
    const made = work(piece as Bytes, i++);
    // one that fails while an earlier one is awaited must not count as unhandled
    made.catch(() => undefined);
    flying.push(made);
    if (flying.length === IN_FLIGHT) yield new Uint8Array(await (flying.shift() as Promise<ArrayBuffer>));
  }
  for (const rest of flying) yield new Uint8Array(await rest);
}

/** A nonce that counts. @see NIST SP 800-38D, 8.2.1 */
const nonceOf = (i: number): Bytes => uintBytes(i, 12);

/** An AEAD of the browser's, frame by frame. @param bits of the key */
const native = async (
  name: 'AES-GCM' | 'ChaCha20-Poly1305',
  bits: 128 | 256,
  key = random(bits / 8),
): Promise<Method> => {
  // the format's name in the Modern Algorithms draft, which TypeScript does not know yet
  const format = (name === 'AES-GCM' ? 'raw' : 'raw-secret') as 'raw';
  const imported = await crypto.subtle.importKey(format, key, name, false, ['encrypt', 'decrypt']);
  const run = (usage: 'encrypt' | 'decrypt') => (piece: Bytes, i: number) =>
    crypto.subtle[usage]({ name, iv: nonceOf(i) }, imported, piece);
  return {
    seal: (plain) => each(cut(plain, FRAME), run('encrypt')),
    open: (sealed) => each(sealed, run('decrypt')),
  };
};

const noble = (): Method => {
  const key = random(32);
  return {
    seal: async function* (plain) {
      let i = 0;
      for (const frame of cut(plain, FRAME)) yield chacha20poly1305(key, nonceOf(i++)).encrypt(frame);
    },
    open: async function* (sealed) {
      let i = 0;
      for (const frame of sealed) yield chacha20poly1305(key, nonceOf(i++)).decrypt(frame);
    },
  };
};

const RSA: RsaHashedKeyGenParams = {
  name: 'RSA-OAEP',
  modulusLength: RSA_BLOCK * 8,
  publicExponent: new Uint8Array([1, 0, 1]),
  hash: 'SHA-256',
};
const rsaKeys = () => crypto.subtle.generateKey(RSA, false, ['encrypt', 'decrypt']);

/** As the papers have it: RSA on the data itself, block by block. */
const rsaBlocks = async (): Promise<Method> => {
  const { publicKey, privateKey } = await rsaKeys();
  return {
    seal: (plain) => each(cut(plain, RSA_PLAIN), (block) => crypto.subtle.encrypt('RSA-OAEP', publicKey, block)),
    open: (sealed) => each(sealed, (block) => crypto.subtle.decrypt('RSA-OAEP', privateKey, block)),
  };
};

/** As it is done where RSA must be: it wraps a fresh AES-256 key, and AES-256-GCM does the rest. */
const rsaHybrid = async (): Promise<Method> => {
  const { publicKey, privateKey } = await rsaKeys();
  return {
    seal: async function* (plain) {
      const key = random(32);
      yield new Uint8Array(await crypto.subtle.encrypt('RSA-OAEP', publicKey, key));
      yield* (await native('AES-GCM', 256, key)).seal(plain);
    },
    open: async function* ([wrapped, ...frames]) {
      const key = new Uint8Array(await crypto.subtle.decrypt('RSA-OAEP', privateKey, wrapped as Bytes));
      yield* (await native('AES-GCM', 256, key)).open(frames);
    },
  };
};

/** Ours, whole: an age file with its hybrid header (ML-KEM-768 and X25519) and STREAM. @see https://c2sp.org/age */
const envelope = async (): Promise<Method> => {
  const { identity, recipient } = await randomIdentity(random);
  return {
    seal: (plain) => seal([recipient], cut(plain, FRAME * IN_FLIGHT)),
    open: (sealed) => open({ identities: [identity] }, sealed),
  };
};

const makers = {
  envelope,
  chachaNative: () => native('ChaCha20-Poly1305', 256),
  chachaNoble: async () => noble(),
  aes256: () => native('AES-GCM', 256),
  aes128: () => native('AES-GCM', 128),
  rsaHybrid,
  rsaBlocks,
} as const satisfies Record<string, () => Promise<Method>>;

/** Name of a method. */
export type MethodName = keyof typeof makers;

/** @returns the method with fresh keys @throws crypto/unsupported where the browser lacks the cipher */
export const method = async (name: MethodName): Promise<Method> => {
  try {
    return await makers[name]();
  } catch (cause) {
    throw new SalusError('crypto/unsupported', { what: name }, cause);
  }
};
