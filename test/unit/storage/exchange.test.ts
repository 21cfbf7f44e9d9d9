/** Records handed over as files: what is in them, and what a hostile one may not do. */
import { CarReader } from '@ipld/car';
import type { MemoryBlockstore } from 'blockstore-core';
import { CID } from 'multiformats/cid';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { concat, type Bytes, type Digest } from '../../../src/core/bytes.ts';
import { SalusError } from '../../../src/core/errors.ts';
import { cidOfDigest } from '../../../src/storage/blocks.ts';
import { carHeader, carSection, MAX_ROOTS } from '../../../src/storage/car.ts';
import { all, bytes, memoryNode, memoryService, record } from './memory.ts';

const code = (text: string) => expect.objectContaining({ code: text });
const isSame = async (blob: Blob, body: Uint8Array) => Buffer.from(await blob.arrayBuffer()).equals(body);
const bytesOf = async (blob: Blob): Promise<Bytes> => new Uint8Array(await blob.arrayBuffer());
afterEach(() => vi.restoreAllMocks());

/** Every block of a CAR, as a foreign reader sees them. */
const sections = async (car: Blob) => {
  const reader = await CarReader.fromBytes(await bytesOf(car));
  return { roots: await reader.getRoots(), blocks: await all(reader.blocks()) };
};
const carOf = (roots: CID[], blocks: { cid: CID; bytes: Uint8Array }[]): Blob =>
  new Blob([concat(carHeader(...roots), ...blocks.flatMap((b) => carSection(b as never)))]);

const handed = async (count = 1) => {
  const { storage } = await memoryService();
  const records = [];
  for (let i = 0; i < count; i++) records.push(await record(storage, 50_000 + i));
  const digests = records.map(({ digest }) => digest);
  return { storage, records, digests, car: await storage.exportCar(digests) };
};

describe('a file of several records', () => {
  it('names them in order, and a stranger reads it', async () => {
    const { car, digests } = await handed(3);
    const { roots, blocks } = await sections(car);
    expect(roots.map(String)).toEqual(digests.map((digest) => cidOfDigest(digest).toString()));
    expect(new Set(blocks.map(({ cid }) => cid.toString())).size).toBe(blocks.length);
    expect(car.type).toBe('application/vnd.ipld.car; version=1');
  });

  it('opens elsewhere, all of them, with nobody asked', async () => {
    const { car, digests, records } = await handed(3);
    const nobody = vi.fn<typeof fetch>();
    const { storage } = await memoryService({ fetch: nobody });
    expect(await storage.importCar(car)).toEqual(digests);
    for (const { digest, files, bodies, inner } of records)
      expect(await isSame(await storage.openFile(digest, 1, files[1]!, inner.identity), bodies[1]!)).toBe(true);
    expect(nobody).not.toHaveBeenCalled();
    expect(await storage.onlyHere()).toEqual([]);
  });

  it('holds a block that two of them share once', async () => {
    const { storage } = await memoryService();
    const photo = { name: 'photo.png', body: bytes(5000) };
    const one = await storage.publish([photo, { name: 'profile.json', body: bytes(10) }]);
    const two = await storage.publish([photo, { name: 'profile.json', body: bytes(11) }]);
    expect((await sections(await storage.exportCar([one, two, one]))).blocks).toHaveLength(5);
  });

  it('has room for 64', async () => {
    const { storage } = await memoryService();
    const many: Digest[] = [];
    for (let i = 0; i <= MAX_ROOTS; i++) many.push(await storage.publish([{ name: 'a', body: bytes(8, i + 1) }]));
    await expect(storage.exportCar(many)).rejects.toEqual(code('input/too-large'));
    const { storage: other } = await memoryService();
    expect(await other.importCar(await storage.exportCar(many.slice(1)))).toEqual(many.slice(1));
  });

  it('says how far it is, and can be stopped', async () => {
    const { storage } = await memoryService();
    const { digest } = await record(storage, 20_000_000);
    const seen: { stage: string; done: number; total: number }[] = [];
    const car = await storage.exportCar([digest], { onProgress: (p) => seen.push(p) });
    expect(seen.length).toBeGreaterThan(2);
    expect(seen.every(({ stage, done, total }) => stage === 'bundle' && done <= total)).toBe(true);
    const controller = new AbortController();
    const { storage: other, node } = await memoryService();
    const taking = other.importCar(car, { signal: controller.signal, onProgress: () => controller.abort() });
    await expect(taking).rejects.toEqual(code('storage/aborted'));
    const { storage: again } = await memoryService({ node });
    await expect.poll(async () => (await node.blockstore.names()).length).toBe(0);
    expect(await again.onlyHere()).toEqual([]);
  });

  it('is never whole in memory', async () => {
    const { storage } = await memoryService();
    const { digest } = await record(storage, 40_000_000);
    const whole = Blob;
    const made: number[] = [];
    vi.stubGlobal(
      'Blob',
      class extends whole {
        constructor(parts: BlobPart[] = [], options?: BlobPropertyBag) {
          super(parts, options);
          made.push(parts.reduce((sum, part) => sum + (part instanceof Uint8Array ? part.length : 0), 0));
        }
      },
    );
    const car = await storage.exportCar([digest]);
    vi.unstubAllGlobals();
    expect(car.size).toBeGreaterThan(40_000_000);
    expect(Math.max(...made)).toBeLessThan(6 * 1024 * 1024);
    const slice = vi.spyOn(whole.prototype, 'slice');
    await (await memoryService()).storage.importCar(car);
    const longest = Math.max(...slice.mock.calls.map(([from = 0, to = 0]) => to - from));
    expect(longest).toBeLessThanOrEqual(4 * 1024 * 1024);
  });
});

