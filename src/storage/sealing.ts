/** What storage needs of cryptography. This layer may not import it: the worker's entry wires `src/crypto` in. */
import type { Bytes } from '../core/bytes.ts';

export type Keys = { identities?: string[]; fileKey?: Bytes };

export interface Sealing {
  /** An age file for `recipients`, as it is made. @returns its 16-byte file key too */
  seal(
    recipients: string[],
    plain: AsyncIterable<Uint8Array>,
    signal?: AbortSignal,
  ): Promise<{ fileKey: Bytes; sealed: AsyncIterable<Bytes> }>;
  /** Opens an age file as it is read; nothing unverified is released. @throws crypto/not-for-you, crypto/corrupt */
  open(
    keys: Keys,
    sealed: AsyncIterable<Uint8Array>,
    signal?: AbortSignal,
  ): Promise<{ fileKey: Bytes; plain: AsyncIterable<Bytes> }>;
  /** An age file that a passphrase opens, as it is made, not padded. @throws input/invalid for a short passphrase */
  lock(passphrase: string, plain: AsyncIterable<Uint8Array>, signal?: AbortSignal): AsyncIterable<Bytes>;
  /** Padmé, at least `minimum`. @param length bytes */
  paddedLength(length: number, minimum: number): number;
  /** Passes `source` on, then zeros until `total` bytes. */
  pad(source: AsyncIterable<Uint8Array>, total: number): AsyncIterable<Uint8Array>;
  /** Passes `size` bytes on and demands that the rest is zeros. @throws record/file-mismatch */
  unpad(source: AsyncIterable<Uint8Array>, size: number): AsyncIterable<Uint8Array>;
  /** Cuts or joins pieces to `size` bytes each, in buffers of their own. */
  repack(source: AsyncIterable<Uint8Array>, size: number): AsyncIterable<Bytes>;
}

/** Files and manifests are never shorter than this before they are sealed, so that a short note does not show its length. Bytes. */
export const MINIMUM = 4096;
