/** What the bench has a page do, in which order and how often. Times in milliseconds, one number a run. */
import type { Page } from '@playwright/test';
import { randomBytes } from 'node:crypto';
import { appendFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { call, openPage } from './build.ts';
import { cases } from './cases.ts';
import { growth } from './memory.ts';
import { median } from './report.ts';

export const MIB = 1 << 20;
export const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** Of short measurements, a run takes the fastest of so many passes. */
const PASSES = 3;

/** Size in MiB → case → times. */
export type Times = Record<number, Record<string, number[]>>;

/** Every case at every size, interleaved. */
export const streams = async (page: Page, sizes: number[], runs: number): Promise<Times> => {
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

/** Encrypt + add, against Helia's own add of the same bytes as they are. */
export type Adds = { ours: number[]; helia: number[]; stalls: number[] };

export const adds = async (page: Page, folder: string, mib: number, runs: number): Promise<Adds> => {
  const path = await chooseFile(page, folder, mib, true);
  const found: Adds = { ours: [], helia: [], stalls: [] };
  const turns = [
    async () => void found.helia.push(await call(page, 'heliaAdd')),
    async () => {
      const { value, maxStallMs } = await call(page, 'salusAdd');
      found.ours.push(value);
      found.stalls.push(maxStallMs);
    },
  ];
  for (let run = 0; run < runs; run++) {
    say(`add ${mib} MiB, run ${run + 1} of ${runs}`);
    for (const turn of run % 2 === 0 ? turns : turns.toReversed()) await turn();
  }
  rmSync(path);
  return found;
};

/** 1 GiB in a browser of its own, so that nothing it grew by before hides what it grows by now. */
export const large = async (folder: string, runs: number): Promise<{ grownMB: number; stalls: number[] }> => {
  const grown: number[] = [];
  const stalls: number[] = [];
  for (let run = 0; run < runs; run++) {
    say(`encrypt 1 GiB, run ${run + 1} of ${runs}`);
    const { page, close } = await openPage(folder);
    try {
      const path = await chooseFile(page, folder, 1024, false);
      const { value, grownMiB } = await growth(page, () => call(page, 'encrypt'));
      rmSync(path);
      grown.push((grownMiB * MIB) / 1e6);
      stalls.push(value.maxStallMs);
    } finally {
      await close();
    }
  }
  return { grownMB: Math.round(median(grown)), stalls };
};

/** Stretching a passphrase is the one long work on the main thread. @returns its stalls */
export const unlocks = async (page: Page, runs: number): Promise<number[]> => {
  const stalls: number[] = [];
  for (let run = 0; run < runs; run++) stalls.push((await call(page, 'unlock')).maxStallMs);
  return stalls;
};
