/** Reading a UnixFS file that is here. Whoever made it may be hostile, so what it may cost is known before it is read. */
import { unixfs } from '@helia/unixfs';
import type { CID } from 'multiformats/cid';
import { concat } from '../core/bytes.ts';
import type { Bytes } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import { readBlock } from './blocks.ts';
import type { Blocks } from './blocks.ts';
import { storageError, throwIfAborted } from './errors.ts';

/** Bytes a block may stand for at the least: a few small blocks that point to one another many times would never end. */
const SMALLEST = 1024;

/** A store that gives so many blocks and no more, and none once the signal fired. Asks nobody. */
const counted = (store: Blocks, visits: number, signal?: AbortSignal): Parameters<typeof unixfs>[0]['blockstore'] => {
  let left = visits;
  const get = async function* (cid: CID): AsyncGenerator<Uint8Array> {
    throwIfAborted(signal);
    if (left-- <= 0) throw new SalusError('record/malformed', { what: 'file', visits });
    const bytes = await readBlock(store, cid);
    if (bytes === null) throw new SalusError('storage/not-found', { cid: cid.toString() });
    yield bytes;
  };
  return { get, has: (cid: CID) => store.has(cid) } as unknown as Parameters<typeof unixfs>[0]['blockstore'];
};

/** @param most bytes of the file @throws record/malformed when it is longer, or goes in circles; storage/not-found, storage/aborted */
export async function* readFile(
  store: Blocks,
  cid: CID,
  most: number,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const fs = unixfs({ blockstore: counted(store, 64 + most / SMALLEST, signal) });
  let length = 0;
  try {
    for await (const part of fs.cat(cid)) {
      throwIfAborted(signal);
      length += part.length;
      if (length > most) throw new SalusError('record/malformed', { what: 'file', limit: most });
      yield part;
    }
  } catch (error) {
    throw storageError(error);
  }
}

/** Length of a UnixFS file by what its root block says. @throws record/malformed when it is none */
export const fileSize = async (store: Blocks, cid: CID): Promise<number> => {
  try {
    return Number((await unixfs({ blockstore: counted(store, 1) }).stat(cid)).size);
  } catch (cause) {
    throw new SalusError('record/malformed', { cid: cid.toString() }, cause);
  }
};

/** All of a source in one array. @throws input/too-large beyond `limit` bytes */
export const gather = async (source: AsyncIterable<Uint8Array>, limit: number): Promise<Bytes> => {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of source) {
    length += part.length;
    if (length > limit) throw new SalusError('input/too-large', { limit });
    parts.push(part);
  }
  return concat(...parts);
};
