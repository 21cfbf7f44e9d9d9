import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CID } from 'multiformats/cid';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { fromUtf8 } from '../../../src/core/bytes.ts';
import type { Digest, Hex } from '../../../src/core/bytes.ts';
import { openBytes } from '../../../src/crypto/envelope.ts';
import { cidOfDigest } from '../../../src/storage/blocks.ts';
import { openBitswap } from '../../../src/storage/bitswapNode.ts';
import { bearerFor } from '../../../src/storage/session.ts';
import { memoryService, record } from '../storage/memory.ts';
import { browser, guardingPeer, people, sessionOf, token, worldOf } from './guarding.ts';
import type { World } from './guarding.ts';
import type { Running } from './running.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 }); // real requests and seals, on machines that have other work

const { alice, eve, drA, drB } = people;
const state = { down: false };
let [world, peer]: [World, Running] = [null!, null!];
let [digest, cid, key]: [Digest, string, Uint8Array] = [null!, null!, null!];

beforeAll(async () => {
  world = worldOf();
  await world.enroll(alice);
  await world.enroll(eve, 2);
  await world.enroll(drA, 3);
  await world.enroll(drB, 4);
  for (const doctor of [drA, drB]) world.accredit(doctor);
  peer = await guardingPeer(world, state);
  const { storage } = await browser(peer.url, alice);
  const made = await record(storage, 100_000);
  await storage.push(made.digest, { guard: alice.account });
  ({ digest, cid, manifestKey: key } = made);
});
afterEach(() => void (state.down = false));
afterAll(() => peer.end());

const ask = (path: string, authorization?: string) =>
  fetch(peer.url + path, authorization === undefined ? {} : { headers: { authorization } });
const car = (authorization?: string) => ask(`/ipfs/${cid}?format=car`, authorization);
const shown = (hex: Hex) => `Token ${hex.slice(2)}`;
const outcome = async (authorization?: string) => {
  const { status, headers } = await car(authorization);
  return [status, headers.get('x-salus-guard')];
};
const bearer = async (who: typeof alice) =>
  `Bearer ${(await bearerFor(await sessionOf(who), new URL(peer.url).host, Date.now()))!}`;

