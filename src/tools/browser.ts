/** Finds a Chromium for the browser tests, and gets one where there is none. */
import type { BrowserType } from '@playwright/test';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { run } from './run.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const MAC = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';

/** What keeps a headless Chromium quiet: no GPU, no QUIC, nothing fetched that no page asked for. */
export const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** @returns the first of `names` on the PATH, or null */
const onPath = (names: string[]): string | null => {
  const folders = ['/usr/bin', ...(process.env.PATH ?? '').split(delimiter)];
  for (const name of names) for (const folder of folders) if (existsSync(join(folder, name))) return join(folder, name);
  return null;
};

/** Playwright's own download, when there is one. */
const playwrights = (): string | null => {
  const { chromium } = createRequire(import.meta.url)('@playwright/test') as { chromium: BrowserType };
  return existsSync(chromium.executablePath()) ? chromium.executablePath() : null;
};

/** @returns the path of a Chromium: `CHROME` or `CHROMIUM` in the environment, the system's, or Playwright's; null when there is none */
export const findBrowser = (): string | null => {
  for (const given of [process.env.CHROME, process.env.CHROMIUM]) if (given && existsSync(given)) return given;
  return onPath(NAMES) ?? (existsSync(MAC) ? MAC : playwrights());
};

const isRoot = (): boolean => process.getuid?.() === 0;
const isDebian = (): boolean =>
  existsSync('/etc/debian_version') && /^ID=debian$/m.test(readFileSync('/etc/os-release', 'utf8'));

let updated = false;
/** Installs a Debian package. @returns whether it worked */
const install = async (name: string, say: (line: string) => void): Promise<boolean> => {
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  if (!updated) {
    say('apt-get update');
    updated = (await run('apt-get', ['update', '-q'], { env })).code === 0;
  }
  say(`apt-get install ${name}`);
  return (await run('apt-get', ['install', '-y', '-q', '--no-install-recommends', name], { env })).code === 0;
};

/**
 * Makes sure that there is a Chromium. As root on Debian it is installed with apt-get, elsewhere by Playwright.
 * @param say called with what is being done, one line each
 * @returns its path
 * @throws Error that says what to do by hand
 */
export const ensureBrowser = async (say: (line: string) => void = () => {}): Promise<string> => {
  const found = findBrowser();
  if (found) return found;
  if (isRoot() && isDebian()) await install('chromium', say);
  if (!findBrowser()) {
    say('playwright install chromium');
    await run('playwright', ['install', ...(isRoot() ? ['--with-deps'] : []), 'chromium']);
  }
  const path = findBrowser();
  if (path) return path;
  throw new Error(
    'The browser tests need Chromium and none could be found or installed. Install it (Debian: apt-get install chromium; ' +
      'elsewhere: npx playwright install chromium) or name it in the environment: CHROME=/path/to/chromium npm test',
  );
};

/**
 * The `age` command line, against which our files are checked. It is installed as root on Debian; elsewhere its tests say that they were left out.
 * @returns whether it is there
 */
export const ensureAge = async (say: (line: string) => void = () => {}): Promise<boolean> => {
  if (onPath(['age'])) return true;
  return isRoot() && isDebian() ? install('age', say) : false;
};
