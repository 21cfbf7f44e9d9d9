/** The storage of the page, without the page: what the tests call in a real browser. */
import { IDBBlockstore } from 'blockstore-idb';
import { CID } from 'multiformats/cid';
import { sha256 } from 'multiformats/hashes/sha2';
import { SalusError } from '../../../src/core/errors.ts';
import { nameOf, openBox, sealBox } from '../../../src/crypto/box.ts';
import { randomIdentity } from '../../../src/crypto/identity.ts';
import type { SealedFile } from '../../../src/flows/ports/storage.ts';
import { openCabinet } from '../../../src/storage/cabinet.ts';
import { openStorage } from '../../../src/storage/client.ts';
import { CopyingBlockstore } from '../../../src/storage/node.ts';

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
const storage = openStorage();
const cabinet = openCabinet({ sealBox, openBox, nameOf, random });

/** A file of `size` random bytes with `marker` at its start, across a boundary of 64 KiB, and at its end. */
const fileOf = (size: number, marker: string): File => {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for (let at = 0; at < size; at += 65_536) parts.push(random(Math.min(65_536, size - at)));
  const mark = new TextEncoder().encode(marker);
  if (size > 200_000) parts[1]!.set(mark.subarray(0, 10), 65_526);
  if (size > 200_000) parts[2]!.set(mark.subarray(10));
  return new File([mark, ...parts, mark], `${marker}.bin`);
};

const hashOf = async (blob: Blob): Promise<string> =>
  Array.from(new Uint8Array(await crypto.subtle.digest('SHA-256', await blob.arrayBuffer())), (b) =>
    b.toString(16).padStart(2, '0'),
  ).join('');

/** What one person hands another: enough to open a record. */
type Handed = { digest: `0x${string}`; files: SealedFile[]; identity: string };

/** Errors cross to the test as their code and details. */
const told = async <T>(work: () => Promise<T>): Promise<T | { code: string; details: unknown }> => {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SalusError) return { code: error.code, details: error.details };
    throw error;
  }
};

const api = {
  configure: (peers: string[], gateways: string[]) => storage.configure({ peers, gateways }),
  make: (sizes: number[], marker: string) =>
    told(async (): Promise<Handed> => {
      const { identity, recipient } = await randomIdentity(random);
      const files: SealedFile[] = [];
      for (const size of sizes) {
        const file = fileOf(size, marker);
        files.push(await storage.sealFile(file, recipient));
        if (files.at(-1)!.sha256 !== (await hashOf(file))) throw new Error('wrong hash');
      }
      const manifest = new TextEncoder().encode(JSON.stringify({ title: marker }));
      const { digest } = await storage.sealRecord(manifest, [recipient], files);
      return { digest, files, identity };
    }),
  push: (digest: `0x${string}`) => told(() => storage.push(digest)),
  open: ({ digest, files, identity }: Handed) =>
    told(async () => {
      const { manifest, files: names } = await storage.openManifest(digest, { identities: [identity] });
      const hashes: string[] = [];
      for (const [i, file] of files.entries())
        hashes.push(await hashOf(await storage.openFile(digest, i, file, identity)));
      return { names, hashes, title: (JSON.parse(new TextDecoder().decode(manifest)) as { title: string }).title };
    }),
  onlyHere: () => told(() => storage.onlyHere()),
  durability: (digest: `0x${string}`) => storage.durability(digest),
  estimate: () => storage.estimate(),
  /** Starts sealing and resolves when the first megabytes are through; the rest goes on. */
  begin: async (size: number) => {
    const { recipient } = await randomIdentity(random);
    await new Promise<void>((resolve) => {
      const onProgress = () => resolve();
      void storage.sealFile(fileOf(size, 'begun'), recipient, { onProgress }).catch(() => undefined);
    });
  },
  /** Seals, and locks in the middle. */
  locked: (size: number) =>
    told(async () => {
      const { recipient } = await randomIdentity(random);
      const onProgress = () => void storage.lock();
      return storage.sealFile(fileOf(size, 'locked'), recipient, { onProgress });
    }),
  cancelled: (size: number) =>
    told(async () => {
      const { recipient } = await randomIdentity(random);
      const controller = new AbortController();
      const onProgress = () => controller.abort();
      return storage.sealFile(fileOf(size, 'cancelled'), recipient, { onProgress, signal: controller.signal });
    }),
  /** How many blocks lie in IndexedDB, and how many bytes stand behind them. */
  blocks: async (name = 'salus/blocks') => {
    const done = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error as DOMException);
      });
    const database = await done(indexedDB.open(name));
    const store = () => database.transaction(name).objectStore(name);
    let bytes = 0;
    const keys = await done(store().getAllKeys());
    for (const key of keys) {
      const value = (await done(store().get(key))) as Uint8Array | undefined; // gone, if something is being collected
      bytes += value?.buffer.byteLength ?? 0;
    }
    database.close();
    return { count: keys.length, bytes };
  },
  /** Puts a view of a buffer that has a secret beside it. */
  putView: async (kind: 'ours' | 'theirs', secret: string) => {
    const buffer = new Uint8Array(100_000);
    buffer.set(new TextEncoder().encode(secret), 10);
    const view = buffer.subarray(50_000, 51_000);
    const Store = kind === 'ours' ? CopyingBlockstore : IDBBlockstore;
    const store = new Store(`view/${kind}`);
    await store.open();
    await store.put(CID.createV1(0x55, await sha256.digest(view)), view);
    await store.close();
    return api.blocks(`view/${kind}`);
  },
  cabinet: (marker: string) =>
    told(async () => {
      await cabinet.unlock(`0x${'ab'.repeat(20)}`, random(32));
      await cabinet.set(`draft/${marker}`, new TextEncoder().encode(marker));
      const value = await cabinet.get(`draft/${marker}`);
      const names = await cabinet.list('draft/');
      cabinet.lock();
      return { names, value: new TextDecoder().decode(value as Uint8Array) };
    }),
};

export type Api = typeof api;
Object.assign(window, { api });
