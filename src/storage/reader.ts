/**
 * Reading a UnixFS file that is here. Whoever made it may be hostile, so what it may cost is known before it is read. (The
 * exporter that `unixfs.cat` uses follows blocks round and round for ever, and leaves rejections that nobody can handle.)
 */
import type { CID } from 'multiformats/cid';
import { concat } from '../core/bytes.ts';
import type { Bytes } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import { RAW, linksOf, readBlock } from './blocks.ts';
import type { Blocks } from './blocks.ts';
import { throwIfAborted } from './errors.ts';
import { readFileNode } from './unixfs.ts';

/** Bytes a block stands for at the least: a few small blocks that point to one another many times would never end. */
const SMALLEST = 1024;
/** Leaves read before they are asked for. */
const AHEAD = 4;

const blockOf = async (store: Blocks, cid: CID): Promise<Bytes> => {
  const bytes = await readBlock(store, cid);
  if (bytes === null) throw new SalusError('storage/not-found', { cid: cid.toString() });
  return bytes;
};

/** In an object, since a generator would wait for a promise by itself. */
type Started = { part: Promise<Uint8Array> };

/** The parts of a file in order, their reading begun. @throws record/malformed after `visits` blocks */
async function* parts(store: Blocks, root: CID, visits: number, signal?: AbortSignal): AsyncGenerator<Started> {
  const queue = [root];
  for (let cid = queue.pop(); cid !== undefined; cid = queue.pop()) {
    throwIfAborted(signal);
    if (visits-- <= 0) throw new SalusError('record/malformed', { what: 'file', cid: root.toString() });
    if (cid.code === RAW) {
      yield { part: blockOf(store, cid) };
      continue;
    }
    const bytes = await blockOf(store, cid);
    const { data } = readFileNode(bytes);
    if (data.length > 0) yield { part: Promise.resolve(data) };
    const links = linksOf(cid, bytes).map((link) => link.cid);
    for (let i = links.length - 1; i >= 0; i--) queue.push(links[i] as CID);
  }
}

async function* ahead(source: AsyncIterable<Started>): AsyncGenerator<Uint8Array> {
  const queue: Promise<Uint8Array>[] = [];
  for await (const { part } of source) {
    part.catch(() => undefined); // thrown when its turn comes, if it comes
    queue.push(part);
    if (queue.length > AHEAD) yield (await queue.shift()) as Uint8Array;
  }
  for (const part of queue) yield await part;
}

/** @param most bytes of the file @throws record/malformed when it is longer, or goes in circles; storage/not-found, storage/aborted */
export async function* readFile(
  store: Blocks,
  cid: CID,
  most: number,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  let length = 0;
  for await (const part of ahead(parts(store, cid, 64 + most / SMALLEST, signal))) {
    throwIfAborted(signal);
    length += part.length;
    if (length > most) throw new SalusError('record/malformed', { what: 'file', limit: most });
    yield part;
  }
}

/** Length of a UnixFS file by what its root block says. @throws record/malformed when it is none, storage/not-found */
export const fileSize = async (store: Blocks, cid: CID): Promise<number> => {
  const bytes = await blockOf(store, cid);
  return cid.code === RAW ? bytes.length : readFileNode(bytes).size;
};

/** All of a source in one array. @throws input/too-large beyond `limit` bytes */
export const gather = async (source: AsyncIterable<Uint8Array>, limit: number): Promise<Bytes> => {
  const found: Uint8Array[] = [];
  let length = 0;
  for await (const part of source) {
    length += part.length;
    if (length > limit) throw new SalusError('input/too-large', { limit });
    found.push(part);
  }
  return concat(...found);
};
