/** A record brought to a standard pinning service, over real HTTP and real WebSockets; the service shares no code with ours. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PinningService } from '../../e2e/support/pinningService.ts';
import { running } from '../peer/running.ts';
import { all, memoryService, record } from './memory.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 30_000 });

let service: PinningService;
beforeEach(async () => (service = await PinningService.start()));
afterEach(() => service.stop());

const code = (text: string) => expect.objectContaining({ code: text });
const failed = (why: string, more: object = {}) =>
  expect.objectContaining({
    code: 'storage/push-failed',
    details: expect.objectContaining({ why, ...more }) as object,
  });

const limits = { confirm: 2500, block: 4000, idle: 4000, doubt: 2500 };
const setUp = async (gateway = true, gateways: string[] = []) => {
  const made = await memoryService({ limits });
  const chosen = { url: service.url, token: service.token, gateway: gateway ? service.gateway : null };
  await made.storage.configure({ peers: [], gateways, pinning: [chosen] });
  return { ...made, chosen, ...(await record(made.storage)) };
};

describe('an honest service', () => {
  it('takes every block from the page and gives the record to somebody else', async () => {
    const { storage, digest, cid, files, inner, bodies } = await setUp();
    const seen: unknown[] = [];
    const { places, durable } = await storage.push(digest, { onProgress: (p) => seen.push(p) });
    expect(durable).toBe(true);
    expect(places.map(({ kind, url, byWord }) => [kind, url, byWord])).toEqual([
      ['browser', null, undefined],
      ['pinning', service.url, undefined],
    ]);
    expect([...service.pins.values()].map(({ status, pin }) => [status, pin.cid, pin.name])).toEqual([
      ['pinned', cid, 'salus'],
    ]);
    expect(seen.at(-1)).toMatchObject({ stage: 'push', pin: 'pinned' });
    expect(new Set(seen.map((p) => (p as { pin: string }).pin))).toEqual(new Set(['queued', 'pinning', 'pinned']));

    const { storage: reader } = await memoryService();
    await reader.configure({ peers: [], gateways: [service.gateway] });
    const blob = await reader.openFile(digest, 1, files[1]!, inner.identity);
    expect(blob.size).toBe(bodies[1]!.length);
  });

  it('is asked once, whatever is pushed again', async () => {
    const { storage, digest } = await setUp();
    await storage.push(digest);
    await storage.push(digest);
    expect(service.calls.filter((call) => call.startsWith('POST'))).toHaveLength(1);
  });

  it('without a gateway is asked by bitswap to give back what it took', async () => {
    const { storage, digest } = await setUp(false);
    const { places } = await storage.push(digest);
    expect(places.at(-1)).toEqual({ kind: 'pinning', name: expect.any(String) as string, url: service.url });
  });

  it('is given the blocks of one record and none else', async () => {
    const { storage, node, digest } = await setUp();
    const other = await record(storage, 5000);
    await storage.push(digest);
    expect(await service.holds(other.cid)).toBe(false);
    const names = await node.blockstore.names();
    const taken = (await all(names)).length;
    expect(taken).toBeGreaterThan(5);
  });

  it('goes away in the middle and comes back: it goes on', async () => {
    const { storage } = await setUp();
    const { digest } = await record(storage, 24_000_000);
    let left = false;
    const onProgress = ({ done, total }: { done: number; total: number }) => {
      if (left || done < total / 4) return;
      left = true;
      void service.leaveFor(2);
    };
    expect((await storage.push(digest, { onProgress })).durable).toBe(true);
    expect(left).toBe(true);
  });

  it('stays away: what it began is taken up the next time, and asked for once', async () => {
    const { storage, digest } = await setUp();
    service.mode = 'stuck';
    await expect(storage.push(digest)).rejects.toEqual(failed('storage/timeout'));
    const [pin] = service.pins.values();
    service.take(pin!);
    expect((await storage.push(digest)).durable).toBe(true);
    expect(service.pins.size).toBe(1);
  });

  it('loses it afterwards: asked again, it is not counted any longer', async () => {
    const { storage, digest, cid } = await setUp();
    await storage.push(digest);
    expect((await storage.recheck(digest)).durable).toBe(true);
    await service.lose(cid);
    expect((await storage.recheck(digest)).durable).toBe(false);
    expect(await storage.onlyHere()).toContain(digest);
  });

  it('is told to let go of what is discarded', async () => {
    const { storage, digest } = await setUp();
    await storage.push(digest);
    await storage.discard(digest);
    await expect.poll(() => service.pins.size).toBe(0);
  });

  it('lists what it holds of ours, and lets go of one', async () => {
    const { storage, digest, chosen } = await setUp();
    await storage.push(digest);
    const [held] = await storage.heldBy(chosen.url);
    expect(held).toMatchObject({ digest, status: 'pinned', here: true });
    await storage.unpinAt(chosen.url, held!);
    expect(await storage.heldBy(chosen.url)).toEqual([]);
    expect((await storage.durability(digest)).durable).toBe(false);
  });

  it('is tried with a few bytes that are gone afterwards', async () => {
    const { storage, chosen } = await setUp();
    expect(await storage.tryPinning(chosen)).toEqual({ readBack: true });
    expect(service.pins.size).toBe(0);
    expect((await storage.placeStates()).find(({ url }) => url === chosen.url)).toMatchObject({
      failed: null,
      holds: 0,
      guards: null,
    });
  });
});

describe('a service that does not do what it should', () => {
  it('says pinned and took nothing: noticed, with its gateway and without', async () => {
    for (const gateway of [true, false]) {
      const { storage, digest } = await setUp(gateway);
      service.mode = 'liar';
      await expect(storage.push(digest)).rejects.toEqual(failed('pinning/not-held'));
      await expect(storage.push(digest)).rejects.toEqual(failed('pinning/not-held'));
      expect(await storage.onlyHere()).toContain(digest);
    }
  });

  it('took everything and cannot be asked: its word is noted as that', async () => {
    const { storage, digest } = await setUp(false);
    service.onPinned = (pin) => (pin.delegates = ['/ip4/127.0.0.1/tcp/9/ws/p2p/12D3KooWGoneGoneGone']);
    const { places, durable } = await storage.push(digest);
    expect(places.at(-1)).toMatchObject({ kind: 'pinning', byWord: true });
    expect(durable).toBe(true);
  });

  it.each([
    ['a wrong token', 401, 'UNAUTHORIZED', 'pinning/token'],
    ['no money', 409, 'INSUFFICIENT_FUNDS', 'pinning/funds'],
    ['something of its own', 451, 'POLICY_\u202eDENIED', 'pinning/refused'],
    ['trouble', 503, 'MAINTENANCE', 'pinning/down'],
  ])('refuses with %s: said in its words', async (_, status, reason, why) => {
    const { storage, digest, chosen } = await setUp();
    service.refusal = { status, body: JSON.stringify({ error: { reason, details: 'see\nhere' } }) };
    await expect(storage.push(digest)).rejects.toEqual(
      failed(why, { reason: `${reason.replace('\u202e', '')}: see here` }),
    );
    await expect(storage.tryPinning(chosen)).rejects.toEqual(code(why));
    expect((await storage.placeStates()).find(({ url }) => url === chosen.url)?.failed?.code).toBe(why);
  });

  it.each([
    ['not JSON', '<html>'],
    ['another shape', '{"count":1,"results":[{"requestid":7}]}'],
    ['names that reach prototypes', '{"count":0,"results":[],"__proto__":{}}'],
    ['nothing', ''],
  ])('answers with %s: refused', async (_, body) => {
    const { storage, digest } = await setUp();
    service.refusal = { status: 200, body };
    await expect(storage.push(digest)).rejects.toEqual(failed('pinning/malformed'));
  });

  it('gives up: in its words, as plain text', async () => {
    const { storage, digest } = await setUp();
    service.mode = 'failing';
    await expect(storage.push(digest)).rejects.toEqual(failed('pinning/failed', { reason: 'DAG too <b>big</b>' }));
  });

  it('is not there', async () => {
    const { storage, digest } = await setUp();
    service.away = true;
    await expect(storage.push(digest)).rejects.toEqual(failed('pinning/blocked'));
  });

  it('cannot be reached by a browser: said, and nothing is dialled', async () => {
    const { storage, digest } = await setUp();
    service.mode = 'stuck';
    service.delegates = [
      '/ip4/10.0.0.1/tcp/4001/p2p/12D3KooWAbcdefgh',
      '/ip4/10.0.0.1/tcp/4002/ws/p2p/12D3KooWAbcdefgh',
    ];
    await expect(storage.push(digest)).rejects.toEqual(failed('pinning/no-way-in'));
  });

  it('can be left at any time', async () => {
    const { storage, digest } = await setUp();
    service.mode = 'stuck';
    const controller = new AbortController();
    const pushing = storage.push(digest, { signal: controller.signal });
    await expect.poll(() => service.pins.size).toBe(1);
    controller.abort();
    await expect(pushing).rejects.toEqual(code('storage/aborted'));
  });
});

it('a service and its gateway at one host are told apart', async () => {
  const { storage, digest, chosen } = await setUp();
  await storage.push(digest);
  service.refusal = { status: 503, body: '' };
  await expect(storage.heldBy(chosen.url)).rejects.toEqual(code('pinning/down'));
  const states = Object.fromEntries((await storage.placeStates()).map((state) => [state.url, state.failed?.code]));
  expect(states).toEqual({ [service.gateway]: undefined, [service.url]: 'pinning/down' });
});

it('our own peer, which gives up on blocks that nobody connected has, is asked again once it is met', async () => {
  const peer = await running({ token: 'owner' });
  const { storage } = await memoryService({ limits });
  await storage.configure({ peers: [], gateways: [], pinning: [{ url: peer.url, token: 'owner', gateway: peer.url }] });
  const { digest } = await record(storage);
  const { places } = await storage.push(digest);
  expect(places.at(-1)).toMatchObject({ kind: 'pinning', url: peer.url });
  await peer.end();
});
