/** The page's storage against a real peer: pushed by one person, read by another, with peers that fail in every way. */
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Progress } from '../../../src/flows/ports/storage.ts';
import { bytes, memoryService, record } from '../storage/memory.ts';
import { blockFiles, running, spoil } from './running.ts';
import type { Running } from './running.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 }); // megabytes, on machines that have other work

let peer: Running;
beforeAll(async () => (peer = await running()));
afterAll(() => peer.end());

const code = (expected: string, details: object = {}) =>
  expect.objectContaining({ code: expected, details: expect.objectContaining(details) as object });
const host = (url: string) => new URL(url).host;

const person = async (peers: string[], gateways: string[] = [], limits = {}) => {
  const made = await memoryService({ limits: { idle: 5000, block: 5000, confirm: 20_000, ...limits } });
  await made.storage.configure({ peers, gateways });
  return made;
};

/** Answers as it is told, and hands what it does not mind to the real peer. */
const middleman = async (mind: (request: IncomingMessage, response: ServerResponse) => boolean) => {
  const server: Server = createServer((request, response) => {
    if (mind(request, response)) return;
    const init = { method: request.method, headers: { accept: request.headers.accept ?? '*/*' } };
    void fetch(peer.url + request.url, init)
      .then(async (answer) => response.writeHead(answer.status).end(Buffer.from(await answer.arrayBuffer())))
      .catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
};

const pushed = async (large?: number) => {
  const { storage } = await person([peer.url]);
  const made = await record(storage, large);
  await storage.push(made.digest);
  return made;
};

describe('a record pushed to a peer', () => {
  it('is durable only after the peer has confirmed it', async () => {
    const { storage } = await person([peer.url]);
    const { digest } = await record(storage, 20_000_000);
    expect(await storage.durability(digest)).toMatchObject({ durable: false, places: [{ kind: 'browser' }] });
    expect(await storage.onlyHere()).toEqual([digest]);
    const seen: Progress[] = [];
    const durability = await storage.push(digest, { onProgress: (p) => seen.push(p) });
    expect(durability).toMatchObject({ durable: true, places: [{ kind: 'browser' }, { kind: 'peer', url: peer.url }] });
    expect(await storage.onlyHere()).toEqual([]);
    expect(seen.length).toBeGreaterThan(2);
    expect(seen.at(-1)?.done).toBe(seen.at(-1)?.total);
    const before = (await blockFiles(peer.folder)).length;
    await storage.push(digest); // again: nothing is sent twice
    expect((await blockFiles(peer.folder)).length).toBe(before);
  });

  it('is opened by somebody who has only the peer, and then without it', async () => {
    const { digest, files, bodies, reader, inner } = await pushed();
    const { storage } = await person([], [peer.url]);
    const seen: Progress[] = [];
    expect((await storage.openManifest(digest, { identities: [reader.identity] })).files).toEqual(['0.age', '1.age']);
    const open = () => storage.openFile(digest, 1, files[1]!, inner.identity, { onProgress: (p) => seen.push(p) });
    expect(Buffer.from(await (await open()).arrayBuffer()).equals(bodies[1]!)).toBe(true);
    expect(seen.filter((p) => p.stage === 'fetch').at(-1)?.done).toBeGreaterThan(3_000_000);
    await storage.configure({ peers: [], gateways: [] });
    expect((await open()).size).toBe(bodies[1]!.length);
  });

  it('is fetched by one CAR, and not one block more than was asked for', async () => {
    const { digest, files, inner } = await pushed();
    const asked: string[] = [];
    const watcher = await middleman((request) => (asked.push(request.url!), false));
    const { storage, node } = await person([], [watcher.url]);
    await storage.openFile(digest, 1, files[1]!, inner.identity);
    expect(asked).toHaveLength(1);
    expect(asked[0]).toContain('format=car');
    expect(await node.blockstore.names()).toHaveLength(1 + 1 + 3); // directory, root of the file, its leaves
    await watcher.close();
  });

  it('says that it is not there when no place has it', async () => {
    const { storage: author } = await person([]);
    const { digest, manifestKey } = await record(author);
    const { storage } = await person([], [peer.url]);
    const opening = storage.openManifest(digest, { fileKey: manifestKey });
    await expect(opening).rejects.toEqual(code('storage/not-found', { places: [host(peer.url)] }));
  });
});

describe('places that fail', () => {
  it('a wrong block is named with its place, and nothing of it is kept', async () => {
    const bad = await running();
    const { storage: author } = await person([bad.url]);
    const { digest, files, inner } = await record(author);
    await author.push(digest);
    await spoil(bad.folder, 1024 * 1024);
    const { storage } = await person([], [bad.url]);
    const opening = () => storage.openFile(digest, 1, files[1]!, inner.identity);
    await expect(opening()).rejects.toEqual(code('storage/corrupt', { place: host(bad.url) }));

    // another place still has it
    await author.configure({ peers: [peer.url], gateways: [] });
    await author.push(digest);
    await storage.configure({ peers: [], gateways: [bad.url, peer.url] });
    expect((await opening()).size).toBe(files[1]!.size);

    await bad.end();
  });

  it('a peer that spoiled a block is mended by the next push', async () => {
    const bad = await running();
    const { storage: author } = await person([bad.url]);
    const { digest, files, inner } = await record(author, 1000); // few enough blocks for the spot check to see all
    await author.push(digest);
    await spoil(bad.folder, files[1]!.sealedSize);
    await author.push(digest);
    const { storage } = await person([], [bad.url]);
    for (const i of [0, 1]) await storage.openFile(digest, i, files[i]!, inner.identity);
    await bad.end();
  });

  it('a gateway without CARs is asked for blocks', async () => {
    const { digest, files, inner } = await pushed();
    const old = await middleman((request, response) => {
      const isCar = request.url!.includes('format=car');
      if (isCar) response.writeHead(501).end();
      return isCar;
    });
    const { storage } = await person([], [old.url]);
    expect((await storage.openFile(digest, 1, files[1]!, inner.identity)).size).toBe(files[1]!.size);
    await old.close();
  });

  it('a stream cut short is gone on with, block by block', async () => {
    const { digest, files, inner } = await pushed();
    const flaky = await middleman((request, response) => {
      if (!request.url!.includes('format=car')) return false;
      void fetch(peer.url + request.url).then(async (answer) => {
        const car = Buffer.from(await answer.arrayBuffer());
        response.writeHead(200).write(car.subarray(0, car.length / 2), () => response.destroy());
      });
      return true;
    });
    const { storage } = await person([], [flaky.url]);
    expect((await storage.openFile(digest, 1, files[1]!, inner.identity)).size).toBe(files[1]!.size);
    await flaky.close();
  });

  it('one that never answers ends in a timeout, and the next one is asked', async () => {
    const { digest, manifestKey } = await pushed();
    const silent = await middleman(() => true);
    const { storage } = await person([], [silent.url], { idle: 300, block: 300 });
    const open = () => storage.openManifest(digest, { fileKey: manifestKey });
    await expect(open()).rejects.toEqual(code('storage/timeout', { place: host(silent.url) }));
    await storage.configure({ peers: [], gateways: [silent.url, peer.url] });
    expect((await open()).files).toHaveLength(2);
    await silent.close();
  });

  it('one that falls silent in the middle does too', async () => {
    const { digest, manifestKey } = await pushed();
    const stuck = await middleman((_, response) => (response.writeHead(200).write('x'), true));
    const { storage } = await person([], [stuck.url], { idle: 300, block: 300 });
    const opening = storage.openManifest(digest, { fileKey: manifestKey });
    await expect(opening).rejects.toEqual(code('storage/timeout', { place: host(stuck.url) }));
    await stuck.close();
  });

  it('fetching can be given up', async () => {
    const { digest, manifestKey } = await pushed();
    const controller = new AbortController();
    const silent = await middleman(() => (controller.abort(), true));
    const { storage } = await person([], [silent.url], { idle: 60_000, block: 60_000 });
    const opening = storage.openManifest(digest, { fileKey: manifestKey }, { signal: controller.signal });
    await expect(opening).rejects.toEqual(code('storage/aborted'));
    await silent.close();
  });

  it('one that sends what nobody asked for cannot fill the disk', async () => {
    const { digest, manifestKey } = await pushed();
    const other = await pushed();
    const generous = await middleman((request, response) => {
      if (!request.url!.includes('format=car')) return false;
      void fetch(`${peer.url}/ipfs/${other.cid}?format=car`).then(async (answer) =>
        response.end(Buffer.from(await answer.arrayBuffer())),
      );
      return true;
    });
    const { storage, node } = await person([], [generous.url]);
    await storage.openManifest(digest, { fileKey: manifestKey });
    expect(await node.blockstore.names()).toHaveLength(2);
    await generous.close();
  });
});

describe('peers that promise and do not hold', () => {
  const answered = (response: ServerResponse, body: unknown) => (
    response.writeHead(200).end(JSON.stringify(body)),
    true
  );

  it('one that confirms and keeps nothing is noticed', async () => {
    const liar = await middleman((request, response) => {
      if (request.url!.startsWith('/pins?')) return answered(response, { count: 0, results: [] });
      if (/^\/(car|pins)/.test(request.url!)) return answered(response, { requestid: '1', status: 'pinned' });
      return false;
    });
    const { storage } = await person([liar.url]);
    const { digest } = await record(storage);
    await expect(storage.push(digest)).rejects.toEqual(code('storage/push-failed', { place: host(liar.url) }));
    expect(await storage.onlyHere()).toEqual([digest]);
    await liar.close();
  });

  it.each([
    ['gives up', 'failed', 'storage/push-failed'],
    ['never says', 'pinning', 'storage/timeout'],
  ])('one that %s is told from one that holds', async (_, status, why) => {
    const slow = await middleman((request, response) =>
      answered(response, request.url!.startsWith('/pins?') ? { count: 0 } : { requestid: '1', status }),
    );
    const { storage } = await person([slow.url], [], { confirm: 300 });
    const { digest } = await record(storage);
    await expect(storage.push(digest)).rejects.toEqual(code('storage/push-failed', { why }));
    expect((await storage.durability(digest)).durable).toBe(false);
    await slow.close();
  });

  it('a broken connection costs one part, which is sent again', async () => {
    let uploads = 0;
    const flaky = await middleman((request, response) => {
      if (request.url !== '/car') return false;
      if (++uploads === 2) return (request.socket.destroy(), true);
      void fetch(`${peer.url}/car`, { method: 'POST', body: request, duplex: 'half' } as unknown as RequestInit).then(
        async (answer) => response.writeHead(answer.status).end(await answer.text()),
      );
      return true;
    });
    const { storage } = await person([flaky.url]);
    const { digest } = await record(storage, 20_000_000);
    // the pin goes to the real peer
    const pinning = await fetch(`${peer.url}/health`);
    expect(pinning.ok).toBe(true);
    await storage.push(digest).catch(() => undefined);
    expect(uploads).toBe(4); // three parts, one of them twice
    await flaky.close();
  });

  it('the first of several to confirm makes a record durable', async () => {
    const silent = await middleman(() => true);
    const { storage } = await person([silent.url, peer.url]);
    const { digest } = await record(storage);
    const { durable, places } = await storage.push(digest);
    expect([durable, places.map((p) => p.url)]).toEqual([true, [null, peer.url]]);
    await silent.close();
  });
});

it('a bearer token stands before the host, goes along, and is not shown', async () => {
  const closed = await running({ token: 'secret-of-the-clinic' });
  const withToken = closed.url.replace('//', '//secret-of-the-clinic@');
  const { storage } = await person([closed.url]);
  const { digest } = await record(storage, bytes(10).length);
  await expect(storage.push(digest)).rejects.toEqual(code('storage/push-failed', { status: 401, signIn: true }));
  await storage.configure({ peers: [withToken], gateways: [] });
  expect(JSON.stringify(await storage.push(digest))).not.toContain('secret');
  await closed.end();
});
