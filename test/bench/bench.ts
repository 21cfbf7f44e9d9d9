/**
 * `npm run bench [-- --json] [--runs N] [--quick]`: the speed of our stream beside others, in a real Chromium, in one run, interleaved.
 * Ratios are medians over the runs, and so is the longest stall of the main thread in a run; it fails when a target of DESIGN is missed.
 */
import { randomBytes } from 'node:crypto';
import { appendFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Page } from '@playwright/test';
import { buildPage, call, openPage } from './build.ts';
import { cases } from './cases.ts';
import { growth, measuredBy } from './memory.ts';
import { median, table } from './report.ts';
import type { Result } from './report.ts';

const { values: options } = parseArgs({
  options: { json: { type: 'boolean' }, quick: { type: 'boolean' }, runs: { type: 'string' } },
});
const runs = Number(options.runs ?? (options.quick ? 3 : 7));
const sizes = options.quick ? [1, 64] : [1, 64, 256];
const TARGETS: Record<string, number> = { streamOverAge: 3, streamOverNative: 0.8, addOverHelia: 0.6 };
/** Of short measurements, a run takes the fastest of so many passes. */
const PASSES = 3;
const MAX_MEMORY_MB = 200;
const MAX_STALL_MS = 50;
const MIB = 1 << 20;
const say = (line: string) => process.stderr.write(`${line}\n`);

/** Milliseconds of each case at each size, one number a run. */
type Times = Record<number, Record<string, number[]>>;

const measure = async (page: Page): Promise<Times> => {
  const times: Times = {};
  for (const mib of sizes) {
    const names = Object.keys(cases).filter((name) => mib === 1 || name !== 'rsa2048');
    const at: Record<string, number[]> = (times[mib] = Object.fromEntries(names.map((name) => [name, []])));
    for (const name of names) await call(page, 'time', name, 1, 1); // compiled before it is measured
    for (let run = 0; run < runs; run++) {
      say(`${mib} MiB, run ${run + 1} of ${runs}`);
      // another one goes first each time, so that nobody always follows the same neighbour's garbage
      for (let i = 0; i < names.length; i++) {
        const name = names[(i + run) % names.length] as string;
        at[name]?.push(await call(page, 'time', name, mib, mib > 64 ? 1 : PASSES));
      }
    }
  }
  await call(page, 'rest');
  return times;
};

/** A file on the disk, as a person would choose one. @param random or zeros, which take no room on the disk */
const chooseFile = async (page: Page, folder: string, mib: number, random: boolean): Promise<string> => {
  const path = join(folder, `${mib}MiB.bin`);
  writeFileSync(path, '');
  if (random) for (let i = 0; i < mib; i++) appendFileSync(path, randomBytes(MIB));
  else truncateSync(path, mib * MIB);
  await page.setInputFiles('#file', path);
  return path;
};

/** Encrypt + add, against Helia's own add of the same bytes as they are. Milliseconds, one a run. */
type Adds = { ratios: number[]; ours: number[]; helia: number[]; stalls: number[] };

const add = async (page: Page, folder: string): Promise<Adds> => {
  const path = await chooseFile(page, folder, 256, true);
  const adds: Adds = { ratios: [], ours: [], helia: [], stalls: [] };
  const turns = [
    async () => void adds.helia.push(await call(page, 'heliaAdd')),
    async () => {
      const { value, maxStallMs } = await call(page, 'salusAdd');
      adds.ours.push(value);
      adds.stalls.push(maxStallMs);
    },
  ];
  for (let run = 0; run < Math.max(3, Math.ceil(runs / 2)); run++) {
    say(`add 256 MiB, run ${run + 1}`);
    for (const turn of run % 2 === 0 ? turns : turns.toReversed()) await turn();
  }
  rmSync(path);
  adds.ratios = adds.ours.map((ms, i) => (adds.helia[i] as number) / ms);
  return adds;
};

const mbps = (times: Times): Record<string, Record<string, number>> =>
  Object.fromEntries(
    sizes.map((mib) => {
      const speeds = Object.entries(times[mib] ?? {}).map(([name, ms]) => [
        name,
        round((mib * MIB) / 1000 / median(ms)),
      ]);
      return [`${mib}MiB`, Object.fromEntries(speeds)];
    }),
  );

/** How much faster ours is, run by run. */
const over = (times: Times, other: string): number =>
  median((times[64]?.streamNative ?? []).map((ms, i) => (times[64]?.[other]?.[i] as number) / ms));

const round = (n: number): number => Number(n.toPrecision(3));

/** In a browser of its own, so that nothing it grew by before hides what it grows by now. */
const large = async (folder: string): Promise<{ grownMB: number; maxStallMs: number }> => {
  const { page, close } = await openPage(folder);
  try {
    const path = await chooseFile(page, folder, 1024, false);
    say('encrypt 1 GiB');
    const { value, grownMiB } = await growth(page, () => call(page, 'encrypt'));
    rmSync(path);
    return { grownMB: Math.round((grownMiB * MIB) / 1e6), maxStallMs: value.maxStallMs };
  } finally {
    await close();
  }
};

const machine = (version: string, path: string) => ({
  cpu: cpus()[0]?.model ?? '',
  cores: cpus().length,
  memoryGB: Math.round(totalmem() / 1e9),
  browser: `Chromium ${version}`,
  path,
  memoryBy: measuredBy(),
});

const missedOf = (result: Result): string[] => [
  ...Object.keys(TARGETS).filter((name) => (result.ratios[name] as number) < (TARGETS[name] as number)),
  ...(result.encrypt1GiBMemoryMB < MAX_MEMORY_MB ? [] : ['encrypt1GiBMemoryMB']),
  ...(result.maxStallMs <= MAX_STALL_MS ? [] : ['maxStallMs']),
];

const main = async (): Promise<void> => {
  const folder = await buildPage();
  const { grownMB, maxStallMs } = await large(folder);
  const { page, version, close } = await openPage(folder);
  try {
    const times = await measure(page);
    const adds = await add(page, folder);
    const result: Result = {
      ratios: {
        streamOverAge: round(over(times, 'ageEncryption')),
        streamOverNative: round(over(times, 'webcryptoChaCha20Poly1305')),
        streamOverNoble: round(over(times, 'nobleChaCha20Poly1305')),
        addOverHelia: round(median(adds.ratios)),
      },
      mbps: mbps(times),
      addMbps: {
        ours: round((256 * MIB) / 1000 / median(adds.ours)),
        helia: round((256 * MIB) / 1000 / median(adds.helia)),
      },
      encrypt1GiBMemoryMB: grownMB,
      maxStallMs: round(median([maxStallMs, ...adds.stalls])),
      machine: machine(version, await call(page, 'path')),
      runs,
    };
    process.stdout.write(options.json ? `${JSON.stringify(result)}\n` : table(result, TARGETS));
    const missed = missedOf(result);
    if (missed.length > 0) say(`missed: ${missed.join(', ')}`);
    process.exitCode = missed.length > 0 ? 1 : 0;
  } finally {
    await close();
  }
};

await main();
