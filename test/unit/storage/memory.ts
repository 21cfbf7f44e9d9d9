/** The storage service in Node: real cryptography, real blocks, stores in memory. */
import { MemoryBlockstore } from 'blockstore-core';
import { MemoryDatastore } from 'datastore-core';
import { randomIdentity } from '../../../src/crypto/identity.ts';
import type { Hasher } from '../../../src/storage/hasher.ts';
import { openNode } from '../../../src/storage/node.ts';
import type { Node } from '../../../src/storage/node.ts';
import { createService } from '../../../src/storage/service.ts';
import type { Deps } from '../../../src/storage/service.ts';
import { Sha256 } from '../../../src/storage/sha256.ts';
import { sealing } from '../../../src/workers/sealing.ts';

export const all = async <T>(source: AsyncIterable<T> | Iterable<T>): Promise<T[]> => {
  const found: T[] = [];
  for await (const item of source) found.push(item);
  return found;
};

/** A store whose blocks a test can look into and change. */
export class OpenBlockstore extends MemoryBlockstore {
  /** CIDs of everything here, as raw. */
  async names(): Promise<string[]> {
    return (await all(this.getAll())).map(({ cid }) => cid.toString());
  }

  /** All bytes in one. */
  async dump(): Promise<Buffer> {
    const parts: Uint8Array[] = [];
    for await (const { bytes } of this.getAll()) for await (const part of bytes) parts.push(part);
    return Buffer.concat(parts);
  }
}

export const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
export const identity = () => randomIdentity(random);

export const memoryNode = async (): Promise<Node & { blockstore: OpenBlockstore }> => {
  const blockstore = new OpenBlockstore();
  return { ...(await openNode({ blockstore, datastore: new MemoryDatastore() })), blockstore };
};

/** Hashes in this thread. */
const localHasher = (): Hasher => {
  const hash = new Sha256();
  return {
    update: async (bytes) => {
      hash.update(bytes);
      return bytes;
    },
    digest: async () => hash.hex(),
    end: () => undefined,
  };
};

export const memoryService = async (deps: Partial<Deps> = {}) => {
  const node = await memoryNode();
  return { node, storage: createService({ node, sealing, hasher: localHasher, ...deps }) };
};

/** Bytes that do not repeat, the same ones for the same seed. */
export const bytes = (length: number, seed = 1): Uint8Array<ArrayBuffer> => {
  const out = new Uint8Array(length);
  let x = seed;
  for (let i = 0; i < length; i++) {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    out[i] = x >>> 24;
  }
  return out;
};

export const manifest = new TextEncoder().encode('{"kind":"note","title":"MARKER-IN-THE-MANIFEST"}');

/** A record of two files, as a flow would make it. */
export const record = async (storage: Awaited<ReturnType<typeof memoryService>>['storage'], large = 3_000_000) => {
  const [reader, inner] = [await identity(), await identity()];
  const bodies = [bytes(1000), bytes(large, 2)];
  const files = [];
  for (const body of bodies) files.push(await storage.sealFile(new Blob([body]), inner.recipient));
  const sealed = await storage.sealRecord(manifest, [reader.recipient], files);
  return { ...sealed, files, bodies, reader, inner };
};
