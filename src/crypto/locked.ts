/**
 * A file locked by a passphrase alone, for keeping outside of Salus: any program that knows age opens it. Not for sharing: a
 * passphrase can be guessed by whoever has the file.
 * @see https://c2sp.org/age (scrypt recipient stanza)
 */
import { Decrypter, Encrypter } from 'age-encryption';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import { owned, type Bytes } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import { SHORTEST_PASSPHRASE } from '../core/limits.ts';
import type { Source, StreamOptions } from './stream.ts';
import { encryptStream } from './stream.ts';

/** The age command line's own: about a second and 256 MiB. */
export const WORK_FACTOR = 18;

/**
 * @param logN base-2 logarithm of the scrypt work factor
 * @returns the header's bytes and the 16-byte file key
 * @throws input/invalid for a passphrase that is too short
 */
export const passphraseHeader = async (
  passphrase: string,
  logN = WORK_FACTOR,
): Promise<{ header: Bytes; fileKey: Bytes }> => {
  if (passphrase.length < SHORTEST_PASSPHRASE) throw new SalusError('input/invalid', { at: 'passphrase' });
  const encrypter = new Encrypter();
  encrypter.setPassphrase(passphrase);
  encrypter.setScryptWorkFactor(logN);
  // what follows the header is the payload of nothing: nonce (16) and tag (16)
  const header = owned(await encrypter.encrypt(new Uint8Array(0))).slice(0, -32);
  // the library keeps the file key to itself
  const decrypter = new Decrypter();
  decrypter.addPassphrase(passphrase);
  return { header, fileKey: new Uint8Array(await decrypter.decryptHeader(header)) };
};

/** Encrypts a stream. @returns the age file: header first, no padding: its length tells the length of what is in it */
export async function* lock(
  passphrase: string,
  source: Source,
  options: StreamOptions & { logN?: number } = {},
): AsyncGenerator<Bytes> {
  const { header, fileKey } = await passphraseHeader(passphrase, options.logN);
  yield header;
  yield* encryptStream(fileKey, source, options);
}

/** @param random gives n random bytes @returns six words of 11 bits each, easy to write down */
export const newPassphrase = (random: (length: number) => Uint8Array): string => {
  const bytes = random(12);
  const word = (i: number) => wordlist[(((bytes[2 * i] as number) << 8) | (bytes[2 * i + 1] as number)) & 2047];
  return Array.from({ length: 6 }, (_, i) => word(i)).join('-');
};
