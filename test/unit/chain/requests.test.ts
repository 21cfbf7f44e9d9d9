/** How many requests a timeline costs, everything that is asked of a node counted. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Call } from '../../../src/flows/ports/chain.ts';
import type { SalusChain } from '../../../src/chain/salusChain.ts';
import { accredit, add, enroll, isGlance, lyingNode, people, startLocal, type Lie, type Local } from './support.ts';

const { alice, bob, doctor, hospitals, nobody } = people;
/** Alice's own entries: as many blocks, with another's entry after each. */
const ENTRIES = 12;
const PAGE = 5;
let local: Local;
const stops: (() => void)[] = [];

beforeAll(async () => {
  local = await startLocal();
  await local.send(alice, enroll(1));
  await local.send(bob, enroll(2));
  await local.send(doctor, enroll(3));
  await local.send(hospitals[0]!, accredit(doctor));
  for (let n = 2; n <= ENTRIES; n++) {
    await local.send(alice, add(alice, n));
    await local.send(n % 3 === 0 ? doctor : bob, add(n % 3 === 0 ? alice : bob, 100 + n));
  }
  const assign: Call = {
    name: 'assign',
    args: { patient: nobody.account, doctor: doctor.account, note: `0x${'1'.repeat(64)}` },
  };
  await local.send(hospitals[0]!, assign);
});
afterAll(async () => {
  stops.forEach((stop) => stop());
  await local.stop();
});

const noRanges: Lie = ({ method, params }) => {
  if (method !== 'eth_getLogs') return undefined;
  const { fromBlock, toBlock } = params[0] as { fromBlock: string; toBlock: string };
  return fromBlock === toBlock ? undefined : new Error('ranges are not served here');
};

/** @returns what the node was asked while `read` ran, without what is noted afterwards about finality */
const counted = async (lie: Lie, o: { chainId?: number } = {}) => {
  const node = await lyingNode(local.rpc, lie);
  stops.push(node.stop);
  const chain = local.open({ rpcs: [node.url], ...o });
  const asked = () => node.asked.filter((r) => r.method !== 'eth_getBlockByNumber').map((r) => r.method);
  return { node, chain, asked };
};
const blocksOf = async (chain: SalusChain, who = alice.account) =>
  new Set((await chain.timeline(who, 'own')).entries.map((e) => e.block)).size;

describe('a node that serves ranges is asked', () => {
  it('twice for the newest page, which chain it is on included, and once more for the whole', async () => {
    const { node, chain, asked } = await counted(() => undefined);
    const page = await chain.timeline(alice.account, 'own', { limit: PAGE });
    expect(page.entries).toHaveLength(PAGE);
    expect(asked()).toEqual(['eth_call', 'eth_getLogs']);
    expect(node.asked.filter(isGlance)).toHaveLength(1);
    expect((await chain.timeline(alice.account, 'own')).entries).toHaveLength(ENTRIES);
    expect(asked()).toEqual(['eth_call', 'eth_getLogs', 'eth_call']);
  });

  it('twice for an inbox in which everybody else is the author', async () => {
    const { chain, asked } = await counted(() => undefined);
    expect((await chain.timeline(alice.account, 'inbox')).entries).toHaveLength(4);
    expect(asked()).toEqual(['eth_call', 'eth_getLogs']);
  });

  it('once more for an inbox whose entries name the account as the further one', async () => {
    const { chain, asked } = await counted(() => undefined);
    const { entries } = await chain.timeline(doctor.account, 'inbox');
    expect(entries.map((e) => e.event)).toEqual(['Assigned', 'Accredited']);
    expect(asked()).toEqual(['eth_call', 'eth_getLogs', 'eth_getLogs']);
  });

  it('once for an account that never did anything', async () => {
    const { chain, asked } = await counted(() => undefined);
    await chain.timeline(people.deployer.account, 'own');
    expect(asked()).toEqual(['eth_call']);
  });

  it('for its finality only afterwards, and not again for a while', async () => {
    const { node, chain } = await counted(() => undefined);
    await chain.timeline(alice.account, 'own');
    await chain.timeline(bob.account, 'own');
    await chain.exportCache();
    const said = node.asked.filter((r) => r.method === 'eth_getBlockByNumber').map((r) => r.params[0]);
    expect(said.filter((tag) => tag === 'finalized')).toHaveLength(1);
  });
});

