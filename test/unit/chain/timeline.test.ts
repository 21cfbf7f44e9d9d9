import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { countOf } from '../../../src/chain/words.ts';
import { add, accredit, enroll, lyingNode, people, startLocal, type Lie, type Local } from './support.ts';

const { alice, bob, doctor, hospitals } = people;
type Log = { topics: string[]; data: string; logIndex: string; blockNumber: string };

let local: Local;
const stops: (() => void)[] = [];
beforeAll(async () => {
  local = await startLocal();
  await local.send(alice, enroll(1));
  await local.send(bob, enroll(2));
  await local.send(doctor, enroll(3));
  await local.send(hospitals[0]!, accredit(doctor));
  await local.send(alice, add(alice, 10));
  await local.send(doctor, add(alice, 11));
  await local.send(bob, add(bob, 12));
  await local.send(doctor, add(alice, 13));
  // four acts in one block: two of alice, two of the doctor concerning alice
  await local.hold();
  await local.send(alice, add(alice, 20), { nonce: 2 });
  await local.send(doctor, add(alice, 21), { nonce: 3 });
  await local.send(alice, add(alice, 22), { nonce: 3 });
  await local.send(doctor, add(alice, 23), { nonce: 4 });
  await local.release();
  await local.send(alice, add(alice, 30));
});
afterAll(async () => {
  stops.forEach((stop) => stop());
  await local?.stop();
});

const through = async (lie: Lie) => {
  const node = await lyingNode(local.rpc, lie);
  stops.push(node.stop);
  return { node, chain: local.open({ rpcs: [node.url] }) };
};
const records = (entries: { event: string; args: Record<string, unknown> }[]) =>
  entries.map((e) => (e.event === 'Added' ? Number(BigInt(e.args.record as string)) : e.event));
/** The record an `Added` names. */
const recordIn = (l: Log) => Number(`0x${l.data.slice(66, 130)}`);
/** Lies about logs only. */
const aboutLogs =
  (change: (logs: Log[]) => Log[]): Lie =>
  async ({ method }, truth) =>
    method === 'eth_getLogs' ? change((await truth()) as Log[]) : undefined;

describe('a timeline', () => {
  it('holds every act of its account once, newest first, several of one block included', async () => {
    const own = await local.open().timeline(alice.account, 'own');
    expect(records(own.entries)).toEqual([30, 22, 20, 10, 'Enrolled']);
    expect(own.entries.map((e) => e.count)).toEqual([5, 4, 3, 2, 1]);
    expect(own.entries.map((e) => e.ownCount)).toEqual([5, 4, 3, 2, 1]);
    expect(own).toMatchObject({ account: alice.account, kind: 'own', complete: true });
  });

  it("holds others' acts in the inbox, in the order of the chain", async () => {
    const inbox = await local.open().timeline(alice.account, 'inbox');
    expect(records(inbox.entries)).toEqual([23, 21, 13, 11]);
    expect(inbox.entries.every((e) => e.author === doctor.account && e.ownCount === null)).toBe(true);
    const [first, second] = inbox.entries;
    expect(first?.block).toBe(second?.block);
  });

  it('of an account that never acted is empty and complete', async () => {
    expect(await local.open().timeline(people.nobody.account, 'own')).toMatchObject({
      entries: [],
      complete: true,
      head: 0n,
    });
  });

  it('is read only as far as asked, and further later', async () => {
    const chain = local.open();
    const some = await chain.timeline(alice.account, 'own', { limit: 2 });
    expect(records(some.entries)).toEqual([30, 22]);
    expect(some.complete).toBe(false);
    expect((await chain.timeline(alice.account, 'own')).complete).toBe(true);
  });

  it('is read by one range where the node allows, and afterwards only what is new', async () => {
    const { node, chain } = await through(() => undefined);
    await chain.timeline(bob.account, 'own');
    expect(node.count('eth_getLogs')).toBe(1);
    await chain.timeline(bob.account, 'own');
    expect(node.count('eth_getLogs')).toBe(1);
    await local.send(bob, add(bob, 40));
    expect(records((await chain.timeline(bob.account, 'own')).entries)).toEqual([40, 12, 'Enrolled']);
    expect(node.count('eth_getLogs')).toBe(2);
  });

  it('is read by hops, block by block, where the node allows no range', async () => {
    const hops = new Set<string>();
    const { chain } = await through(({ method, params }) => {
      if (method !== 'eth_getLogs') return undefined;
      const { fromBlock, toBlock } = params[0] as { fromBlock: string; toBlock: string };
      if (fromBlock !== toBlock) return new Error('query exceeds max block range');
      hops.add(toBlock);
      return undefined;
    });
    expect(records((await chain.timeline(alice.account, 'own')).entries)).toEqual([30, 22, 20, 10, 'Enrolled']);
    expect(records((await chain.timeline(alice.account, 'inbox')).entries)).toEqual([23, 21, 13, 11]);
    expect(hops.size).toBe(6);
  });

  it('is whole although a range was silently cut short', async () => {
    const { chain } = await through(async ({ method, params }, truth) => {
      if (method !== 'eth_getLogs') return undefined;
      const { fromBlock, toBlock } = params[0] as { fromBlock: string; toBlock: string };
      return fromBlock === toBlock ? undefined : ((await truth()) as Log[]).slice(-1);
    });
    expect(records((await chain.timeline(alice.account, 'own')).entries)).toEqual([30, 22, 20, 10, 'Enrolled']);
  });
});

