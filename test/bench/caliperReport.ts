/** Rounds in the columns of Hyperledger Caliper's report. @see https://hyperledger-caliper.github.io/caliper/ */
import type { Unit } from './round.ts';

export type Cell = { blockTime: number; gasLimit: number; needed: number; hospitals: number };
/** Rates in transactions (or acts) a second, latencies in seconds; null where one alone, or none, was there to tell. */
export type Row = Cell & {
  name: string;
  kind: 'additions' | 'acts';
  sent: number;
  succeeded: number;
  failed: number;
  sendRate: number | null;
  latency: { min: number; avg: number; max: number } | null;
  throughput: number | null;
};
export type CaliperResult = {
  time: 'simulated' | 'real';
  rounds: Row[];
  rate: number;
  machine: Record<string, string | number>;
  tookS: number;
};

const two = (n: number): number => Math.round(n * 100) / 100;
const rate = (count: number, seconds: number): number | null => (seconds > 0 ? two(count / seconds) : null);

/** @param units in the order they were sent */
export const rowOf = (kind: Row['kind'], cell: Cell, units: Unit[]): Row => {
  const done = units.flatMap(({ sent, done: at }) => (at === null ? [] : [{ at, waited: at - sent }]));
  const waits = done.map((d) => d.waited);
  const [first, last] = [units[0]?.sent ?? 0, units.at(-1)?.sent ?? 0];
  const what = kind === 'additions' ? 'add a record' : cell.needed === 1 ? 'accredit' : 'admit';
  const { blockTime, gasLimit, needed, hospitals } = cell;
  return {
    name: `${blockTime} s, ${gasLimit / 1e6} M, ${needed} of ${hospitals}: ${what}`,
    kind,
    ...cell,
    sent: units.length,
    succeeded: done.length,
    failed: units.length - done.length,
    sendRate: rate(units.length, last - first),
    latency:
      waits.length === 0
        ? null
        : {
            min: two(Math.min(...waits)),
            avg: two(waits.reduce((sum, w) => sum + w, 0) / waits.length),
            max: two(Math.max(...waits)),
          },
    throughput: done.length === 0 ? null : rate(done.length, Math.max(...done.map((d) => d.at)) - first),
  };
};

const COLUMNS = ['sent', 'succ', 'fail', 'send rate', 'max lat', 'min lat', 'avg lat', 'throughput'];
const line = (name: string, cells: (string | number | null | undefined)[]): string =>
  name.padEnd(36) + cells.map((cell) => String(cell ?? '–').padStart(11)).join('');

/** @returns lines, ending with a line feed */
export const caliperTable = ({ rounds, time, machine, tookS, rate: sendRate }: CaliperResult): string =>
  [
    line('name (block time, gas limit, votes)', COLUMNS),
    line('', ['', '', '', 'TPS', 's', 's', 's', 'TPS']),
    ...rounds.map((r) =>
      line(r.name, [
        r.sent,
        r.succeeded,
        r.failed,
        r.sendRate,
        r.latency?.max,
        r.latency?.min,
        r.latency?.avg,
        r.throughput,
      ]),
    ),
    '',
    time === 'simulated'
      ? `Simulated time: anvil executes every transaction; blocks come exactly on time, records are added at ${sendRate} TPS by schedule, all hospitals that are asked confirm at the block that shows them the proposal, so that an admission takes two blocks however many they are. No network, no other users.`
      : 'Real time: anvil mines by its own clock, on this machine alone. No network, no other users.',
    '1 of 1: an accreditation, the act that needs one hospital alone (a consortium has at least three). Otherwise the admission of a hospital.',
    `${Object.entries(machine)
      .map(([name, value]) => `${name}: ${value}`)
      .join(' · ')} · took ${tookS} s`,
    '',
  ].join('\n');
