/**
 * `npm run gas`: what each call costs as a wallet pays it, under the limits of DESIGN §3. Exits 1 above a limit. With `--json`, one JSON object
 * and nothing else: `{"calls": {"<call>": {"first", "later", "limit"}}}`, `limit` null where there is none.
 */
import { measureGas } from './gasScenario.ts';
import { startAnvil } from './local.ts';

/** Limits hold for later calls of a kind; for `deploy` and `enroll` for the first. */
const limits: Record<string, number> = {
  deploy: 3_600_000,
  enroll: 118_000,
  add: 34_000,
  addFor: 42_000,
  addForVia: 42_000,
  share: 44_000,
  revoke: 44_000,
  requestAccess: 44_000,
  refuse: 44_000,
  rotate: 36_000,
  delegate: 54_000,
  book: 108_000,
  accept: 50_000,
  decline: 50_000,
  cancel: 50_000,
  complete: 58_000,
  release: 50_000,
  reclaim: 50_000,
  withdraw: 50_000,
  rate: 62_000,
  accredit: 82_000,
};
const firstCounts = ['deploy', 'enroll'];

type Row = { first: number; later: number; limit: number | null };

const over = (name: string, row: Row): boolean =>
  row.limit !== null && (firstCounts.includes(name) ? row.first : row.later) > row.limit;

const table = (rows: [string, Row][]): string => {
  const cell = (value: number | null) => (value === null ? '' : value.toLocaleString('en')).padStart(11);
  const line = ([name, row]: [string, Row]) =>
    `${name.padEnd(16)}${cell(row.first)}${cell(row.later)}${cell(row.limit)}${over(name, row) ? '  over' : ''}`;
  const head = `${'call'.padEnd(16)}${['first', 'later', 'limit'].map((t) => t.padStart(11)).join('')}`;
  return [head, ...rows.map(line)].join('\n');
};

const anvil = await startAnvil();
try {
  const measured = await measureGas(anvil);
  const rows = [...measured].map(([name, gas]): [string, Row] => [name, { ...gas, limit: limits[name] ?? null }]);
  const missing = Object.keys(limits).filter((name) => !measured.has(name));
  if (missing.length > 0) throw new Error(`not measured: ${missing.join(', ')}`);
  console.log(process.argv.includes('--json') ? JSON.stringify({ calls: Object.fromEntries(rows) }) : table(rows));
  if (rows.some(([name, row]) => over(name, row))) process.exitCode = 1;
} finally {
  await anvil.stop();
}
