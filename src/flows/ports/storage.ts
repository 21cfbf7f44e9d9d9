/** What flows need of storage. `src/storage` implements it in a worker; tests have a fake. Ciphertext is made and opened inside the worker, so plaintext never crosses except where a person is to see it. */
import type { Address, Bytes, Digest, Hex } from '../../core/bytes.ts';
import type { ErrorCode } from '../../core/errors.ts';

/** Bytes done and in all, of one stage. */
export type Progress = {
  stage: 'encrypt' | 'manifest' | 'push' | 'fetch' | 'decrypt' | 'check' | 'bundle' | 'import';
  done: number;
  total: number;
  /** what a pinning service says of its work, where it is one that is given the bytes */
  pin?: PinState;
};
/** `token`: 32 bytes out of a capability (`0x` and 64 digits), shown to places that check tokens and to no other. */
export type Options = { signal?: AbortSignal; onProgress?: (p: Progress) => void; token?: Hex };
/**
 * `guard`: the account whose grants on chain decide who is given the bytes. Noted beside the record once, it holds for every later
 * push, recheck and copy: such a record goes only to peers that check tokens, never to pinning services or other places.
 */
export type Guarded = Options & { guard?: Address };

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

/** `most`: bytes the stored file may have, by what its manifest says · `limit`: only its first bytes are wanted */
export type StoredRange = { most: number; limit?: number };
/** A stored file as anybody who holds it sees it. `blocks`: pieces it is stored in. `bytes`: the first `limit`, else all. */
export type SealedBytes = { cid: string; size: number; blocks: number; bytes: Blob };

/**
 * Where a record is known to be. `file`: saved or shared as a file by the person, at `at` (ms), which nobody can confirm.
 * `byWord`: the place says so, took all of it from here, and could not be asked to give it back.
 */
export type Place = {
  kind: 'browser' | 'peer' | 'gateway' | 'pinning' | 'file';
  name: string;
  url: string | null;
  at?: number;
  byWord?: true;
};
/** `durable`: a place other than this browser, and not a file, confirmed it. */
/** Everything under one digest, each block of it hashed to its name. Sizes in bytes, as stored. */
export type Inspection = {
  /** of the directory */
  cid: string;
  blocks: number;
  bytes: number;
  files: { name: string; cid: string; blocks: number; bytes: number }[];
};
export type Durability = { digest: Digest; places: Place[]; durable: boolean };

/** What became of a record that is wanted nowhere any more. `left`: places that may still have it, and why (`file`: copies by hand). */
export type Retired = { gone: Place[]; left: { place: Place; code: ErrorCode | null }[] };

/**
 * A page of what a guarding peer noted for the account that is signed in: age files sealed to that account's published key, oldest
 * first, to be opened and checked by `flows/accessLog.ts`. `id` orders them, `last` is the newest one's that was ever given; `dropped`:
 * entries the peer had to let go unread.
 */
export type AccessLogPage = {
  entries: { id: number; sealed: Bytes }[];
  dropped: number;
  more: boolean;
  last: number;
};

/** @see https://ipfs.github.io/pinning-services-api-spec/ (Status) */
export type PinState = 'queued' | 'pinning' | 'pinned' | 'failed';
/** An IPFS Pinning Service. `token` is a secret; `gateway` is where what it holds can be read, if it says so. */
export type PinningService = { url: string; token: string; gateway: string | null };
/** A pin of ours at a service. `digest` is null for what is no record; `here`: this browser has it too. `at`: ms */
export type HeldPin = {
  requestid: string;
  cid: string;
  digest: Digest | null;
  status: PinState;
  at: number;
  here: boolean;
};
/** How a place was last found. Times in ms. `failed` is null once it worked again; `holds` counts the records it confirmed; `guards`: it checks access tokens, null when it never said. */
export type PlaceState = {
  url: string;
  used: number | null;
  failed: { at: number; code: ErrorCode; reason: string } | null;
  holds: number;
  guards: boolean | null;
};

