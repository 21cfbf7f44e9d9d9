/** How much memory the page's process takes while it works: its resident set, as the system counts it. */
import type { CDPSession, Page } from '@playwright/test';
import { existsSync, readFileSync, readdirSync } from 'node:fs';

const MIB = 1 << 20;
const STATUS = (pid: number) => `/proc/${pid}/status`;

const field = (pid: number, name: string): string => {
  try {
    return new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(readFileSync(STATUS(pid), 'utf8'))?.[1] ?? '';
  } catch {
    return ''; // it ended between the listing and the reading
  }
};

const isOurs = (pid: number): boolean => {
  for (let at = pid; at > 1; at = Number(field(at, 'PPid'))) if (at === process.pid) return true;
  return false;
};

const isRenderer = (pid: number): boolean => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('--type=renderer');
  } catch {
    return false;
  }
};

/** Resident memory of all pages of the browser we started, MiB. */
const resident = (): number =>
  readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && isRenderer(pid) && isOurs(pid))
    .reduce((sum, pid) => sum + Number.parseInt(field(pid, 'VmRSS') || '0', 10) / 1024, 0);

/** Where the system does not tell: what the engine says of its heaps and buffers, MiB. */
const heaps = async (cdp: CDPSession): Promise<number> => {
  const { usedSize, backingStorageSize = 0 } = (await cdp.send('Runtime.getHeapUsage')) as {
    usedSize: number;
    backingStorageSize?: number;
  };
  return (usedSize + backingStorageSize) / MIB;
};

/** How the figure came about. */
export const measuredBy = (): string =>
  existsSync(STATUS(process.pid)) ? "resident set of the page's process" : "the page's main heap";

/**
 * Runs `work` and samples meanwhile.
 * @returns its answer, and by how many MiB the page grew at most over what it held before
 */
export const growth = async <T>(page: Page, work: () => Promise<T>): Promise<{ value: T; grownMiB: number }> => {
  const cdp = await page.context().newCDPSession(page);
  const sample = async () => (existsSync(STATUS(process.pid)) ? resident() : heaps(cdp));
  await cdp.send('HeapProfiler.collectGarbage');
  const before = await sample();
  let peak = before;
  let busy = false;
  const timer = setInterval(async () => {
    if (busy) return;
    busy = true;
    peak = Math.max(peak, await sample());
    busy = false;
  }, 50);
  try {
    return { value: await work(), grownMiB: peak - before };
  } finally {
    clearInterval(timer);
    await cdp.detach();
  }
};
