/** Fresh visits of the page's chain layer, and what each of their steps asked of a node and took. */
import { SalusChain } from '../../src/chain/salusChain.ts';
import type { FastChain } from './anvil.ts';
import { countingNode } from './countingNode.ts';
import { median } from './report.ts';

/**
 * @property requests until the step's answer was there, those of the steps before it included
 * @property afterwards requests that only note what is final, at the end of the visit · @property ms of the step alone
 * @property nodeMs of them waiting for the node · @property ownMs the rest: what the page itself did
 */
export type Cost = { requests: number; afterwards: number; ms: number; nodeMs: number; ownMs: number };
export type Step = (chain: SalusChain) => Promise<unknown>;
/** @property refused requests for ranges that the node did not serve */
export type Visit = { costs: Cost[]; refused: number };

const AFTERWARDS = 'eth_getBlockByNumber';

/** @param ranges false: a node that serves logs of single blocks only */
const visit = async (chain: FastChain, ranges: boolean, steps: Step[]): Promise<Visit> => {
  const node = await countingNode(chain.url, ranges);
  try {
    const page = new SalusChain({ ...chain.deployment, rpcs: [node.url] });
    const counted = () => node.asked.filter((a) => a.method !== AFTERWARDS);
    const waited = () => counted().reduce((sum, a) => sum + a.ms, 0);
    const costs: Cost[] = [];
    for (const step of steps) {
      const [began, before] = [performance.now(), waited()];
      await step(page);
      const ms = performance.now() - began;
      const nodeMs = waited() - before;
      costs.push({ requests: counted().length, afterwards: 0, ms, nodeMs, ownMs: ms - nodeMs });
    }
    // waits for what is noted afterwards
    await page.exportCache();
    const afterwards = node.asked.length - counted().length;
    return { costs: costs.map((c) => ({ ...c, afterwards })), refused: node.asked.filter((a) => a.refused).length };
  } finally {
    await node.stop();
  }
};

const round = (n: number): number => Number(n.toPrecision(3));

/** @returns the highest counts, and the medians of the times */
const summary = (all: Visit[]): Visit => {
  const costs = (all[0] as Visit).costs.map((_, i): Cost => {
    const each = all.map((v) => v.costs[i] as Cost);
    const middle = (field: 'ms' | 'nodeMs' | 'ownMs') => round(median(each.map((c) => c[field])));
    const most = (field: 'requests' | 'afterwards') => Math.max(...each.map((c) => c[field]));
    return {
      requests: most('requests'),
      afterwards: most('afterwards'),
      ms: middle('ms'),
      nodeMs: middle('nodeMs'),
      ownMs: middle('ownMs'),
    };
  });
  return { costs, refused: Math.max(...all.map((v) => v.refused)) };
};

/** The same visit on several chains in turn, several times: whatever else the machine does falls on all alike. */
export const visits = async (
  chains: FastChain[],
  o: { runs: number; ranges?: boolean; steps: (n: number) => Step[] },
): Promise<Visit[]> => {
  const all: Visit[][] = chains.map(() => []);
  for (let run = 0; run < o.runs; run++)
    for (const [n, chain] of chains.entries()) all[n]?.push(await visit(chain, o.ranges ?? true, o.steps(n)));
  return all.map(summary);
};
