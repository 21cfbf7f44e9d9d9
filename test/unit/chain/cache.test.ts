/** What is kept between visits, and what is remembered as final: nobody may spoil it, and a person can let go of it. */
import { encodeAbiParameters, pad, toEventSelector, type AbiEvent, type Hex } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { salusAbi } from '../../../src/chain/abi.ts';
import { CacheWriter, decodeCache } from '../../../src/chain/cache.ts';
import { decodeLog, type RawLog } from '../../../src/chain/events.ts';
import { Finality } from '../../../src/chain/finality.ts';
import { toRawLog } from '../../../src/chain/logs.ts';
import { httpNode } from '../../../src/chain/node.ts';
import { Nodes } from '../../../src/chain/nodes.ts';
import { TimelineReader } from '../../../src/chain/timeline.ts';
import { advance } from '../../../src/chain/words.ts';
import { toHex, utf8 } from '../../../src/core/bytes.ts';
import { add, digest, enroll, lyingNode, people, startLocal, type Lie, type Local } from './support.ts';

const { alice, bob } = people;
let local: Local;
const stops: (() => unknown)[] = [];
beforeAll(async () => {
  local = await startLocal();
  await local.send(alice, enroll(1));
  await local.send(alice, add(alice, 1));
});
afterAll(async () => {
  for (const stop of stops) await stop();
  await local.stop();
});
const through = async (behind: Local, lie: Lie) => {
  const node = await lyingNode(behind.rpc, lie);
  stops.push(node.stop);
  return node;
};

describe('a log', () => {
  const good = {
    topics: [digest(10), digest(11)],
    data: '0xab',
    blockNumber: '0x5',
    logIndex: '0x0',
    transactionHash: digest(12),
  };

  it('is taken in one spelling', () => {
    const upper = (h: string) => `0x${h.slice(2).toUpperCase()}`;
    expect(
      toRawLog({ ...good, topics: good.topics.map(upper), data: '0xAB', transactionHash: upper(digest(12)) }),
    ).toEqual([{ topics: good.topics, data: '0xab', block: 5, index: 0, tx: digest(12) }]);
  });

  it.each<[string, object | null]>([
    ['a short topic', { topics: ['0x12'] }],
    ['no topics', { topics: [] }],
    ['five topics', { topics: Array<Hex>(5).fill(digest(1)) }],
    ['odd data', { data: '0xabc' }],
    ['no block', { blockNumber: null }],
    ['no index', { logIndex: null }],
    ['an index that is none', { logIndex: 'x' }],
    ['a short hash', { transactionHash: '0xabc' }],
    ['removed', { removed: true }],
  ])('is passed over with %s', (_, change) => {
    expect(toRawLog({ ...good, ...change })).toEqual([]);
  });

  it('that one node spells wrongly is asked of another, and what is kept is taken up again', async () => {
    const odd = await through(local, async ({ method }, truth) =>
      method === 'eth_getLogs'
        ? ((await truth()) as object[]).map((l) => ({ ...l, transactionHash: '0xabc' }))
        : undefined,
    );
    const chain = local.open({ rpcs: [odd.url, local.url] });
    const own = await chain.timeline(alice.account, 'own');
    const next = local.open();
    await next.importCache(await chain.exportCache());
    expect((await next.timeline(alice.account, 'own')).entries).toEqual(own.entries);
  });
});

const event = salusAbi.find((i) => i.type === 'event' && i.name === 'Enrolled') as AbiEvent;
/** Entries of bob's own timeline, each with a keyring of so many bytes. */
const timelineOf = async (sizes: number[]) => {
  let word = 0n;
  const logs = sizes.map((size, n): RawLog => {
    const rest = event.inputs.filter((i) => !i.indexed);
    const values = rest.map((i) =>
      i.name === 'ownPrev'
        ? word
        : i.name === 'keyring'
          ? toHex(new Uint8Array(size))
          : i.type === 'bytes'
            ? '0x'
            : i.type === 'address'
              ? alice.account
              : i.type.startsWith('bytes')
                ? (`0x${'00'.repeat(Number(i.type.slice(5)))}` as Hex)
                : 0,
    );
    const topics: Hex[] = [
      toEventSelector(event),
      ...event.inputs.filter((i) => i.indexed).map(() => pad(bob.account)),
    ];
    const log = { topics, data: encodeAbiParameters(rest, values), block: n + 1, index: 0, tx: digest(n) };
    word = advance(word, decodeLog(log)!.hash, n + 1);
    return log;
  });
  const reader = new TimelineReader(bob.account, 'own', 0);
  await reader.read(word, { find: [async () => ({ logs, from: 0, all: true })], hop: async () => [] });
  reader.settle(sizes.length - 1);
  return { reader, word };
};

