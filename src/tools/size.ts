/**
 * `npm run size`: builds, and adds up what the landing page loads before a wallet is chosen, as gzip packs it: the entry's
 * static imports, and whatever a real Chromium asks for beside them where there is one. `--json` for figures only, `--built` to
 * measure the `dist/` that is there. Ends with 1 above the limit.
 */
import { chromium } from '@playwright/test';
import { join } from 'node:path';
import { findBrowser, FLAGS } from './browser.ts';
import { chunks, entryFiles } from './chunks.ts';
import { root, run } from './run.ts';
import { serve } from './serve.ts';

const LIMIT = 150_000;
const dist = join(root, 'dist');
const flags = process.argv.slice(2);

/** @returns the paths that Chromium requests of the page until its network is quiet */
const requested = async (executablePath: string): Promise<string[]> => {
  const page = await serve(dist);
  const browser = await chromium.launch({ executablePath, args: FLAGS });
  try {
    const context = await browser.newContext();
    const paths: string[] = [];
    context.on('request', (request) => {
      if (request.url().startsWith(page.url)) paths.push(new URL(request.url()).pathname.slice(1) || 'index.html');
    });
    await (await context.newPage()).goto(page.url, { waitUntil: 'networkidle' });
    return paths;
  } finally {
    await browser.close();
    await page.stop();
  }
};

if (!flags.includes('--built')) {
  const { code, output } = await run('vite', ['build', '--logLevel', 'warn']);
  if (code !== 0) {
    console.error(output);
    process.exit(1);
  }
}
const browser = findBrowser();
const first = new Set([...entryFiles(dist), ...(browser ? await requested(browser) : [])]);
const all = chunks(dist, first);
const entryGz = all.filter((chunk) => !chunk.lazy).reduce((sum, chunk) => sum + chunk.gz, 0);

if (flags.includes('--json')) console.log(JSON.stringify({ entryGz, chunks: all }));
else {
  const kb = (bytes: number): string => `${(bytes / 1000).toFixed(1)} KB`.padStart(10);
  for (const lazy of [false, true]) {
    console.log(lazy ? '\nLater, when needed (gz):' : 'The landing page (gz):');
    for (const chunk of all.filter((c) => c.lazy === lazy)) console.log(`${kb(chunk.gz)}  ${chunk.name}`);
  }
  if (!browser) console.log('\nNo Chromium here: only static imports were followed.');
  console.log(`\n${kb(entryGz)}  before a wallet is chosen; the limit is ${kb(LIMIT).trim()}`);
}
process.exit(entryGz > LIMIT ? 1 : 0);