describe('a guarded record', () => {
  it('is told of by the peer, and given to nobody who shows nothing', async () => {
    expect(await (await ask('/health')).json()).toMatchObject({ guards: true });
    expect(await outcome()).toEqual([401, 'none']);
    for (const file of await leaves()) expect((await ask(`/ipfs/${file}?format=raw`)).status).toBe(401);
    expect((await ask(`/ipfs/${cid}/manifest.age?format=car`)).status).toBe(401);
    expect((await ask(`/ipfs/${cid}/`)).status).toBe(401);
  });

  it('is given for a live token, uncached, and to its own account', async () => {
    const { token: mine, access } = token(1);
    world.share(alice, drA.account, access);
    const answer = await car(shown(mine));
    expect([answer.status, answer.headers.get('x-salus-guard')]).toEqual([200, alice.account]);
    expect(answer.headers.get('cache-control')).toBe('private, no-store');
    expect((await answer.arrayBuffer()).byteLength).toBeGreaterThan(100_000);
    expect(await outcome(await bearer(alice))).toEqual([200, alice.account]);
    expect(await outcome(await bearer(eve))).toEqual([403, 'session']);
  });

  it('is refused for what is no token of that account', async () => {
    const { token: hers, access } = token(2);
    world.share(eve, drA.account, access);
    expect(await outcome(shown(hers))).toEqual([403, 'unknown']);
    expect(await outcome(shown(token(3).token))).toEqual([403, 'unknown']);
    expect(await outcome(shown(access))).toEqual([403, 'unknown']); // the hash is no token
    for (const forged of ['Token', 'Token zz', `Token ${'0'.repeat(63)}`, 'Bearer x', 'Basic YTpi'])
      expect(await outcome(forged)).toEqual([403, 'session']);
  });

  it('ends with the token: taken back, all of a reader’s, past its time, and given anew', async () => {
    const [a, b, c] = [token(10), token(11), token(12)];
    world.share(alice, drA.account, a.access);
    world.share(alice, drA.account, b.access);
    world.share(alice, drB.account, c.access, world.world.time + 600);
    world.revoke(alice, drA.account, a.access);
    expect(await outcome(shown(a.token))).toEqual([403, 'revoked']);
    expect((await outcome(shown(b.token)))[0]).toBe(200);
    world.revoke(alice, drA.account);
    expect(await outcome(shown(b.token))).toEqual([403, 'revoked']);
    expect((await outcome(shown(c.token)))[0]).toBe(200);
    world.share(alice, drA.account, b.access);
    expect((await outcome(shown(b.token)))[0]).toBe(200);
    world.world.time += 601;
    expect(await outcome(shown(c.token))).toEqual([403, 'expired']);
  });

  it('is refused while the chain cannot be read, but to its own account', async () => {
    const { token: mine, access } = token(20);
    world.share(alice, drA.account, access);
    expect((await outcome(shown(mine)))[0]).toBe(200);
    state.down = true;
    expect(await outcome(shown(mine))).toEqual([503, 'chain']);
    expect((await outcome(await bearer(alice)))[0]).toBe(200);
    expect(await outcome(await bearer(eve))).toEqual([503, 'chain']);
    state.down = false;
    expect((await outcome(shown(mine)))[0]).toBe(200);
  });

  it('passes on what was delegated, no longer than the delegator’s own right', async () => {
    const [a, b] = [token(30), token(31)];
    world.accredit(eve);
    world.delegate(eve, alice.account, drA.account, b.access);
    expect(await outcome(shown(b.token))).toEqual([403, 'revoked']); // without a right there was nothing to pass on
    world.share(alice, eve.account, token(34).access);
    expect(await outcome(shown(b.token))).toEqual([403, 'revoked']); // nor does a later right revive it
    world.share(alice, drB.account, a.access, world.world.time + 900);
    const c = token(32);
    world.delegate(drB, alice.account, drA.account, c.access);
    expect((await outcome(shown(c.token)))[0]).toBe(200);
    world.revoke(drB, drA.account, c.access);
    expect(await outcome(shown(c.token))).toEqual([403, 'revoked']);
    const d = token(33);
    world.delegate(drB, alice.account, drA.account, d.access);
    expect((await outcome(shown(d.token)))[0]).toBe(200);
    world.revoke(alice, drB.account);
    expect(await outcome(shown(d.token))).toEqual([403, 'revoked']);
  });
});

/** Names of the record's files, as its owner reads them. */
const leaves = async (): Promise<string[]> => {
  const answer = await ask(`/ipfs/${cid}?format=car`, await bearer(alice));
  const bytes = new Uint8Array(await answer.arrayBuffer());
  const found = new Set<string>();
  for (let at = 0; at + 36 < bytes.length; at++)
    if (bytes[at] === 1 && (bytes[at + 1] === 0x55 || bytes[at + 1] === 0x70) && bytes[at + 2] === 0x12)
      found.add(CID.decode(bytes.subarray(at, at + 36)).toString());
  return [...found].filter((name) => name !== cid).slice(0, 3);
};

