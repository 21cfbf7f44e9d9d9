/** Starts one stack for all browser tests: a fresh chain, a fresh peer, and the built page as any static host would serve it. */
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../../../src/tools/run.ts';
import { forget, startStack } from '../../../src/tools/stack.ts';

export default async (): Promise<() => Promise<void>> => {
  if (!existsSync(join(root, 'dist/index.html'))) throw new Error('dist/ is not there: npm run build');
  const folder = mkdtempSync(join(tmpdir(), 'salus-e2e-'));
  const { stop, ...stack } = await startStack({ folder, dist: true });
  // to the processes in which the tests run
  process.env.SALUS_STACK = JSON.stringify({ ...stack, folder });
  return async () => {
    await stop();
    forget(folder);
  };
};
