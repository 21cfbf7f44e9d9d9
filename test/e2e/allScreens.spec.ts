/**
 * Every screen, on a phone and a desktop, light and dark: looks as its picture does, holds WCAG 2.2 AA as far as axe can tell, and
 * nothing is cut off sideways.
 */
import { AxeBuilder } from '@axe-core/playwright';
import { expect } from '@playwright/test';
import { rpc } from './support/chain.ts';
import { test } from './support/people.ts';
import { look, screens } from './support/routes.ts';
import { SMALL, lookedAlike } from './support/snapshot.ts';

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** What axe reads differs with the theme or the width, not with every pair of them; and most of it with neither. */
const LOOKS = [
  { colorScheme: 'light', width: 360, axe: { withTags: TAGS } },
  { colorScheme: 'dark', width: 360, axe: null },
  {
    colorScheme: 'dark',
    width: 1280,
    axe: { withRules: ['color-contrast', 'link-in-text-block', 'scrollable-region-focusable', 'target-size'] },
  },
  { colorScheme: 'light', width: 1280, axe: null },
] as const;

// the directory shows everybody: a second try begins where the first began
let before: string;
test.beforeEach(async () => void (before = await rpc<string>('evm_snapshot')));
test.afterEach(async () => void (await rpc('evm_revert', [before])));

test('every screen looks as it should and is accessible, in both themes and widths', async ({ cast }) => {
  test.setTimeout(900_000);
  const found: string[] = [];
  for (const { name, person, show } of await screens(cast, test.info().outputPath('files'), SMALL)) {
    const { page } = person;
    await test.step(name, async () => {
      await show();
      for (const { colorScheme, width, axe } of LOOKS) {
        const at = `${name}-${width}-${colorScheme}`;
        await look(page, width, colorScheme);
        const other = await lookedAlike(page, at);
        if (other) found.push(`${at}: ${other}`);
        const wide = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        if (wide > 0) found.push(`${at}: ${wide} px too wide`);
        if (!axe) continue;
        // legacy: in this very page, without a second one for frames, of which there is none
        const reader = new AxeBuilder({ page }).setLegacyMode();
        const { violations, passes } = await (
          'withTags' in axe ? reader.withTags(axe.withTags) : reader.withRules([...axe.withRules])
        ).analyze();
        expect(passes.length, name).toBeGreaterThan('withTags' in axe ? 5 : 0);
        for (const { id, nodes } of violations)
          found.push(`${at}: ${id} ${nodes.map((node) => node.target.join(' ')).join(', ')}`);
      }
      await page.setViewportSize({ width: 1280, height: 800 });
    });
  }
  expect(found).toEqual([]);
});
