import { CarReader } from '@ipld/car';
import { CID } from 'multiformats/cid';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { concat } from '../../../src/core/bytes.ts';
import { carHeader, exportCar } from '../../../src/storage/car.ts';
import { makeDirectory, treeSize } from '../../../src/storage/directory.ts';
import { all, bytes, memoryNode } from '../storage/memory.ts';
import { blockFiles, running, until } from './running.ts';
import type { Running } from './running.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 }); // megabytes, on machines that have other work

type Pin = { requestid: string; status: string; pin: { cid: string; name?: string }; info: Record<string, string> };
type Pins = { count: number; results: Pin[] };

let peer: Running;
beforeAll(async () => (peer = await running()));
afterAll(() => peer.end());

const call = (path: string, init?: RequestInit) => fetch(peer.url + path, init);
const json = async <T>(path: string, init?: RequestInit) => (await (await call(path, init)).json()) as T;
const post = (path: string, body: unknown) => call(path, { method: 'POST', body: JSON.stringify(body) });
const upload = (car: Uint8Array) => call('/car', { method: 'POST', body: car as Uint8Array<ArrayBuffer> });

/** A directory of a page and of a file of several blocks. */
const site = async (seed: number) => {
  const node = await memoryNode();
  const files = [
    { name: 'index.html', cid: await node.fs.addBytes(new TextEncoder().encode(`<h1>${seed}</h1>`)) },
    { name: 'large.bin', cid: await node.fs.addBytes(bytes(2_500_000, seed)) },
  ];
  const links = [];
  for (const file of files) links.push({ ...file, size: await treeSize(node.blockstore, file.cid) });
  const { cid, bytes: block } = await makeDirectory(links);
  await node.blockstore.put(cid, block);
  const car = concat(...(await all(exportCar(node.blockstore, cid))));
  return { root: cid, large: files[1]!.cid, car };
};

const pinned = async (cid: CID, name?: string): Promise<Pin> => {
  const { requestid } = (await (await post('/pins', { cid: cid.toString(), name })).json()) as Pin;
  return until(
    () => json<Pin>(`/pins/${requestid}`),
    ({ status }) => status === 'pinned' || status === 'failed',
  );
};

const gone = (cid: CID) =>
  until(
    async () => (await call(`/ipfs/${cid}?format=raw`)).status,
    (status) => status === 404,
  );

describe('uploading', () => {
  it('keeps the blocks of a CAR', async () => {
    const { car, root } = await site(1);
    const answer = await upload(car);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ roots: [root.toString()], blocks: 6 });
  });
  it('refuses a CAR with a wrong block, and keeps what came before it', async () => {
    const { car, root } = await site(2);
    car[car.length - 5]! ^= 1;
    const answer = await upload(car);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ error: { reason: 'CORRUPT_BLOCK' } });
    expect((await pinned(root)).status).toBe('failed');
  });
  it('refuses what is too large, announced or not, and what is no CAR', async () => {
    const small = await running({ maxUpload: 1000 });
    const car = bytes(1001);
    const chunked = new ReadableStream({ pull: (c) => (c.enqueue(car), c.close()) });
    const at = `${small.url}/car`;
    expect((await fetch(at, { method: 'POST', body: car })).status).toBe(413);
    expect((await fetch(at, { method: 'POST', body: chunked, duplex: 'half' } as RequestInit)).status).toBe(413);
    expect((await fetch(at, { method: 'POST', body: car.slice(0, 900) })).status).toBe(400);
    await small.end();
  });
});

describe('the pinning API', () => {
  it('pins what is here, lists, gets, replaces and deletes it', async () => {
    const { car, root, large } = await site(3);
    await upload(car);
    const pin = await pinned(root, 'three');
    expect(pin).toMatchObject({ status: 'pinned', pin: { cid: root.toString(), name: 'three' } });
    expect(await json<Pins>(`/pins?cid=${root}`)).toMatchObject({ count: 1, results: [{ requestid: pin.requestid }] });
    expect(await json<Pins>('/pins?name=THR&match=ipartial')).toMatchObject({ count: 1 });
    expect(await json<Pins>('/pins?name=thr')).toMatchObject({ count: 0 });
    expect(await json<Pins>(`/pins?cid=${root}&after=2999-01-01T00:00:00Z`)).toMatchObject({ count: 0 });

    const other = (await (await post(`/pins/${pin.requestid}`, { cid: large.toString() })).json()) as Pin;
    await until(
      () => json<Pin>(`/pins/${other.requestid}`),
      ({ status }) => status === 'pinned',
    );
    expect((await call(`/pins/${pin.requestid}`)).status).toBe(404);
    await gone(root);
    expect((await call(`/ipfs/${large}?format=raw`)).status).toBe(200);

    const before = (await blockFiles(peer.folder)).length;
    expect((await call(`/pins/${other.requestid}`, { method: 'DELETE' })).status).toBe(202);
    await until(
      () => blockFiles(peer.folder),
      (files) => files.length === before - 4,
    );
    expect((await call(`/pins/${other.requestid}`, { method: 'DELETE' })).status).toBe(404);
  });

  it('says failed, and which block, when nobody has it', async () => {
    const { root } = await site(4);
    expect(await pinned(root)).toMatchObject({ status: 'failed', info: { cid: root.toString() } });
    expect(await json<Pins>(`/pins?cid=${root}`)).toMatchObject({ count: 0 });
    expect(await json<Pins>(`/pins?cid=${root}&status=failed,queued`)).toMatchObject({ count: 1 });
  });

  it('keeps what two pins share until both are gone', async () => {
    const { car, root, large } = await site(5);
    await upload(car);
    const [whole, part] = [await pinned(root), await pinned(large)];
    await call(`/pins/${whole.requestid}`, { method: 'DELETE' });
    await gone(root);
    expect((await call(`/ipfs/${large}?format=car`)).status).toBe(200);
    await call(`/pins/${part.requestid}`, { method: 'DELETE' });
    await gone(large);
  });

  it.each([
    ['POST', '/pins', '{"cid":"no"}'],
    ['POST', '/pins', '{"cid":7}'],
    ['POST', '/pins', '[]'],
    ['POST', '/pins', 'x'],
    ['GET', '/pins?limit=0', undefined],
    ['GET', '/pins?status=gone', undefined],
    ['GET', '/pins?before=never', undefined],
  ])('%s %s %s is a bad request', async (method, path, body) => {
    const answer = await call(path, { method, body });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ error: { reason: 'BAD_REQUEST' } });
  });

  it('remembers pins over a restart', async () => {
    const first = await running();
    const { car, root } = await site(6);
    await fetch(`${first.url}/car`, { method: 'POST', body: car });
    const body = JSON.stringify({ cid: root.toString() });
    const { requestid } = (await (await fetch(`${first.url}/pins`, { method: 'POST', body })).json()) as Pin;
    await first.stop();
    const again = await running({ folder: first.folder });
    const status = async () => (await (await fetch(`${again.url}/pins/${requestid}`)).json()) as Pin;
    expect((await until(status, (pin) => pin.status === 'pinned')).pin.cid).toBe(root.toString());
    expect(again.id).toBe(first.id);
    await again.end();
  });
});

