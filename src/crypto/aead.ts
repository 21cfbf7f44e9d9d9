/** ChaCha20-Poly1305 (RFC 8439), by the browser where it has it, by @noble/ciphers elsewhere; the same bytes either way. */
import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import type { Bytes } from '../core/bytes.ts';
import { equal } from '../core/bytes.ts';

/** Who does the work. */
export type Path = 'native' | 'noble';
/** Bytes of a Poly1305 tag. */
export const TAG_BYTES = 16;

/** Encrypts or decrypts one chunk; the answer is a buffer of its own. Decryption rejects what does not verify. */
export type Aead = (nonce: Bytes, chunk: Uint8Array) => Promise<Uint8Array> | Uint8Array;

const NAME = 'ChaCha20-Poly1305';

const native = async (key: Uint8Array, usage: 'encrypt' | 'decrypt'): Promise<Aead> => {
  const raw = 'raw-secret' as 'raw'; // the format's name in the Modern Algorithms draft, which TypeScript does not know yet
  const imported = await crypto.subtle.importKey(raw, key as Bytes, NAME, false, [usage]);
  return async (iv, chunk) => {
    const algorithm = { name: NAME, iv };
    const out =
      usage === 'encrypt'
        ? crypto.subtle.encrypt(algorithm, imported, chunk as Bytes)
        : crypto.subtle.decrypt(algorithm, imported, chunk as Bytes);
    return new Uint8Array(await out);
  };
};

const noble =
  (key: Uint8Array, usage: 'encrypt' | 'decrypt'): Aead =>
  (nonce, chunk) =>
    chacha20poly1305(key, nonce)[usage](chunk);

/** @param key 32 bytes @param path who works @returns the function for one key */
export const aead = async (key: Uint8Array, usage: 'encrypt' | 'decrypt', path: Path): Promise<Aead> =>
  path === 'native' ? native(key, usage) : noble(key, usage);

let probed: Promise<Path> | null = null;

const probe = async (): Promise<Path> => {
  const key = new Uint8Array(32).fill(7);
  const nonce = new Uint8Array(12);
  const plain = new Uint8Array(100).fill(9);
  try {
    const sealed = await (await native(key, 'encrypt'))(nonce, plain);
    return equal(sealed, await noble(key, 'encrypt')(nonce, plain)) ? 'native' : 'noble';
  } catch {
    return 'noble';
  }
};

/** Finds out once whether the browser's own cipher is there and gives the right bytes. */
export const streamPath = (): Promise<Path> => (probed ??= probe());