describe('a node that lies about logs is found out', () => {
  const broken = (details: object) => ({ code: 'chain/timeline-broken', details: expect.objectContaining(details) });

  it('when it alters a field', async () => {
    const { chain } = await through(
      aboutLogs((logs) => logs.map((l) => ({ ...l, data: l.data.replace(/0{62}14/, `${'0'.repeat(62)}15`) }))),
    );
    await expect(chain.timeline(alice.account, 'own')).rejects.toMatchObject(
      broken({ reason: 'altered', count: 3, kind: 'own' }),
    );
  });

  it('when it alters the author', async () => {
    const swap = (t: string) => t.replace(doctor.account.slice(2), bob.account.slice(2));
    const { chain } = await through(aboutLogs((logs) => logs.map((l) => ({ ...l, topics: l.topics.map(swap) }))));
    await expect(chain.timeline(alice.account, 'inbox')).rejects.toMatchObject(broken({ reason: 'altered', count: 4 }));
  });

  it('when it drops one', async () => {
    const { chain } = await through(aboutLogs((logs) => logs.filter((l) => recordIn(l) !== 10)));
    await expect(chain.timeline(alice.account, 'own')).rejects.toMatchObject(broken({ reason: 'missing', count: 2 }));
  });

  it('when it puts two in another order', async () => {
    const word = (l: Log) => l.data.slice(-128, -64);
    const put = (l: Log, w: string) => ({ ...l, data: l.data.slice(0, -128) + w + l.data.slice(-64) });
    const { chain } = await through(
      aboutLogs((logs) => {
        const [a, b] = [logs.find((l) => recordIn(l) === 20), logs.find((l) => recordIn(l) === 22)];
        return a && b ? logs.map((l) => (l === a ? put(a, word(b)) : l === b ? put(b, word(a)) : l)) : logs;
      }),
    );
    await expect(chain.timeline(alice.account, 'own')).rejects.toMatchObject(broken({ reason: 'altered', count: 4 }));
  });

  it('but not when it only gives them in another order: the words say which is which', async () => {
    const { chain } = await through(aboutLogs((logs) => logs.reverse()));
    expect((await chain.timeline(alice.account, 'own')).complete).toBe(true);
  });

  it('when it says that an entry stands in another block', async () => {
    const { chain } = await through(aboutLogs((logs) => logs.map((l) => ({ ...l, blockNumber: '0x2' }))));
    await expect(chain.timeline(alice.account, 'own')).rejects.toMatchObject(broken({ reason: 'missing' }));
  });

  it('when it passes off events of another account', async () => {
    const { chain } = await through(async ({ method, params }) => {
      if (method !== 'eth_getLogs') return undefined;
      const [filter] = params as [{ topics: unknown[] }];
      return local.rpc('eth_getLogs', [{ ...filter, topics: [null, `0x${'0'.repeat(24)}${bob.account.slice(2)}`] }]);
    });
    await expect(chain.timeline(alice.account, 'own')).rejects.toMatchObject(broken({ count: 5 }));
  });

  it('unless another node has what it keeps back', async () => {
    const { node } = await through(aboutLogs((logs) => logs.filter((l) => recordIn(l) !== 10)));
    const chain = local.open({ rpcs: [node.url, local.url] });
    expect((await chain.timeline(alice.account, 'own')).complete).toBe(true);
  });
});

