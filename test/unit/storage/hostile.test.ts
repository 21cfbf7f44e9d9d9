/** Places and authors that play for time, or for the disk. */
import { encode, prepare } from '@ipld/dag-pb';
import { UnixFS } from 'ipfs-unixfs';
import { CID } from 'multiformats/cid';
import * as Multihash from 'multiformats/hashes/digest';
import { describe, expect, it, vi } from 'vitest';
import { owned } from '../../../src/core/bytes.ts';
import { digestOfCid } from '../../../src/storage/blocks.ts';
import { carHeader, carSection } from '../../../src/storage/car.ts';
import { makeDirectory } from '../../../src/storage/directory.ts';
import { readFile } from '../../../src/storage/reader.ts';
import { all, bytes, identity, manifest, memoryNode, memoryService, record } from './memory.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 }); // megabytes, on machines that have other work

const blockOf = async (code: number, value: Uint8Array) => {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', owned(value)));
  return { cid: CID.createV1(code, Multihash.create(0x12, digest)), bytes: owned(value) };
};
const wanted = CID.createV1(0x70, Multihash.create(0x12, bytes(32)));
const limits = { idle: 300, block: 300, confirm: 300 };

/** A stream that goes on for as long as it is read. */
const endless = (next: (n: number) => Promise<Uint8Array[]>): ReadableStream<Uint8Array> => {
  let n = 0;
  const pull = async (controller: ReadableStreamDefaultController<Uint8Array>) => {
    for (const part of await next(n++)) controller.enqueue(part);
  };
  return new ReadableStream({ pull }, { highWaterMark: 0 });
};

/** Two places: one as told, then one that has nothing but is asked. */
const reading = async (body: (url: string) => ReadableStream<Uint8Array>) => {
  const asked = { bad: 0, good: 0 };
  const fetching = (async (input: string) => {
    const isBad = input.startsWith('https://bad.example');
    asked[isBad ? 'bad' : 'good']++;
    return isBad
      ? new Response(body(input) as ReadableStream<Uint8Array<ArrayBuffer>>)
      : new Response('', { status: 404 });
  }) as typeof fetch;
  const { storage } = await memoryService({ fetch: fetching, limits });
  await storage.configure({ peers: [], gateways: ['https://bad.example', 'https://good.example'] });
  const error = await storage.readPublic(digestOfCid(wanted), 'profile.json', 1000).catch((e: unknown) => e);
  return { error, asked };
};

