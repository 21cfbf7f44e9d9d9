import type { Hex } from 'viem';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Transactions } from '../../../src/chain/transactions.ts';
import { httpNode } from '../../../src/chain/node.ts';
import { Nodes } from '../../../src/chain/nodes.ts';
import type { SalusChain } from '../../../src/chain/salusChain.ts';
import { add, enroll, lyingNode, people, startLocal, type Local } from './support.ts';

const { alice, bob } = people;
const PATIENCE = 30_000;
const GWEI = 10n ** 9n;
let local: Local;
let now = 0;
let transactions: Transactions;

beforeAll(async () => {
  local = await startLocal();
  await local.send(alice, enroll(1));
});
afterAll(async () => {
  await local.stop();
});
beforeEach(() => {
  const clock = () => now;
  transactions = new Transactions(new Nodes([httpNode(local.url)], 31_337, clock), clock, PATIENCE);
});

const nonce = async (who = alice) => (await transactions.nonces(who.account)).mined;
const find = (tx: Hex, n: number, who = alice) => transactions.find(tx, who.account, n);

describe('what became of a transaction', () => {
  it('confirmed: with its receipt', async () => {
    const n = await nonce();
    const tx = await local.send(alice, add(alice, 1));
    const found = await find(tx, n);
    expect(found).toMatchObject({ state: 'confirmed', receipt: { tx, index: 0 } });
    const block = Number(await local.rpc('eth_blockNumber'));
    expect(found).toMatchObject({ receipt: { block } });
    if (found.state === 'confirmed') expect(found.receipt.fee).toBeGreaterThanOrEqual(found.receipt.gasUsed);
  });

  it('pending while it waits, and counted among the pending', async () => {
    const n = await nonce();
    await local.hold();
    const tx = await local.send(alice, add(alice, 2));
    expect(await find(tx, n)).toEqual({ state: 'pending' });
    expect(await transactions.nonces(alice.account)).toEqual({ mined: n, pending: n + 1 });
    await local.release();
    expect(await find(tx, n)).toMatchObject({ state: 'confirmed' });
  });

  it("reverted: with the contract's own error", async () => {
    const n = await nonce();
    const tx = await local.send(alice, enroll(1, 0), { mayFail: true });
    expect(await find(tx, n)).toMatchObject({
      state: 'reverted',
      receipt: { tx },
      error: { name: 'Stale', args: [0, 3] },
    });
  });

  it('replaced: by whichever took its nonce', async () => {
    const n = await nonce();
    await local.hold();
    const first = await local.send(alice, add(alice, 3), { nonce: n, tip: GWEI });
    expect(await find(first, n)).toEqual({ state: 'pending' });
    const second = await local.send(alice, add(alice, 4), { nonce: n, tip: 5n * GWEI });
    await local.release();
    await local.rpc('anvil_mine', ['0x3']);
    expect(await find(first, n)).toEqual({ state: 'replaced', by: second });
    expect(await find(second, n)).toMatchObject({ state: 'confirmed' });
  });

  it('replaced, also after a reload, but then only once it stayed unknown for a while', async () => {
    const n = await nonce();
    await local.hold();
    const first = await local.send(alice, add(alice, 5), { nonce: n, tip: GWEI });
    const second = await local.send(alice, add(alice, 6), { nonce: n, tip: 5n * GWEI });
    await local.release();
    expect(await find(first, n)).toEqual({ state: 'pending' });
    now += PATIENCE;
    expect(await find(first, n)).toEqual({ state: 'replaced', by: second });
  });

  it('dropped: no node knows it and its nonce is free, for a while', async () => {
    const n = await nonce(bob);
    await local.hold();
    const tx = await local.send(bob, enroll(2));
    expect(await find(tx, n, bob)).toEqual({ state: 'pending' });
    await local.rpc('anvil_dropTransaction', [tx]);
    expect(await find(tx, n, bob)).toEqual({ state: 'pending' });
    now += PATIENCE - 1;
    expect(await find(tx, n, bob)).toEqual({ state: 'pending' });
    now += 1;
    expect(await find(tx, n, bob)).toEqual({ state: 'dropped' });
    // sent once more by its wallet, it is known again
    await local.release();
    const again = await local.send(bob, enroll(2));
    expect(await find(again, n, bob)).toMatchObject({ state: 'confirmed' });
  });

  it('counts as confirmed only once all nodes have its block', async () => {
    let behind = 1;
    const node = await lyingNode(local.rpc, async ({ method }, truth) =>
      method === 'eth_blockNumber' ? `0x${(Number(await truth()) - behind).toString(16)}` : undefined,
    );
    const clock = () => now;
    const both = new Nodes([httpNode(local.url), httpNode(node.url)], 31_337, clock);
    const careful = new Transactions(both, clock, PATIENCE);
    const n = await nonce();
    const tx = await local.send(alice, add(alice, 7));
    expect(await careful.find(tx, alice.account, n)).toEqual({ state: 'pending' });
    behind = 0;
    expect(await careful.find(tx, alice.account, n)).toMatchObject({ state: 'confirmed' });
    node.stop();
  });

  /** Two honest nodes, and one in front that lies about receipts and counts. */
  const besides = async (lie: Parameters<typeof lyingNode>[1]) => {
    const node = await lyingNode(local.rpc, lie);
    const clock = () => now;
    const nodes = new Nodes([httpNode(node.url), httpNode(local.url), httpNode(local.url)], 31_337, clock);
    return { node, told: new Transactions(nodes, clock, PATIENCE) };
  };

  it.each([
    ['failed', { status: '0x0' }],
    ['stands in another block', { blockNumber: '0x1' }],
    ['stands in another branch', { blockHash: `0x${'77'.repeat(32)}` }],
  ])('pending while one node says that it %s', async (_, change) => {
    const n = await nonce();
    const tx = await local.send(alice, add(alice, 8));
    const { node, told } = await besides(async ({ method }, truth) =>
      method === 'eth_getTransactionReceipt' ? { ...((await truth()) as object), ...change } : undefined,
    );
    expect(await told.find(tx, alice.account, n)).toEqual({ state: 'pending' });
    expect(await find(tx, n)).toMatchObject({ state: 'confirmed' });
    node.stop();
  });

  it('pending while one node alone has a receipt', async () => {
    const n = await nonce();
    const earlier = await local.send(alice, add(alice, 9));
    await local.hold();
    const tx = await local.send(alice, add(alice, 9));
    const { node, told } = await besides(({ method }) =>
      method === 'eth_getTransactionReceipt' ? local.rpc(method, [earlier]) : undefined,
    );
    expect(await told.find(tx, alice.account, n + 1)).toEqual({ state: 'pending' });
    node.stop();
    await local.release();
  });

  it('not replaced because of a nonce that a node made up for it: the hash says otherwise', async () => {
    const n = await nonce();
    const other = await local.send(alice, add(alice, 10));
    await local.hold();
    const tx = await local.send(alice, add(alice, 11));
    const { node, told } = await besides(async ({ method, params }, truth) =>
      method === 'eth_getTransactionByHash' && params[0] === tx
        ? { ...((await truth()) as object), nonce: `0x${n.toString(16)}` }
        : undefined,
    );
    expect(other).not.toBe(tx);
    expect(await told.find(tx, alice.account, n + 1)).toEqual({ state: 'pending' });
    node.stop();
    await local.release();
  });

  it('counts as waiting while any node knows it, and as mined once all have it', async () => {
    const n = await nonce();
    const lost = await besides(({ method, params }, truth) =>
      method === 'eth_getTransactionCount' && params[1] === 'pending' ? new Error('no pending block') : truth(),
    );
    await local.hold();
    await local.send(alice, add(alice, 12));
    expect(await lost.told.nonces(alice.account)).toEqual({ mined: n, pending: n + 1 });
    await local.release();
    const early = await besides(({ method }) =>
      method === 'eth_getTransactionCount' ? `0x${n.toString(16)}` : undefined,
    );
    expect(await early.told.nonces(alice.account)).toEqual({ mined: n, pending: n + 1 });
    [lost, early].forEach(({ node }) => node.stop());
  });
});

