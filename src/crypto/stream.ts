/**
 * The payload of an age v1 file: STREAM over ChaCha20-Poly1305 in chunks of 64 KiB. Several chunks are in flight at once,
 * their order is kept, memory stays bounded whatever the length.
 * @see https://c2sp.org/age (Payload), Hoang et al., "Online Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance"
 */
import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import type { Bytes } from '../core/bytes.ts';
import { utf8 } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import type { Aead, Path } from './aead.ts';
import { TAG_BYTES, aead, streamPath } from './aead.ts';
import type { Source } from './chunks.ts';
import { Cutter, Reader } from './chunks.ts';

export { streamPath } from './aead.ts';
export type { Path } from './aead.ts';
export type { Source } from './chunks.ts';

/** Plaintext bytes of every chunk but the last. */
export const CHUNK_BYTES = 65536;
/** Its bytes when encrypted. */
export const SEALED_CHUNK_BYTES = CHUNK_BYTES + TAG_BYTES;
/** Bytes of the payload's nonce, which comes first. */
export const NONCE_BYTES = 16;
const IN_FLIGHT = 16;

/** @property path native or noble; by default what {@link streamPath} found · @property signal ends the stream with storage/aborted */
export type StreamOptions = { path?: Path; signal?: AbortSignal };

/** @param plain bytes of plaintext @returns bytes of the payload: nonce, chunks, tags */
export const payloadSize = (plain: number): number =>
  NONCE_BYTES + plain + TAG_BYTES * Math.max(1, Math.ceil(plain / CHUNK_BYTES));

/** The inverse of {@link payloadSize}. @throws crypto/corrupt when no plaintext has a payload of that size */
export const plainSize = (payload: number): number => {
  const sealed = payload - NONCE_BYTES;
  const chunks = Math.max(1, Math.ceil(sealed / (CHUNK_BYTES + TAG_BYTES)));
  const plain = sealed - chunks * TAG_BYTES;
  if (plain < 0 || payloadSize(plain) !== payload) throw new SalusError('crypto/corrupt', { what: 'size', payload });
  return plain;
};

const streamKey = (fileKey: Uint8Array, nonce: Uint8Array): Bytes => hkdf(sha256, fileKey, nonce, utf8('payload'), 32);

/** 11 bytes of counter, big-endian, and one that marks the last chunk. */
const chunkNonce = (counter: number, last: boolean): Bytes => {
  const nonce = new Uint8Array(12);
  const view = new DataView(nonce.buffer);
  view.setUint32(3, Math.floor(counter / 2 ** 32));
  view.setUint32(7, counter >>> 0);
  nonce[11] = last ? 1 : 0;
  return nonce;
};

const goOn = (signal: AbortSignal | undefined): void => {
  if (signal?.aborted) throw new SalusError('storage/aborted', {}, signal.reason);
};

/** Runs every chunk of `source` through `work`, in order, with at most {@link IN_FLIGHT} under way. */
async function* pipeline(
  source: Source,
  size: number,
  work: (chunk: Uint8Array, counter: number, last: boolean) => ReturnType<Aead>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Bytes> {
  const cutter = new Cutter(size);
  const queue: ReturnType<Aead>[] = [];
  let counter = 0;
  const start = (chunk: Uint8Array, last: boolean): void => {
    const result = work(chunk, counter++, last);
    // an early failure, or one nobody waits for any more, must not count as unhandled
    if (result instanceof Promise) result.catch(() => undefined);
    queue.push(result);
  };
  for await (const piece of source) {
    cutter.push(piece);
    for (let chunk = cutter.next(); chunk !== null; chunk = cutter.next()) {
      goOn(signal);
      start(chunk, false);
      if (queue.length >= IN_FLIGHT) yield (await queue.shift()) as Bytes;
    }
  }
  start(cutter.end(), true);
  for (const result of queue) {
    goOn(signal);
    yield (await result) as Bytes;
  }
}

/**
 * Encrypts a stream.
 * @param fileKey 16 bytes, fresh for every file
 * @param source plaintext in pieces of any size, which must not be written to after they were given
 * @param options `nonce`: 16 bytes; leave it out but in tests
 * @returns the nonce, then encrypted chunks (65,552 bytes each but the last) in buffers of their own
 */
export async function* encryptStream(
  fileKey: Uint8Array,
  source: Source,
  options: StreamOptions & { nonce?: Bytes } = {},
): AsyncGenerator<Bytes> {
  const nonce = options.nonce ?? crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const seal = await aead(streamKey(fileKey, nonce), 'encrypt', options.path ?? (await streamPath()));
  yield nonce;
  yield* pipeline(source, CHUNK_BYTES, (chunk, i, last) => seal(chunkNonce(i, last), chunk), options.signal);
}

/**
 * Decrypts a stream. Every chunk is verified before it is released; whoever reads must not act on a prefix as if it were the whole.
 * @param fileKey 16 bytes
 * @param source the payload: nonce, then chunks, in pieces of any size
 * @throws crypto/corrupt at the first chunk that does not verify, or when the end is missing
 */
export async function* decryptStream(
  fileKey: Uint8Array,
  source: Source,
  options: StreamOptions = {},
): AsyncGenerator<Bytes> {
  const reader = new Reader(source);
  const nonce = await reader.exactly(NONCE_BYTES);
  if (nonce === null) throw new SalusError('crypto/corrupt', { what: 'payload', why: 'cut short' });
  const open = await aead(streamKey(fileKey, nonce), 'decrypt', options.path ?? (await streamPath()));
  let end = { counter: Number.POSITIVE_INFINITY, why: '' };
  const work = async (chunk: Uint8Array, counter: number, last: boolean): Promise<Uint8Array> => {
    // only the first chunk may be empty, and then it is the only one
    if (chunk.length < TAG_BYTES || (counter > 0 && chunk.length === TAG_BYTES))
      throw new SalusError('crypto/corrupt', { what: 'chunk length', counter });
    try {
      return await open(chunkNonce(counter, last), chunk);
    } catch (cause) {
      if (chunk.length < SEALED_CHUNK_BYTES) throw new SalusError('crypto/corrupt', { what: 'chunk', counter }, cause);
    }
    // a whole chunk that verifies as the other kind is good, but the stream ends after it
    try {
      const plain = await open(chunkNonce(counter, !last), chunk);
      if (counter < end.counter) end = { counter, why: last ? 'cut short' : 'data after the end' };
      return plain;
    } catch (cause) {
      throw new SalusError('crypto/corrupt', { what: 'chunk', counter }, cause);
    }
  };
  let released = 0;
  for await (const plain of pipeline(reader.rest(), SEALED_CHUNK_BYTES, work, options.signal)) {
    if (plain.length > 0) yield plain;
    if (end.counter === released++) throw new SalusError('crypto/corrupt', { what: 'stream', why: end.why });
  }
}
