/** Being told: something happens to one person while the page is open; the bell rings, leads there, stays read; a hidden page says only that there is something. */
import { AxeBuilder } from '@axe-core/playwright';
import { expect } from '@playwright/test';
import { toHex } from 'viem';
import * as act from './support/acts.ts';
import { stack } from './support/chain.ts';
import { call, enrolled, enrolledDoctor, test, visitBetween } from './support/people.ts';
import { words } from './support/words.ts';

const some = (n: number) => toHex(BigInt(n), { size: 32 });
const FEE = 10n ** 16n;

/** What the page asked the system to show. */
type Shown = { title: string; body?: string }[];

test('the bell rings while the page is open, leads to the thing, and stays read', async ({ cast }) => {
  test.setTimeout(120_000);
  const [patient, doctor] = [await enrolled(), await enrolledDoctor(FEE)];
  const at = await cast.arrive('doctor', doctor);
  await at.context.addInitScript(() => {
    const shown: Shown = [];
    class Told {
      static permission = 'default';
      static requestPermission = async () => (Told.permission = 'granted');
      onclick: (() => void) | null = null;
      constructor(title: string, options?: { body?: string }) {
        shown.push({ title, ...options });
      }
      close() {}
    }
    Object.assign(window, { Notification: Told, shown });
  });
  const { page } = at;
  await page.goto(`${stack.page.url}#/queue`);
  await act.connect(at);
  await act.unlock(at);
  await act.agreeToPlaces(at);
  const bell = page.locator('header .bell');
  await expect(bell).toHaveAccessibleName(words('bell.none'));

  // what was accredited before the page knew the account is history
  const id = await visitBetween(patient, doctor, FEE);
  await expect(bell).toHaveAccessibleName(words('bell.count_one', { count: 1 }), { timeout: 15_000 });
  await expect(page).toHaveTitle(/^\(1\) /);
  await expect(page.getByRole('status').filter({ hasText: words('notice.booked', { who: '' }).trim() })).toBeAttached();

  await bell.press('Enter');
  const panel = page.locator('.bell-panel');
  const item = panel.getByRole('link', { name: words('notice.booked', { who: '' }).trim() });
  await expect(item).toBeVisible();
  const { violations } = await new AxeBuilder({ page }).include('.bell-panel').setLegacyMode().analyze();
  expect(violations.map((v) => v.id)).toEqual([]);
  await item.press('Enter');
  await expect(page).toHaveURL(new RegExp(`#/appointments/${id}$`));
  await expect(panel).toBeHidden();
  await expect(bell).toHaveAccessibleName(words('bell.none'));

  // asked for on a press; then a hidden page says that there is something, and of which sort
  await page.evaluate(() => (location.hash = '#/notices'));
  await page.getByRole('switch', { name: words('notify.label') }).click();
  await expect(page.getByRole('switch', { name: words('notify.label') })).toBeChecked();
  await page.evaluate(() => {
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => true });
    document.dispatchEvent(new Event('visibilitychange'));
  });
  await call(doctor.key, 'complete', [id, some(6), '0x00000000']);
  await call(patient.key, 'rate', [id, 4, some(0)]);
  const shown = () => page.evaluate(() => (window as unknown as { shown: Shown }).shown);
  await expect
    .poll(shown, { timeout: 20_000 })
    .toEqual([{ title: words('notify.head'), body: words('notify.about.visit'), tag: 'salus' }]);
  await page.evaluate(() => {
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => false });
    document.dispatchEvent(new Event('visibilitychange'));
  });
  const rated = words('notice.rated', { who: '', score: 4 }).trim();
  await expect(page.getByRole('main').getByRole('link', { name: rated })).toBeVisible();
  await expect(page.getByRole('heading', { name: words('bell.today') })).toBeVisible();
  await act.button(page, 'bell.readAll').click();
  await expect(page.getByRole('main').getByText(words('bell.unread'))).toHaveCount(0);

  await page.reload();
  await act.unlock(at);
  await expect(page.getByRole('main').getByRole('link', { name: rated })).toBeVisible();
  await expect(bell).toHaveAccessibleName(words('bell.none'));
  await expect(page).not.toHaveTitle(/^\(/);

  const kept = await at.atRest([
    { name: 'marks', text: '"beyond"' },
    { name: 'who', text: patient.address },
    { name: 'kind', text: 'reviewed' },
  ]);
  expect(kept.hits).toEqual([]);
  expect(Object.keys(kept.bytes).some((where) => where.startsWith('indexedDB'))).toBe(true);
  expect(at.faults).toEqual([]);
});
