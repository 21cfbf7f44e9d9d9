/** After the visit: the doctor accepts with a time and place, adds a report, corrects a prescription; the patient reads all of it with its history. */
import { expect } from '@playwright/test';
import { createHash } from 'node:crypto';
import * as act from './support/acts.ts';
import { stack } from './support/chain.ts';
import { documents, marker } from './support/files.ts';
import { enrolled, enrolledDoctor, test } from './support/people.ts';
import { words } from './support/words.ts';

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

test('a report and a correction, from the patient’s name to the patient’s eyes', async ({ cast }) => {
  test.setTimeout(180_000);
  const { pdf, png } = documents(test.info().outputPath('files'), 1000);
  const [doctorAccount, patientAccount] = [await enrolledDoctor(), await enrolled()];
  const said = marker('said');
  // a name that no other test has; the doctor reads it from the sealed booking alone
  const name = `Mirjam ${marker('name').slice(-8)}`;
  const patient = await cast.atWork('patient', patientAccount, '#/card');
  await act.agreeToPlaces(patient);
  await act.button(patient.page, 'card.write').click();
  await patient.page
    .getByRole('textbox', { name: words('card.part.name') })
    .first()
    .fill(name);
  await act.button(patient.page, 'card.save').click();
  await act.goOn(patient, 'act.call.add');
  await act.finish(patient);
  await patient.page.evaluate((hash) => void (location.hash = hash), `#/doctors/${doctorAccount.address}/book`);
  await expect(patient.page.getByRole('checkbox', { name: words('card.part.name'), exact: true })).toBeChecked();
  await act.writeBooking(patient, { symptoms: said });
  await act.sendBooking(patient);
  await act.becomeDurable(patient);
  const profile = await patient.leave();

  const doctor = await cast.atWork('doctor', doctorAccount, '#/queue');
  const { page } = doctor;
  await act.agreeToPlaces(doctor);
  const row = act.visitRow(page);
  await expect(row).toContainText(said, { timeout: 60_000 });
  await expect(row).toContainText(name);
  // opened once: afterwards it reads with nothing to ask
  await page.reload();
  await act.unlock(doctor);
  await expect(row).toContainText(name);
  await page.getByRole('searchbox', { name: words('queue.search') }).fill('nobody of that name');
  await expect(page.getByRole('heading', { name: words('queue.noMatch') })).toBeVisible();
  await page.getByRole('searchbox', { name: words('queue.search') }).fill(name.slice(0, 10).toLowerCase());
  await row.click();
  await expect(page.getByRole('heading', { name })).toBeVisible();
  await act.button(page, 'note.accept').click();
  const [when, where] = [marker('when'), marker('where')];
  await act.field(page, 'note.when').fill(when);
  await act.field(page, 'note.where').fill(where);
  await act.button(page.getByRole('dialog'), 'visit.accept').click();
  await act.goOn(doctor, 'act.call.accept');
  await act.finish(doctor);
  const medication = marker('medicine');
  await act.writePrescription(doctor, { medication, dose: '100 mg', advice: 'rest', files: [pdf] });
  await act.sendPrescription(doctor);

  await act.visit(doctor, 'nav.patients');
  await page.getByRole('searchbox', { name: words('patients.search') }).fill(name.slice(-8));
  await page
    .getByRole('list', { name: words('nav.patients') })
    .getByRole('link')
    .click();
  await page.getByRole('link', { name: words('patients.addReport') }).click();
  const report = { title: marker('title'), text: marker('finding') };
  await act.field(page, 'report.name').fill(report.title);
  await act.field(page, 'report.words').fill(report.text);
  await act.attach(doctor, [pdf, png]);
  // a reload loses nothing of it
  await page.reload();
  await act.unlock(doctor);
  await expect(act.field(page, 'report.name')).toHaveValue(report.title);
  await act.button(page, 'report.go').click();
  await act.goOn(doctor, 'act.call.add');
  await act.finish(doctor);
  const records = page.getByRole('list', { name: words('patients.records') });
  await expect(records.getByText(report.title)).toBeVisible({ timeout: 60_000 });

  await page
    .getByRole('list', { name: words('patients.visitsTitle') })
    .getByRole('link')
    .click();
  await page.getByRole('link', { name: words('correct.open') }).click();
  const reason = marker('reason');
  await act.field(page, 'correct.reason').fill(reason);
  await expect(act.field(page, 'prescribe.medication')).toHaveValue(medication);
  await act.field(page, 'prescribe.dose').fill('50 mg');
  await act.button(page, 'correct.go').click();
  await act.goOn(doctor, 'act.call.add');
  await act.finish(doctor);
  await expect(page.getByText('50 mg').first()).toBeVisible({ timeout: 60_000 });

  const back = await cast.arrive('patient', patientAccount, { folder: profile });
  await back.page.goto(`${stack.page.url}#/appointments/1`);
  await act.connect(back);
  await act.unlock(back);
  await act.visit(back, 'nav.appointments');
  await act.visitRow(back.page).click();
  for (const text of [report.title, report.text, '50 mg', reason, when, where])
    await expect(back.page.getByText(text).first()).toBeVisible({ timeout: 60_000 });
  expect(sha256(await act.save(back, png.name))).toBe(png.sha256);
  // on paper: what holds now, for whom, and why it was corrected
  await back.page.evaluate(() => void (window.print = () => undefined));
  await act.button(back.page, 'print.go').click();
  const paper = back.page.locator('.printed-sheet');
  for (const text of [name, medication, '50 mg', reason]) await expect(paper).toContainText(text);
  expect([...doctor.faults, ...back.faults]).toEqual([]);
});
