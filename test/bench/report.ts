/** Medians, and the table that people read. */

/** The middle of the values, or the mean of the two in the middle. @throws RangeError without any */
export const median = (values: number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  if (low === undefined || high === undefined) throw new RangeError('no values');
  return (low + high) / 2;
};

export type Result = {
  ratios: Record<string, number>;
  mbps: Record<string, Record<string, number>>;
  addMbps: Record<string, number>;
  encrypt1GiBMemoryMB: number;
  maxStallMs: number;
  machine: Record<string, string | number>;
  runs: number;
};

const row = (first: string, cells: (string | number | undefined)[]): string =>
  first.padEnd(28) + cells.map((cell) => String(cell ?? '–').padStart(10)).join('');

/** @param targets least ratios @returns lines, ending with a line feed */
export const table = (result: Result, targets: Record<string, number>): string => {
  const sizes = Object.keys(result.mbps);
  const names = [...new Set(sizes.flatMap((size) => Object.keys(result.mbps[size] ?? {})))];
  return [
    row('MB/s', sizes),
    ...names.map((name) =>
      row(
        name,
        sizes.map((size) => result.mbps[size]?.[name]),
      ),
    ),
    '',
    row('add 256 MiB, MB/s', ['ours', 'Helia']),
    row('', [result.addMbps.ours, result.addMbps.helia]),
    '',
    row('ratio', ['measured', 'at least']),
    ...Object.entries(result.ratios).map(([name, ratio]) => row(name, [ratio, targets[name]])),
    '',
    row('encrypting 1 GiB', ['measured', 'at most']),
    row('memory grows by, MB', [result.encrypt1GiBMemoryMB, 200]),
    row('main thread stalls, ms', [result.maxStallMs, 50]),
    '',
    Object.entries(result.machine)
      .map(([name, value]) => `${name}: ${value}`)
      .join(' · '),
    `${result.runs} runs, medians`,
    '',
  ].join('\n');
};
