import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { findBrowser } from '../../../src/tools/browser.ts';

const folder = mkdtempSync(join(tmpdir(), 'salus-browser-'));
const fake = join(folder, 'my-chrome');
writeFileSync(fake, '#!/bin/sh\n');
chmodSync(fake, 0o755);
afterEach(() => vi.unstubAllEnvs());

it('takes the one that the environment names', () => {
  vi.stubEnv('CHROME', fake);
  expect(findBrowser()).toBe(fake);
});

it('passes over one that is not there', () => {
  vi.stubEnv('CHROME', join(folder, 'gone'));
  vi.stubEnv('CHROMIUM', fake);
  expect(findBrowser()).toBe(fake);
  rmSync(folder, { recursive: true });
});