describe('the cache', () => {
  it('keeps the newest entries down to the first that is too large, and all words', async () => {
    const { reader, word } = await timelineOf([10, 10, 530_000, 10, 10]);
    const [kept] = decodeCache(new CacheWriter().write(null, 3, [reader])).timelines;
    expect(kept?.logs).toHaveLength(2);
    expect([kept?.head, kept?.final]).toEqual([word, reader.links[1]?.word]);
    const next = new TimelineReader(bob.account, 'own', 0);
    await next.restore(kept!.head, kept!.final, kept!.logs);
    expect(next.links).toEqual(reader.links.slice(0, 2));
    expect(next.final).toBe(reader.final);
  });

  it('is bounded, whatever others wrote', async () => {
    const { reader } = await timelineOf(Array<number>(150).fill(30_000));
    const bytes = new CacheWriter().write(null, 0, [reader]);
    expect(bytes.length).toBeLessThan(5 << 20);
    expect(decodeCache(bytes).timelines[0]?.logs.length).toBeGreaterThan(50);
  });

  it('is the same object while nothing changed', async () => {
    const chain = local.open();
    await chain.timeline(alice.account, 'own');
    const first = await chain.exportCache();
    await chain.timeline(alice.account, 'own');
    expect(await chain.exportCache()).toBe(first);
    await chain.timeline(alice.account, 'inbox');
    await local.send(alice, add(alice, 2));
    await chain.timeline(alice.account, 'own');
    expect(await chain.exportCache()).not.toBe(first);
  });

  it('keeps the words although its logs are spoilt', () => {
    const timeline = { account: alice.account, kind: 'own', head: '0xff', final: '0x7', logs: [{ topics: 'none' }] };
    const bytes = utf8(JSON.stringify({ version: 1, origin: null, membership: 4, timelines: [timeline] }));
    expect(decodeCache(bytes)).toEqual({
      origin: null,
      membership: 4,
      timelines: [{ account: alice.account, kind: 'own', head: 255n, final: 7n, logs: [] }],
    });
  });

  it('is taken up without asking any node, so that an unreachable one cannot erase it', async () => {
    const { SalusChain } = await import('../../../src/chain/salusChain.ts');
    const away = new SalusChain({ ...local.deployment, chainId: 10, rpcs: ['http://127.0.0.1:1'] }, { retryDelay: 1 });
    const final = advance(0n, digest(1), 5);
    const timeline = { account: alice.account, kind: 'own', head: toHex64(final), final: toHex64(final), logs: [] };
    await away.importCache(utf8(JSON.stringify({ version: 1, origin: null, timelines: [timeline] })));
    expect(decodeCache(await away.exportCache()).timelines).toEqual([expect.objectContaining({ final })]);
  });
});
const toHex64 = (n: bigint) => `0x${n.toString(16)}`;

describe('what is final', () => {
  const says = async (finalized: unknown) => {
    const node = await through(local, ({ method, params }) =>
      method === 'eth_getBlockByNumber' && params[0] === 'finalized' ? finalized : undefined,
    );
    return httpNode(node.url, { retryDelay: 1 });
  };
  const height = async (agreed: { height: number; nodes: number }, ...said: unknown[]) => {
    const nodes = new Nodes(await Promise.all(said.map(says)), 31_337, () => 0);
    return new Finality(nodes, 0, () => 0).height(agreed);
  };
  const block = (n: number) => ({ number: toHex64(BigInt(n)) });

  it.each<[string, { height: number; nodes: number }, unknown[], number]>([
    ['the least that nodes say', { height: 1_000, nodes: 2 }, [block(950), block(900)], 900],
    ['never what all have only now', { height: 1_000, nodes: 2 }, [block(0xffffff), block(0xffffff)], 999],
    ['deep, on the word of one alone', { height: 1_000, nodes: 1 }, [block(0xffffff)], 936],
    ['deep, where none says', { height: 1_000, nodes: 2 }, [null, null], 936],
    [
      'what the others say, where one does not know',
      { height: 1_000, nodes: 2 },
      [new Error('unknown tag'), block(9)],
      9,
    ],
    ['what the others say, where one says nonsense', { height: 1_000, nodes: 2 }, [{ number: 'x' }, block(9)], 9],
  ])('is %s', async (_, agreed, said, expected) => {
    expect(await height(agreed, ...said)).toBe(expected);
  });

  it('is not what one lying node claimed in one visit', async () => {
    const evil = await startLocal();
    stops.push(evil.stop);
    await evil.send(alice, enroll(1));
    await evil.forge(alice.account, add(alice, 666));
    await evil.forge(alice.account, add(alice, 667));
    await evil.forge(alice.account, add(alice, 668));
    const node = await through(evil, ({ method, params }, truth) => {
      if (method !== 'eth_getBlockByNumber') return undefined;
      return params[0] === 'finalized'
        ? truth().then((b) => ({ ...(b as object), number: '0xffffff' }))
        : local.rpc(method, params);
    });
    const visit = local.open({ rpcs: [node.url] });
    expect((await visit.timeline(alice.account, 'own')).entries).toHaveLength(4);
    const next = local.open();
    await next.importCache(await visit.exportCache());
    expect((await next.account(alice.account)).own).toBe((await local.open().account(alice.account)).own);
  });

  it('can be forgotten, of one account, by a person', async () => {
    const chain = local.open();
    const far = advance(advance(advance(advance(0n, digest(1), 1), digest(2), 2), digest(3), 3), digest(4), 4);
    const origin = (
      await local.rpc<{ hash: Hex }>('eth_getBlockByNumber', [toHex64(BigInt(local.deployment.block)), false])
    ).hash;
    const timelines = [alice, bob].map((who) => ({
      account: who.account,
      kind: 'own',
      head: toHex64(far),
      final: toHex64(far),
      logs: [],
    }));
    await chain.importCache(utf8(JSON.stringify({ version: 1, origin, timelines })));
    const stale = (account: Hex) => ({
      code: 'chain/stale-head',
      details: expect.objectContaining({ account, seen: 4 }),
    });
    await expect(chain.account(alice.account)).rejects.toMatchObject(stale(alice.account));
    chain.forgetSeen(alice.account);
    expect((await chain.account(alice.account)).address).toBe(alice.account);
    await expect(chain.account(bob.account)).rejects.toMatchObject(stale(bob.account));
    expect(decodeCache(await chain.exportCache()).timelines.map((t) => t.account)).toEqual([bob.account]);
  });
});

describe('a long inbox', () => {
  it('is decoded in slices, so that the page goes on', async () => {
    let turns = 0;
    const tick = setInterval(() => turns++);
    await timelineOf(Array<number>(3_000).fill(0));
    clearInterval(tick);
    expect(turns).toBeGreaterThan(5);
  });
});
