/**
 * What the contract offers and the tests do not mention. A passing `expectRevert` names its error and a passing `expectEmit` is followed by its
 * event, so that mentioning is reaching; each function has a fuzz test that begins with its name.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { salusAbi } from '../../src/chain/abi.ts';
import { projectRoot } from './foundry.ts';

/** Errors of libraries that the contract never lets through. */
const foreign = /^(ECDSA|SafeCast)/;

const sources = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.sol'))
    .map((name) => readFileSync(join(folder, name), 'utf8'));

/** @returns a sentence for each error, event and function without a test, none when all is well */
export const untested = (): string[] => {
  const text = sources(join(projectRoot, 'test/contracts')).join('\n');
  return salusAbi.flatMap((entry) => {
    if (entry.type === 'error' && !foreign.test(entry.name))
      return new RegExp(`\\b${entry.name}\\.selector`).test(text) ? [] : [`no test expects the error ${entry.name}`];
    if (entry.type === 'event')
      return new RegExp(`emit \\w+\\.${entry.name}\\(`).test(text) ? [] : [`no test expects the event ${entry.name}`];
    if (entry.type === 'function' && entry.stateMutability !== 'view')
      return new RegExp(`testFuzz_${entry.name}`).test(text) ? [] : [`no fuzz test of ${entry.name}`];
    return [];
  });
};
