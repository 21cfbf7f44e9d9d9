/**
 * Pictures of a screen that are the same on every machine and in every run: in fonts of ours, made small, without what
 * varies (addresses, amounts, dates, pictures of people). What is left is what a person would call its look.
 */
import { expect, type Page } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const font = (name: string): string =>
  readFileSync(require.resolve(`@fontsource-variable/${name}-latin-wght-normal.woff2`)).toString('base64');
const FONTS = { '--font': font('inter/files/inter'), '--mono': font('jetbrains-mono/files/jetbrains-mono') };

/** For the browser whose screens are compared. */
export const SMALL = { deviceScaleFactor: 0.4 };

/** Puts our fonts on the page, once a document. By bytes: the page's policy lets no font be loaded from anywhere. */
const dress = (page: Page): Promise<void> =>
  page.evaluate(async (fonts) => {
    if (document.documentElement.dataset.dressed) return;
    for (const [variable, base64] of Object.entries(fonts)) {
      const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
      const face = new FontFace(`test${variable}`, bytes, { weight: '100 900' });
      document.fonts.add(await face.load());
      document.documentElement.style.setProperty(variable, `"test${variable}"`);
    }
    document.documentElement.dataset.dressed = 'yes';
  }, FONTS);

/** Takes the picture with everything that varies put to one value, and puts it all back. */
const picture = async (page: Page): Promise<Buffer> => {
  await page.evaluate(() => {
    // what is fixed to the window stands where a reader who has just come sees it
    window.scrollTo(0, 0);
    const undo: (() => void)[] = [];
    const same = (text: string): string =>
      text
        .replace(/0x[0-9a-f]+(…[0-9a-f]*)?|\b(baf[yk]|salus1|SLS-)[\w…-]+|\b[0-9a-f]{8,}\b/gi, '0x')
        .replace(/\p{N}+([.,:/\s–-]*\p{N}+)*/gu, '0')
        .replace(/[^\n -ɏ -⋿]/gu, '');
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = texts.nextNode(); node; node = texts.nextNode()) {
      const text = node as Text;
      const { data } = text;
      const now = text.parentElement?.closest('time') ? '0 Jan' : same(data);
      if (now === data || data.trim() === '') continue;
      text.data = now;
      undo.push(() => void (text.data === now && (text.data = data)));
    }
    for (const field of document.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>('input, textarea')) {
      if (/^(radio|checkbox|file|range|date|time)/.test(field.type)) continue;
      const { value } = field;
      // words drawn by chance, in place of a passphrase
      const now = /^[a-z]+([ -][a-z]+){3,}$/.test(value) ? 'word' : same(value);
      if (now === value) continue;
      field.value = now;
      undo.push(() => void (field.value === now && (field.value = value)));
    }
    for (const drawn of document.querySelectorAll<HTMLElement>(
      'canvas, img, video, svg[shape-rendering], [style*="--h:"], .dump, .phrase b',
    )) {
      const { visibility } = drawn.style;
      drawn.style.visibility = 'hidden';
      undo.push(() => void (drawn.style.visibility = visibility));
    }
    (window as unknown as { putBack: () => void }).putBack = () => undo.forEach((f) => f());
  });
  const bytes = await page.screenshot({ fullPage: true, animations: 'disabled', caret: 'hide' });
  await page.evaluate(() => (window as unknown as { putBack: () => void }).putBack());
  return bytes;
};

/** Pictures that differed so far: when everything does, nobody waits for each of them. */
let differed = 0;

/**
 * Compares the screen with its picture in `test/e2e/snapshots`. `npx playwright test … --update-snapshots` takes them anew.
 * @param name of the file, without its ending
 * @returns null when it looks the same, else how it differs
 */
export const lookedAlike = async (page: Page, name: string): Promise<string | null> => {
  await dress(page);
  // what is on its way (a name, a block's time) may still come
  await expect(page.locator('.skeleton')).toHaveCount(0);
  const until = Date.now() + (differed > 4 ? 0 : 5000);
  for (;;)
    try {
      expect(await picture(page)).toMatchSnapshot(`${name}.png`, { threshold: 0.15, maxDiffPixelRatio: 0.004 });
      return null;
    } catch (error) {
      if (Date.now() < until) continue;
      differed++;
      return (error as Error).message.split('\n').slice(0, 3).join(' ');
    }
};
