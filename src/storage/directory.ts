/** A record's directory: a UnixFS directory small enough for one block (DESIGN §4). */
import { encode, prepare } from '@ipld/dag-pb';
import { CID } from 'multiformats/cid';
import * as Multihash from 'multiformats/hashes/digest';
import { owned } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import { DAG_PB, SHA2_256, linksOf, readBlock } from './blocks.ts';
import type { Block, Blocks } from './blocks.ts';

/** UnixFS `Data` of a directory: field 1 (type), value 1. @see https://specs.ipfs.tech/unixfs/ */
const DIRECTORY = Uint8Array.of(0x08, 0x01);
/** A directory of more links than this would be sharded; a record has no use for it. */
const MAX_LINKS = 4096;

export const MANIFEST = 'manifest.age';
/** The name of the file at `index`. */
export const fileName = (index: number): string => `${index}.age`;

/** @param size cumulative bytes of the file's blocks, as UnixFS counts them */
export type Link = { name: string; cid: CID; size: number };

/** @returns the directory's block; dag-pb sorts the links by name, so the same files give the same CID */
export const makeDirectory = async (links: Link[]): Promise<Block> => {
  if (links.length > MAX_LINKS) throw new SalusError('input/too-large', { files: links.length, limit: MAX_LINKS });
  const Links = links.map(({ name, cid, size }) => ({ Name: name, Hash: cid, Tsize: size }));
  const bytes = owned(encode(prepare({ Data: DIRECTORY, Links })));
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return { cid: CID.createV1(DAG_PB, Multihash.create(SHA2_256, digest)), bytes };
};

/** @returns the links by name @throws storage/not-found when the block is not here, record/malformed when a name stands twice or there are too many */
export const readDirectory = async (store: Blocks, cid: CID): Promise<Map<string, Link>> => {
  const bytes = await readBlock(store, cid);
  if (bytes === null) throw new SalusError('storage/not-found', { cid: cid.toString() });
  const links = linksOf(cid, bytes);
  if (links.length > MAX_LINKS) throw new SalusError('record/malformed', { cid: cid.toString(), links: links.length });
  const byName = new Map(links.map((link) => [link.name, link]));
  if (byName.size !== links.length) throw new SalusError('record/malformed', { cid: cid.toString() });
  return byName;
};

/** Cumulative size of a file that is here: its root block and what that says of the rest. */
export const treeSize = async (store: Blocks, cid: CID): Promise<number> => {
  const bytes = await readBlock(store, cid);
  if (bytes === null) throw new SalusError('storage/not-found', { cid: cid.toString() });
  return linksOf(cid, bytes).reduce((sum, link) => sum + link.size, bytes.length);
};
