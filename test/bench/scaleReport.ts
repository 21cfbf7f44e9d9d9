/** The targets of `npm run bench -- --scale`, and its figures for people. */
import type { Scale } from './scale.ts';
import type { Cost } from './visit.ts';

/** Requests at most, milliseconds of a search, and how much longer anything may take among the most others (noise included). */
const MOST = { page: 2, whole: 3, firstPage: 1, searchMs: 50, growth: 2 };

/** @returns the targets that were missed, by name */
export const missedScale = (s: Omit<Scale, 'missed'>): string[] => [
  ...s.own.flatMap(({ others, page, whole, noRanges, blocks }) => {
    const over: [string, boolean][] = [
      ['page', page.requests > MOST.page],
      ['whole', whole.requests > MOST.whole],
      // one head for the page and one for the rest; ranges are tried once a visit
      ['noRanges', noRanges.whole.requests - noRanges.refused - 2 > blocks],
    ];
    return over.filter(([, is]) => is).map(([name]) => `${name} with ${others} others`);
  }),
  ...(s.inbox.page.requests > MOST.page ? ['inbox page'] : []),
  ...(s.directory.firstPage.requests > MOST.firstPage ? ['first page of the directory'] : []),
  ...(s.directory.searchMaxMs > MOST.searchMs ? ['search'] : []),
  ...Object.entries(s.growth).flatMap(([name, times]) => (times > MOST.growth ? [`growth of ${name}`] : [])),
];

const cell = (value: string | number): string => String(value).padStart(20);
const row = (first: string, cells: (string | number)[]): string => first.padEnd(44) + cells.map(cell).join('');
const both = (cost: Cost): string => `${cost.requests} / ${cost.ownMs} + ${cost.nodeMs}`;

/** @returns lines, ending with a line feed */
export const scaleTable = (s: Scale): string => {
  const { own, inbox, rotate, directory, growth } = s;
  return [
    row(
      'one account: requests / ms, own + node’s',
      own.map((o) => `${o.others} others`),
    ),
    row(
      'newest page (50)',
      own.map((o) => both(o.page)),
    ),
    row(
      'then the whole (requests in all)',
      own.map((o) => both(o.whole)),
    ),
    row(
      'the whole at once',
      own.map((o) => both(o.wholeAtOnce)),
    ),
    row(
      'no ranges: newest page',
      own.map((o) => both(o.noRanges.page)),
    ),
    row(
      'no ranges: the whole',
      own.map((o) => both(o.noRanges.whole)),
    ),
    row(
      '  of these refused ranges, once a visit',
      own.map((o) => o.noRanges.refused),
    ),
    row(
      'entries / blocks',
      own.map((o) => `${o.entries} / ${o.blocks}`),
    ),
    row(
      'requests afterwards, noting what is final',
      own.map((o) => o.page.afterwards),
    ),
    row(
      'set up, s',
      own.map((o) => o.setupS),
    ),
    row('own time among the most others, ×', [
      `page ${growth.page}`,
      `whole ${growth.wholeAtOnce}`,
      `by blocks ${growth.noRanges}`,
    ]),
    '',
    row(`an inbox of ${inbox.entries}: newest page, then whole`, [both(inbox.page), both(inbox.whole)]),
    '',
    row(`directory of ${directory.doctors}: first page of ${directory.pageSize}`, [both(directory.firstPage)]),
    row('all of it', [both(directory.all)]),
    ...Object.entries(directory.search).map(([query, ms]) => row(`search “${query}”, ms`, [ms])),
    '',
    row(`a folder rotated for ${rotate.readers} readers, gas`, [rotate.gas.toLocaleString('en')]),
    row('  the first time', [rotate.first.toLocaleString('en')]),
    row('  bringing one reader in', [rotate.shareGas.toLocaleString('en')]),
    '',
    `most: ${MOST.page} requests for a page, ${MOST.whole} for the whole, one a block without ranges; search ${MOST.searchMs} ms; ×${MOST.growth} among others`,
    Object.entries(s.machine)
      .map(([name, value]) => `${name}: ${value}`)
      .join(' · '),
    `${s.runs} runs, medians; counts of requests are of every run`,
    '',
  ].join('\n');
};
