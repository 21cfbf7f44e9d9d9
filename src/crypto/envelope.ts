/**
 * age v1 files: the library makes and opens every header, `stream.ts` does the payload.
 * A shared file has hybrid stanzas only, and at most 64, so that no weaker key and no foreign plugin ever reads it.
 * @see https://c2sp.org/age
 */
import type { Identity as AgeIdentity, Stanza } from 'age-encryption';
import { Decrypter, Encrypter } from 'age-encryption';
import type { Bytes } from '../core/bytes.ts';
import { owned } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import { collect } from './chunks.ts';
import { splitHeader } from './header.ts';
import type { Source, StreamOptions } from './stream.ts';
import { decryptStream, encryptStream } from './stream.ts';

export { headerSize, splitHeader as readHeader } from './header.ts';

/** Stanzas a shared file may carry. */
export const MAX_STANZAS = 64;

/** What may open a file: age identities, or the file key itself (16 bytes). */
export type Keys = { identities?: string[]; fileKey?: Uint8Array };
/** @property strict true unless files of other programs are read: refuses stanzas that are not hybrid, and more than 64 */
export type HeaderOptions = { strict?: boolean };

/**
 * Makes a header for a fresh file key.
 * @param recipients `age1pq1…`, 1 to 64; the same one twice counts once
 * @returns the header's bytes and the 16-byte file key
 * @throws input/invalid for none, too many, or (strict) another kind of recipient
 */
export const newHeader = async (
  recipients: string[],
  { strict = true }: HeaderOptions = {},
): Promise<{ header: Bytes; fileKey: Bytes }> => {
  const all = [...new Set(recipients)];
  if (all.length === 0 || all.length > MAX_STANZAS) throw new SalusError('input/invalid', { recipients: all.length });
  if (strict && !all.every((r) => r.startsWith('age1pq1')))
    throw new SalusError('input/invalid', { what: 'recipient' });
  const encrypter = new Encrypter();
  let fileKey: Bytes | null = null;
  try {
    for (const recipient of all) encrypter.addRecipient(recipient);
  } catch (cause) {
    throw new SalusError('input/invalid', { what: 'recipient' }, cause);
  }
  // a recipient that adds no stanza, but sees the file key
  encrypter.addRecipient({
    wrapFileKey: (key) => {
      fileKey = new Uint8Array(key);
      return [];
    },
  });
  const file = owned(await encrypter.encrypt(new Uint8Array(0)));
  if (fileKey === null) throw new SalusError('crypto/unsupported', { what: 'age-encryption gave no file key' });
  // what follows the header is the payload of nothing: nonce (16) and tag (16)
  return { header: file.slice(0, -32), fileKey };
};

const guard = (strict: boolean): AgeIdentity => ({
  unwrapFileKey: (stanzas: Stanza[]) => {
    const hybrid = stanzas.every((s) => s.args.length === 2 && s.args[0] === 'mlkem768x25519' && s.body.length === 32);
    if (strict && (!hybrid || stanzas.length === 0 || stanzas.length > MAX_STANZAS))
      throw new SalusError('crypto/foreign-stanza', { stanzas: stanzas.length });
    return null;
  },
});

const lastResort: AgeIdentity = {
  unwrapFileKey: () => {
    throw new SalusError('crypto/not-for-you');
  },
};

/**
 * Opens a header. A raw file key enters the library as an identity too, so that the header's MAC is always checked.
 * @returns the file key, 16 bytes
 * @throws crypto/foreign-stanza, crypto/not-for-you, crypto/corrupt (malformed, or its MAC does not verify)
 */
export const openHeader = async (
  header: Uint8Array,
  keys: Keys,
  { strict = true }: HeaderOptions = {},
): Promise<Bytes> => {
  const decrypter = new Decrypter();
  decrypter.addIdentity(guard(strict));
  const raw = keys.fileKey;
  if (raw !== undefined) {
    if (raw.length !== 16) throw new SalusError('input/invalid', { what: 'file key', length: raw.length });
    decrypter.addIdentity({ unwrapFileKey: () => raw });
  }
  try {
    for (const identity of keys.identities ?? []) decrypter.addIdentity(identity);
  } catch {
    throw new SalusError('input/invalid', { what: 'identity' }); // the cause might quote the secret
  }
  decrypter.addIdentity(lastResort);
  try {
    return new Uint8Array(await decrypter.decryptHeader(header));
  } catch (cause) {
    throw cause instanceof SalusError ? cause : new SalusError('crypto/corrupt', { what: 'header' }, cause);
  }
};

/** Encrypts a stream to `recipients`. @returns the age file: header first */
export async function* seal(
  recipients: string[],
  source: Source,
  options: StreamOptions & HeaderOptions = {},
): AsyncGenerator<Bytes> {
  const { header, fileKey } = await newHeader(recipients, options);
  yield header;
  yield* encryptStream(fileKey, source, options);
}

/** Opens an age file. Chunks are verified before they are released. @throws as {@link openHeader}; crypto/corrupt */
export async function* open(
  keys: Keys,
  source: Source,
  options: StreamOptions & HeaderOptions = {},
): AsyncGenerator<Bytes> {
  const { header, rest } = await splitHeader(source);
  yield* decryptStream(await openHeader(header, keys, options), rest, options);
}

/** Small files at once, with the file key that opens just this one. @returns the age file and its 16-byte file key */
export const sealWithKey = async (
  recipients: string[],
  plain: Uint8Array,
  options: StreamOptions & HeaderOptions = {},
): Promise<{ sealed: Bytes; fileKey: Bytes }> => {
  const { header, fileKey } = await newHeader(recipients, options);
  const parts = async function* (): AsyncGenerator<Bytes> {
    yield header;
    yield* encryptStream(fileKey, [plain], options);
  };
  return { sealed: await collect(parts()), fileKey };
};

/** Small files at once. @returns the age file */
export const sealBytes = async (
  recipients: string[],
  plain: Uint8Array,
  options: StreamOptions & HeaderOptions = {},
): Promise<Bytes> => (await sealWithKey(recipients, plain, options)).sealed;

/**
 * Opens a small file at once.
 * @param limit bytes of plaintext
 * @returns all of the plaintext, and the file key that opens just this file (16 bytes)
 * @throws as {@link open}; input/too-large beyond `limit`
 */
export const openWithKey = async (
  keys: Keys,
  sealed: Uint8Array,
  limit = Number.POSITIVE_INFINITY,
  options: StreamOptions & HeaderOptions = {},
): Promise<{ plain: Bytes; fileKey: Bytes }> => {
  const { header, rest } = await splitHeader([sealed]);
  const fileKey = await openHeader(header, keys, options);
  return { plain: await collect(decryptStream(fileKey, rest, options), limit), fileKey };
};

/** As {@link openWithKey}, without the key. */
export const openBytes = async (
  keys: Keys,
  sealed: Uint8Array,
  limit = Number.POSITIVE_INFINITY,
  options: StreamOptions & HeaderOptions = {},
): Promise<Bytes> => (await openWithKey(keys, sealed, limit, options)).plain;
