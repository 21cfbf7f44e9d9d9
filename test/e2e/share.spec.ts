/** A folder is shared with a doctor, who reads what is added later; it is taken back, and what is added then does not open. */
import { expect } from '@playwright/test';
import * as act from './support/acts.ts';
import { marker } from './support/files.ts';
import { enrolled, enrolledDoctor, test } from './support/people.ts';
import { picture } from './support/pictures.ts';
import { words } from './support/words.ts';

const { at, button, field } = act;

test('a folder is shared, read, and taken back', async ({ cast }) => {
  const [doctorAccount, patientAccount] = [await enrolledDoctor(), await enrolled()];
  const [later, after] = [marker('later'), marker('after')];
  const patient = await cast.atWork('patient', patientAccount, '#/share');
  const { page } = patient;
  await act.agreeToPlaces(patient);

  await test.step('what, whom and how long, in plain words', async () => {
    await picture(page, 'share-empty');
    const form = page.getByRole('main');
    await button(form, 'share.review').click();
    await expect(form.getByText(words('share.missing.nothing')).first()).toBeVisible();
    await form.getByRole('checkbox', { name: words('records.folder.labs'), exact: true }).check();
    await field(form, 'share.find').fill(patientAccount.address);
    await button(form, 'share.findCode').click();
    await expect(form.getByText(words('error.shareSelf.what'))).toBeVisible();
    await button(form, 'share.change').click();
    await field(form, 'share.find').fill(doctorAccount.address);
    await page.keyboard.press('Enter');
    await expect(form.getByText(words('share.keyNew'))).toBeVisible();
    await form.getByText(words('share.untilOpen'), { exact: true }).click();
    await expect(form.getByText(words('share.sumNotDelegable'))).toBeVisible();
    await picture(page, 'share-form');
    await button(form, 'share.review').click();
    await act.goOn(patient, 'act.call.share');
    await act.finish(patient);
    await expect(form.getByText(words('share.given'))).toBeVisible();
    await picture(page, 'share-done');
  });
  const doctor = await cast.atWork('doctor', doctorAccount, '#/queue');
  await act.agreeToPlaces(doctor);
  await at(doctor, `#/received/${patientAccount.address}`);
  await act.keep(patient, later);
  await expect(doctor.page.getByText(later).first()).toBeVisible({ timeout: 30_000 });
  await picture(doctor.page, 'received');

  await test.step('taken back: what ends, what is renewed, what may have been copied', async () => {
    await at(patient, '#/access');
    const main = page.getByRole('main');
    await picture(page, 'access-given');
    await button(main, 'changeGrant.button').first().click();
    await picture(page, 'change-dialog');
    await button(page.getByRole('dialog'), 'common.cancel').click();
    await main
      .getByRole('button', { name: words('takeBack.one'), exact: true })
      .first()
      .click();
    const dialog = page.getByRole('dialog');
    await expect(dialog.getByText(words('takeBack.copied'))).toBeVisible();
    await picture(page, 'takeback-dialog');
    await button(dialog, 'takeBack.go').click();
    await act.goOn(patient, 'act.call.multicall');
    await button(page, 'act.finish').click({ timeout: 60_000 });
    await expect(dialog.getByText(words('takeBack.doneWhy'))).toBeVisible();
    await picture(page, 'takeback-done');
    await button(dialog, 'common.close').first().click();
  });
  await act.keep(patient, after);
  await expect(doctor.page.getByText(words('received.nothingLive')).first()).toBeVisible({ timeout: 30_000 });
  for (const title of [later, after]) await expect(doctor.page.getByText(title)).toHaveCount(0);
  expect([...patient.faults, ...doctor.faults]).toEqual([]);
});
