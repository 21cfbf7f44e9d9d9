/**
 * `npm run bench -- --scale [--json]`: what the chain layer of the page asks of a node, and how long it takes, while others fill the chain.
 *
 * On anvil, with an account of 1,000 entries in 1,000 blocks and 0, 1,000 and 10,000 other accounts' events between them. A node in
 * front of anvil counts all requests. Growth is that of the page's own time: anvil looks through every log of a range, which nodes of
 * real chains have an index for, so its time is printed apart.
 *
 * With `--json`, one object and nothing else on standard output:
 * `{"own": [{"others", "entries", "blocks", "page": Cost, "whole": Cost, "wholeAtOnce": Cost, "noRanges": {"page": Cost, "whole": Cost,
 * "refused": n}, "setupS": s}], "inbox": {"entries", "page": Cost, "whole": Cost}, "rotate": {"readers", "gas", "first", "shareGas"},
 * "directory": {"doctors", "pageSize", "firstPage": Cost, "all": Cost, "search": {"<query>": ms}, "searchMaxMs"},
 * "growth": {"page", "wholeAtOnce", "noRanges"}, "machine": {…}, "runs": n, "missed": ["<target>"]}`; `Cost` is
 * `{"requests": n, "afterwards": n, "ms": x, "nodeMs": x, "ownMs": x}` (`visit.ts`); `page` is the newest 50, `whole` the rest after it
 * (its requests include the page's), `growth` the page's own time among the most others over the same without any.
 */
import { cpus } from 'node:os';
import { SalusChain } from '../../src/chain/salusChain.ts';
import type { Address } from '../../src/core/bytes.ts';
import { startFast, type FastChain } from './anvil.ts';
import { accreditMany, fill, flood } from './crowd.ts';
import { directoryCosts, type Directory } from './directory.ts';
import { rotation, type Rotation } from './rotation.ts';
import { missedScale, scaleTable } from './scaleReport.ts';
import { visits, type Cost, type Step } from './visit.ts';

export type Own = {
  others: number;
  entries: number;
  blocks: number;
  page: Cost;
  whole: Cost;
  wholeAtOnce: Cost;
  noRanges: { page: Cost; whole: Cost; refused: number };
  setupS: number;
};
export type Scale = {
  own: Own[];
  inbox: { entries: number; page: Cost; whole: Cost };
  rotate: Rotation;
  directory: Directory;
  growth: { page: number; wholeAtOnce: number; noRanges: number };
  machine: Record<string, string | number>;
  runs: number;
  missed: string[];
};
/** A chain, and the account on it that is read. */
type World = { others: number; chain: FastChain; account: Address; setupS: number };

const ENTRIES = 1_000;
const OTHERS = [0, 1_000, 10_000];
const UNWANTED = 5_000;
const DOCTORS = 5_000;
const READERS = 25;
const PAGE = 50;
const RUNS = 5;
/** A thousand requests each. */
const FEW = 3;

const say = (text: string): void => void process.stderr.write(`${text}\n`);
const round = (n: number): number => Number(n.toPrecision(3));

const makeWorld = async (others: number, made: FastChain[]): Promise<World> => {
  say(`an account of ${ENTRIES} entries among ${others} others …`);
  const chain = await startFast();
  made.push(chain);
  const began = performance.now();
  const account = await fill(chain, ENTRIES, others);
  return { others, chain, account, setupS: round((performance.now() - began) / 1000) };
};

const page =
  (account: Address, kind: 'own' | 'inbox'): Step =>
  (chain) =>
    chain.timeline(account, kind, { limit: PAGE });
const whole =
  (account: Address, kind: 'own' | 'inbox'): Step =>
  (chain) =>
    chain.timeline(account, kind);

const ownCosts = async (worlds: World[]): Promise<Own[]> => {
  const chains = worlds.map((w) => w.chain);
  const account = (n: number): Address => (worlds[n] as World).account;
  const both = (n: number) => [page(account(n), 'own'), whole(account(n), 'own')];
  const stepwise = await visits(chains, { runs: RUNS, steps: both });
  const atOnce = await visits(chains, { runs: RUNS, steps: (n) => [whole(account(n), 'own')] });
  const hops = await visits(chains, { runs: FEW, ranges: false, steps: both });
  const entries = await Promise.all(worlds.map((w) => new SalusChain(w.chain.deployment).timeline(w.account, 'own')));
  return worlds.map(({ others, setupS }, n) => ({
    others,
    entries: entries[n]?.entries.length ?? 0,
    blocks: new Set(entries[n]?.entries.map((e) => e.block)).size,
    page: stepwise[n]?.costs[0] as Cost,
    whole: stepwise[n]?.costs[1] as Cost,
    wholeAtOnce: atOnce[n]?.costs[0] as Cost,
    noRanges: {
      page: hops[n]?.costs[0] as Cost,
      whole: hops[n]?.costs[1] as Cost,
      refused: hops[n]?.refused ?? 0,
    },
    setupS,
  }));
};

const inboxCosts = async ({ chain, account }: World): Promise<Scale['inbox']> => {
  say(`${UNWANTED} unwanted entries in its inbox …`);
  await flood(chain, account, UNWANTED);
  const steps = [page(account, 'inbox'), whole(account, 'inbox')];
  const [made] = await visits([chain], { runs: FEW, steps: () => steps });
  return { entries: UNWANTED, page: made?.costs[0] as Cost, whole: made?.costs[1] as Cost };
};

const doctorsOn = async ({ chain }: World): Promise<Directory> => {
  say(`a directory of ${DOCTORS} doctors …`);
  await accreditMany(chain, DOCTORS);
  return directoryCosts(async (steps) => (await visits([chain], { runs: FEW, steps: () => steps }))[0]?.costs ?? []);
};

/** Prints the figures; the process fails when a target is missed, unless JSON was wanted. */
export const benchScale = async (json: boolean): Promise<void> => {
  const chains: FastChain[] = [];
  try {
    const worlds: World[] = [];
    for (const others of OTHERS) worlds.push(await makeWorld(others, chains));
    say('reading …');
    const own = await ownCosts(worlds);
    const crowded = worlds.at(-1) as World;
    const inbox = await inboxCosts(crowded);
    const directory = await doctorsOn(crowded);
    say('rotating a folder …');
    const rotate = await rotation(READERS);
    const [none, most] = [own[0], own.at(-1)] as [Own, Own];
    const grown = (cost: (o: Own) => Cost): number => round(cost(most).ownMs / cost(none).ownMs);
    const growth = {
      page: grown((o) => o.page),
      wholeAtOnce: grown((o) => o.wholeAtOnce),
      noRanges: grown((o) => o.noRanges.whole),
    };
    const machine = { cpu: cpus()[0]?.model ?? '', cores: cpus().length, node: process.version };
    const figures = { own, inbox, rotate, directory, growth, machine, runs: RUNS };
    const result: Scale = { ...figures, missed: missedScale(figures) };
    process.stdout.write(json ? `${JSON.stringify(result)}\n` : scaleTable(result));
    for (const what of result.missed) say(`missed: ${what}`);
    // whoever asks for JSON judges the figures himself
    process.exitCode = !json && result.missed.length > 0 ? 1 : 0;
  } finally {
    for (const chain of chains) await chain.stop();
  }
};
