/** What pages of other sites, strangers and spoilers try with a peer. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { CID } from 'multiformats/cid';
import * as Multihash from 'multiformats/hashes/digest';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { concat } from '../../../src/core/bytes.ts';
import { carHeader, carSection } from '../../../src/storage/car.ts';
import { bytes, memoryService, record } from '../storage/memory.ts';
import { running, until } from './running.ts';
import type { Running } from './running.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 }); // megabytes, on machines that have other work

let peer: Running;
beforeAll(async () => (peer = await running()));
afterAll(() => peer.end());

const evil = { origin: 'https://evil.example', 'content-type': 'application/json' };
const local = { origin: 'http://localhost:8080', 'content-type': 'application/json' };
const missing = (seed: number) => CID.createV1(0x55, Multihash.create(0x12, bytes(32, seed))).toString();

const pushed = async () => {
  const { storage } = await memoryService();
  await storage.configure({ peers: [peer.url], gateways: [] });
  const made = await record(storage, 1000);
  await storage.push(made.digest);
  const answer = await fetch(`${peer.url}/pins?cid=${made.cid}`);
  const { results } = (await answer.json()) as { results: { requestid: string }[] };
  return { ...made, storage, requestid: results[0]!.requestid };
};

describe('a page of another site', () => {
  it('can neither list, put, pin, replace nor delete', async () => {
    const { cid, requestid } = await pushed();
    const body = JSON.stringify({ cid });
    const tries: [string, RequestInit][] = [
      ['/pins', {}],
      [`/pins?cid=${cid}`, {}],
      [`/pins/${requestid}`, {}],
      [`/pins/${requestid}`, { method: 'DELETE' }],
      [`/pins/${requestid}`, { method: 'POST', body }],
      ['/pins', { method: 'POST', body }],
      ['/car', { method: 'POST', body: 'x' }],
    ];
    for (const [path, init] of tries)
      for (const headers of [evil, { origin: 'null' }])
        expect((await fetch(peer.url + path, { ...init, headers })).status).toBe(403);
    const asked = { ...evil, 'access-control-request-private-network': 'true' };
    const preflight = await fetch(`${peer.url}/pins/${requestid}`, { method: 'OPTIONS', headers: asked });
    expect(preflight.headers.get('access-control-allow-private-network')).toBeNull();
    expect((await fetch(`${peer.url}/pins/${requestid}`)).status).toBe(200);
  });

  it('of this machine may put and ask after what it put, and no more', async () => {
    const { cid, requestid } = await pushed();
    const send = (path: string, init: RequestInit = {}) => fetch(peer.url + path, { headers: local, ...init });
    const pin = await send('/pins', { method: 'POST', body: JSON.stringify({ cid }) });
    expect(pin.status).toBe(202);
    const mine = ((await pin.json()) as { requestid: string }).requestid;
    expect((await send(`/pins/${mine}`)).status).toBe(200);
    expect(await (await send(`/pins?cid=${cid}&status=queued,pinning,pinned`)).json()).toMatchObject({ count: 1 });
    expect((await send('/pins')).status).toBe(403);
    expect((await send(`/pins/${mine}`, { method: 'DELETE' })).status).toBe(403);
    expect((await send(`/pins/${requestid}`)).status).toBe(404);
    const simple = { origin: local.origin, 'content-type': 'text/plain' };
    const unasked = await send('/pins', { method: 'POST', body: JSON.stringify({ cid }), headers: simple });
    expect(unasked.status).toBe(415);
  });

  it('that was let in may put', async () => {
    const open = await running({ origins: ['https://salus.example'] });
    const at = (origin: string) => fetch(`${open.url}/pins?cid=${missing(1)}`, { headers: { origin } });
    expect((await at('https://salus.example')).status).toBe(200);
    expect((await at('https://salus.example.evil.example')).status).toBe(403);
    await open.end();
  });
});

it('a peer with a token opens to nobody else, and lists nothing to those who only put', async () => {
  const closed = await running({ token: 'word' });
  const at = (authorization?: string) =>
    fetch(`${closed.url}/pins`, { headers: authorization ? { authorization } : {} }).then((answer) => answer.status);
  expect(await Promise.all([at(), at('Bearer wort'), at('Basic word'), at('Bearer word')])).toEqual([
    401, 401, 401, 200,
  ]);
  expect((await fetch(`${closed.url}/car`, { method: 'POST', body: 'x' })).status).toBe(401);
  expect((await fetch(`${closed.url}/health`)).status).toBe(200);
  await closed.end();
});

it('strangers cannot send the peer anywhere', async () => {
  let calls = 0;
  const inner = createServer(() => calls++);
  inner.listen(0, '127.0.0.1');
  await once(inner, 'listening');
  const origins = [`/ip4/127.0.0.1/tcp/${(inner.address() as AddressInfo).port}/ws`];
  const body = JSON.stringify({ cid: missing(2), origins });
  const answer = await fetch(`${peer.url}/pins`, { method: 'POST', headers: local, body });
  const { requestid, pin } = (await answer.json()) as { requestid: string; pin: { origins?: string[] } };
  expect(pin.origins).toBeUndefined();
  const status = () => fetch(`${peer.url}/pins/${requestid}`, { headers: local }).then((a) => a.json());
  await until(status as () => Promise<{ status: string }>, (shown) => shown.status === 'failed');
  expect(calls).toBe(0);
  inner.close();
});

it('pins of what nobody has do not keep others waiting, and there is an end to them', async () => {
  const hole = createServer(() => undefined);
  hole.listen(0, '127.0.0.1');
  await once(hole, 'listening');
  const origins = [`/ip4/127.0.0.1/tcp/${(hole.address() as AddressInfo).port}/ws`];
  const busy = await running();
  const statuses: number[] = [];
  for (let i = 0; i < 40; i++) {
    const body = JSON.stringify({ cid: missing(i + 10), origins });
    statuses.push((await fetch(`${busy.url}/pins`, { method: 'POST', body })).status);
  }
  expect(new Set(statuses)).toEqual(new Set([202, 429]));
  const { storage } = await memoryService({ limits: { confirm: 10_000 } });
  await storage.configure({ peers: [busy.url], gateways: [] });
  const { digest } = await record(storage, 10);
  // the owner's own queue is full; a page of this machine is somebody else
  const fetching: typeof fetch = (input, init) =>
    fetch(input, { ...init, headers: { ...Object.fromEntries(new Headers(init?.headers)), origin: local.origin } });
  const page = await memoryService({ fetch: fetching, limits: { confirm: 10_000 } });
  await page.storage.configure({ peers: [busy.url], gateways: [] });
  await page.storage.importCar(await storage.exportCar([digest]));
  expect((await page.storage.push(digest)).durable).toBe(true);
  hole.close();
  await busy.end();
});

it('one upload cannot fill the disk with crumbs', async () => {
  const parts: Uint8Array[] = [carHeader(CID.parse(missing(3)))];
  for (let i = 0; i < 1100; i++) {
    const crumb = new TextEncoder().encode(`crumb ${i}`);
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', crumb));
    parts.push(...carSection({ cid: CID.createV1(0x55, Multihash.create(0x12, digest)), bytes: crumb }));
  }
  expect((await fetch(`${peer.url}/car`, { method: 'POST', body: concat(...parts) })).status).toBe(413);
});

it('a place that lost what it confirmed is not counted any longer, once it is asked', async () => {
  const { storage, digest, requestid } = await pushed();
  expect((await storage.recheck(digest)).durable).toBe(true);
  await fetch(`${peer.url}/pins/${requestid}`, { method: 'DELETE' });
  expect((await storage.durability(digest)).durable).toBe(true); // what is known without asking
  expect((await storage.recheck(digest)).durable).toBe(false);
  expect(await storage.onlyHere()).toEqual([digest]);
  expect((await storage.push(digest)).durable).toBe(true);
  await storage.configure({ peers: ['http://127.0.0.1:9'], gateways: [] });
  expect((await storage.recheck(digest)).durable).toBe(true); // nobody to ask
});

it('a site is shown in an origin of its own', async () => {
  const { cid } = await pushed();
  const page = await fetch(`${peer.url}/ipfs/${cid}/manifest.age`);
  expect(page.headers.get('content-security-policy')).toContain('sandbox');
  expect(page.headers.get('content-security-policy')).not.toContain('same-origin');
});
