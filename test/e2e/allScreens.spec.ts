/** Every screen, light on a phone and dark on a desktop, holds WCAG 2.2 AA as far as axe can tell, and nothing is cut off sideways. */
import { AxeBuilder } from '@axe-core/playwright';
import { expect } from '@playwright/test';
import { test } from './support/people.ts';
import { look, screens } from './support/routes.ts';

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

const LOOKS = [
  { colorScheme: 'light', width: 360 },
  { colorScheme: 'dark', width: 1280 },
] as const;

test('every screen is accessible, in both themes and widths', async ({ cast }) => {
  test.setTimeout(600_000);
  const found: string[] = [];
  for (const { name, person, show } of await screens(cast, test.info().outputPath('files'))) {
    const { page } = person;
    await test.step(name, async () => {
      await show();
      for (const { colorScheme, width } of LOOKS) {
        await look(page, width, colorScheme);
        const { violations, passes } = await new AxeBuilder({ page }).withTags(TAGS).analyze();
        expect(passes.length, name).toBeGreaterThan(5);
        for (const { id, nodes } of violations)
          found.push(`${name} ${colorScheme} ${width}: ${id} ${nodes.map((node) => node.target.join(' ')).join(', ')}`);
        const wide = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        if (wide > 0) found.push(`${name} ${width}: ${wide} px too wide`);
      }
      await page.setViewportSize({ width: 1280, height: 800 });
    });
  }
  expect(found).toEqual([]);
});
