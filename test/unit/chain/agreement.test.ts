/** Nodes compared: no claim of one leaves another out, and whatever is shown as a fact all have said. */
import { decodeFunctionResult, encodeFunctionData, encodeFunctionResult, type Hex } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { salusAbi } from '../../../src/chain/abi.ts';
import {
  accredit,
  add,
  book,
  claiming,
  enroll,
  isGlance,
  lyingNode,
  people,
  startLocal,
  type Lie,
  type Local,
} from './support.ts';

const { alice, doctor, hospitals } = people;
const host = (url: string) => new URL(url).host;
const disagree = (...urls: string[]) => ({
  code: 'chain/timeline-broken',
  details: expect.objectContaining({ reason: 'nodes-disagree', nodes: urls.map(host) }),
});
let local: Local;
let evil: Local;
const stops: (() => void)[] = [];

beforeAll(async () => {
  [local, evil] = await Promise.all([startLocal(), startLocal()]);
  // one deadline for both: it is part of the event, and the two chains' clocks may be a second apart
  const until = (await local.open().now()) + 30 * 86_400;
  for (const l of [local, evil]) {
    await l.send(alice, enroll(1));
    await l.send(doctor, enroll(3));
    await l.send(hospitals[0]!, accredit(doctor));
    await l.send(doctor, { name: 'setFee', args: { fee: 5n, open: true } });
    await l.send(alice, book(3, until, 5n));
  }
  await evil.forge(alice.account, add(alice, 666));
});
afterAll(async () => {
  stops.forEach((stop) => stop());
  await Promise.all([local.stop(), evil.stop()]);
});
const node = async (behind: Local, lie: Lie) => {
  const made = await lyingNode(behind.rpc, lie);
  stops.push(made.stop);
  return made.url;
};

describe('a claimed height', () => {
  it('far ahead leaves nobody out: both are named', async () => {
    const ahead = await node(evil, claiming(1_000));
    const chain = local.open({ rpcs: [local.url, ahead, local.url] });
    await expect(chain.account(alice.account)).rejects.toMatchObject(disagree(local.url, ahead));
    await expect(chain.timeline(alice.account, 'own')).rejects.toMatchObject(disagree(local.url, ahead));
    await expect(chain.hospitals()).rejects.toMatchObject(disagree(local.url, ahead));
  });

  it('a little ahead is compared where all are: what only one has is not seen, and soon contradicted', async () => {
    const ahead = await node(evil, claiming(10));
    const chain = local.open({ rpcs: [local.url, ahead] });
    expect(await chain.account(alice.account)).toEqual(await local.open().account(alice.account));
    await local.rpc('evm_mine');
    await expect(chain.account(alice.account)).rejects.toMatchObject(disagree(local.url, ahead));
  });

  it("far ahead does not leave out the wallet's own node either", async () => {
    const ahead = await node(evil, claiming(1_000));
    const chain = local.open({ rpcs: [ahead] });
    chain.useWallet({ request: ({ method, params }) => local.rpc(method, params as unknown[]) });
    await expect(chain.account(alice.account)).rejects.toMatchObject({ code: 'chain/timeline-broken' });
  });

  it('that is no number counts as no answer', async () => {
    const odd = await node(local, (request) =>
      isGlance(request) || request.method === 'eth_blockNumber' ? 'soon' : undefined,
    );
    const chain = local.open({ rpcs: [odd, local.url] });
    await chain.account(alice.account);
    expect(chain.agreement()).toMatchObject({ agreed: 1, configured: 2, missing: [host(odd)] });
  });

  it('far behind can be left out by a person, not the last of them, and stays noticed', async () => {
    await local.rpc('anvil_mine', ['0x20']);
    const dead = await node(local, claiming(-30));
    const chain = local.open({ rpcs: [dead, local.url] });
    await expect(chain.account(alice.account)).rejects.toMatchObject(disagree(dead, local.url));
    chain.leaveOut(host(dead));
    expect((await chain.account(alice.account)).address).toBe(alice.account);
    expect(chain.agreement()).toMatchObject({ agreed: 1, configured: 2, missing: [host(dead)] });
    expect(() => chain.leaveOut(host(local.url))).toThrow(expect.objectContaining({ code: 'input/invalid' }));
  });
});

describe('agreement', () => {
  it('tells how many nodes said the same, of how many', async () => {
    const second = await node(local, claiming(-3));
    const chain = local.open({ rpcs: [local.url, second] });
    expect(chain.agreement()).toMatchObject({ agreed: 0, configured: 2 });
    await chain.account(alice.account);
    expect(chain.agreement()).toEqual({ agreed: 2, configured: 2, missing: [], behind: 3 });
  });

  it('misses a node that rests after a failure', async () => {
    const away = await node(local, () => new Error('away'));
    const chain = local.open({ rpcs: [away, local.url, local.url] });
    await chain.account(alice.account);
    expect(chain.agreement()).toEqual({ agreed: 2, configured: 3, missing: [host(away)], behind: 0 });
  });
});

describe('every view that is shown as a fact', () => {
  /** Alters one view, as a node in front of two honest ones. */
  const altering = async (functionName: 'hospitals' | 'directory' | 'appointment' | 'credit' | 'account') => {
    const selector = encodeFunctionData({
      abi: salusAbi,
      functionName,
      args: {
        hospitals: [],
        directory: [0n, 1n],
        appointment: [1n],
        credit: [alice.account],
        account: [alice.account],
      }[functionName],
    } as never).slice(0, 10);
    const url = await node(local, async (request, truth) => {
      const asked = (request.params[0] as { data?: Hex } | undefined)?.data ?? '';
      if (request.method !== 'eth_call' || !asked.includes(selector.slice(2))) return undefined;
      const data = (await truth()) as Hex;
      if (isGlance(request)) return data.slice(0, -1) + (data.endsWith('1') ? '0' : '1');
      // spelled anew it is the same; the last byte is another's
      const again = encodeFunctionResult({
        abi: salusAbi,
        functionName,
        result: decodeFunctionResult({ abi: salusAbi, functionName, data }),
      } as never);
      return again.slice(0, -1) + (again.endsWith('1') ? '0' : '1');
    });
    return local.open({ rpcs: [url, local.url, local.url] });
  };

  it.each([
    ['hospitals', (c: ReturnType<Local['open']>) => c.hospitals()],
    ['directory', (c: ReturnType<Local['open']>) => c.directory(0n, 10)],
    ['appointment', (c: ReturnType<Local['open']>) => c.appointment(1n)],
    ['credit', (c: ReturnType<Local['open']>) => c.credit(doctor.account)],
    ['account', (c: ReturnType<Local['open']>) => c.accounts([doctor.account])],
  ] as const)('%s: is refused where one node says something else', async (name, read) => {
    await expect(read(await altering(name))).rejects.toMatchObject({
      code: 'chain/timeline-broken',
      details: { reason: 'nodes-disagree', view: name },
    });
  });

  it('is refused where one node says that the call fails', async () => {
    const failing = await node(local, ({ method }) =>
      method === 'eth_call' ? Object.assign(new Error('execution reverted'), { code: 3, data: '0x' }) : undefined,
    );
    const chain = local.open({ rpcs: [failing, local.url] });
    await expect(chain.appointment(1n)).rejects.toMatchObject({ details: { reason: 'nodes-disagree' } });
    await expect(local.open({ rpcs: [local.url, local.url] }).appointment(99n)).rejects.toMatchObject({
      code: 'chain/not-found',
    });
  });
});
