/**
 * `npm run bench [-- --json] [--runs N] [--quick]`: the speed of our stream beside others, in a real Chromium, in one run, interleaved.
 * Ratios are medians over the runs, and so are memory and the longest stall of the main thread; it fails when a target
 * of DESIGN is missed. `--scale` (`scale.ts`) and `--chain` (`caliper.ts`) measure the chain instead, without a browser.
 */
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { buildPage, call, openPage } from './build.ts';
import { MIB, adds, large, say, streams, unlocks } from './measures.ts';
import type { Times } from './measures.ts';
import { measuredBy } from './memory.ts';
import { median, missed, table } from './report.ts';
import type { Result } from './report.ts';

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean' },
    quick: { type: 'boolean' },
    runs: { type: 'string' },
    scale: { type: 'boolean' },
    chain: { type: 'boolean' },
    full: { type: 'boolean' },
  },
});
const runs = Number(options.runs ?? (options.quick ? 3 : 7));
const few = Math.max(3, Math.ceil(runs / 2));
const sizes = options.quick ? [1, 64] : [1, 64, 256];

const round = (n: number): number => Number(n.toPrecision(3));
const speed = (mib: number, times: number[]): number => round((mib * MIB) / 1000 / median(times));

const speeds = (times: Times): Result['mbps'] =>
  Object.fromEntries(
    Object.entries(times).map(([mib, at]) => [
      `${mib}MiB`,
      Object.fromEntries(Object.entries(at).map(([name, ms]) => [name, speed(Number(mib), ms)])),
    ]),
  );

/** How many times faster `ours` is, run by run. */
const over = (others: number[] = [], ours: number[] = []): number =>
  round(median(ours.map((ms, i) => (others[i] as number) / ms)));

const main = async (): Promise<void> => {
  const folder = await buildPage();
  const whole = await large(folder, 3);
  const { page, version, close } = await openPage(folder);
  try {
    const path = await call(page, 'path');
    const unlocking = await unlocks(page, 3);
    const times = await streams(page, sizes, runs);
    const added = await adds(page, folder, 256, few);
    const at = times[64] ?? {};
    const result: Result = {
      ratios: {
        streamOverAge: over(at.ageEncryption, at.streamNative),
        streamOverNative: over(at.webcryptoChaCha20Poly1305, at.streamNative),
        streamOverNoble: over(at.nobleChaCha20Poly1305, at.streamNative),
        addOverHelia: over(added.helia, added.ours),
      },
      mbps: speeds(times),
      addMbps: { ours: speed(256, added.ours), helia: speed(256, added.helia) },
      encrypt1GiBMemoryMB: whole.grownMB,
      maxStallMs: round(Math.max(...[whole.stalls, added.stalls, unlocking].map(median))),
      machine: {
        cpu: cpus()[0]?.model ?? '',
        cores: cpus().length,
        memoryGB: Math.round(totalmem() / 1e9),
        browser: `Chromium ${version}`,
        path,
        memoryBy: measuredBy(),
      },
      runs,
    };
    process.stdout.write(options.json ? `${JSON.stringify(result)}\n` : table(result));
    for (const what of missed(result)) say(`missed: ${what}`);
    // whoever asks for JSON judges the figures himself
    process.exitCode = !options.json && missed(result).length > 0 ? 1 : 0;
  } finally {
    await close();
  }
};

if (options.scale) await (await import('./scale.ts')).benchScale(options.json ?? false);
else if (options.chain) await (await import('./caliper.ts')).benchChain(options.json ?? false, options.full ?? false);
else await main();
