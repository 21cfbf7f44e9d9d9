/** A patient says in public what a visit was like; anyone reads and counts it; the doctor answers. And the doctor's photo, and money over time. */
import { expect, type Page } from '@playwright/test';
import { readFileSync } from 'node:fs';
import * as act from './support/acts.ts';
import { documents } from './support/files.ts';
import { completedVisit, enrolled, enrolledDoctor, test } from './support/people.ts';
import { stack } from './support/chain.ts';
import { words } from './support/words.ts';

const HOSTILE = '<img src=x onerror="document.title=1"><script>document.title=2</script> \u202eevil\u202c =1+1';
const SHOWN = '<img src=x onerror="document.title=1"><script>document.title=2</script> evil =1+1';

/** By the address bar: the vault stays open. */
const go = (page: Page, hash: string) => page.evaluate((to) => void (location.hash = to), hash);

test('a review, its counts, its answer, and a photo', async ({ cast }) => {
  const [doctorAccount, patientAccount, visitorAccount] = [await enrolledDoctor(), await enrolled(), await enrolled()];
  const id = await completedVisit(patientAccount, doctorAccount, true);
  const { png } = documents(test.info().outputPath('files'), 1000);

  const doctor = await cast.arrive('doctor', doctorAccount);
  await doctor.page.goto(`${stack.page.url}#/profile`);
  await act.introduce(doctor, { 'profile.name': 'Dr. Ada Ferri', 'profile.qualification': 'MD' }, 'Cardiology');
  await doctor.page.locator('input[type=file]').setInputFiles(png.path);
  await expect(act.button(doctor.page, 'photo.remove')).toBeVisible();
  await act.button(doctor.page, 'profile.publish').click();
  await act.goOn(doctor, 'act.call.setProfile');
  await act.finish(doctor);

  const patient = await cast.atWork('patient', patientAccount, `#/appointments/${id}`);
  await act.agreeToPlaces(patient);
  await patient.page.getByRole('radio', { name: words('stars.n4') }).click();
  await act.button(patient.page, 'rate.addWords').click();
  await expect(patient.page.getByText(words('rate.publicWhy'))).toBeVisible();
  await act.field(patient.page, 'rate.words').fill(`Kind and on time.\n${HOSTILE}`);
  await expect(patient.page.getByRole('region', { name: words('rate.preview') })).toContainText(SHOWN);
  await act.button(patient.page, 'visit.rateAndRelease').click();
  await expect(patient.page.getByText(words('rate.tick'))).toBeVisible();
  expect(patient.wallet?.count('eth_sendTransaction')).toBe(0);
  await patient.page.getByRole('checkbox', { name: words('rate.understood') }).check();
  await act.button(patient.page, 'visit.rateAndRelease').click();
  await act.goOn(patient, 'act.call.rate');
  await act.finish(patient);
  await expect(patient.page.getByText(words('visit.rated'))).toBeVisible();

  const visitor = await cast.atWork('visitor', visitorAccount, `#/doctors/${doctorAccount.address}`);
  const { page } = visitor;
  await act.agreeToPlaces(visitor);
  await expect(page.getByRole('heading', { name: 'Dr. Ada Ferri' })).toBeVisible();
  const review = page.getByRole('list', { name: words('reviews.title') }).getByRole('listitem');
  await expect(review).toContainText(`Kind and on time.\n${SHOWN}`, { useInnerText: true });
  await expect(review).toContainText(words('reviews.attested'));
  await expect(review.locator('time')).toBeVisible();
  for (const key of ['reviews.all', 'reviews.ofAttested', 'reviews.payers']) {
    const row = page.getByRole('term').filter({ hasText: words(key) });
    await expect(row.locator('xpath=following-sibling::dd')).toContainText('1');
  }
  const photo = page.locator('header img');
  await expect(photo).toBeVisible();
  expect(
    await photo.evaluate((img: HTMLImageElement) => [img.src.slice(0, 5), img.naturalWidth === img.naturalHeight]),
  ).toEqual(['blob:', true]);

  await go(doctor.page, '#/reviews');
  await act.button(doctor.page, 'reviews.answerGo').click();
  await act.field(doctor.page, 'reviews.answerLabel').fill('Thank you, come back any time.');
  await act.button(doctor.page, 'reviews.answerPublish').click();
  await act.goOn(doctor, 'act.call.setProfile');
  await act.finish(doctor);
  await expect(doctor.page.getByText('Thank you, come back any time.')).toBeVisible();

  await go(page, '#/doctors');
  await expect(page.getByRole('listitem').filter({ hasText: 'Dr. Ada Ferri' }).locator('img')).toBeVisible();
  await go(page, `#/doctors/${doctorAccount.address}`);
  await expect(review).toContainText('Thank you, come back any time.');
  await expect(photo).toBeVisible();

  await go(doctor.page, '#/earnings');
  await expect(doctor.page.locator('.uplot canvas')).toBeVisible();
  await doctor.page.getByText(words('plot.table')).click();
  await expect(doctor.page.getByRole('cell', { name: '0.01 ETH' })).toBeVisible();
  const [download] = await Promise.all([
    doctor.page.waitForEvent('download'),
    act.button(doctor.page, 'earnings.saveCsv').click(),
  ]);
  expect(readFileSync(await download.path(), 'utf8')).toMatch(
    new RegExp(`,${id},${patientAccount.address},0.01,Rated,0x`),
  );
  expect([...doctor.faults, ...patient.faults, ...visitor.faults]).toEqual([]);
});
