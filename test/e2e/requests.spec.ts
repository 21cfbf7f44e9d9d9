/** A doctor asks for access and says why; the patient sees who and why, gives a part; the key arrives, and all of it stands on the access page. */
import { expect } from '@playwright/test';
import * as act from './support/acts.ts';
import { stack } from './support/chain.ts';
import { marker } from './support/files.ts';
import { enrolled, enrolledDoctor, test } from './support/people.ts';
import { words } from './support/words.ts';

test('a request for two folders, of which one is given', async ({ cast }) => {
  const [doctorAccount, patientAccount] = [await enrolledDoctor(), await enrolled()];
  const why = marker('why');
  const doctor = await cast.atWork('doctor', doctorAccount, '#/patients');
  await act.agreeToPlaces(doctor);
  await doctor.page.getByRole('link', { name: words('requests.new') }).click();
  // a link that names the patient is as good as their code
  await act
    .field(doctor.page, 'requests.ask.patient')
    .fill(`${stack.page.url}#/your-patient/${patientAccount.address}`);
  await act.button(doctor.page, 'requests.ask.find').click();
  const form = doctor.page.getByRole('main');
  await act.button(form, 'requests.ask.go').click();
  await expect(form.getByText(words('requests.ask.needReason'))).toBeVisible();
  for (const folder of ['labs', 'imaging'])
    await form.getByRole('checkbox', { name: words(`records.folder.${folder}`), exact: true }).check();
  await act.field(doctor.page, 'requests.ask.reason').fill(why);
  await act.button(form, 'field.calendar').click();
  await doctor.page.locator('.cal-step').last().click();
  await doctor.page.locator('.cal-cell:not([data-outside-month])').last().click();
  await act.button(form, 'requests.ask.go').click();
  await act.goOn(doctor, 'act.call.requestAccess');
  await act.finish(doctor);
  await expect(form.getByText(words('requests.waiting'))).toBeVisible();
  const mail = (await form.getByRole('link', { name: words('tell.mail') }).getAttribute('href')) ?? '';
  expect(decodeURIComponent(mail)).toContain(`${stack.page.url}#/requests`);
  expect(mail).not.toContain(why);

  const patient = await cast.atWork('patient', patientAccount, '#/home');
  const { page } = patient;
  await act.agreeToPlaces(patient);
  await page.getByRole('link', { name: words('access.askedLook') }).click();
  const main = page.getByRole('main');
  for (const text of [why, words('requests.purposes.TREAT'), words('records.folder.imaging')])
    await expect(main.getByText(text).first()).toBeVisible({ timeout: 30_000 });
  await expect(main.getByText(words('requests.accreditedBy', { name: '' }).trim()).first()).toBeVisible();
  await main.getByRole('link', { name: words('requests.approve') }).click();
  const imaging = main.getByRole('checkbox', { name: words('records.folder.imaging'), exact: true });
  await expect(imaging).toBeChecked();
  await imaging.uncheck();
  await expect(main.getByText(words('share.keyNew'))).toBeVisible();
  await act.button(main, 'share.review').click();
  await act.goOn(patient, 'act.call.share');
  await act.finish(patient);
  await main.getByRole('link', { name: words('share.toRequest') }).click();
  await expect(main.getByText(words('requests.extent.part'))).toBeVisible();

  await expect(form.getByText(words('requests.arrived'))).toBeVisible({ timeout: 30_000 });
  await expect(form.getByText(words('requests.extent.part'))).toBeVisible();

  await page.evaluate(() => void (location.hash = '#/access'));
  await expect(main.getByText(words('records.folder.labs'), { exact: true })).toBeVisible();
  await page.getByRole('tab', { name: words('access.view.folders') }).click();
  await expect(main.getByText(words('access.folderReaders_one'))).toBeVisible();
  await act.button(main, 'access.account').click();
  const csv = String(await act.downloaded(page, act.button(page, 'access.csv')));
  for (const text of [doctorAccount.address, words('records.folder.labs'), words('requests.purposes.TREAT')])
    expect(csv).toContain(text);
  expect(csv).not.toContain(words('records.folder.imaging'));
  await page.evaluate(() => void (window.print = () => undefined));
  await act.button(page, 'access.print').click();
  await expect(page.locator('.printed-sheet')).toContainText(doctorAccount.address);
  expect([...doctor.faults, ...patient.faults]).toEqual([]);
});
