/**
 * Starts a stack for each worker: a fresh chain, a fresh peer, and the built page as any static host would serve it. What a test does to its
 * chain, tests beside it never see.
 */
import type { FullConfig } from '@playwright/test';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../../../src/tools/run.ts';
import { forget, startStack, type Stack } from '../../../src/tools/stack.ts';

export default async ({ workers }: FullConfig): Promise<() => Promise<void>> => {
  if (!existsSync(join(root, 'dist/index.html'))) throw new Error('dist/ is not there: npm run build');
  const stacks: (Stack & { folder: string })[] = [];
  for (let i = 0; i < workers; i++) {
    const folder = mkdtempSync(join(tmpdir(), 'salus-e2e-'));
    stacks.push({ folder, ...(await startStack({ folder, dist: true })) });
  }
  // to the processes in which the tests run
  process.env.SALUS_STACKS = JSON.stringify(stacks);
  return async () => {
    for (const { stop, folder } of stacks) {
      await stop();
      forget(folder);
    }
  };
};
