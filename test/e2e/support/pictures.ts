/** Pictures for a note beside a test, where somebody wants to look: `PICTURES=<folder>`. */
import type { Page } from '@playwright/test';
import { look } from './routes.ts';

/** On a phone and on a desktop, light and dark; nothing at all where nobody asked for it. */
export const picture = async (page: Page, name: string): Promise<void> => {
  if (!process.env.PICTURES) return;
  for (const theme of ['light', 'dark'] as const)
    for (const width of [360, 1280]) {
      await look(page, width, theme);
      await page.screenshot({ path: `${process.env.PICTURES}/${name}-${width}-${theme}.png`, fullPage: true });
    }
  await look(page, 1280, 'light');
};
