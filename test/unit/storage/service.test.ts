import { CID } from 'multiformats/cid';
import { describe, expect, it, vi } from 'vitest';
import { cidOfDigest } from '../../../src/storage/blocks.ts';
import { all, bytes, identity, manifest, memoryService, record } from './memory.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 }); // megabytes, on machines that have other work

const text = new TextDecoder();
// Vitest's own comparison takes seconds for megabytes
const isSame = async (blob: Blob, body: Uint8Array) => Buffer.from(await blob.arrayBuffer()).equals(body);
const code = (expected: string) => expect.objectContaining({ code: expected });

describe('a record made and opened here', () => {
  it('opens as it was sealed', async () => {
    const { storage } = await memoryService();
    const { digest, cid, manifestKey, files, bodies, reader, inner } = await record(storage);
    expect(cidOfDigest(digest).toString()).toBe(cid);
    const opened = await storage.openManifest(digest, { identities: [reader.identity] });
    expect(text.decode(opened.manifest).trimEnd()).toBe(text.decode(manifest));
    expect(opened.manifest.length).toBe(4096);
    expect(opened.manifestKey).toEqual(manifestKey);
    expect(opened.files).toEqual(['0.age', '1.age']);
    for (const [i, body] of bodies.entries()) {
      const blob = await storage.openFile(digest, i, files[i]!, inner.identity);
      expect(await isSame(blob, body)).toBe(true);
    }
    expect(text.decode((await storage.openManifest(digest, { fileKey: manifestKey })).manifest)).toContain('MARKER');
  });

  it('keeps an empty file', async () => {
    const { storage } = await memoryService();
    const inner = await identity();
    const file = await storage.sealFile(new Blob([]), inner.recipient);
    expect(file).toMatchObject({ size: 0, sha256: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855' });
    const { digest } = await storage.sealRecord(manifest, [inner.recipient], [file]);
    expect((await storage.openFile(digest, 0, file, inner.identity)).size).toBe(0);
  });

  it('hides the length of what is short', async () => {
    const { storage } = await memoryService();
    const { recipient } = await identity();
    const sizes = await Promise.all([0, 1, 4000].map((n) => storage.sealFile(new Blob([bytes(n)]), recipient)));
    expect(new Set(sizes.map((file) => file.sealedSize)).size).toBe(1);
  });

  it('names the same files the same way, whatever made the directory', async () => {
    const { storage, node } = await memoryService();
    const { cid, files } = await record(storage);
    let directory = await node.fs.addDirectory();
    const links = await all(node.fs.ls(CID.parse(cid)));
    for (const { name, cid: file } of links.reverse()) directory = await node.fs.cp(file, directory, name);
    expect(directory.toString()).toBe(cid);
    expect(links.map((link) => link.cid.toString())).toEqual(expect.arrayContaining(files.map((f) => f.cid)));
  });

  it('keeps nothing readable', async () => {
    const { storage, node } = await memoryService();
    const { reader, inner } = await identity().then(async (reader) => ({ reader, inner: await identity() }));
    const file = await storage.sealFile(new Blob(['MARKER-IN-A-FILE'.repeat(9999)]), inner.recipient);
    const { digest } = await storage.sealRecord(manifest, [reader.recipient], [file]);
    await storage.openFile(digest, 0, file, inner.identity);
    const all = (await node.blockstore.dump()).toString('latin1');
    expect(all.length).toBeGreaterThan(100_000);
    for (const marker of ['MARKER', 'kind', inner.identity, reader.identity]) expect(all).not.toContain(marker);
  });

  it('tells progress in bytes', async () => {
    const { storage } = await memoryService();
    const seen: unknown[] = [];
    const { recipient } = await identity();
    await storage.sealFile(new Blob([bytes(9_000_000)]), recipient, { onProgress: (p) => seen.push(p) });
    expect(seen.at(-1)).toEqual({ stage: 'encrypt', done: 9_000_000, total: 9_000_000 });
    expect(seen.length).toBeGreaterThan(1);
  });
});

describe('what does not fit the manifest is refused', () => {
  const setUp = async () => {
    const { storage } = await memoryService();
    return { storage, ...(await record(storage)) };
  };
  it.each([
    ['another file', (f: { cid: string }[]) => ({ ...f[1], cid: f[0]!.cid })],
    ['another hash', (f: object[]) => ({ ...f[1], sha256: '00'.repeat(32) })],
    ['another size', (f: { size: number }[]) => ({ ...f[1], size: f[1]!.size - 1 })],
    ['a size beyond the padding', (f: { size: number }[]) => ({ ...f[1], size: f[1]!.size * 2 })],
    ['another sealed size', (f: { sealedSize: number }[]) => ({ ...f[1], sealedSize: f[1]!.sealedSize + 1 })],
  ])('%s', async (_, altered) => {
    const { storage, digest, files, inner } = await setUp();
    const opening = storage.openFile(digest, 1, altered(files as never) as never, inner.identity);
    await expect(opening).rejects.toEqual(code('record/file-mismatch'));
  });
  it('an index that is not there, a key that is not the right one', async () => {
    const { storage, digest, files, reader } = await setUp();
    await expect(storage.openFile(digest, 7, files[0]!, reader.identity)).rejects.toEqual(code('storage/not-found'));
    await expect(storage.openFile(digest, 0, files[0]!, reader.identity)).rejects.toEqual(code('crypto/not-for-you'));
  });
});

describe('keeping and letting go', () => {
  it('leaves nothing behind when a file is given up in the middle', async () => {
    const { storage, node } = await memoryService();
    const controller = new AbortController();
    const { recipient } = await identity();
    const onProgress = () => controller.abort();
    const sealing = storage.sealFile(new Blob([bytes(20_000_000)]), recipient, {
      signal: controller.signal,
      onProgress,
    });
    await expect(sealing).rejects.toEqual(code('storage/aborted'));
    expect(await node.blockstore.names()).toEqual([]);
  });

  it('discards a file or a record, and nothing that another one needs', async () => {
    const { storage, node } = await memoryService();
    const [one, two] = [await record(storage), await record(storage)];
    const loose = await storage.sealFile(new Blob(['x']), one.inner.recipient);
    const withLoose = (await node.blockstore.names()).length;
    await storage.discard(loose.cid);
    expect((await node.blockstore.names()).length).toBe(withLoose - 1);
    await storage.discard(one.cid);
    await expect(storage.openManifest(one.digest, { fileKey: one.manifestKey })).rejects.toEqual(
      code('storage/not-found'),
    );
    await storage.openFile(two.digest, 1, two.files[1]!, two.inner.identity);
    expect(await storage.onlyHere()).toEqual([two.digest]);
    await storage.discard(two.cid);
    expect(await node.blockstore.names()).toEqual([]);
  });

  it('keeps a published file that two directories share, however often one is republished', async () => {
    const { storage } = await memoryService();
    const photo = { name: 'photo.png', body: bytes(5000) };
    const profile = (n: number) => [{ name: 'profile.json', body: bytes(100, n) }, photo];
    const one = await storage.publish(profile(1));
    const two = await storage.publish(profile(2));
    const drop = (digest: `0x${string}`) => storage.discard(cidOfDigest(digest).toString());
    await drop(one);
    expect(await storage.publish(profile(1))).toBe(one);
    await drop(two);
    expect(await storage.readPublic(one, 'photo.png', 10_000)).toEqual(photo.body);
  });

  it('reads a published file up to a limit', async () => {
    const { storage } = await memoryService();
    const digest = await storage.publish([{ name: 'a.json', body: bytes(2000) }]);
    await expect(storage.readPublic(digest, 'a.json', 1999)).rejects.toEqual(code('input/too-large'));
    await expect(storage.publish([{ name: '../a', body: bytes(1) }])).rejects.toEqual(code('input/invalid'));
  });

  it('hands a record over as a CAR', async () => {
    const [{ storage: from }, { storage: to }] = [await memoryService(), await memoryService()];
    const { digest, files, bodies, inner } = await record(from);
    const car = await from.exportCar([digest]);
    expect(await to.importCar(car)).toEqual([digest]);
    const blob = await to.openFile(digest, 1, files[1]!, inner.identity);
    expect(await isSame(blob, bodies[1]!)).toBe(true);
    expect((await to.durability(digest)).places.map((p) => p.kind)).toEqual(['browser']);
    const cut = new Blob([car.slice(0, car.size - 10)]);
    await expect((await memoryService()).storage.importCar(cut)).rejects.toEqual(code('car/damaged'));
  });

  it('cannot open a record that is nowhere, and says so at once', async () => {
    const { storage } = await memoryService();
    const nowhere = `0x${'ab'.repeat(32)}` as const;
    await expect(storage.openManifest(nowhere, {})).rejects.toEqual(code('storage/not-found'));
    await expect(storage.push(nowhere)).rejects.toEqual(code('storage/push-failed'));
  });
});
