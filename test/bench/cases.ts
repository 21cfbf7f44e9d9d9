/** What is measured. Every case takes the same plaintext in memory and lets go of its output at once. */
import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import { Encrypter } from 'age-encryption';
import type { Bytes } from '../../src/core/bytes.ts';
import type { Path } from '../../src/crypto/stream.ts';
import { decryptStream, encryptStream } from '../../src/crypto/stream.ts';

const FRAME = 65536;
/** As many as our stream keeps, so that the ratio compares streams, not patience. */
const IN_FLIGHT = 16;
const PIECE = 1 << 20;

export type Case = (plain: Bytes) => Promise<void>;

function* cut(bytes: Bytes, size: number): Generator<Bytes> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const drain = async (source: AsyncIterable<unknown>): Promise<void> => {
  for await (const _ of source);
};

const key = crypto.getRandomValues(new Uint8Array(32));
const fileKey = key.slice(0, 16);

const ours =
  (path: Path): Case =>
  (plain) =>
    drain(encryptStream(fileKey, cut(plain, PIECE), { path }));

/** The library's stream alone: a recipient without a stanza costs nothing. */
const age: Case = async (plain) => {
  const encrypter = new Encrypter();
  encrypter.addRecipient({ wrapFileKey: () => [] });
  const pieces = cut(plain, PIECE);
  const source = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      const { done, value } = pieces.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
  });
  const reader = (await encrypter.encrypt(source)).getReader();
  while (!(await reader.read()).done);
};

const noble: Case = async (plain) => {
  const nonce = new Uint8Array(12);
  for (const frame of cut(plain, FRAME)) {
    chacha20poly1305(key, nonce).encrypt(frame);
    nonce[0] = (nonce[0] as number) + 1;
  }
};

const subtle =
  (name: string, format: 'raw' | 'raw-secret'): Case =>
  async (plain) => {
    const imported = await crypto.subtle.importKey(format as 'raw', key, name, false, ['encrypt']);
    const flying: Promise<ArrayBuffer>[] = [];
    const iv = new Uint8Array(12);
    for (const frame of cut(plain, FRAME)) {
      iv[0] = (iv[0] as number) + 1;
      flying.push(crypto.subtle.encrypt({ name, iv }, imported, frame));
      if (flying.length === IN_FLIGHT) await flying.shift();
    }
    await Promise.all(flying);
  };

/** As the papers do it: RSA on the data itself. 190 bytes are what OAEP with SHA-256 leaves of 2048 bits. */
const rsa: Case = async (plain) => {
  const algorithm = {
    name: 'RSA-OAEP',
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
    hash: 'SHA-256',
  };
  const { publicKey } = await (rsaKeys ??= crypto.subtle.generateKey(algorithm, false, ['encrypt', 'decrypt']));
  for (const block of cut(plain, 190)) await crypto.subtle.encrypt('RSA-OAEP', publicKey, block);
};
let rsaKeys: Promise<CryptoKeyPair> | null = null;

let sealed: { of: Bytes; pieces: Bytes[] } | null = null;
const open: Case = (plain) => {
  if (sealed?.of !== plain) throw new Error('prepare the case first');
  return drain(decryptStream(fileKey, sealed.pieces));
};

/** Work that a case needs beforehand and that is not measured. */
export const prepare: Record<string, Case> = {
  streamOpen: async (plain) => {
    if (sealed?.of === plain) return;
    const pieces: Bytes[] = [];
    for await (const piece of encryptStream(fileKey, cut(plain, PIECE))) pieces.push(piece);
    sealed = { of: plain, pieces };
  },
  rsa2048: (plain) => rsa(plain.subarray(0, 190)),
};

export const cases: Record<string, Case> = {
  streamNative: ours('native'),
  streamNoble: ours('noble'),
  streamOpen: open,
  ageEncryption: age,
  nobleChaCha20Poly1305: noble,
  webcryptoChaCha20Poly1305: subtle('ChaCha20-Poly1305', 'raw-secret'),
  webcryptoAes256Gcm: subtle('AES-GCM', 'raw'),
  rsa2048: rsa,
  memoryCopy: async (plain) => void plain.slice(),
};