describe('heads', () => {
  it('that differ between nodes are refused', async () => {
    const old = await local.rpc<string>('eth_blockNumber');
    await local.send(alice, add(alice, 50));
    const { node } = await through(async ({ method, params }) =>
      method === 'eth_call' ? local.rpc(method, [params[0], old]) : undefined,
    );
    const chain = local.open({ rpcs: [local.url, node.url] });
    await expect(chain.account(alice.account)).rejects.toMatchObject({
      code: 'chain/timeline-broken',
      details: { reason: 'nodes-disagree', account: alice.account },
    });
    await expect(chain.timeline(alice.account, 'own')).rejects.toMatchObject({ details: { reason: 'nodes-disagree' } });
  });

  it('are compared at a height that all nodes have: one block behind is no lie', async () => {
    const { node } = await through(async ({ method }, truth) =>
      method === 'eth_blockNumber' ? `0x${(Number(await truth()) - 1).toString(16)}` : undefined,
    );
    const chain = local.open({ rpcs: [local.url, node.url] });
    expect((await chain.timeline(alice.account, 'own')).complete).toBe(true);
  });

  it("include the wallet's own while it is on our chain", async () => {
    const chain = local.open();
    const before = await local.rpc<string>('eth_blockNumber');
    await local.send(alice, add(alice, 51));
    const request = ({ method, params }: { method: string; params?: unknown }) =>
      local.rpc(method, method === 'eth_call' ? [(params as unknown[])[0], before] : (params as unknown[]));
    chain.useWallet({ request });
    await expect(chain.account(alice.account)).rejects.toMatchObject({ details: { reason: 'nodes-disagree' } });
    chain.useWallet(null);
    expect(countOf((await chain.account(alice.account)).own)).toBe(7);
  });

  it('never go back behind what was seen final, also after a reload', async () => {
    const first = await startLocal();
    stops.push(() => void first.stop());
    await first.send(alice, enroll(1));
    await first.send(alice, add(alice, 1));
    const early = await first.rpc<string>('eth_blockNumber');
    await first.send(alice, add(alice, 2));
    await first.rpc('anvil_mine', ['0x80']);
    const chain = first.open();
    const own = await chain.timeline(alice.account, 'own');
    expect(own.entries).toHaveLength(3);
    const node = await lyingNode(first.rpc, ({ method, params }) =>
      method === 'eth_call' ? first.rpc(method, [params[0], early]) : undefined,
    );
    stops.push(node.stop);
    const reloaded = first.open({ rpcs: [node.url] });
    await reloaded.importCache(await chain.exportCache());
    await expect(reloaded.account(alice.account)).rejects.toMatchObject({
      code: 'chain/stale-head',
      details: { account: alice.account, count: 2, seen: 3 },
    });
    await expect(reloaded.timeline(alice.account, 'own')).rejects.toMatchObject({ code: 'chain/stale-head' });
    const honest = first.open();
    await honest.importCache(await chain.exportCache());
    expect((await honest.timeline(alice.account, 'own')).entries).toEqual(own.entries);
  });
});

describe('what is kept between visits', () => {
  it('saves asking again, and is verified again', async () => {
    const chain = local.open();
    const own = await chain.timeline(alice.account, 'own');
    const { node, chain: next } = await through(() => undefined);
    await next.importCache(await chain.exportCache());
    expect((await next.timeline(alice.account, 'own')).entries).toEqual(own.entries);
    expect(node.count('eth_getLogs')).toBe(0);
  });

  it('is dropped where it does not verify', async () => {
    const chain = local.open();
    await chain.timeline(alice.account, 'own');
    const text = new TextDecoder().decode(await chain.exportCache());
    const spoilt = text.replace(`${'0'.repeat(62)}0a`, `${'0'.repeat(62)}0b`);
    expect(spoilt).not.toBe(text);
    const next = local.open();
    await next.importCache(new TextEncoder().encode(spoilt));
    expect(records((await next.timeline(alice.account, 'own')).entries)).toContain(10);
  });

  it('is passed over when another version wrote it, and refused when it is no cache', async () => {
    const load = (text: string) => local.open().importCache(new TextEncoder().encode(text));
    await load('{"version":2,"more":{}}');
    await expect(load('{"version":1}')).rejects.toMatchObject({ code: 'record/malformed' });
    await expect(load('nonsense')).rejects.toMatchObject({ code: 'record/malformed' });
  });

  it('means nothing to a test chain that began anew', async () => {
    const chain = local.open();
    await chain.timeline(alice.account, 'own');
    const other = await startLocal();
    stops.push(() => void other.stop());
    const next = other.open();
    await next.importCache(await chain.exportCache());
    expect((await next.account(alice.account)).own).toBe(0n);
  });
});
