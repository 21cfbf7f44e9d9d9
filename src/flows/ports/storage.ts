/** What flows need of storage. `src/storage` implements it in a worker; tests have a fake. Ciphertext is made and opened inside the worker, so plaintext never crosses except where a person is to see it. */
import type { Address, Bytes, Digest } from '../../core/bytes.ts';

/** Bytes done and in all, of one stage. */
export type Progress = { stage: 'encrypt' | 'manifest' | 'push' | 'fetch' | 'decrypt'; done: number; total: number };
export type Options = { signal?: AbortSignal; onProgress?: (p: Progress) => void };

/** An encrypted file held locally, not yet part of a record. Sizes in bytes. */
export type SealedFile = {
  /** CID of the ciphertext (a UnixFS file or a raw leaf) */
  cid: string;
  /** true length of the plaintext */
  size: number;
  /** length of the age file */
  sealedSize: number;
  /** sha-256 of the plaintext, 64 hex digits */
  sha256: string;
};

/** Where a record is known to be. */
export type Place = { kind: 'browser' | 'peer' | 'gateway'; name: string; url: string | null };
export type Durability = { digest: Digest; places: Place[]; durable: boolean };

export interface Storage {
  /** Pads (Padmé), encrypts to the record's recipient, adds to UnixFS and pins. Streams: the file is never whole in memory. */
  sealFile(file: Blob, recipient: string, options?: Options): Promise<SealedFile>;
  /** Encrypts `manifest` (padded to at least 4 KiB, then Padmé) to all of `recipients`, makes the directory `manifest.age, 0.age, …` in the order of `files`, pins it. */
  sealRecord(
    manifest: Bytes,
    recipients: string[],
    files: SealedFile[],
    options?: Options,
  ): Promise<{ digest: Digest; cid: string; manifestKey: Bytes }>;
  /** One directory of public plaintext files: a doctor's profile, a review. The only way anything readable enters storage. */
  publish(files: { name: string; body: Bytes }[]): Promise<Digest>;
  /** Reads a published file, at most `limit` bytes. */
  readPublic(digest: Digest, name: string, limit: number, options?: Options): Promise<Bytes>;
  /** Opens `manifest.age` with any of `identities` (age identity strings) or the raw 16-byte file key. @throws crypto/not-for-you, crypto/corrupt, storage/not-found */
  openManifest(
    digest: Digest,
    keys: { identities?: string[]; fileKey?: Bytes },
    options?: Options,
  ): Promise<{ manifest: Bytes; manifestKey: Bytes; files: string[] }>;
  /** Fetches, verifies, decrypts and un-pads the file at `index`; checks it against what the manifest says of it. @throws record/file-mismatch */
  openFile(digest: Digest, index: number, expected: SealedFile, identity: string, options?: Options): Promise<Blob>;
  /** Pushes a CAR to the configured places and waits until one confirms that it holds the whole record. @throws storage/push-failed (what was kept: all of it, here) */
  push(digest: Digest, options?: Options): Promise<Durability>;
  /** What is known without asking anybody. */
  durability(digest: Digest): Promise<Durability>;
  /** Records here that no other place has confirmed. */
  onlyHere(): Promise<Digest[]>;
  /** Unpins a file (by CID) or record (by digest) that is no longer wanted, and collects the blocks that nothing else needs. */
  discard(what: string): Promise<void>;
  /** @param places.session what peers that ask who is talking are shown ({@link Sessions}), null when not signed in */
  configure(places: { peers: string[]; gateways: string[]; session?: string | null }): Promise<void>;
  /** Bytes used and granted by the browser, and whether it promised not to evict. */
  estimate(): Promise<{ usage: number; quota: number; persisted: boolean }>;
  /** Ends the worker's keys and pending work. */
  lock(): Promise<void>;
}

/** Sealed key-value store in IndexedDB (caches, outbox, drafts): values are XChaCha20-Poly1305 boxes under the index key, names are HMACs of it. */
export interface Cabinet {
  /** @param key 32 bytes, the vault's index key. Until then, and after {@link lock}, every other method throws crypto/locked */
  unlock(account: Address, key: Bytes): Promise<void>;
  lock(): void;
  get(name: string): Promise<Bytes | null>;
  set(name: string, value: Bytes): Promise<void>;
  delete(name: string): Promise<void>;
  /** The names under a prefix (each value carries its name inside the box). */
  list(prefix: string): Promise<string[]>;
}
