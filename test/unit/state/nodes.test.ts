import { beforeEach, describe, expect, it } from 'vitest';
import type { Deployment } from '../../../src/flows/ports/index.ts';
import { carriesKey, NodesState } from '../../../src/state/nodes.svelte.ts';
import { FakeWorld, person } from '../../fakes/chain.ts';
import { Device } from '../../fakes/device.ts';

const A = 'https://a.example';
const B = 'https://b.example';
const OWN = 'https://own.example/rpc';
const SECRET = 'https://mainnet.example/v3/0123456789abcdef0123456789abcdef';
const deployment = { chainId: 7, rpcs: [A, B] } as Deployment;

let world: FakeWorld;
let device: Device;
let kept: Map<string, string>;

const open = (): NodesState => {
  const shelf = { get: (k: string) => kept.get(k) ?? null, set: (k: string, v: string) => void kept.set(k, v) };
  return new NodesState(shelf, async () => device.ports);
};
const node = (nodes: NodesState, url: string) => nodes.list.find((n) => n.url === url)!;

beforeEach(async () => {
  world = new FakeWorld();
  device = new Device(world, person('patient'), new Map());
  kept = new Map();
  await device.enroll();
});

describe('the nodes that are asked', () => {
  it('are those suggested, until the person chooses others for the next load', async () => {
    const nodes = open();
    expect(nodes.begin(deployment).rpcs).toEqual([A, B]);
    expect(await nodes.add(OWN)).toBe(true);
    await nodes.toggle(node(nodes, A));
    await nodes.raise(node(nodes, OWN));
    expect(nodes.changed).toBe(true);
    const next = open();
    expect(next.begin(deployment).rpcs).toEqual([OWN, B]);
    expect(next.changed).toBe(false);
    expect(next.begin({ ...deployment, chainId: 8 }).rpcs).toEqual([A, B]);
  });

  it('are never none', async () => {
    const nodes = open();
    nodes.begin(deployment);
    await nodes.toggle(node(nodes, A));
    expect(nodes.isLast(node(nodes, B))).toBe(true);
    await nodes.toggle(node(nodes, B));
    expect(open().begin(deployment).rpcs).toEqual([B]);
  });

  it('follow the deployment: a new suggestion is asked, one that is gone and was off is not missed', async () => {
    const nodes = open();
    nodes.begin(deployment);
    await nodes.toggle(node(nodes, A));
    const next = open();
    expect(next.begin({ ...deployment, rpcs: [B, 'https://c.example'] }).rpcs).toEqual([B, 'https://c.example']);
    expect(next.list.map((n) => n.url)).toEqual([B, 'https://c.example']);
    expect(open().begin({ ...deployment, rpcs: [B, 'https://c.example'] }).rpcs).toEqual([B, 'https://c.example']);
  });

  it('are tried when added', async () => {
    const nodes = open();
    nodes.begin(deployment);
    await nodes.add(OWN);
    await expect.poll(() => nodes.reports[OWN]).toMatchObject({ contract: true });
    expect(await nodes.add(OWN)).toBe(false);
  });

  it('survive a shelf that somebody else has written to', () => {
    for (const junk of [
      '',
      '[]',
      '{"7":3}',
      '{"7":[null,{"url":4},{"url":"javascript:x","on":true}]}',
      'x'.repeat(99),
    ]) {
      kept.set('salus.nodes', junk);
      expect(open().begin(deployment).rpcs).toEqual([A, B]);
    }
  });
});

describe('a URL that carries a key', () => {
  it.each([
    [SECRET, true],
    ['https://node.example/?apikey=1', true],
    ['https://node.example/rpc', false],
    ['https://rpc.ankr.com/eth', false],
    ['http://localhost:8545', false],
  ])('%s: %s', (url, secret) => expect(carriesKey(url)).toBe(secret));

  it('is kept sealed, asked once the vault is open, and gone from the list on lock', async () => {
    const nodes = open();
    nodes.begin(deployment);
    await nodes.add(SECRET);
    expect(world.joined).toEqual([SECRET]);
    expect([...kept.values()].join()).not.toContain('0123456789abcdef');
    nodes.clear();
    expect(nodes.list.map((n) => n.url)).toEqual([A, B]);

    const next = open();
    expect(next.begin(deployment).rpcs).toEqual([A, B]);
    await next.load();
    expect(next.list.at(-1)).toMatchObject({ url: SECRET, sealed: true, name: 'mainnet.example' });
    expect(world.joined).toEqual([SECRET, SECRET]);
    await next.remove(node(next, SECRET));
    expect(next.changed).toBe(true);
    const last = open();
    last.begin(deployment);
    await last.load();
    expect(last.list.map((n) => n.url)).toEqual([A, B]);
  });

  it('is not taken while the vault is locked', async () => {
    const nodes = open();
    nodes.begin(deployment);
    device.cabinet.lock();
    await nodes.add(SECRET);
    expect(world.joined).toEqual([]);
    expect(nodes.error?.code).toBe('crypto/locked');
    expect(nodes.list.map((n) => n.url)).toEqual([A, B]);
  });
});
