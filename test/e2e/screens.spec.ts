/**
 * Pictures of every screen, on a phone and a desktop, light and dark, for people to look at: `npm run screens`, then `.local/screens/`.
 * `npm run pictures` takes those that the README shows instead, into `.github/pictures/`.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../src/tools/run.ts';
import * as act from './support/acts.ts';
import { stack } from './support/chain.ts';
import { test } from './support/people.ts';
import { look, screens, type Screen } from './support/routes.ts';

const WIDTHS = [360, 1280];
const THEMES = ['light', 'dark'] as const;
/** In the README. */
const SHOWN = [
  'doctors',
  'bookPrompt',
  'prescribe',
  'patientVisitDone',
  'records',
  'share',
  'access',
  'verify',
  'dispute',
  'performanceDone',
];

test('every screen', async ({ cast }) => {
  test.setTimeout(900_000);
  const folder = join(root, '.local/screens');
  mkdirSync(folder, { recursive: true });
  const guest = await cast.arriveWith('guest', undefined);
  const measured: Screen = {
    name: 'performanceDone',
    person: guest,
    show: async () => {
      await guest.page.goto(`${stack.page.url}#/performance`);
      await act.button(guest.page, 'performance.run').click();
      await act.button(guest.page, 'performance.again').waitFor({ timeout: 300_000 });
      await guest.page.mouse.wheel(0, 120);
    },
  };
  for (const { name, person, show } of [measured, ...(await screens(cast, test.info().outputPath('files')))]) {
    await test.step(name, async () => {
      await show();
      const wanted = process.env.PICTURES ? SHOWN.includes(name) : true;
      for (const width of wanted ? WIDTHS : [])
        for (const colorScheme of THEMES) {
          await look(person.page, width, colorScheme);
          if (!process.env.PICTURES)
            await person.page.screenshot({ path: join(folder, `${name}-${width}-${colorScheme}.png`), fullPage: true });
          else if (width === 1280)
            await person.page.screenshot({ path: join(root, `.github/pictures/${name}-${colorScheme}.png`) });
        }
      await person.page.setViewportSize({ width: 1280, height: 800 });
    });
  }
});
