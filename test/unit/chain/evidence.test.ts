/** What is shown of an entry, and of a node, on a real chain with nodes that lie. */
import { encodeFunctionData } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { salusAbi } from '../../../src/chain/abi.ts';
import { encodeCall } from '../../../src/chain/calls.ts';
import { advance } from '../../../src/chain/words.ts';
import type { Entry } from '../../../src/flows/ports/chain.ts';
import { accredit, add, digest, enroll, lyingNode, people, startLocal, type Lie, type Local } from './support.ts';

const { alice, doctor, hospitals } = people;
let local: Local;
const stops: (() => void)[] = [];
const lying = async (lie: Lie): Promise<string> => {
  const node = await lyingNode(local.rpc, lie);
  stops.push(node.stop);
  return node.url;
};

beforeAll(async () => {
  local = await startLocal();
  await local.send(doctor, enroll(1));
  await local.send(hospitals[0]!, accredit(doctor));
  await local.send(alice, enroll(2));
  await local.send(doctor, add(alice, 5));
  const calls = [6, 7].map((n) => encodeCall(add(alice, n)));
  await local.raw(doctor, encodeFunctionData({ abi: salusAbi, functionName: 'multicall', args: [calls] }));
  await local.send(doctor, add(alice, 8));
});
afterAll(async () => {
  stops.forEach((stop) => stop());
  await local.stop();
});

/** As the patient sees them: in her inbox. */
const entries = async (): Promise<Entry[]> => (await local.open().timeline(alice.account, 'inbox')).entries;

describe('an entry’s place in its author’s timeline', () => {
  it('is computed from the word before it up to the head, several acts in one transaction included', async () => {
    const all = await entries();
    expect(all).toHaveLength(4);
    for (const [i, entry] of all.entries()) {
      const proof = await local.open().timelineProof(entry);
      expect(proof).toMatchObject({ account: doctor.account, count: 5 - i, of: 5, agreement: { agreed: 1 } });
      expect(advance(BigInt(proof.before), proof.hash, entry.block)).toBe(BigInt(proof.after));
      if (i === 0) expect(proof.after).toBe(proof.head);
    }
  });

  it('is not there for an entry that says something else', async () => {
    const entry = (await entries())[0] as Entry;
    for (const altered of [
      { ...entry, args: { ...entry.args, record: digest(9) } },
      { ...entry, block: entry.block - 1 },
      { ...entry, event: 'Shared' },
      { ...entry, tx: digest(1) },
    ])
      await expect(local.open().timelineProof(altered)).rejects.toMatchObject({
        code: 'chain/timeline-broken',
        details: { reason: 'missing', account: doctor.account },
      });
  });

  it('is not proven by a node that hides the entry', async () => {
    const entry = (await entries())[1] as Entry;
    const url = await lying(async ({ method }, truth) =>
      method === 'eth_getLogs'
        ? ((await truth()) as { transactionHash: string }[]).filter((l) => l.transactionHash !== entry.tx)
        : undefined,
    );
    await expect(local.open({ rpcs: [url] }).timelineProof(entry)).rejects.toMatchObject({
      code: 'chain/timeline-broken',
    });
  });
});

describe('an entry’s receipt', () => {
  it('is what all nodes say', async () => {
    const entry = (await entries())[0] as Entry;
    const receipt = await local.open().receiptOf(entry);
    expect(receipt).toMatchObject({ tx: entry.tx, block: entry.block, index: 0 });
    expect(receipt.fee).toBeGreaterThan(receipt.gasUsed);
    expect(receipt.seconds).toBe(await local.open().timeOf(entry.block));
  });

  it.each<[string, Lie]>([
    ['has none', ({ method }) => (method === 'eth_getTransactionReceipt' ? null : undefined)],
    [
      'has another',
      async ({ method }, truth) =>
        method === 'eth_getTransactionReceipt' ? { ...((await truth()) as object), blockHash: digest(3) } : undefined,
    ],
    ...(['transactionIndex', 'gasUsed', 'effectiveGasPrice'] as const).map((field): [string, Lie] => [
      `tells another ${field}`,
      async ({ method }, truth) =>
        method === 'eth_getTransactionReceipt' ? { ...((await truth()) as object), [field]: '0x7' } : undefined,
    ]),
    [
      'tells another time of the block',
      async ({ method }, truth) =>
        method === 'eth_getBlockByNumber' ? { ...((await truth()) as object), timestamp: '0x7' } : undefined,
    ],
  ])('is not given while one of them %s', async (_, lie) => {
    const entry = (await entries())[0] as Entry;
    // whichever of them is asked first
    const liar = await lying(lie);
    for (const rpcs of [
      [local.url, liar],
      [liar, local.url],
    ])
      await expect(local.open({ rpcs }).receiptOf(entry)).rejects.toMatchObject({ code: 'chain/not-found' });
  });

  it('is given where a node tells no price', async () => {
    const silent = await lying(async ({ method }, truth) => {
      if (method !== 'eth_getTransactionReceipt') return undefined;
      const { effectiveGasPrice: _, ...rest } = (await truth()) as Record<string, unknown>;
      return rest;
    });
    const entry = (await entries())[0] as Entry;
    const { fee } = await local.open().receiptOf(entry);
    expect((await local.open({ rpcs: [silent, local.url] }).receiptOf(entry)).fee).toBe(fee);
  });

  it('is not another entry’s', async () => {
    const entry = (await entries())[0] as Entry;
    const other = { ...entry, block: entry.block - 1 };
    await expect(local.open().receiptOf(other)).rejects.toMatchObject({ code: 'chain/not-found' });
  });
});

describe('a node that is tried', () => {
  it('is on the chain, has the contract, and the same block as the others', async () => {
    const url = local.url.replace('127.0.0.1', 'localhost');
    const report = await local.open().probe(url);
    expect(report).toMatchObject({ url, chainId: 31_337, contract: true, agrees: { same: 1, of: 1 }, error: null });
    expect(report.ms).toBeGreaterThanOrEqual(0);
  });

  it('is told apart: another chain, no contract, other blocks, no answer', async () => {
    const chain = local.open();
    const other = await lying(({ method }) => (method === 'eth_chainId' ? '0x1' : undefined));
    expect(await chain.probe(other)).toMatchObject({ chainId: 1, contract: null, agrees: null });
    const empty = await lying(({ method }) => (method === 'eth_getCode' ? '0x' : undefined));
    expect(await chain.probe(empty)).toMatchObject({ contract: false });
    const forked = await lying(async ({ method }, truth) =>
      method === 'eth_getBlockByNumber' ? { ...((await truth()) as object), hash: digest(4) } : undefined,
    );
    expect(await chain.probe(forked)).toMatchObject({ contract: true, agrees: { same: 0, of: 1 } });
    const silent = await lying(() => new Error('no'));
    expect((await chain.probe(silent)).error).not.toBeNull();
    expect(chain.agreement().configured).toBe(1);
  });

  it('takes part once it is joined, once', async () => {
    const chain = local.open();
    const url = local.url.replace('127.0.0.1', 'localhost');
    chain.join(url);
    chain.join(url);
    chain.join(local.url);
    await chain.account(alice.account);
    expect(chain.agreement()).toMatchObject({ agreed: 2, configured: 2 });
  });
});
