import { defineConfig } from '@playwright/test';

// Chromium reads names of files by the locale: without a UTF-8 one it cannot open those of other scripts
process.env.LC_ALL = 'C.UTF-8';

export default defineConfig({
  testDir: '.',
  outputDir: '../../test-results',
  // two cores, which tests that wait for a chain and a peer hardly fill; each worker has both of its own
  workers: 2,
  fullyParallel: false,
  forbidOnly: Boolean(process.env.CI),
  // unattended, one race does not hide what the others say; what needed it is named at the end of `npm test`
  retries: process.env.CI ? 1 : 0,
  timeout: 180_000,
  expect: { timeout: 20_000 },
  reporter: 'list',
  snapshotPathTemplate: '{testDir}/snapshots/{arg}{ext}',
  globalSetup: './support/globalSetup.ts',
  projects: [
    { name: 'e2e', testIgnore: 'screens.spec.ts' },
    { name: 'screens', testMatch: 'screens.spec.ts' },
  ],
});
