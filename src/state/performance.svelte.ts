/** The performance page's measurements: every method, both ways, against size and against the number of records. */
import { asSalusError, isSalusError, type SalusError } from '../core/errors.ts';
import {
  DIRECTIONS,
  METHODS,
  type Direction,
  type Load,
  type Measurer,
  type MethodName,
} from '../flows/ports/measure.ts';

/** What is on the horizontal axis: bytes of one record, or records of {@link RECORD_BYTES} each. */
export type Axis = 'size' | 'records';
/** Bytes of a record where records are counted: what a manifest is padded to. */
export const RECORD_BYTES = 4096;
const SIZES = [1024, 8192, 65536, 524_288, 4_194_304, 16_777_216];
const COUNTS = [1, 4, 16, 64, 256];
/** Milliseconds that one pass may take: what would take longer, judged by the point before, is left out and said so. */
const PATIENCE = 1500;

/** One point of a graph. @property times milliseconds of each run @property skipped what it would have taken, milliseconds */
export type Point = { load: Load; axis: Axis; times: number[]; skipped: number | null };

const xOf = ({ load, axis }: Point): number => (axis === 'size' ? load.bytes : load.count);

/** Median of at least one number. */
export const median = (times: number[]): number => {
  const sorted = [...times].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  const upper = sorted[half] as number;
  return sorted.length % 2 ? upper : (upper + (sorted[half - 1] as number)) / 2;
};

export class PerformanceState {
  status = $state<'idle' | 'running' | 'done' | 'stopped' | 'failed'>('idle');
  points = $state.raw<Point[]>([]);
  /** methods that this browser has not */
  missing = $state.raw<MethodName[]>([]);
  done = $state(0);
  total = $state(0);
  /** Unix ms of the last measurement's end */
  at = $state<number | null>(null);
  error = $state.raw<SalusError | null>(null);
  readonly #open: () => Measurer;
  #measurer: Measurer | null = null;

  constructor(open: () => Measurer) {
    this.#open = open;
  }

  /** Measures everything anew. The methods take turns within a run, so that what disturbs one disturbs all. @param runs passes of each point */
  run = async (runs: number): Promise<void> => {
    if (this.status === 'running') return;
    const points: Point[] = this.#plan();
    this.status = 'running';
    this.error = null;
    this.missing = [];
    this.done = 0;
    this.total = points.length * runs;
    const measurer = this.#open();
    this.#measurer = measurer;
    try {
      for (let run = 0; run < runs; run++)
        for (const point of points) {
          await this.#pass(measurer, points, point);
          this.done++;
          this.points = points.filter((p) => p.times.length > 0 || p.skipped !== null).map((p) => ({ ...p }));
        }
      this.status = 'done';
    } catch (error) {
      this.status = isSalusError(error, 'storage/aborted') ? 'stopped' : 'failed';
      if (this.status === 'failed') this.error = asSalusError(error);
    }
    this.at = Date.now();
    measurer.close();
    this.#measurer = null;
  };

  /** Ends it at once; what was measured stays. */
  stop = (): void => this.#measurer?.close();

  /** Medians of one graph. @returns per method the values at `xs`, null where there is none */
  graph(
    axis: Axis,
    direction: Direction,
  ): { xs: number[]; series: { method: MethodName; values: (number | null)[] }[] } {
    const shown = this.points.filter((p) => p.axis === axis && p.load.direction === direction && p.times.length > 0);
    const xs = [...new Set(shown.map(xOf))].sort((a, b) => a - b);
    const series = METHODS.map((method) => ({
      method,
      values: xs.map((x) => {
        const point = shown.find((p) => p.load.method === method && xOf(p) === x);
        return point ? median(point.times) : null;
      }),
    })).filter((s) => s.values.some((v) => v !== null));
    return { xs, series };
  }

  #plan(): Point[] {
    const loads = [
      ...SIZES.map((bytes) => ({ axis: 'size' as const, bytes, count: 1 })),
      ...COUNTS.map((count) => ({ axis: 'records' as const, bytes: RECORD_BYTES, count })),
    ];
    return loads.flatMap(({ axis, bytes, count }) =>
      METHODS.flatMap((method) =>
        DIRECTIONS.map((direction) => ({
          axis,
          load: { method, direction, bytes, count },
          times: [],
          skipped: null,
        })),
      ),
    );
  }

  async #pass(measurer: Measurer, points: Point[], point: Point): Promise<void> {
    const { method, direction } = point.load;
    if (this.missing.includes(method) || point.skipped !== null) return;
    const before = points
      .filter((p) => p.axis === point.axis && p.load.method === method && p.load.direction === direction)
      .filter((p) => p.times.length > 0 && xOf(p) < xOf(point))
      .at(-1);
    const expected = before ? (median(before.times) * xOf(point)) / xOf(before) : 0;
    if (expected > PATIENCE) {
      point.skipped = expected;
      return;
    }
    try {
      point.times.push(await measurer.time(point.load));
    } catch (error) {
      if (!isSalusError(error, 'crypto/unsupported')) throw error;
      this.missing = [...this.missing, method];
    }
  }
}
