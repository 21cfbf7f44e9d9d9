/** Builds the bench's page as the real one is built, and opens it in a real Chromium. */
import { chromium } from '@playwright/test';
import type { Page } from '@playwright/test';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { FLAGS, ensureBrowser } from '../../src/tools/browser.ts';
import { serve } from '../../src/tools/serve.ts';
import type { Bench } from './page.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** @param name of the folder under `.local`, so that two runs do not share one @returns the folder with the built page */
export const buildPage = async (name = 'bench'): Promise<string> => {
  const outDir = here(`../../.local/${name}`);
  await build({
    configFile: false,
    root: here('.'),
    base: './',
    logLevel: 'error',
    worker: { format: 'es' },
    build: { outDir, emptyOutDir: true, target: 'es2023', modulePreload: { polyfill: false } },
  });
  return outDir;
};

/** Runs a method of the page's bench. */
export const call = <N extends keyof Bench>(
  page: Page,
  name: N,
  ...args: Parameters<Bench[N]>
): Promise<Awaited<ReturnType<Bench[N]>>> =>
  page.evaluate(
    ([method, given]) => {
      const bench = (window as unknown as { bench: Record<string, (...a: unknown[]) => unknown> }).bench;
      return bench[method as string]?.(...(given as unknown[]));
    },
    [name, args] as const,
  ) as Promise<Awaited<ReturnType<Bench[N]>>>;

/** Opens a built page. @returns the page and what closes everything */
export const openPage = async (folder: string): Promise<{ page: Page; version: string; close(): Promise<void> }> => {
  const served = await serve(folder);
  const browser = await chromium.launch({ executablePath: await ensureBrowser(), args: FLAGS });
  const page = await browser.newPage();
  page.on('pageerror', (error) => console.error(error));
  await page.goto(served.url);
  await page.waitForFunction(() => 'bench' in window);
  const close = async (): Promise<void> => {
    await browser.close();
    await served.stop();
  };
  return { page, version: browser.version(), close };
};
