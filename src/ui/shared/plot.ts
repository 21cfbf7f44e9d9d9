/** uPlot, dressed in the page's tokens. In a chunk of its own: only screens that draw load it. */
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';

/** One line or row of bars. `values` beside the x of the same index, null where there is none. */
export type PlotSeries = {
  label: string;
  values: (number | null)[];
  kind?: 'line' | 'bars';
  /** dashed lines tell pairs apart without colour */
  dash?: boolean;
  /** 0–7, by default its place among the series */
  colour?: number;
  /** exact values for the table, where they are longer than what `formatY` says */
  text?: string[];
};
/** `ordinal`: evenly spaced, whatever the values are (months); the first and last have room around them. */
export type XScale = 'ordinal' | 'linear' | 'log';
export type PlotOptions = {
  x: number[];
  series: PlotSeries[];
  xScale: XScale;
  yScale: 'linear' | 'log';
  xLabel: string;
  yLabel: string;
  formatX: (value: number) => string;
  formatY: (value: number) => string;
  /** index of the point under the cursor, null when it left */
  onpoint: (index: number | null) => void;
};

export const COLOURS = 8;
export const DASH = [6, 4];

/** What a token is in the theme of now, as a canvas takes it. */
const resolve = (at: HTMLElement, token: string): string => {
  const probe = document.createElement('i');
  probe.style.color = `var(${token})`;
  at.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
};

/** Colours of a chart, read off the element it stands in. */
const paletteOf = (at: HTMLElement) => ({
  ink: resolve(at, '--ink'),
  soft: resolve(at, '--ink-2'),
  grid: resolve(at, '--line'),
  ground: resolve(at, '--surface'),
  series: Array.from({ length: COLOURS }, (_, i) => resolve(at, `--plot-${i + 1}`)),
});

/** Of a logarithmic axis only the decades get a line, unless there are too few to read by. */
const decades = (_: uPlot, splits: (number | null)[]): (number | null)[] => {
  const is = (v: number | null) => v !== null && v > 0 && Math.abs(Math.log10(v) - Math.round(Math.log10(v))) < 1e-9;
  return splits.filter(is).length < 2 ? splits : splits.map((v) => (is(v) ? v : null));
};

const colourOf = (s: PlotSeries, i: number): number => (s.colour ?? i) % COLOURS;

/** A drawn chart. {@link destroy} ends it. */
export class Drawn {
  readonly #plot: uPlot;
  readonly #options: PlotOptions;
  readonly #palette: ReturnType<typeof paletteOf>;
  readonly #font: string;

  constructor(host: HTMLElement, height: number, options: PlotOptions) {
    this.#options = options;
    this.#palette = paletteOf(host);
    this.#font = getComputedStyle(host).fontFamily;
    this.#plot = new uPlot({ ...this.#config(), width: host.clientWidth, height }, this.#data(options), host);
  }

  resize(width: number, height: number): void {
    this.#plot.setSize({ width, height });
  }