describe('nobody else', () => {
  it('brings or pins under guard without a session, or for an account without a key', async () => {
    const guard = `/guard/${alice.account}`;
    const post = (path: string, init: RequestInit = {}) => fetch(peer.url + path, { method: 'POST', ...init });
    expect((await post(`${guard}/car`, { body: 'x' })).status).toBe(401);
    expect((await post(`${guard}/pins`, { body: JSON.stringify({ cid }) })).status).toBe(401);
    expect((await ask(`${guard}/pins`)).status).toBe(401);
    const headers = { authorization: await bearer(eve) };
    const nobody = `/guard/0x${'09'.repeat(20)}`;
    expect((await post(`${nobody}/pins`, { headers, body: JSON.stringify({ cid }) })).status).toBe(403);
    for (const path of [`/guard/..%2f..%2f/pins`, `/guard/${alice.account}%2f..%2f/pins`, '/guard//pins'])
      expect([400, 404]).toContain((await fetch(peer.url + path, { headers })).status);
  });

  it('gains a record by naming it: not by a pin of its own, nor under another guard', async () => {
    const headers = { authorization: await bearer(eve) };
    for (const guard of [eve.account, alice.account]) {
      const body = JSON.stringify({ cid });
      const answer = await fetch(`${peer.url}/guard/${guard}/pins`, { method: 'POST', headers, body });
      expect(answer.status).toBe(404);
      expect(await (await fetch(`${peer.url}/guard/${guard}/pins?cid=${cid}`, { headers })).json()).toMatchObject({
        count: 0,
      });
    }
    expect(await outcome(headers.authorization)).toEqual([403, 'session']);
    const open = await fetch(`${peer.url}/pins`, { method: 'POST', body: JSON.stringify({ cid }) });
    const { requestid } = (await open.json()) as { requestid: string };
    const status = async () => (await (await ask(`/pins/${requestid}`)).json()) as { status: string };
    await vi.waitUntil(async () => (await status()).status === 'failed', 20_000);
    expect(await outcome()).toEqual([401, 'none']);
  });

  it('gets a block of it by bitswap', async () => {
    const node = await openBitswap();
    expect(await node.dial(peer.multiaddrs, AbortSignal.timeout(5000))).toBe(1);
    const { storage } = await browser(peer.url, null);
    const plain = await record(storage, 1000);
    await storage.push(plain.digest);
    expect(await node.fetch(cidOfDigest(plain.digest), AbortSignal.timeout(10_000))).not.toBeNull();
    await expect(node.fetch(CID.parse(cid), AbortSignal.timeout(1500))).rejects.toThrow();
    await node.stop();
  });

  it('takes it away: pins belong to who made them', async () => {
    const list = async (who: typeof alice) => {
      const headers = { authorization: await bearer(who) };
      return (await (await fetch(`${peer.url}/guard/${alice.account}/pins`, { headers })).json()) as {
        count: number;
        results: { requestid: string }[];
      };
    };
    const { results } = await list(alice);
    expect((await list(eve)).count).toBe(0);
    const path = `${peer.url}/guard/${alice.account}/pins/${results[0]!.requestid}`;
    const answer = await fetch(path, { method: 'DELETE', headers: { authorization: await bearer(eve) } });
    expect(answer.status).toBe(404);
    expect((await list(alice)).count).toBe(1);
  });
});

describe('whoever wrote for the patient', () => {
  it('brings it under the patient’s guard, and reads back only what it brought itself', async () => {
    const { storage } = await browser(peer.url, drA);
    const made = await record(storage, 1000);
    expect((await storage.push(made.digest, { guard: alice.account })).durable).toBe(true);
    const name = cidOfDigest(made.digest).toString();
    expect((await ask(`/ipfs/${name}?format=raw`, await bearer(drA))).status).toBe(200);
    expect((await ask(`/ipfs/${name}?format=raw`, await bearer(alice))).status).toBe(200);
    expect((await ask(`/ipfs/${name}?format=raw`, await bearer(drB))).status).toBe(403);
    expect((await ask(`/ipfs/${cid}?format=raw`, await bearer(drA))).status).toBe(403);
    const patient = await browser(peer.url, alice);
    await patient.storage.openManifest(made.digest, { fileKey: made.manifestKey });
  });
});

describe('storage over a guarding peer', () => {
  it('opens with the token, with the own session, and with neither says who refused and why', async () => {
    const { token: mine, access } = token(40);
    world.share(alice, drA.account, access);
    const keys = { fileKey: key as Uint8Array<ArrayBuffer> };
    const reader = await browser(peer.url, null);
    await expect(reader.storage.openManifest(digest, keys)).rejects.toMatchObject({
      code: 'storage/not-let-in',
      details: { reason: 'none', place: new URL(peer.url).host },
    });
    await reader.storage.openManifest(digest, keys, { token: mine });
    const own = await browser(peer.url, alice);
    await own.storage.openManifest(digest, keys);
    world.revoke(alice, drA.account, access);
    const late = await browser(peer.url, null);
    await expect(late.storage.openManifest(digest, keys, { token: mine })).rejects.toMatchObject({
      code: 'storage/not-let-in',
      details: { reason: 'revoked' },
    });
  });
});

const filesUnder = async (folder: string): Promise<string[]> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
};

