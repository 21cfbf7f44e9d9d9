/**
 * Storage in memory: really encrypts, really names things by their hash, and keeps what is here apart from what a place
 * holds, so that flow tests can look for leaks, lose a browser, or lose a peer.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { base32nopad } from '@scure/base';
import {
  concat,
  fromHex,
  fromUtf8,
  owned,
  toHex,
  utf8,
  type Address,
  type Bytes,
  type Digest,
  type Hex,
} from '../../src/core/bytes.ts';
import { SalusError } from '../../src/core/errors.ts';
import { openBytes, openWithKey, sealBytes, sealWithKey } from '../../src/crypto/envelope.ts';
import { collect } from '../../src/crypto/chunks.ts';
import { lock } from '../../src/crypto/locked.ts';
import { padme, padText } from '../../src/crypto/padding.ts';
import { guardedPlace, type GuardedPlace } from './guardedPlace.ts';
import type {
  AccessLogPage,
  Durability,
  Guarded,
  Inspection,
  Options,
  SealedBytes,
  SealedFile,
  Storage,
  StoredRange,
  HeldPin,
  PlaceState,
  Retired,
} from '../../src/flows/ports/storage.ts';

type Directory = { name: string; cid: string }[];
/** Everything by CID; directories are JSON. */
export type Blocks = Map<string, Bytes>;

const cidOf = (bytes: Uint8Array, codec: number): string =>
  `b${base32nopad.encode(concat(Uint8Array.of(1, codec, 0x12, 0x20), sha256(bytes))).toLowerCase()}`;
const cidOfDigest = (digest: Digest): string =>
  `b${base32nopad.encode(concat(Uint8Array.of(1, 0x70, 0x12, 0x20), fromHex(digest))).toLowerCase()}`;
const hex = (bytes: Uint8Array) => toHex(bytes).slice(2);

export class FakeStorage implements Storage {
  readonly here: Blocks = new Map();
  /** what the one place holds; share it between two storages to let two people meet */
  readonly peer: Blocks;
  /** false: nothing is pushed or fetched */
  online = true;
  /** the part of that place that checks tokens */
  readonly guarded: GuardedPlace;
  /** who is signed in there, null for nobody */
  account: Address | null = null;
  readonly #guards = new Map<Digest, Address>();
  readonly #held = new Set<Digest>();
  readonly #records = new Set<Digest>();

  constructor(peer: Blocks = new Map()) {
    this.peer = peer;
    this.guarded = guardedPlace(peer);
  }

