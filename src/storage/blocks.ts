/** Blocks and their names: what we accept, how we verify it, what it links to. */
import { decode } from '@ipld/dag-pb';
import type { HeliaInit } from 'helia';
import { CID } from 'multiformats/cid';
import * as Multihash from 'multiformats/hashes/digest';
import { concat, equal, fromHex, owned, toHex } from '../core/bytes.ts';
import type { Bytes, Digest } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import { storageError } from './errors.ts';

export const RAW = 0x55;
export const DAG_PB = 0x70;
export const SHA2_256 = 0x12;
/** Bytes; what bitswap and every gateway can carry. @see https://specs.ipfs.tech/bitswap-protocol/#block-sizes */
export const MAX_BLOCK = 2 * 1024 * 1024;

export type Block = { cid: CID; bytes: Bytes };
/** All we ask of a blockstore. */
export type Blocks = Pick<NonNullable<HeliaInit['blockstore']>, 'get' | 'put' | 'has'>;

/** The directory a digest names (DESIGN §3): CIDv1, dag-pb, sha2-256. */
export const cidOfDigest = (digest: Digest): CID => CID.createV1(DAG_PB, Multihash.create(SHA2_256, fromHex(digest)));

/** The inverse of {@link cidOfDigest}. */
export const digestOfCid = (cid: CID): Digest => toHex(cid.multihash.digest);

/** @throws input/invalid unless `text` is a CID of a kind we store: raw or dag-pb, sha2-256 */
export const parseCid = (text: string): CID => {
  try {
    const cid = CID.parse(text);
    if (isOurs(cid)) return cid.toV1();
  } catch (cause) {
    throw new SalusError('input/invalid', { cid: text.slice(0, 100) }, cause);
  }
  throw new SalusError('input/invalid', { cid: text.slice(0, 100) });
};

/** True for raw and dag-pb under a whole sha2-256. Identity and foreign hashes have no place in a record. */
export const isOurs = (cid: CID): boolean =>
  (cid.code === RAW || cid.code === DAG_PB) && cid.multihash.code === SHA2_256 && cid.multihash.size === 32;

/** True when `bytes` hash to `cid` and are no longer than {@link MAX_BLOCK}. */
export const verifies = async (cid: CID, bytes: Bytes): Promise<boolean> =>
  isOurs(cid) &&
  bytes.length <= MAX_BLOCK &&
  equal(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)), cid.multihash.digest);

/** What a block links to, in order; a raw leaf links to nothing. @throws storage/corrupt when dag-pb does not parse or links to a foreign kind */
export const linksOf = (cid: CID, bytes: Uint8Array): { name: string; cid: CID; size: number }[] => {
  if (cid.code === RAW) return [];
  let links;
  try {
    links = decode(bytes).Links;
  } catch (cause) {
    throw new SalusError('storage/corrupt', { cid: cid.toString() }, cause);
  }
  return links.map(({ Hash, Name, Tsize }) => {
    if (!isOurs(Hash)) throw new SalusError('storage/corrupt', { cid: cid.toString() });
    return { name: Name ?? '', cid: Hash.toV1(), size: Tsize ?? 0 };
  });
};

/** @returns the block, or null when this store does not hold it. Never asks the network. */
export const readBlock = async (store: Blocks, cid: CID): Promise<Bytes | null> => {
  try {
    if (!(await store.has(cid))) return null;
    const parts: Uint8Array[] = [];
    for await (const part of store.get(cid)) parts.push(part);
    return parts.length === 1 ? owned(parts[0] as Uint8Array) : concat(...parts);
  } catch (error) {
    throw storageError(error);
  }
};