describe('a node that refuses ranges is asked', () => {
  it('once a block, after it refused the three ranges that are tried once a visit', async () => {
    const { node, chain, asked } = await counted(noRanges);
    const blocks = await blocksOf(chain);
    expect(asked()).toHaveLength(1 + 3 + blocks);
    await chain.timeline(alice.account, 'inbox');
    // the doctor's four additions
    expect(asked()).toHaveLength(1 + 3 + blocks + 1 + 4);
    const single = node.asked.filter((r) => r.method === 'eth_getLogs').slice(3);
    expect(new Set(single.map((r) => JSON.stringify(r.params))).size).toBe(single.length);
  });

  it('for ranges all the same, when it only had too many requests for a moment', async () => {
    let busy = true;
    const { chain, asked } = await counted(({ method }) => {
      if (method !== 'eth_getLogs' || !busy) return undefined;
      busy = false;
      return Object.assign(new Error('rate limit exceeded'), { code: -32_005 });
    });
    expect((await chain.timeline(alice.account, 'own')).complete).toBe(true);
    expect(asked()).toEqual(['eth_call', 'eth_getLogs', 'eth_getLogs']);
  });

  it('only for the blocks of the newest page, when no more is wanted', async () => {
    const { chain, asked } = await counted(noRanges);
    await chain.timeline(alice.account, 'own', { limit: PAGE });
    expect(asked()).toHaveLength(1 + 3 + PAGE);
  });
});

describe('the directory', () => {
  it('shows its first page after one request', async () => {
    const { chain, asked } = await counted(() => undefined);
    expect((await chain.directory(0n, 40)).entries.map((e) => e.address)).toEqual([doctor.account]);
    expect(asked()).toEqual(['eth_call']);
  });
});

describe('a head is compared', () => {
  it('by one request to each node while all say the same', async () => {
    const nodes = await Promise.all([1, 2, 3].map(() => lyingNode(local.rpc, () => undefined)));
    stops.push(...nodes.map((n) => n.stop));
    const chain = local.open({ rpcs: nodes.map((n) => n.url) });
    await chain.account(alice.account);
    expect(nodes.map((n) => n.asked.length)).toEqual([1, 1, 1]);
    expect(chain.agreement()).toMatchObject({ agreed: 3, configured: 3 });
  });

  it('in single requests where a node takes no call to no contract', async () => {
    const { chain, asked } = await counted((r) => (isGlance(r) ? new Error('to is missing') : undefined));
    expect((await chain.account(alice.account)).address).toBe(alice.account);
    expect(asked()).toEqual(['eth_call', 'eth_chainId', 'eth_blockNumber', 'eth_call']);
    await chain.account(alice.account);
    expect(asked().slice(4)).toEqual(['eth_blockNumber', 'eth_call']);
  });

  it('never with a node on another chain, which its first answer gives away', async () => {
    const other = await lyingNode(local.rpc, async (r, truth) =>
      isGlance(r) ? `0x${'1'.padStart(64, '0')}${((await truth()) as string).slice(66)}` : undefined,
    );
    stops.push(other.stop);
    const chain = local.open({ rpcs: [other.url] });
    await expect(chain.account(alice.account)).rejects.toMatchObject({ code: 'chain/wrong-chain' });
  });

  it('with a contract that is not there: said so', async () => {
    const { chain } = await counted((r) =>
      isGlance(r) ? `0x${'7a69'.padStart(64, '0')}${'1'.padStart(64, '0')}` : undefined,
    );
    await expect(chain.account(alice.account)).rejects.toMatchObject({ code: 'chain/not-deployed' });
  });
});