describe('the log of requests', () => {
  const logOf = async (who: typeof alice, url = peer.url) => {
    const { storage } = await browser(url, who);
    return storage.accessLog(url, 0);
  };
  const opened = async (entries: { sealed: Uint8Array }[]) => {
    const { identity } = world.keys.get(alice.account)!;
    const read = async ({ sealed }: { sealed: Uint8Array }) =>
      JSON.parse(fromUtf8(await openBytes({ identities: [identity] }, sealed))) as Record<string, unknown>;
    return Promise.all(entries.map(read));
  };

  it('says what was served and refused, to that account alone, alike requests as one', async () => {
    const { token: mine, access } = token(50);
    world.share(alice, drA.account, access);
    for (let i = 0; i < 3; i++) await (await car(shown(mine))).arrayBuffer();
    world.revoke(alice, drA.account, access);
    await car(shown(mine));
    const { entries, dropped, more } = await logOf(alice);
    expect([dropped, more]).toEqual([0, false]);
    const all = await opened(entries);
    const about = all.filter((entry) => entry.access === access);
    expect(about).toMatchObject([
      { record: digest, outcome: 'served', reason: 'token', count: 3, peer: peer.id },
      { record: digest, outcome: 'refused', reason: 'revoked', count: 1 },
    ]);
    // what never was a token is not told apart: nobody fills the log with inventions
    const { access: never } = token(3);
    expect(all.filter((entry) => entry.reason === 'unknown').every((entry) => entry.access === null)).toBe(true);
    expect(JSON.stringify(all)).not.toContain(never);
    await expect(
      openBytes({ identities: [world.keys.get(eve.account)!.identity] }, entries[0]!.sealed),
    ).rejects.toThrow();
  });

  it('is nobody else’s to read or to clear, and the account clears only what it has', async () => {
    const stranger = await browser(peer.url, null);
    await expect(stranger.storage.accessLog(peer.url, 0)).rejects.toMatchObject({ code: 'storage/not-let-in' });
    const headers = { authorization: await bearer(eve) };
    const path = `${peer.url}/guard/${alice.account}/access-log`;
    expect((await fetch(path, { headers })).status).toBe(403);
    expect((await fetch(`${path}?through=9999`, { method: 'DELETE', headers })).status).toBe(403);
    expect((await logOf(eve)).entries).toEqual([]);
    const { entries } = await logOf(alice);
    const { storage } = await browser(peer.url, alice);
    await storage.forgetAccessLog(peer.url, entries[1]!.id);
    const after = await logOf(alice);
    expect(after.entries.map(({ id }) => id)).toEqual(entries.slice(2).map(({ id }) => id));
  });

  it('lies sealed on the disk: no token, no name of a record, no account in any of it', async () => {
    const { token: mine, access } = token(60);
    world.share(alice, drA.account, access);
    await (await car(shown(mine))).arrayBuffer();
    const all = await filesUnder(peer.folder);
    const secrets = [mine, access].map((hex) => hex.slice(2));
    const named = [cid, digest.slice(2), alice.account, drA.account, 'served', 'refused', 'revoked'];
    let entries = 0;
    for (const file of all) {
      const bytes = await readFile(file);
      for (const secret of secrets) {
        expect(bytes.includes(secret), file).toBe(false);
        expect(bytes.includes(Buffer.from(secret, 'hex')), file).toBe(false);
        expect(file).not.toContain(secret);
      }
      if (!file.includes('/guard/log/')) continue;
      entries++;
      for (const name of named) expect(bytes.includes(name) || file.includes(name), file).toBe(false);
      expect(
        bytes.includes(
          createHash('sha256')
            .update(Buffer.from(digest.slice(2), 'hex'))
            .digest(),
        ),
      ).toBe(false);
    }
    expect(entries).toBeGreaterThan(2);
    const sizes = new Set(
      await Promise.all(all.filter((f) => f.includes('/guard/log/')).map(async (f) => (await readFile(f)).length)),
    );
    expect(sizes.size).toBe(1);
  });
});