export interface Storage {
  /** Pads (Padmé), encrypts to the record's recipient, adds to UnixFS and pins. Streams: the file is never whole in memory. */
  sealFile(file: Blob, recipient: string, options?: Options): Promise<SealedFile>;
  /** Encrypts `manifest` (padded to at least 4 KiB, then Padmé) to all of `recipients`, makes the directory `manifest.age, 0.age, …` in the order of `files`, pins it. */
  sealRecord(
    manifest: Bytes,
    recipients: string[],
    files: SealedFile[],
    options?: Guarded,
  ): Promise<{ digest: Digest; cid: string; manifestKey: Bytes }>;
  /**
   * One directory of files as they are: public on purpose (a doctor's profile, a review), which is the only way anything readable enters
   * storage; or sealed by the caller (a capability, the bundle of a rotation).
   */
  publish(files: { name: string; body: Bytes }[]): Promise<Digest>;
  /** Reads a published file, at most `limit` bytes. */
  readPublic(digest: Digest, name: string, limit: number, options?: Options): Promise<Bytes>;
  /**
   * Opens `manifest.age` with any of `identities` (age identity strings) or the raw 16-byte file key. What others guard opens with
   * `token`, what is one's own with the session. @throws crypto/not-for-you, crypto/corrupt, storage/not-found, storage/not-let-in (`reason`)
   */
  openManifest(
    digest: Digest,
    keys: { identities?: string[]; fileKey?: Bytes },
    options?: Options,
  ): Promise<{ manifest: Bytes; manifestKey: Bytes; files: string[] }>;
  /** Fetches, verifies, decrypts and un-pads the file at `index`; checks it against what the manifest says of it. @throws record/file-mismatch */
  openFile(digest: Digest, index: number, expected: SealedFile, identity: string, options?: Options): Promise<Blob>;
  /** A file of a record (`manifest.age`, `0.age` …) as it is stored, still locked. @throws storage/not-found, storage/corrupt, input/too-large */
  sealedBytes(digest: Digest, name: string, range: StoredRange, options?: Options): Promise<SealedBytes>;
  /** Locks readable bytes with a passphrase, for keeping outside: an age file that is not stored here. @throws input/invalid when the passphrase is too short, storage/aborted */
  lockFile(file: Blob, passphrase: string, options?: Options): Promise<Blob>;
  /**
   * Pushes a CAR to the configured places and waits until one confirms that it holds the whole record. A guarded one (see {@link Guarded})
   * goes to peers that check tokens alone.
   * @throws storage/push-failed (what was kept: all of it, here), storage/no-guard when a guarded record has no place to go
   */
  push(digest: Digest, options?: Guarded): Promise<Durability>;
  /** What is known without asking anybody. */
  durability(digest: Digest): Promise<Durability>;
  /**
   * Asks the places that confirmed a record once whether they hold it still; one that says no is not counted any longer. One that
   * cannot be asked now is left as it is.
   */
  recheck(digest: Digest, options?: Options): Promise<Durability>;
  /**
   * Fetches what is missing of a record or published directory, and hashes every block anew.
   * @throws storage/corrupt (`cid` of the block, `name` of its file, `mended`: who replaced it), storage/not-found, storage/timeout, storage/aborted
   */
  inspect(digest: Digest, options?: Options): Promise<Inspection>;
  /** Records here that no other place has confirmed. */
  onlyHere(): Promise<Digest[]>;
  /** Unpins a file (by CID) or record (by digest) that is no longer wanted, and collects the blocks that nothing else needs. */
  discard(what: string): Promise<void>;
  /**
   * An own record is not wanted any more: unpinned at every place in reach, then discarded here. Never throws for a place that
   * cannot be reached; asked again, it tries again. What somebody copied is out of reach and not listed.
   */
  retire(digest: Digest, options?: Options): Promise<Retired>;
  /** Asks the configured peers whether they check access tokens. @returns URLs of those that do; one that does not answer counts as last known */
  guards(options?: Options): Promise<string[]>;
  /**
   * What a guarding peer noted of requests for the records of the account that is signed in. Needs a session.
   * @param url of the peer @param after the last `id` that is kept here, 0 for all
   * @throws storage/not-let-in (`signIn` where nobody is signed in), storage/not-found, storage/timeout, record/malformed
   */
  accessLog(url: string, after: number, options?: Options): Promise<AccessLogPage>;
  /** Lets a peer forget its entries up to `id`: they are kept here now. */
  forgetAccessLog(url: string, id: number, options?: Options): Promise<void>;
  /**
   * @param places.vouchers shown beside the session, each to the peer it names (`flows/voucher.ts`)
   * @param places.session what peers that ask who is talking are shown ({@link Sessions}), null when not signed in
   * @param places.pinning known while the vault is open only
   */
  configure(places: {
    peers: string[];
    gateways: string[];
    session?: string | null;
    vouchers?: { host: string; voucher: string }[];
    pinning?: PinningService[];
  }): Promise<void>;
  /** Whole records (at most 64) as one CAR file. @throws storage/not-found when a block is not here and no place has it */
  exportCar(digests: Digest[], options?: Options): Promise<Blob>;
  /** Takes a CAR in, every block verified, and keeps its records. @returns them @throws car/damaged, car/incomplete, car/foreign, storage/quota */
  importCar(car: Blob, options?: Options): Promise<Digest[]>;
  /** The person saved or shared them as a file: they do not live only here any more, as far as the person says. */
  handedOver(digests: Digest[]): Promise<void>;
  /** How each place that was asked was last found. Asks nobody. */
  placeStates(): Promise<PlaceState[]>;
  /**
   * Pins a few sealed bytes at a service, reads them back, unpins them.
   * @returns whether they could be read back; a service may be sound and have no gateway
   * @throws pinning/…, storage/timeout
   */
  tryPinning(service: PinningService, options?: Options): Promise<{ readBack: boolean }>;
  /** What a configured service holds of ours, newest first, at most 1000. @param url of the service */
  heldBy(url: string, options?: Options): Promise<HeldPin[]>;
  /** Takes one of {@link heldBy} away from the service. */
  unpinAt(url: string, pin: HeldPin, options?: Options): Promise<void>;
  /** Bytes used and granted by the browser, and whether it promised not to evict. */
  estimate(): Promise<{ usage: number; quota: number; persisted: boolean }>;
  /** Ends the worker's keys and pending work. */
  lock(): Promise<void>;
}

/** Sealed key-value store in IndexedDB (caches, outbox, drafts): values are XChaCha20-Poly1305 boxes under the index key, names are HMACs of it. */
export interface Cabinet {
  /** @param key 32 bytes, the vault's index key. Until then, and after {@link lock}, every other method throws crypto/locked */
  unlock(account: Address, key: Bytes): Promise<void>;
  /**
   * Carries over what this account put under an earlier key; afterwards nothing stands under that. What has the same name already stays.
   * @param from 32 bytes
   */
  takeOver(from: Bytes): Promise<void>;
  lock(): void;
  get(name: string): Promise<Bytes | null>;
  set(name: string, value: Bytes): Promise<void>;
  delete(name: string): Promise<void>;
  /** The names under a prefix (each value carries its name inside the box). */
  list(prefix: string): Promise<string[]>;
}