  #put(bytes: Bytes, codec = 0x55): string {
    const cid = cidOf(bytes, codec);
    this.here.set(cid, owned(bytes));
    return cid;
  }

  async #get(cid: string, { token }: Options = {}): Promise<Bytes> {
    const near = this.here.get(cid) ?? (this.online ? this.peer.get(cid) : undefined);
    const bytes = near ?? (this.online ? await this.guarded.give(cid, this.account, token) : null);
    if (!bytes) throw new SalusError('storage/not-found', { cid });
    if (cidOf(bytes, cid.startsWith('bafybei') ? 0x70 : 0x55) !== cid) throw new SalusError('storage/corrupt', { cid });
    return bytes;
  }

  async #directory(digest: Digest, options: Options = {}): Promise<Directory> {
    return JSON.parse(fromUtf8(await this.#get(cidOfDigest(digest), options))) as Directory;
  }

  async #file(digest: Digest, name: string, options: Options = {}): Promise<Bytes> {
    const link = (await this.#directory(digest, options)).find((l) => l.name === name);
    if (!link) throw new SalusError('storage/not-found', { name });
    return this.#get(link.cid, options);
  }

  #make(directory: Directory): Digest {
    const bytes = utf8(JSON.stringify(directory));
    this.#put(bytes, 0x70);
    const digest = toHex(sha256(bytes));
    this.#records.add(digest);
    return digest;
  }

  async sealFile(file: Blob, recipient: string): Promise<SealedFile> {
    const plain = new Uint8Array(await file.arrayBuffer());
    const padded = new Uint8Array(padme(plain.length));
    padded.set(plain);
    const sealed = await sealBytes([recipient], padded);
    return { cid: this.#put(sealed), size: plain.length, sealedSize: sealed.length, sha256: hex(sha256(plain)) };
  }

  async sealRecord(manifest: Bytes, recipients: string[], files: SealedFile[], { guard }: Guarded = {}) {
    const { sealed, fileKey } = await sealWithKey(recipients, padText(manifest));
    const links = files.map((f, i) => ({ name: `${i}.age`, cid: f.cid }));
    const digest = this.#make([{ name: 'manifest.age', cid: this.#put(sealed) }, ...links]);
    if (guard) this.#guards.set(digest, guard);
    return { digest, cid: cidOfDigest(digest), manifestKey: fileKey };
  }

  async publish(files: { name: string; body: Bytes }[]): Promise<Digest> {
    return this.#make(files.map((f) => ({ name: f.name, cid: this.#put(f.body) })));
  }

  async readPublic(digest: Digest, name: string, limit: number): Promise<Bytes> {
    const bytes = await this.#file(digest, name);
    if (bytes.length > limit) throw new SalusError('input/too-large', { limit });
    return bytes;
  }

  async openManifest(digest: Digest, keys: { identities?: string[]; fileKey?: Bytes }, options: Options = {}) {
    const { plain, fileKey } = await openWithKey(keys, await this.#file(digest, 'manifest.age', options), 1 << 24);
    const files = (await this.#directory(digest, options)).map((l) => l.name);
    return { manifest: plain, manifestKey: fileKey, files: files.filter((n) => n !== 'manifest.age') };
  }

  async openFile(
    digest: Digest,
    index: number,
    expected: SealedFile,
    identity: string,
    options: Options = {},
  ): Promise<Blob> {
    const sealed = await this.#file(digest, `${index}.age`, options);
    const plain = (await openBytes({ identities: [identity] }, sealed)).subarray(0, expected.size);
    if (cidOf(sealed, 0x55) !== expected.cid || hex(sha256(plain)) !== expected.sha256)
      throw new SalusError('record/file-mismatch', { index });
    return new Blob([owned(plain)]);
  }

  async sealedBytes(
    digest: Digest,
    name: string,
    { most, limit = most }: StoredRange,
    options: Options = {},
  ): Promise<SealedBytes> {
    const sealed = await this.#file(digest, name, options);
    if (sealed.length > most) throw new SalusError('input/too-large', { limit: most });
    return { cid: cidOf(sealed, 0x55), size: sealed.length, blocks: 1, bytes: new Blob([sealed.slice(0, limit)]) };
  }

  async lockFile(file: Blob, passphrase: string): Promise<Blob> {
    return new Blob([await collect(lock(passphrase, [new Uint8Array(await file.arrayBuffer())], { logN: 10 }))]);
  }

  async push(digest: Digest, options: Guarded = {}): Promise<Durability> {
    if (options.guard) this.#guards.set(digest, options.guard);
    const guard = this.#guards.get(digest);
    if (guard && !this.guarded.guards) throw new SalusError('storage/no-guard', { peers: 1 });
    if (!this.online) throw new SalusError('storage/push-failed', {});
    if (guard && !this.account) throw new SalusError('storage/push-failed', { signIn: true });
    const blocks = new Map([[cidOfDigest(digest), await this.#get(cidOfDigest(digest))]]);
    for (const { cid } of await this.#directory(digest)) blocks.set(cid, await this.#get(cid));
    if (guard) this.guarded.records.set(digest, { guard, by: this.account as Address, blocks });
    else for (const [cid, bytes] of blocks) this.peer.set(cid, bytes);
    this.#held.add(digest);
    return this.durability(digest);
  }

  async durability(digest: Digest): Promise<Durability> {
    const durable = this.#held.has(digest);
    const peer = { kind: 'peer' as const, name: 'peer', url: 'http://127.0.0.1' };
    return { digest, places: [{ kind: 'browser', name: '', url: null }, ...(durable ? [peer] : [])], durable };
  }

  recheck(digest: Digest): Promise<Durability> {
    return this.durability(digest);
  }

  async inspect(digest: Digest, options: Options = {}): Promise<Inspection> {
    const { onProgress } = options;
    const files: Inspection['files'] = [];
    for (const { name, cid } of await this.#directory(digest, options))
      files.push({ name, cid, blocks: 1, bytes: (await this.#get(cid, options)).length });
    const bytes = files.reduce((n, f) => n + f.bytes, 0);
    onProgress?.({ stage: 'check', done: bytes, total: bytes });
    return { cid: cidOfDigest(digest), blocks: files.length + 1, bytes, files };
  }

  async onlyHere(): Promise<Digest[]> {
    return [...this.#records].filter((d) => !this.#held.has(d));
  }

  /** Of a record its directory alone: its files may be another's too. */
  async discard(what: string): Promise<void> {
    this.here.delete(what.startsWith('0x') ? cidOfDigest(what as Digest) : what);
    this.#records.delete(what as Digest);
  }

  async configure(): Promise<void> {}

  /** No real CAR, but what one does: all the bytes, nothing else. */
  async exportCar(digests: Digest[], options: Options = {}): Promise<Blob> {
    const blocks: [string, Hex][] = [];
    for (const d of digests)
      for (const cid of [cidOfDigest(d), ...(await this.#directory(d, options)).map((l) => l.cid)])
        blocks.push([cid, toHex(await this.#get(cid, options))]);
    return new Blob([JSON.stringify({ digests, blocks })]);
  }

  async importCar(car: Blob): Promise<Digest[]> {
    try {
      const { digests, blocks } = JSON.parse(await car.text()) as { digests: Digest[]; blocks: [string, Hex][] };
      for (const [cid, bytes] of blocks) this.here.set(cid, owned(fromHex(bytes)));
      return digests;
    } catch (cause) {
      throw new SalusError('car/damaged', {}, cause);
    }
  }

  async handedOver(digests: Digest[]): Promise<void> {
    for (const digest of digests) this.#records.delete(digest);
  }

  async placeStates(): Promise<PlaceState[]> {
    return [];
  }

  async tryPinning(): Promise<{ readBack: boolean }> {
    return { readBack: true };
  }

  async heldBy(): Promise<HeldPin[]> {
    return [];
  }

  async unpinAt(): Promise<void> {}

  async estimate() {
    return { usage: [...this.here.values()].reduce((n, b) => n + b.length, 0), quota: 1e9, persisted: false };
  }

  async guards(): Promise<string[]> {
    return this.guarded.guards ? ['http://127.0.0.1'] : [];
  }

  async accessLog(_url: string, after: number): Promise<AccessLogPage> {
    if (!this.online) throw new SalusError('storage/not-found', {});
    if (!this.account) throw new SalusError('storage/not-let-in', { reason: 'session', signIn: true });
    const entries = await this.guarded.log(this.account, after);
    return { entries, dropped: 0, more: false, last: this.guarded.notes.length };
  }

  async forgetAccessLog(_url: string, _id: number): Promise<void> {}

  async retire(digest: Digest): Promise<Retired> {
    const { places } = await this.durability(digest);
    for (const { cid } of await this.#directory(digest)) for (const all of [this.here, this.peer]) all.delete(cid);
    for (const all of [this.here, this.peer]) all.delete(cidOfDigest(digest));
    this.guarded.records.delete(digest);
    this.#records.delete(digest);
    this.#held.delete(digest);
    return { gone: places, left: [] };
  }

  async lock(): Promise<void> {}
}
