/** The consortium: what nobody signed for, or what was taken back, is worth nothing. */
import { encodeFunctionData, type Hex } from 'viem';
import { afterAll, describe, expect, it } from 'vitest';
import { salusAbi } from '../../../src/chain/abi.ts';
import { replayMembership } from '../../../src/chain/membership.ts';
import { httpNode } from '../../../src/chain/node.ts';
import { Nodes } from '../../../src/chain/nodes.ts';
import type { Entry } from '../../../src/flows/ports/chain.ts';
import type { Person } from '../../fakes/chain.ts';
import { accredit, digest, enroll, lyingNode, people, startLocal, type Local } from './support.ts';

const { alice, doctor, hospitals, nobody } = people;
const [h0, h1, h2] = hospitals as [Person, Person, Person];
const list = encodeFunctionData({ abi: salusAbi, functionName: 'hospitals' });
const propose = (subject: Person, admit: boolean) =>
  encodeFunctionData({ abi: salusAbi, functionName: 'propose', args: [subject.account, admit, digest(1)] });
const confirm = (subject: Person, admit: boolean) =>
  encodeFunctionData({ abi: salusAbi, functionName: 'confirm', args: [1n, subject.account, admit] });

const stops: (() => unknown)[] = [];
afterAll(async () => {
  for (const stop of stops) await stop();
});
const chainOf = async () => {
  const local = await startLocal();
  stops.push(local.stop);
  return local;
};

/** A hospital vouched for the doctor and was expelled. @returns the view before */
const expelled = async (l: Local): Promise<Hex> => {
  await l.send(doctor, enroll(3));
  await l.send(h2, accredit(doctor));
  const before = await l.rpc<Hex>('eth_call', [{ to: l.deployment.contract, data: list }, 'latest']);
  await l.raw(h0, propose(h2, false));
  await l.raw(h1, confirm(h2, false));
  return before;
};
const goingBack = async (l: Local, before: Hex) => {
  const lie = { on: true };
  const node = await lyingNode(l.rpc, ({ method, params }) =>
    lie.on && method === 'eth_call' && (params[0] as { data: Hex }).data === list ? before : undefined,
  );
  stops.push(node.stop);
  return { url: node.url, lie };
};

describe('an expelled hospital', () => {
  it('does not come back while one of several nodes says so', async () => {
    const l = await chainOf();
    const { url } = await goingBack(l, await expelled(l));
    const chain = l.open({ rpcs: [url, l.url, l.url] });
    await expect(chain.accreditation(doctor.account)).rejects.toMatchObject({
      code: 'chain/timeline-broken',
      details: { reason: 'nodes-disagree' },
    });
  });

  it('does not come back by the view of a single node: the timelines of the founders tell', async () => {
    const l = await chainOf();
    const { url } = await goingBack(l, await expelled(l));
    await expect(l.open({ rpcs: [url] }).accreditation(doctor.account)).rejects.toMatchObject({
      code: 'chain/not-accredited',
      details: { reason: 'missing-change' },
    });
  });

  it('does not come back once its expulsion was seen, also after a reload, unless a person says so', async () => {
    const l = await chainOf();
    const { url, lie } = await goingBack(l, await expelled(l));
    lie.on = false;
    const chain = l.open({ rpcs: [url] });
    await expect(chain.accreditation(doctor.account)).rejects.toMatchObject({ details: { reason: 'no-hospital' } });
    lie.on = true;
    const { contract } = l.deployment;
    const stale = { code: 'chain/stale-head', details: { account: contract, kind: 'hospitals', count: 0, seen: 1 } };
    await expect(chain.hospitals()).rejects.toMatchObject(stale);
    await expect(chain.accreditation(doctor.account)).rejects.toMatchObject(stale);
    const reloaded = l.open({ rpcs: [url] });
    await reloaded.importCache(await chain.exportCache());
    await expect(reloaded.hospitals()).rejects.toMatchObject(stale);
    reloaded.forgetSeen(contract);
    expect(await reloaded.hospitals()).toHaveLength(3);
  });

  it('is found in its own timeline too, when it voted itself', async () => {
    const l = await chainOf();
    await l.send(doctor, enroll(3));
    await l.send(h2, accredit(doctor));
    await l.raw(h0, propose(h2, false));
    await l.raw(h2, confirm(h2, false));
    await expect(l.open().accreditation(doctor.account)).rejects.toMatchObject({ details: { reason: 'no-hospital' } });
  });
});

describe('votes for one proposal', () => {
  it('do not admit anybody by another, whose proposer signed nothing', async () => {
    const l = await chainOf();
    await l.raw(h0, propose(alice, true));
    await l.hold();
    // both sign, one comes too late and fails
    const votes = [
      await l.raw(h1, confirm(alice, true)),
      await l.raw(h2, confirm(alice, true), { mayFail: true, tip: 10n ** 8n }),
    ] as const;
    await l.release();
    const node = await lyingNode(l.rpc, async ({ method }, truth) =>
      method === 'eth_getTransactionReceipt' ? { ...((await truth()) as object), status: '0x1' } : undefined,
    );
    stops.push(node.stop);
    const { blockNumber } = await l.rpc<{ blockNumber: Hex }>('eth_getTransactionReceipt', [votes[0]]);
    const entry = (event: string, author: Person, args: object, tx: Hex, count: number): Entry => ({
      event,
      author: author.account,
      subject: nobody.account,
      args: { author: author.account, subject: nobody.account, proposal: 1n, ...args },
      tx,
      block: Number(blockNumber),
      logIndex: count,
      count,
      ownCount: null,
      inboxCount: null,
    });
    const { rpcs: _, ...deployment } = l.deployment;
    const nodes = new Nodes([httpNode(node.url)], deployment.chainId, Date.now);
    const view = {
      version: 1,
      hospitals: [h0, h1, h2, nobody].map((h, number) => ({ address: h.account, number, active: true })),
    };
    const voted = [
      entry('Confirmed', h2, { confirmations: 2, executed: true, hospital: 3 }, votes[1], 3),
      entry('Confirmed', h1, { confirmations: 1, executed: false, hospital: 0 }, votes[0], 2),
    ];
    const made = { admit: true, version: 0, statement: digest(1) };
    // the proposal is nobody's, or one of the votes passed off as it
    for (const [tx, author] of [
      [digest(99), h0],
      [votes[1], h2],
    ] as const)
      await expect(
        replayMembership({ nodes, ...deployment }, deployment.founders, view, [
          ...voted,
          entry('Proposed', author, made, tx, 1),
        ]),
      ).rejects.toMatchObject({ code: 'chain/not-accredited' });
  });
});
