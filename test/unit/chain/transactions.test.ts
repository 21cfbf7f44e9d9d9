import type { Hex } from 'viem';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Transactions } from '../../../src/chain/transactions.ts';
import { httpNode, Nodes } from '../../../src/chain/client.ts';
import { add, enroll, people, startLocal, type Local } from './support.ts';

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

  it('is watched block by block, until nobody watches', async () => {
    const chain = local.open({ poll: 1 });
    const seen: number[] = [];
    const until = (count: number) =>
      new Promise<void>((resolve) => {
        const stop = chain.watch((block) => {
          seen.push(block);
          if (seen.length < count) return void local.rpc('evm_mine');
          stop();
          resolve();
        });
      });
    const watched = until(3);
    // the first look only learns where the chain stands
    while (seen.length === 0) await local.rpc('evm_mine');
    await watched;
    const height = Number(await local.rpc('eth_blockNumber'));
    expect(seen.length).toBe(3);
    expect(Math.max(...seen)).toBeLessThanOrEqual(height);
  });
});