describe('a place that', () => {
  it('streams what nobody asked for is not listened to for long, and the next one is asked', async () => {
    let sent = 0;
    const { error, asked } = await reading((url) =>
      endless(async (n) => {
        if (n === 0) return [carHeader(wanted)];
        if (url.includes('car')) sent++;
        return carSection(await blockOf(0x55, bytes(1000, n)));
      }),
    );
    expect(error).toMatchObject({ code: expect.stringMatching(/^storage\//) as string });
    expect(asked.good).toBeGreaterThan(0);
    expect(sent).toBeLessThan(100);
  });

  it('sends one byte now and then runs into its limit', async () => {
    const { error, asked } = await reading(() =>
      endless(async () => {
        await new Promise((resolve) => setTimeout(resolve, 50)); // the place's own slowness
        return [carHeader(wanted).slice(0, 1)];
      }),
    );
    expect(error).toMatchObject({ code: 'storage/timeout', details: { place: 'bad.example' } });
    expect(asked.good).toBeGreaterThan(0);
  });

  it('redirects is not followed', async () => {
    const seen: unknown[] = [];
    const fetching = (async (_: string, init: RequestInit) => {
      seen.push(init.redirect, init.credentials, init.referrerPolicy);
      throw new TypeError('unexpected redirect');
    }) as typeof fetch;
    const { storage } = await memoryService({ fetch: fetching, limits });
    await storage.configure({ peers: [], gateways: ['https://bad.example'] });
    await expect(storage.openManifest(digestOfCid(wanted), {})).rejects.toMatchObject({ code: 'storage/not-found' });
    expect(new Set(seen)).toEqual(new Set(['error', 'omit', 'no-referrer']));
  });
});

/** 14 small blocks that point to one another 174 times each, and claim to be nothing. */
const bomb = async () => {
  const { storage, node } = await memoryService();
  const put = async (code: number, value: Uint8Array) => {
    const block = await blockOf(code, value);
    await node.blockstore.put(block.cid, block.bytes);
    return block.cid;
  };
  const inner = (children: [CID, bigint][]) => {
    const file = new UnixFS({ type: 'file' });
    children.forEach(([, size]) => file.addBlockSize(size));
    const Links = children.map(([Hash]) => ({ Name: '', Hash, Tsize: 0 }));
    return put(0x70, encode(prepare({ Data: file.marshal(), Links })));
  };
  let level = await inner([]);
  for (let depth = 0; depth < 12; depth++) level = await inner(Array.from({ length: 174 }, () => [level, 0n]));
  const [head, tail] = [await put(0x55, bytes(7)), await put(0x55, bytes(5000))];
  const file = await inner([
    [head, 7n],
    [level, 0n],
    [level, 0n],
    [tail, 5000n],
  ]);
  return { storage, node, file, put };
};

describe('an author who', () => {
  it('makes a file of blocks that go round and round is refused', async () => {
    const { storage, node, file } = await bomb();
    const { cid, bytes: block } = await makeDirectory([{ name: 'manifest.age', cid: file, size: 1 }]);
    await node.blockstore.put(cid, block);
    const { identity: key } = await identity();
    const opening = storage.openManifest(digestOfCid(cid), { identities: [key] });
    await expect(opening).rejects.toMatchObject({ code: expect.stringMatching(/malformed|corrupt/) as string });
  });

  it('is read no further once the reader gave up', async () => {
    const { node, file } = await bomb();
    const controller = new AbortController();
    controller.abort();
    const reading = all(readFile(node.blockstore, file, 10_000_000, controller.signal));
    await expect(reading).rejects.toMatchObject({ code: 'storage/aborted' });
  });

  it('puts thousands of files into one record is refused', async () => {
    const { storage, put } = await bomb();
    const Links = Array.from({ length: 5000 }, (_, i) => ({ Name: `${i}.age`, Hash: wanted, Tsize: 0 }));
    const named = [{ Name: 'manifest.age', Hash: await put(0x55, bytes(3000)), Tsize: 0 }, ...Links];
    const cid = await put(0x70, encode(prepare({ Data: Uint8Array.of(8, 1), Links: named })));
    await expect(storage.openManifest(digestOfCid(cid), {})).rejects.toMatchObject({ code: 'record/malformed' });
  });

  it('claims a file that no plaintext could have is refused before anything is fetched', async () => {
    const { storage } = await memoryService();
    const { digest, files, inner } = await record(storage, 1000);
    const huge = { ...files[0]!, sealedSize: 2 ** 40 };
    const opening = storage.openFile(digest, 0, huge, inner.identity);
    await expect(opening).rejects.toMatchObject({ code: 'record/file-mismatch', details: { what: 'sealedSize' } });
  });

  it('would fill the disk is told that there is no room', async () => {
    const { storage: author } = await memoryService();
    const { digest, files, inner } = await record(author, 1000);
    const room = async (size: number) => {
      if (size > 4000) throw Object.assign(new Error('no room'), { name: 'QuotaExceededError' });
    };
    const { storage } = await memoryService({ room, limits });
    await storage.configure({ peers: [], gateways: ['http://127.0.0.1:9'] });
    const opening = storage.openFile(digest, 0, files[0]!, inner.identity);
    await expect(opening).rejects.toMatchObject({ code: 'storage/quota' });
  });
});

it('what was fetched and refused is swept at the next start; what was made here stays', async () => {
  const node = await memoryNode();
  const { storage } = await memoryService({ node });
  const { digest, files, inner, cid } = await record(storage, 1000);
  const { storage: author } = await memoryService();
  const other = await record(author, 1000);
  const made = (await node.blockstore.names()).length;
  const car = await author.exportCar([other.digest]);
  const blocks = new Uint8Array(await car.arrayBuffer());
  const fetching = (async () => new Response(blocks)) as unknown as typeof fetch;
  const { storage: reader } = await memoryService({ node, fetch: fetching });
  await reader.configure({ peers: [], gateways: ['https://good.example'] });
  const wrong = { ...other.files[0]!, sha256: '00'.repeat(32) };
  const opening = reader.openFile(other.digest, 0, wrong, other.inner.identity);
  await expect(opening).rejects.toMatchObject({ code: 'record/file-mismatch' });
  expect((await node.blockstore.names()).length).toBeGreaterThan(made);
  const { storage: again } = await memoryService({ node });
  await expect.poll(async () => (await node.blockstore.names()).length).toBe(made);
  expect((await again.openFile(digest, 0, files[0]!, inner.identity)).size).toBe(1000);
  expect(cid).toMatch(/^bafybei/);
  expect(manifest.length).toBeGreaterThan(0);
});