describe('the trustless gateway', () => {
  it('serves blocks and CARs to who asks by query or by header', async () => {
    const { car, root, large } = await site(7);
    await upload(car);
    for (const init of [{}, { headers: { accept: 'application/vnd.ipld.raw' } }]) {
      const answer = await call(`/ipfs/${large}${'headers' in init ? '' : '?format=raw'}`, init);
      expect(answer.headers.get('content-type')).toBe('application/vnd.ipld.raw');
      expect(answer.headers.get('cache-control')).toContain('immutable');
      expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    }
    const accept = { headers: { accept: 'application/vnd.ipld.car; version=1; order=dfs; dups=n' } };
    const answer = await call(`/ipfs/${root}`, accept);
    expect(answer.headers.get('content-type')).toContain('application/vnd.ipld.car');
    expect(Buffer.from(await answer.arrayBuffer()).equals(car)).toBe(true);
  });

  it('sends the blocks on the way to a path, and below it', async () => {
    const { car, root, large } = await site(8);
    await upload(car);
    const cids = async (path: string) => {
      const reader = await CarReader.fromBytes(new Uint8Array(await (await call(path)).arrayBuffer()));
      return (await all(reader.cids())).map(String);
    };
    const path = await cids(`/ipfs/${root}/large.bin?format=car`);
    expect([path.length, path[0], path[1]]).toEqual([5, root.toString(), large.toString()]);
    expect(await cids(`/ipfs/${root}/large.bin?format=car&dag-scope=block`)).toEqual([root, large].map(String));
    expect(await cids(`/ipfs/${root}?format=car&dag-scope=entity`)).toEqual([root.toString()]);
  });

  it('shows a website', async () => {
    const { car, root } = await site(9);
    await upload(car);
    expect((await call(`/ipfs/${root}`, { redirect: 'manual' })).headers.get('location')).toBe(`/ipfs/${root}/`);
    const page = await call(`/ipfs/${root}/`);
    expect([page.headers.get('content-type'), await page.text()]).toEqual(['text/html; charset=utf-8', '<h1>9</h1>']);
    const large = await call(`/ipfs/${root}/large.bin`);
    expect(Buffer.from(await large.arrayBuffer()).equals(bytes(2_500_000, 9))).toBe(true);
    const head = await call(`/ipfs/${root}/large.bin`, { method: 'HEAD' });
    expect(head.headers.get('content-length')).toBe('2500000');
  });

  it('answers at once, and in JSON, when it has nothing', async () => {
    const { root } = await site(10);
    for (const path of [`/ipfs/${root}?format=raw`, `/ipfs/${root}?format=car`, `/ipfs/${root}`, '/nothing'])
      expect((await call(path)).status).toBe(404);
    expect((await call('/ipfs/nonsense')).status).toBe(400);
    expect((await call(`/ipfs/${root}?format=tar`)).status).toBe(400);
    expect((await call('/car')).status).toBe(405);
    const preflight = await call('/car', {
      method: 'OPTIONS',
      headers: { origin: 'http://localhost:5173', 'access-control-request-private-network': 'true' },
    });
    expect(preflight.headers.get('access-control-allow-headers')).toContain('authorization');
    expect(preflight.headers.get('access-control-allow-private-network')).toBe('true');
  });

  it('is ready when it says so, on this machine only', async () => {
    const health = await json<{ status: string; id: string; multiaddrs: string[] }>('/health');
    expect(health).toMatchObject({ status: 'ok', id: peer.id });
    expect(health.multiaddrs.every((a) => a.startsWith('/ip4/127.0.0.1/'))).toBe(true);
    expect(new URL(peer.url).hostname).toBe('127.0.0.1');
    expect(carHeader(CID.parse('bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku')).length).toBe(59);
  });
});