describe('where a guarded record goes', () => {
  it('not to a peer that does not guard, and the record stays marked', async () => {
    const plain = await guardingPeer(world, state, { chain: null });
    const { storage } = await browser(plain.url, alice);
    const made = await record(storage, 1000);
    await expect(storage.push(made.digest, { guard: alice.account })).rejects.toMatchObject({
      code: 'storage/no-guard',
    });
    await expect(storage.push(made.digest)).rejects.toMatchObject({ code: 'storage/no-guard' });
    expect((await fetch(`${plain.url}/ipfs/${cidOfDigest(made.digest)}?format=raw`)).status).toBe(404);
    expect(await storage.guards()).toEqual([]);
    await storage.configure({ peers: [plain.url, peer.url], gateways: [], session: await sessionOf(alice) });
    expect(await storage.guards()).toEqual([peer.url]);
    const { places } = await storage.push(made.digest);
    expect(places.map(({ url }) => url)).toEqual([null, peer.url]);
    expect((await storage.recheck(made.digest)).durable).toBe(true);
    expect((await storage.placeStates()).map(({ guards }) => guards)).toEqual([false, true]);
    await plain.end();
  });

  it('is noted when it is sealed, and wants a session', async () => {
    const { storage } = await browser(peer.url, null);
    const { reader } = await record(storage, 1000);
    const { digest: made } = await storage.sealRecord(new TextEncoder().encode('{}'), [reader.recipient], [], {
      guard: alice.account,
    });
    await expect(storage.push(made)).rejects.toMatchObject({ code: 'storage/push-failed', details: { signIn: true } });
  });

  it('can be retired: gone at the peer and here, and what is out of reach is said', async () => {
    const { storage } = await browser(peer.url, alice);
    const [guarded, open] = [await record(storage, 1000), await record(storage, 1000)];
    await storage.push(guarded.digest, { guard: alice.account });
    await storage.push(open.digest);
    await storage.handedOver([guarded.digest]);
    const { gone, left } = await storage.retire(guarded.digest);
    expect(gone.map(({ kind }) => kind).sort()).toEqual(['browser', 'peer']);
    expect(left).toMatchObject([{ place: { kind: 'file' }, code: null }]);
    const name = cidOfDigest(guarded.digest);
    expect((await ask(`/ipfs/${name}?format=raw`, await bearer(alice))).status).toBe(404);
    expect((await storage.retire(open.digest)).left).toEqual([]);
    await vi.waitUntil(async () => (await ask(`/ipfs/${cidOfDigest(open.digest)}?format=raw`)).status === 404, 10_000);
  });
});

it('what a peer keeps for another too is not said to be gone, until it is', async () => {
  let theirs = false;
  const { storage } = await memoryService({
    // the pin is not ours to see
    fetch: (input, init) =>
      theirs && String(input).includes('/pins?')
        ? Promise.resolve(new Response('{"count":0,"results":[]}'))
        : fetch(input, init),
  });
  await storage.configure({ peers: [peer.url], gateways: [] });
  const { digest: open } = await record(storage, 1000);
  await storage.push(open);
  theirs = true;
  expect(await storage.retire(open)).toMatchObject({
    gone: [{ kind: 'browser' }],
    left: [{ place: { url: peer.url }, code: null }],
  });
  const pins = (await (await ask(`/pins?cid=${cidOfDigest(open)}`)).json()) as { results: { requestid: string }[] };
  await fetch(`${peer.url}/pins/${pins.results[0]!.requestid}`, { method: 'DELETE' });
  await vi.waitUntil(async () => (await ask(`/ipfs/${cidOfDigest(open)}?format=raw`)).status === 404, 10_000);
  expect(await storage.retire(open)).toMatchObject({ gone: [{ kind: 'peer', url: peer.url }], left: [] });
});

describe('a restart', () => {
  it('keeps what is guarded, guarded; and drops what was never pinned', async () => {
    const first = await guardingPeer(world, state);
    const { storage } = await browser(first.url, alice);
    const made = await record(storage, 1000);
    await storage.push(made.digest, { guard: alice.account });
    await first.stop();
    const again = await guardingPeer(world, state, { folder: first.folder });
    const name = cidOfDigest(made.digest);
    expect((await fetch(`${again.url}/ipfs/${name}?format=raw`)).status).toBe(401);
    const headers = {
      authorization: `Bearer ${(await bearerFor(await sessionOf(alice), new URL(again.url).host, Date.now()))!}`,
    };
    expect((await fetch(`${again.url}/ipfs/${name}?format=raw`, { headers })).status).toBe(200);
    await again.end();
  });
});

it('a gateway is shown neither token nor session', async () => {
  const seen: (string | null)[] = [];
  const { storage } = await memoryService({
    fetch: (input, init) => {
      seen.push(new Headers(init?.headers).get('authorization'));
      return fetch(input, init);
    },
  });
  await storage.configure({ peers: [], gateways: [peer.url], session: await sessionOf(alice) });
  const keys = { fileKey: key as Uint8Array<ArrayBuffer> };
  await expect(storage.openManifest(digest, keys, { token: token(1).token })).rejects.toThrow();
  expect(new Set(seen)).toEqual(new Set([null]));
});
