/** Formatting and lint of everything in Solidity, and whether all of it is tested; part of `npm run lint`. */
import { runFoundry } from './foundry.ts';
import { untested } from './tested.ts';

const steps: [name: string, check: () => unknown][] = [
  ['format', () => runFoundry('forge', ['fmt', '--check'])],
  // without --deny it exits 0 whatever it finds
  ['lint', () => runFoundry('forge', ['lint', 'contracts', '--deny', 'notes'])],
  // casts of fuzzed words truncate on purpose: that lint is of medium severity
  ['lint of tests', () => runFoundry('forge', ['lint', 'test', '--severity', 'high', 'low', '--deny', 'notes'])],
  [
    'tests',
    () => {
      const missing = untested();
      if (missing.length > 0) throw new Error(missing.join('\n'));
    },
  ],
];

for (const [name, check] of steps) {
  try {
    check();
    console.log(`solidity ${name}: ok`);
  } catch (error) {
    process.exitCode = 1;
    console.error(`solidity ${name}: ${(error as Error).message}`);
  }
}