  /** Other values of the same series. */
  update(options: Pick<PlotOptions, 'x' | 'series'>): void {
    Object.assign(this.#options, options);
    this.#plot.setData(this.#data(options));
  }

  /** Draws a series or leaves it out. */
  show(index: number, shown: boolean): void {
    if (this.#plot.series[index + 1]?.show !== shown) this.#plot.setSeries(index + 1, { show: shown });
  }

  /** Puts the cursor on a point, as a pointer would; null takes it away. */
  point(index: number | null): void {
    const x = index === null ? undefined : this.#plot.data[0][index];
    this.#plot.setCursor({ left: x === undefined ? -10 : this.#plot.valToPos(x, 'x'), top: x === undefined ? -10 : 0 });
  }

  destroy(): void {
    this.#plot.destroy();
  }

  /** The chart with a title, its legend and a note, on the theme's ground, as a PNG. */
  png(title: string, note: string): Promise<Blob> {
    const { canvas: drawn } = this.#plot.ctx;
    const ratio = uPlot.pxRatio;
    const { ink, soft, ground, series } = this.#palette;
    const lines = this.#options.series
      .map((s, i) => ({ s, colour: series[colourOf(s, i)] as string, shown: this.#plot.series[i + 1]?.show }))
      .filter((l) => l.shown);
    const canvas = document.createElement('canvas');
    canvas.width = drawn.width + 32 * ratio;
    const columns = Math.max(1, Math.floor(canvas.width / (220 * ratio)));
    const row = 20 * ratio;
    const legend = Math.ceil(lines.length / columns) * row;
    canvas.height = drawn.height + legend + (note ? row : 0) + 64 * ratio;
    const ctx = canvas.getContext('2d') as CanvasRenderingContext2D;
    const write = (text: string, size: number, colour: string, x: number, y: number, weight = 400) => {
      ctx.font = `${weight} ${size * ratio}px ${this.#font}`;
      ctx.fillStyle = colour;
      ctx.fillText(text, x, y);
    };
    ctx.fillStyle = ground;
    ctx.fillRect(0, 0, canvas.width, canvas.height);
    write(title, 15, ink, 16 * ratio, 28 * ratio, 600);
    ctx.drawImage(drawn, 16 * ratio, 44 * ratio);
    lines.forEach(({ s, colour }, i) => {
      const x = 16 * ratio + (i % columns) * ((canvas.width - 32 * ratio) / columns);
      const y = drawn.height + 56 * ratio + Math.floor(i / columns) * row;
      ctx.strokeStyle = colour;
      ctx.lineWidth = 2 * ratio;
      ctx.setLineDash(s.dash ? DASH.map((d) => d * ratio) : []);
      ctx.beginPath();
      ctx.moveTo(x, y - 4 * ratio);
      ctx.lineTo(x + 22 * ratio, y - 4 * ratio);
      ctx.stroke();
      write(s.label, 12, ink, x + 30 * ratio, y);
    });
    if (note) write(note, 11, soft, 16 * ratio, canvas.height - 10 * ratio);
    return new Promise((resolve, reject) =>
      canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('no PNG'))), 'image/png'),
    );
  }

  #data({ x, series }: Pick<PlotOptions, 'x' | 'series'>): uPlot.AlignedData {
    const at = this.#options.xScale === 'ordinal' ? x.map((_, i) => i) : x;
    return [at, ...series.map((s) => s.values)];
  }

  #config(): Omit<uPlot.Options, 'width' | 'height'> {
    const o = this.#options;
    const { soft, grid, series, ground } = this.#palette;
    const axis = {
      stroke: soft,
      font: `12px ${this.#font}`,
      labelFont: `12px ${this.#font}`,
      grid: { stroke: grid, width: 1 },
      ticks: { stroke: grid, width: 1, size: 4 },
    };
    const nameX = (v: number | null): string => {
      if (v === null) return '';
      if (o.xScale !== 'ordinal') return o.formatX(v);
      return o.x[v] === undefined ? '' : o.formatX(o.x[v]);
    };
    const widest = (values: string[] | null) => Math.max(4, ...(values ?? []).map((v) => v?.length ?? 0));
    return {
      legend: { show: false },
      padding: [8, 24, 0, 0],
      cursor: {
        drag: { x: false, y: false },
        y: false,
        points: { size: 8, width: 2, fill: ground },
      },
      hooks: { setCursor: [(u) => o.onpoint(u.cursor.idx ?? null)] },
      scales: {
        x: {
          time: false,
          ...(o.xScale === 'ordinal' ? { range: () => [-0.5, Math.max(0.5, o.x.length - 0.5)] } : {}),
          ...(o.xScale === 'log' ? { distr: 3 } : {}),
        },
        y: o.yScale === 'log' ? { distr: 3 } : { range: (_, __, max) => [0, max > 0 ? max * 1.08 : 1] },
      },
      axes: [
        {
          ...axis,
          label: o.xLabel,
          labelSize: 22,
          labelGap: 0,
          size: 30,
          space: 64,
          ...(o.xScale === 'log' ? { ticks: { ...axis.ticks, filter: decades } } : {}),
          grid: {
            show: o.xScale !== 'ordinal',
            stroke: grid,
            width: 1,
            ...(o.xScale === 'log' ? { filter: decades } : {}),
          },
          values: (_, splits) => splits.map(nameX),
          ...(o.xScale === 'ordinal' ? { incrs: [1, 2, 3, 5, 10, 20, 30, 50, 100, 200, 500, 1000] } : {}),
        },
        {
          ...axis,
          label: o.yLabel,
          ...(o.yScale === 'log'
            ? { grid: { ...axis.grid, filter: decades }, ticks: { ...axis.ticks, filter: decades } }
            : {}),
          values: (_, splits) => splits.map((v) => (v === null ? '' : o.formatY(v))),
          size: (_, values) => 14 + 7 * widest(values),
        },
      ],
      series: [
        {},
        ...o.series.map((s, i): uPlot.Series => {
          const stroke = series[colourOf(s, i)] as string;
          const bars = s.kind === 'bars' && uPlot.paths.bars?.({ size: [0.64, 56], radius: 0.12 });
          return bars
            ? { label: s.label, stroke, fill: stroke, width: 0, paths: bars, points: { show: false } }
            : {
                label: s.label,
                stroke,
                width: 2,
                spanGaps: true,
                points: { show: true, size: 6, fill: ground, stroke },
                ...(s.dash ? { dash: DASH } : {}),
              };
        }),
      ],
    };
  }
}
