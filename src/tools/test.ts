/**
 * `npm test`: everything that must hold, two steps at a time. Prints a line for each step, the whole output of what failed,
 * and last `N passed, N failed`. `npm test -- unit contracts` runs only those groups (and what they stand on).
 */
import { endAll } from './run.ts';
import { notes, steps, withoutPassed, type Step, type Tally } from './steps.ts';

type Result = { step: Step; tally: Tally; code: number; output: string; seconds: number };

const groups = [...new Set(steps.map((step) => step.group))];
const wanted = process.argv.slice(2).filter((word) => word !== '--');
const unknown = wanted.filter((word) => !groups.some((group) => group === word) && !steps.some((s) => s.name === word));
if (unknown.length > 0) {
  console.error(`There is no ${unknown.join(', ')}. There are: ${groups.join(', ')}.`);
  process.exit(2);
}
const prior = (step: Step): string[] => [...(step.needs ?? []), ...(step.after ?? [])];
/** Steps asked for, in order, with those they need. */
const chosen = new Set(steps.filter((s) => wanted.length === 0 || wanted.includes(s.group) || wanted.includes(s.name)));
for (const step of [...steps].reverse())
  if (chosen.has(step)) for (const name of prior(step)) chosen.add(steps.find((s) => s.name === name) as Step);

const live = process.stdout.isTTY === true;
const running = new Map<string, string>();
const width = (): number => process.stdout.columns || 100;
const status = (): void => {
  if (!live) return;
  const text = [...running].map(([name, line]) => `${name}: ${line}`).join('  ·  ');
  process.stdout.write(`\r\x1b[2K${text.slice(0, width() - 1)}`);
};
const print = (text: string): void => {
  if (live) process.stdout.write('\r\x1b[2K');
  console.log(text);
  status();
};

const describe = ({ step, tally, code, seconds }: Result): string => {
  const counts = step.tally
    ? `  ${tally.passed} passed${tally.failed ? `, ${tally.failed} failed` : ''}${tally.skipped ? `, ${tally.skipped} left out` : ''}`
    : '';
  return `${code === 0 ? 'ok  ' : 'FAIL'} ${step.name.padEnd(14)}${seconds.toFixed(1).padStart(7)} s${counts}`;
};

const perform = async (step: Step): Promise<Result> => {
  const began = performance.now();
  running.set(step.name, '…');
  status();
  const { code, output } = await step.work((line) => {
    running.set(step.name, line);
    status();
  });
  running.delete(step.name);
  const counted = step.tally?.(output) ?? { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 };
  // a program may also fail outside its tests
  const tally = code !== 0 && counted.failed === 0 ? { ...counted, failed: 1 } : counted;
  const result = { step, tally, code, output, seconds: (performance.now() - began) / 1000 };
  print(describe(result));
  return result;
};

process.once('SIGINT', () => {
  endAll();
  process.exit(130);
});

const results: Result[] = [];
const waiting = [...steps].filter((step) => chosen.has(step));
const active = new Map<Step, Promise<void>>();
const done = (name: string): Result | undefined => results.find((r) => r.step.name === name);
while (waiting.length > 0 || active.size > 0) {
  for (const step of [...waiting]) {
    const blocker = step.needs?.find((name) => (done(name)?.code ?? 0) !== 0);
    if (blocker) {
      waiting.splice(waiting.indexOf(step), 1);
      const output = `not run: ${blocker} failed\n`;
      results.push({ step, tally: { passed: 0, failed: 1, skipped: 0 }, code: 1, output, seconds: 0 });
      print(`FAIL ${step.name.padEnd(14)} ${output.trim()}`);
      continue;
    }
    const ready = prior(step).every((name) => done(name));
    const room = active.size < 2 && !(step.alone && active.size > 0) && ![...active.keys()].some((s) => s.alone);
    if (!ready || !room) continue;
    waiting.splice(waiting.indexOf(step), 1);
    active.set(
      step,
      perform(step).then((result) => void (results.push(result), active.delete(step))),
    );
  }
  if (active.size > 0) await Promise.race(active.values());
}

for (const { step, code, output } of results) {
  if (code !== 0) console.log(`\n──── ${step.name} ────\n${withoutPassed(output)}`);
  else for (const note of notes(output)) console.log(note);
}
const total = (key: 'passed' | 'failed'): number => results.reduce((n, r) => n + r.tally[key], 0);
console.log(`\n${total('passed')} passed, ${total('failed')} failed`);
process.exit(total('failed') === 0 ? 0 : 1);
