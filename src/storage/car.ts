/** CAR v1, the envelope blocks travel in: over HTTP, on a disk, by hand. @see https://ipld.io/specs/transport/car/carv1/ */
import { asyncIterableReader, readBlockHead, readHeader } from '@ipld/car/decoder';
import { varint } from 'multiformats';
import type { CID } from 'multiformats/cid';
import { concat, owned, utf8 } from '../core/bytes.ts';
import type { Bytes } from '../core/bytes.ts';
import { SalusError, isSalusError } from '../core/errors.ts';
import { MAX_BLOCK, isOurs, readBlock, verifies } from './blocks.ts';
import type { Block, Blocks } from './blocks.ts';
import { visit } from './walk.ts';

/** A header with one root is 59 bytes, and each further one 42 more; nobody needs more than this. */
const MAX_HEADER = 4096;
/** Records in one file: their roots fit the header. */
export const MAX_ROOTS = 64;
const MAX_SECTION = MAX_BLOCK + 128;

const uvarint = (n: number): Bytes => {
  const out = new Uint8Array(varint.encodingLength(n));
  varint.encodeTo(n, out);
  return out;
};

/** Tag 42, bytes, identity multibase. */
const link = (cid: CID): Bytes => concat(Uint8Array.of(0xd8, 0x2a, 0x58, cid.bytes.length + 1, 0), cid.bytes);

/** The header: DAG-CBOR of `{roots: [...], version: 1}`, the keys in canonical order. @param roots 1 to {@link MAX_ROOTS} @throws input/too-large */
export const carHeader = (...roots: CID[]): Bytes => {
  const count = roots.length;
  if (count > MAX_ROOTS) throw new SalusError('input/too-large', { roots: count, limit: MAX_ROOTS });
  const body = concat(
    Uint8Array.of(0xa2, 0x65),
    utf8('roots'),
    count < 24 ? Uint8Array.of(0x80 + count) : Uint8Array.of(0x98, count),
    ...roots.map(link),
    Uint8Array.of(0x67),
    utf8('version'),
    Uint8Array.of(1),
  );
  return concat(uvarint(body.length), body);
};

/** One section: length, CID, block. Given in two parts, so that the block is not copied. */
export const carSection = ({ cid, bytes }: Block): [Bytes, Bytes] => [
  concat(uvarint(cid.bytes.length + bytes.length), cid.bytes),
  bytes,
];

/** Whole DAGs that are here, each root first, a block that several share once. @throws storage/not-found */
export async function* exportCar(store: Blocks, ...roots: CID[]): AsyncGenerator<Bytes> {
  yield carHeader(...roots);
  for await (const { cid } of visit(store, roots)) {
    const bytes = await readBlock(store, cid);
    if (bytes === null) throw new SalusError('storage/not-found', { cid: cid.toString() });
    yield* carSection({ cid, bytes });
  }
}

type Reader = ReturnType<typeof asyncIterableReader>;

const asCorrupt = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    throw isSalusError(error) ? error : new SalusError('storage/corrupt', { what: 'CAR' }, error);
  }
};

/** A long section must not make us hold more than one block: its length is looked at before its bytes are. @returns false at the end */
const sectionWithin = async (reader: Reader, limit: number): Promise<boolean> => {
  const peek = await reader.upTo(10);
  if (peek.length === 0) return false;
  const [length] = varint.decode(peek);
  if (length > limit) throw new SalusError('storage/corrupt', { section: length, limit });
  return true;
};

/**
 * Reads a CAR as it arrives. Every block is verified before it is given; the order is not trusted, nor that the roots are there.
 * @param source errors of its own must be SalusErrors; any other is taken for a malformed CAR
 * @throws storage/corrupt naming the block whose bytes do not match its CID, or when this is no CAR or is cut short
 */
export const readCar = async (
  source: AsyncIterable<Uint8Array>,
): Promise<{ roots: CID[]; blocks: AsyncGenerator<Block> }> => {
  const reader = asyncIterableReader(source);
  return asCorrupt(async () => {
    if (!(await sectionWithin(reader, MAX_HEADER))) throw new SalusError('storage/corrupt', { what: 'empty CAR' });
    const { roots } = await readHeader(reader, 1);
    return { roots: roots.filter(isOurs).map((root) => root.toV1()), blocks: readBlocks(reader) };
  });
};

async function* readBlocks(reader: Reader): AsyncGenerator<Block> {
  for (;;) {
    const block = await asCorrupt(async () =>
      (await sectionWithin(reader, MAX_SECTION)) ? readSection(reader) : null,
    );
    if (block === null) return;
    yield block;
  }
}

const readSection = async (reader: Reader): Promise<Block> => {
  const { cid: named, blockLength } = await readBlockHead(reader);
  const cid = named.toV1();
  // a section shorter than its own CID would make the reader step back
  if (blockLength < 0) throw new SalusError('storage/corrupt', { cid: cid.toString() });
  const bytes = owned(await reader.exactly(blockLength, true));
  if (!(await verifies(cid, bytes))) throw new SalusError('storage/corrupt', { cid: cid.toString() });
  return { cid, bytes };
};
