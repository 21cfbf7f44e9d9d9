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

/** Least ratios, and most of the rest (DESIGN §9, issue 2 §3 and §4). */
const LEAST: Record<string, number> = { streamOverAge: 3, streamOverNative: 0.8, addOverHelia: 0.6 };
const MOST = { encrypt1GiBMemoryMB: 200, maxStallMs: 50 };

/** @returns the targets that were missed, by name */
export const missed = (result: Result): string[] => [
  ...Object.entries(LEAST).flatMap(([name, least]) => ((result.ratios[name] ?? 0) >= least ? [] : [name])),
  ...(result.encrypt1GiBMemoryMB < MOST.encrypt1GiBMemoryMB ? [] : ['encrypt1GiBMemoryMB']),
  ...(result.maxStallMs <= MOST.maxStallMs ? [] : ['maxStallMs']),
];

const row = (first: string, cells: (string | number | undefined)[]): string =>
  first.padEnd(28) + cells.map((cell) => String(cell ?? '–').padStart(10)).join('');

/** @returns lines, ending with a line feed */
export const table = (result: Result): string => {
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
    ...Object.entries(result.ratios).map(([name, ratio]) => row(name, [ratio, LEAST[name]])),
    '',
    row('in the page', ['measured', 'at most']),
    row('memory for 1 GiB, MB', [result.encrypt1GiBMemoryMB, MOST.encrypt1GiBMemoryMB]),
    row('main thread stalls, ms', [result.maxStallMs, MOST.maxStallMs]),
    '',
    Object.entries(result.machine)
      .map(([name, value]) => `${name}: ${value}`)
      .join(' · '),
    `${result.runs} runs, medians`,
    '',
  ].join('\n');
};
