/** Anyone, without a wallet, sees how long this browser takes: measured beside the page, drawn, saved. */
import { expect } from '@playwright/test';
import * as act from './support/acts.ts';
import { stack } from './support/chain.ts';
import { test } from './support/people.ts';
import { words } from './support/words.ts';

test('the execution time graph, without a wallet', async ({ cast }) => {
  const guest = await cast.arriveWith('guest', undefined);
  const { page } = guest;
  await page.goto(stack.page.url);
  await page.getByRole('link', { name: words('landing.performance') }).click();
  await expect(page.getByText(words('performance.empty')).first()).toBeVisible();
  await act.button(page, 'performance.run').click();

  // the graph grows while the work goes on; the page stays usable
  const plot = page.getByRole('figure');
  await expect(plot.getByText(words('performance.method.envelope'))).toBeVisible();
  await expect(page.getByText(/\b([2-9]\d|\d{3}) of \d+ measurements/)).toBeVisible();
  await page.getByText(words('performance.decrypt'), { exact: true }).click();
  await act.button(page, 'performance.stop').click();
  await expect(page.getByText(words('performance.stopped'))).toBeVisible();
  await expect(act.button(page, 'performance.again')).toBeVisible();
  for (const name of ['envelope', 'chachaNative', 'chachaNoble', 'aes256', 'aes128', 'rsaHybrid', 'rsaBlocks'])
    await expect(plot.getByText(words(`performance.method.${name}`)).first()).toBeVisible();

  const csv = (await act.downloaded(page, act.button(page, 'performance.csv'))).toString();
  const [head, ...rows] = csv.trim().split('\r\n');
  expect(head).toContain('method,direction,bytes,records,runs,median_ms,min_ms,mb_per_s');
  expect(rows.length).toBeGreaterThanOrEqual(20);
  for (const row of rows) expect(Number(row.split(',')[5])).toBeGreaterThan(0);
  expect(csv).toMatch(/Chrom\w* \d+/);
  const png = await act.downloaded(page, act.button(page, 'performance.png'));
  expect([...png.subarray(0, 4)]).toEqual([0x89, 0x50, 0x4e, 0x47]);
  expect(png.length).toBeGreaterThan(5000);
  expect(guest.faults).toEqual([]);
});