describe('watching', () => {
  /** Collects until `enough`, then stops. */
  const watch = (chain: SalusChain, enough: (seen: number[]) => boolean) =>
    new Promise<number[]>((resolve) => {
      const seen: number[] = [];
      const stop = chain.watch((block) => {
        seen.push(block);
        if (!enough(seen)) return;
        stop();
        resolve(seen);
      });
    });

  it('tells where the chain stands, and of each new block', async () => {
    const height = Number(await local.rpc('eth_blockNumber'));
    const chain = local.open({ poll: 1 });
    expect(await watch(chain, () => true)).toEqual([height]);
    for (const next of [height + 1, height + 2]) {
      const told = watch(chain, (blocks) => blocks.includes(next));
      await local.rpc('evm_mine');
      expect((await told).at(-1)).toBe(next);
    }
  });

  it('tells each block twice, since on a quiet chain no other follows', async () => {
    const seen = await watch(local.open({ poll: 1 }), (blocks) => blocks.length === 2);
    expect(seen[0]).toBe(seen[1]);
  });

  it('tells now and then that nothing came: a transaction that stays unknown must not wait for a block that never comes', async () => {
    const seen = await watch(local.open({ poll: 1 }), (blocks) => blocks.length === 4);
    expect(new Set(seen).size).toBe(1);
  });

  it('goes on after a node was away', async () => {
    let away = true;
    const node = await lyingNode(local.rpc, ({ method }) => {
      if (method !== 'eth_blockNumber' || !away) return undefined;
      away = false;
      return new Error('away');
    });
    expect(await watch(local.open({ poll: 1, rpcs: [node.url] }), (blocks) => blocks.length === 1)).toHaveLength(1);
    node.stop();
  });
});
