/** Every block of a record is hashed anew: what was altered is named, and mended where a place has a good copy. */
import { CID } from 'multiformats/cid';
import { describe, expect, it, vi } from 'vitest';
import type { Progress } from '../../../src/flows/ports/storage.ts';
import { cidOfDigest } from '../../../src/storage/blocks.ts';
import { bytes, memoryService, random, record } from './memory.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 }); // megabytes, on machines that have other work

type Service = Awaited<ReturnType<typeof memoryService>>;

/** A place that holds what `from` holds, by single blocks; `altered` is served wrong. */
const gateway = (from: Service, altered: string | null = null): typeof fetch =>
  (async (input: string) => {
    const name = /\/ipfs\/(\w+)/.exec(input)?.[1] ?? '';
    if (!input.includes('raw') || !(await from.node.blockstore.has(CID.parse(name))))
      return new Response('', { status: 404 });
    const parts: Uint8Array[] = [];
    for await (const part of from.node.blockstore.get(CID.parse(name))) parts.push(part);
    return new Response(name === altered ? bytes(99) : (Buffer.concat(parts) as Uint8Array<ArrayBuffer>));
  }) as typeof fetch;

const at = async (service: Service) => {
  await service.storage.configure({ peers: [], gateways: ['https://good.example'] });
  return service.storage;
};

describe('inspecting a record', () => {
  it('counts every block and byte, by file', async () => {
    const { storage } = await memoryService();
    const { digest, cid, files } = await record(storage);
    const progress: Progress[] = [];
    const found = await storage.inspect(digest, { onProgress: (p) => progress.push(p) });
    expect(found.cid).toBe(cid);
    expect(found.files.map((f) => f.name)).toEqual(['0.age', '1.age', 'manifest.age']);
    expect(found.files[1]?.cid).toBe(files[1]?.cid);
    expect(found.files[1]?.bytes).toBeGreaterThanOrEqual(files[1]?.sealedSize ?? 0);
    expect(found.files[1]?.blocks).toBeGreaterThan(3);
    expect(found.blocks).toBe(1 + found.files.reduce((n, f) => n + f.blocks, 0));
    expect(progress.at(-1)).toMatchObject({ stage: 'check', done: found.bytes, total: found.bytes });
  });

  it('fetches what is not here', async () => {
    const author = await memoryService();
    const { digest } = await record(author.storage, 1000);
    const reader = await memoryService({ fetch: gateway(author) });
    expect(await (await at(reader)).inspect(digest)).toEqual(await author.storage.inspect(digest));
    const alone = await memoryService();
    await expect(alone.storage.inspect(digest)).rejects.toMatchObject({ code: 'storage/not-found' });
  });

  it('names the block that a place serves wrong', async () => {
    const author = await memoryService();
    const { digest, files } = await record(author.storage, 1000);
    const cid = files[0]?.cid as string;
    const storage = await at(await memoryService({ fetch: gateway(author, cid) }));
    await expect(storage.inspect(digest)).rejects.toMatchObject({ code: 'storage/corrupt', details: { cid } });
  });

  it('names the block that was altered here, be it a leaf or the directory itself', async () => {
    for (const pick of ['leaf', 'directory']) {
      const service = await memoryService();
      const { digest, files } = await record(service.storage, 1000);
      const cid = pick === 'leaf' ? CID.parse(files[0]?.cid as string) : cidOfDigest(digest);
      await service.node.blockstore.put(cid, random(500));
      await expect(service.storage.inspect(digest)).rejects.toMatchObject({
        code: 'storage/corrupt',
        details: { cid: cid.toString(), name: pick === 'leaf' ? '0.age' : null, mended: null },
      });
    }
  });

  it('puts a good copy in its place, says whose, and then finds nothing wrong', async () => {
    const author = await memoryService();
    const { digest, files } = await record(author.storage, 1000);
    const reader = await memoryService({ fetch: gateway(author) });
    const storage = await at(reader);
    const whole = await storage.inspect(digest);
    await reader.node.blockstore.put(CID.parse(files[1]?.cid as string), random(500));
    await expect(storage.inspect(digest)).rejects.toMatchObject({ details: { name: '1.age', mended: 'good.example' } });
    expect(await storage.inspect(digest)).toEqual(whole);
  });

  it('can be left', async () => {
    const { storage } = await memoryService();
    const { digest } = await record(storage, 1000);
    await expect(storage.inspect(digest, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'storage/aborted',
    });
  });
});
