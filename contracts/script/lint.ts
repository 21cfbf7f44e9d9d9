/** Formatting and lint of everything in Solidity; part of `npm run lint`. `forge lint` would exit 0 without `--deny`. */
import { runFoundry } from './foundry.ts';

const steps: [name: string, args: string[]][] = [
  ['format', ['fmt', '--check']],
  ['lint', ['lint', '--deny', 'notes']],
];

let failed = false;
for (const [name, args] of steps) {
  try {
    runFoundry('forge', args);
    console.log(`solidity ${name}: ok`);
  } catch (error) {
    failed = true;
    console.error(`solidity ${name}: ${(error as Error).message}`);
  }
}
process.exit(failed ? 1 : 0);
