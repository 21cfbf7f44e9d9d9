import { CarReader, CarWriter } from '@ipld/car';
import { MemoryBlockstore } from 'blockstore-core';
import { CID } from 'multiformats/cid';
import { describe, expect, it } from 'vitest';
import { concat } from '../../../src/core/bytes.ts';
import { parseCid, readBlock, type Blocks } from '../../../src/storage/blocks.ts';
import { carHeader, carSection, exportCar, readCar } from '../../../src/storage/car.ts';
import { all, bytes, memoryNode } from './memory.ts';

const once = async function* (...parts: Uint8Array[]) {
  yield* parts;
};
const gather = async (source: AsyncIterable<Uint8Array>) => concat(...(await all(source)));
/** Keeps what arrives. */
const importCar = async (store: Blocks, source: AsyncIterable<Uint8Array>) => {
  const { roots, blocks } = await readCar(source);
  let count = 0;
  for await (const { cid, bytes } of blocks) {
    await store.put(cid, bytes);
    count++;
  }
  return { roots, blocks: count };
};
const corrupt = expect.objectContaining({ code: 'storage/corrupt' });

const made = async (length = 3_000_000) => {
  const node = await memoryNode();
  const root = await node.fs.addBytes(bytes(length));
  return { node, root, car: await gather(exportCar(node.blockstore, root)) };
};

/** A CAR of any sections, honest or not. */
const carOf = (root: CID, ...sections: Uint8Array[]) => concat(carHeader(root), ...sections);

describe('a CAR', () => {
  it('is read by the reference implementation, byte for byte as it writes it', async () => {
    const { root, car } = await made();
    const reader = await CarReader.fromBytes(car);
    expect((await reader.getRoots()).map(String)).toEqual([root.toString()]);
    const { writer, out } = CarWriter.create([root]);
    const written = gather(out);
    for await (const block of reader.blocks()) await writer.put(block);
    await writer.close();
    expect(Buffer.from(await written).equals(car)).toBe(true);
  });

  it('is taken in however it is cut into pieces', async () => {
    const { root, car } = await made();
    const pieces = [];
    for (let at = 0; at < car.length; at += 77_777) pieces.push(car.subarray(at, at + 77_777));
    const store = new MemoryBlockstore();
    const { roots, blocks } = await importCar(store, once(...pieces));
    expect([roots.map(String), blocks]).toEqual([[root.toString()], 4]);
    const [leaf] = await all(store.getAll());
    const kept = await readBlock(store, leaf!.cid);
    expect(kept?.byteLength).toBe(kept?.buffer.byteLength);
  });

  it('is refused from the first block whose bytes are not what its name says', async () => {
    const { root, car } = await made();
    const bad = car.slice();
    bad[bad.length - 1]! ^= 1;
    const store = new MemoryBlockstore();
    await expect(importCar(store, once(bad))).rejects.toEqual(corrupt);
    expect((await all(store.getAll())).length).toBe(3);
    expect(root.code).toBe(0x70);
  });

  const huge = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x7f); // a section of 32 GiB
  it.each([
    ['nothing', () => new Uint8Array(0)],
    ['noise', () => bytes(5000)],
    ['cut short', (car: Uint8Array) => car.slice(0, -1)],
    ['a header of gigabytes', () => huge],
  ])('%s is no CAR', async (_, alter) => {
    const { car } = await made(1000);
    await expect(importCar(new MemoryBlockstore(), once(alter(car)))).rejects.toEqual(corrupt);
  });

  it.each([
    ['says it is gigabytes long', (cid: CID) => concat(huge, cid.bytes)],
    ['is shorter than its own name', (cid: CID) => concat(Uint8Array.of(1), cid.bytes)],
    ['is longer than a block may be', (cid: CID) => concat(...carSection({ cid, bytes: bytes(2 * 1024 * 1024 + 1) }))],
  ])('a section that %s is refused', async (_, section) => {
    const { root } = await made(1000);
    const none = parseCid('bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku'); // of no bytes at all
    const { blocks } = await readCar(once(carOf(root, section(none))));
    await expect(all(blocks)).rejects.toEqual(corrupt);
  });

  it('with a block under another hash is refused', async () => {
    const { root } = await made(1000);
    const identity = CID.decode(Uint8Array.of(1, 0x55, 0, 1, 65));
    const { blocks } = await readCar(once(carOf(root, ...carSection({ cid: identity, bytes: Uint8Array.of(65) }))));
    await expect(all(blocks)).rejects.toEqual(corrupt);
  });
});
