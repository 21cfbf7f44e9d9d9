/** The steps of `npm test`, and how each program says how many tests passed. */
import { ensureAge, ensureBrowser } from './browser.ts';
import { run, type Outcome } from './run.ts';

/** Numbers of tests. */
export type Tally = { passed: number; failed: number; skipped: number };

export type Step = {
  name: string;
  /** part of `npm test -- <group>` */
  group: 'contracts' | 'types' | 'lint' | 'unit' | 'build' | 'e2e';
  /** names of steps that must have passed before */
  needs?: string[];
  /** names of steps that must have ended before */
  after?: string[];
  /** takes both cores: runs with nothing beside it */
  alone?: boolean;
  work(say: (line: string) => void): Promise<Outcome>;
  /** reads the tests' numbers off the output; null = the step itself is the test */
  tally?(output: string): Tally | null;
};

const ESCAPES = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*[A-Za-z]`, 'g');
const sum = (output: string, pattern: RegExp): number =>
  [...output.matchAll(pattern)].reduce((total, match) => total + Number(match[1]), 0);

/** forge: `Ran 5 test suites in 9s: 120 tests passed, 0 failed, 0 skipped (120 total tests)`. */
export const forgeTally = (output: string): Tally | null => {
  const last = [...output.matchAll(/(\d+) tests? passed, (\d+) failed, (\d+) skipped \(\d+ total/g)].at(-1);
  return last ? { passed: Number(last[1]), failed: Number(last[2]), skipped: Number(last[3]) } : null;
};

/** vitest: `Tests  1 failed | 29 passed (30)`. */
export const vitestTally = (output: string): Tally | null => {
  const line = [...output.replace(ESCAPES, '').matchAll(/^\s*Tests\s+(.*\(\d+\))\s*$/gm)].at(-1)?.[1];
  if (!line) return null;
  return {
    passed: sum(line, /(\d+) passed/g),
    failed: sum(line, /(\d+) failed/g),
    skipped: sum(line, /(\d+) (?:skipped|todo)/g),
  };
};

/** Playwright: lines `  12 passed (1.2m)`, `  1 failed`, `  2 flaky`, `  1 did not run`. */
export const playwrightTally = (output: string): Tally | null => {
  const text = output.replace(ESCAPES, '');
  if (!/^ {2}\d+ (passed|failed)/m.test(text)) return null;
  return {
    passed: sum(text, /^ {2}(\d+) (?:passed|flaky)/gm),
    failed: sum(text, /^ {2}(\d+) (?:failed|did not run|interrupted)/gm),
    skipped: sum(text, /^ {2}(\d+) skipped/gm),
  };
};

/** What failed, without the lines of what passed: a log that is cut off still tells it. */
export const withoutPassed = (output: string): string =>
  output
    .replace(ESCAPES, '')
    .split('\n')
    .filter((line) => !/^\s+✓|^\(node:\d+\) Warning|^\(Use `node --trace-warnings/.test(line))
    .join('\n')
    .trim();

/** What a person should know although nothing failed: tests left out, and tests that only passed when they were run again. */
export const notes = (output: string): string[] => {
  const text = output.replace(ESCAPES, '');
  const flaky = /^ {2}\d+ flaky\n((?: {4}.*\n?)+)/m.exec(text);
  return [
    ...(text.match(/^The age command line is not here.*$/gm) ?? []),
    ...(flaky ? [`Passed only when run again:\n${flaky[1]?.trimEnd()}`] : []),
  ];
};

type Work = (say: (line: string) => void) => Promise<Outcome>;
const program =
  (command: string, args: string[], env: Record<string, string> = {}): Work =>
  (say) =>
    run(command, args, {
      env: { FORCE_COLOR: '0', NO_COLOR: '1', ...env },
      onLine: (line) => line.trim() && say(line.replace(ESCAPES, '').trim()),
    });
const node = (...args: string[]): Work => program('node', args);
const ci = process.env.CI ? { CI: process.env.CI } : undefined;

/** Gets what the tests need of the machine, beside npm's packages. */
const prepare: Work = async (say) => {
  const age = await ensureAge(say);
  const note = age ? '' : 'The age command line is not here: its tests are left out.\n';
  try {
    return { code: 0, output: `${await ensureBrowser(say)}\n${note}` };
  } catch (error) {
    return { code: 1, output: `${(error as Error).message}\n` };
  }
};

/** In the order in which they are begun. */
export const steps: Step[] = [
  { name: 'abi', group: 'contracts', work: node('contracts/script/abi.ts', '--check') },
  { name: 'browser', group: 'e2e', work: prepare },
  {
    name: 'types',
    group: 'types',
    work: program('svelte-check', ['--tsconfig', './tsconfig.json', '--fail-on-warnings', '--output', 'human']),
  },
  {
    name: 'forge',
    group: 'contracts',
    after: ['abi'],
    work: node('contracts/script/foundry.ts', 'forge', 'test'),
    tally: forgeTally,
  },
  {
    name: 'eslint',
    group: 'lint',
    work: program('eslint', ['-c', '.config/eslint.config.js', '--max-warnings', '0', '.']),
  },
  { name: 'prettier', group: 'lint', work: program('prettier', ['--check', '.']) },
  { name: 'solidity lint', group: 'lint', after: ['abi'], work: node('contracts/script/lint.ts') },
  {
    name: 'unit',
    group: 'unit',
    after: ['browser', 'abi'],
    work: program('vitest', ['run', '--allowOnly=false'], ci),
    tally: vitestTally,
  },
  { name: 'build', group: 'build', work: program('vite', ['build', '--logLevel', 'warn']) },
  { name: 'size', group: 'build', needs: ['build'], work: node('src/tools/size.ts', '--built') },
  { name: 'release', group: 'build', after: ['size'], work: node('src/tools/release.ts') },
  {
    name: 'e2e',
    group: 'e2e',
    needs: ['browser', 'build'],
    after: ['abi'],
    alone: true,
    work: program(
      'playwright',
      ['test', '-c', 'test/e2e/playwright.config.ts', '--project=e2e', '--reporter=list'],
      ci,
    ),
    tally: playwrightTally,
  },
];