describe('a file that is not what it should be', () => {
  it.each([
    ['altered', (car: Bytes) => car.map((byte, i) => (i === car.length - 1 ? byte ^ 1 : byte)), 'car/damaged'],
    ['cut short', (car: Bytes) => car.slice(0, -10), 'car/damaged'],
    ['no CAR', () => bytes(5000), 'car/damaged'],
    ['nothing', () => new Uint8Array(0), 'car/damaged'],
  ])('%s is refused', async (_, alter, why) => {
    const { car } = await handed();
    const { storage, node } = await memoryService();
    await expect(storage.importCar(new Blob([alter(await bytesOf(car))]))).rejects.toEqual(code(why));
    const { storage: again } = await memoryService({ node });
    await expect.poll(async () => (await node.blockstore.names()).length).toBe(0);
    expect(await again.onlyHere()).toEqual([]);
  });

  it('that lacks a block is refused, unless the block is here', async () => {
    const { car, digests, storage } = await handed();
    const { roots, blocks } = await sections(car);
    const cut = carOf(roots, blocks.slice(0, -1));
    await expect((await memoryService()).storage.importCar(cut)).rejects.toEqual(code('car/incomplete'));
    await expect((await memoryService()).storage.importCar(carOf(roots, []))).rejects.toEqual(code('car/incomplete'));
    expect(await storage.importCar(cut)).toEqual(digests);
  });

  it('that holds no record is refused: a file, a leaf, no root, a directory of nothing', async () => {
    const node = await memoryNode();
    const file = await node.fs.addBytes(bytes(3_000_000));
    const leaf = await node.fs.addBytes(bytes(10));
    const empty = await node.fs.addDirectory();
    const { car } = await handed();
    const { roots, blocks } = await sections(car);
    for (const [named, held] of [
      [[file], await all(blocksOf(node.blockstore))],
      [[leaf], await all(blocksOf(node.blockstore))],
      [[empty], await all(blocksOf(node.blockstore))],
      [[], blocks],
      [
        [...roots, leaf],
        [...blocks, ...(await all(blocksOf(node.blockstore)))],
      ],
    ] as const)
      await expect((await memoryService()).storage.importCar(carOf([...named], [...held]))).rejects.toEqual(
        code('car/foreign'),
      );
  });

  it('that brings more than its records leaves nothing of it behind', async () => {
    const { car, digests } = await handed();
    const { roots, blocks } = await sections(car);
    const more = await memoryNode();
    await more.fs.addBytes(bytes(2_500_000, 9));
    const stuffed = carOf(roots, [...blocks, ...(await all(blocksOf(more.blockstore)))]);
    const { storage, node } = await memoryService();
    expect(await storage.importCar(stuffed)).toEqual(digests);
    await memoryService({ node });
    await expect.poll(async () => (await node.blockstore.names()).length).toBe(blocks.length);
  });

  it('of crumbs is refused before it fills memory', async () => {
    const crumbs = await memoryNode();
    for (let i = 0; i < 200; i++) await crumbs.fs.addBytes(bytes(8, i + 1));
    const { car } = await handed();
    const { roots } = await sections(car);
    const stuffed = carOf(roots, await all(blocksOf(crumbs.blockstore)));
    await expect((await memoryService()).storage.importCar(stuffed)).rejects.toEqual(code('car/foreign'));
  });

  it('that this browser has no room for is not begun', async () => {
    const { car } = await handed();
    const room = async (size: number) => {
      throw new SalusError('storage/quota', { bytes: size });
    };
    const { storage, node } = await memoryService({ room });
    await expect(storage.importCar(car)).rejects.toEqual(code('storage/quota'));
    expect(await node.blockstore.names()).toEqual([]);
  });
});

const blocksOf = async function* (store: MemoryBlockstore) {
  for await (const { cid, bytes: parts } of store.getAll()) {
    const whole = concat(...(await all(parts)));
    // stores name blocks by their hash alone: dag-pb is what parses as such
    for (const codec of [0x55, 0x70])
      if (codec === 0x55 || whole[0] === 0x12 || whole[0] === 0x0a)
        yield { cid: CID.createV1(codec, cid.multihash), bytes: whole };
  }
};

describe('what was handed over', () => {
  it('does not live only here any more, and is confirmed by nobody', async () => {
    const { storage, digests } = await handed();
    expect(await storage.onlyHere()).toEqual(digests);
    await storage.handedOver(digests);
    expect(await storage.onlyHere()).toEqual([]);
    const { places, durable } = await storage.durability(digests[0]!);
    expect(places.map(({ kind }) => kind)).toEqual(['browser', 'file']);
    expect(durable).toBe(false);
  });
});
