/** A doctor brings in a colleague, who reads what is added later and looks it over; the patient undoes it, and what is added then does not open. */
import { expect } from '@playwright/test';
import { idOf } from '../../src/record/folders.ts';
import * as act from './support/acts.ts';
import { marker } from './support/files.ts';
import { enrolled, enrolledDoctor, test } from './support/people.ts';
import { picture } from './support/pictures.ts';
import { words } from './support/words.ts';

const { at, button, field } = act;

test('a colleague is brought in, reads what comes, and is let go', async ({ cast }) => {
  const [annaAccount, bobAccount, patientAccount] = [await enrolledDoctor(), await enrolledDoctor(), await enrolled()];
  const [before, later, after, said] = [marker('before'), marker('later'), marker('after'), marker('said')];
  const theirs = `#/received/${patientAccount.address}`;
  const patient = await cast.atWork('patient', patientAccount, '#/records/new');
  await act.agreeToPlaces(patient);
  await act.keep(patient, before);
  await at(patient, `#/share/to=${annaAccount.address}&folder=${idOf('labs')}`);
  const form = patient.page.getByRole('main');
  await expect(form.getByText(words('share.keyNew'))).toBeVisible();
  await form.getByText(words('share.untilOpen'), { exact: true }).click();
  await form.getByRole('checkbox', { name: words('share.delegable') }).check();
  await button(form, 'share.review').click();
  await act.goOn(patient, 'act.call.share');
  await act.finish(patient);

  const anna = await cast.atWork('anna', annaAccount, '#/received');
  await act.agreeToPlaces(anna);
  await test.step('Anna reads it, and brings Bob in until her own right ends', async () => {
    const { page } = anna;
    await picture(page, 'received-list');
    await page
      .getByRole('list', { name: words('received.list') })
      .getByRole('link')
      .click();
    await expect(page.getByText(before).first()).toBeVisible({ timeout: 30_000 });
    await picture(page, 'received-from');
    await page.getByRole('link', { name: words('received.bring') }).click();
    await field(page, 'bring.find').fill(bobAccount.address);
    await page.keyboard.press('Enter');
    await expect(button(page, 'bring.change')).toBeVisible();
    await picture(page, 'bring-in');
    await button(page, 'bring.go').click();
    await act.goOn(anna, 'act.call.delegate');
    await act.finish(anna);
    await picture(page, 'brought');
    await page.getByRole('main').getByRole('link').last().click();
    await expect(page.getByRole('list', { name: words('bring.list') })).toBeVisible();
  });
  const bob = await cast.atWork('bob', bobAccount, theirs);
  await act.agreeToPlaces(bob);
  await expect(bob.page.getByText(before).first()).toBeVisible({ timeout: 30_000 });
  await act.keep(patient, later);
  await expect(bob.page.getByText(later).first()).toBeVisible({ timeout: 30_000 });

  await test.step('Bob looks a record over; the patient sees by whom', async () => {
    const { page } = bob;
    await page.getByRole('link', { name: new RegExp(later) }).click();
    await button(page, 'reviewed.go').click();
    await field(page.getByRole('dialog'), 'reviewed.words').fill(said);
    await button(page.getByRole('dialog'), 'reviewed.go').click();
    await act.goOn(bob, 'act.call.add');
    await act.finish(bob);
    await expect(page.getByText(said)).toBeVisible({ timeout: 30_000 });
    await picture(page, 'received-record');
    await at(patient, '#/records');
    await patient.page.getByRole('link', { name: new RegExp(later) }).click();
    await expect(patient.page.getByText(said)).toBeVisible({ timeout: 30_000 });
    await picture(patient.page, 'reviewed');
  });

  await test.step('the patient undoes it alone', async () => {
    await at(patient, '#/access');
    const main = patient.page.getByRole('main');
    const row = main
      .getByRole('listitem')
      .filter({ hasText: words('access.broughtIn', { name: '' }).split('{')[0]?.trim() ?? '' });
    await row
      .getByRole('button', { name: words('takeBack.one'), exact: true })
      .first()
      .click();
    await picture(patient.page, 'undo');
    const dialog = patient.page.getByRole('dialog');
    await button(dialog, 'takeBack.go').click();
    await act.goOn(patient, 'act.call.multicall');
    await button(patient.page, 'act.finish').click({ timeout: 60_000 });
    await button(dialog, 'common.close').first().click();
  });
  await act.keep(patient, after);
  await expect(bob.page.getByText(words('received.gone'))).toBeVisible({ timeout: 30_000 });
  await at(bob, theirs);
  await expect(bob.page.getByText(words('received.nothingLive')).first()).toBeVisible({ timeout: 30_000 });
  await picture(bob.page, 'received-over');
  for (const title of [before, later, after]) await expect(bob.page.getByText(title)).toHaveCount(0);
  await at(anna, theirs);
  await expect(anna.page.getByText(after).first()).toBeVisible({ timeout: 30_000 });
  expect([...patient.faults, ...anna.faults, ...bob.faults]).toEqual([]);
});
