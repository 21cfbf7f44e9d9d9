/** A visit that went wrong: the patient disputes with words and evidence, the hospital reads them and divides the fee, both read how. */
import { expect } from '@playwright/test';
import { mkdirSync } from 'node:fs';
import * as act from './support/acts.ts';
import { documents, marker } from './support/files.ts';
import { enrolled, enrolledDoctor, enrolledHospital, test } from './support/people.ts';
import type { Person } from './support/person.ts';
import { words } from './support/words.ts';

/** What each side got, as the details of the appointment say. */
const amount = ({ page }: Person, key: string) =>
  page
    .locator('dl > div')
    .filter({ hasText: words(key) })
    .locator('dd')
    .first();

test('a dispute, from the patient’s words to half and half', async ({ cast }) => {
  const folder = test.info().outputPath('files');
  mkdirSync(folder, { recursive: true });
  const { pdf, png } = documents(folder, 1000);
  const said = { symptoms: marker('symptoms'), advice: marker('advice'), complaint: marker('complaint') };
  const decided = marker('decision');
  const [doctorAccount, patientAccount, clinicAccount] = [
    await enrolledDoctor(),
    await enrolled(),
    await enrolledHospital(),
  ];

  const patient = await cast.atWork('patient', patientAccount, `#/doctors/${doctorAccount.address}/book`);
  await act.agreeToPlaces(patient);
  await act.writeBooking(patient, { symptoms: said.symptoms, files: [pdf] });
  await act.sendBooking(patient);
  await act.becomeDurable(patient);
  await patient.page.waitForURL(/#\/appointments\/\d+$/);
  const id = /appointments\/(\d+)/.exec(patient.page.url())?.[1] ?? '';

  const doctor = await cast.atWork('doctor', doctorAccount, `#/appointments/${id}`);
  await act.agreeToPlaces(doctor);
  await expect(doctor.page.getByText(said.symptoms)).toBeVisible({ timeout: 60_000 });
  await act.writePrescription(doctor, { medication: 'Aspirin', dose: '100 mg', advice: said.advice });
  await act.sendPrescription(doctor);
  await act.becomeDurable(doctor);

  // the prescription, who signed what, and how long there is to disagree
  await expect(patient.page.getByText(said.advice)).toBeVisible({ timeout: 60_000 });
  for (const event of ['event.Booked', 'event.Completed']) {
    const step = patient.page.locator('li').filter({ has: patient.page.locator('summary', { hasText: words(event) }) });
    await step.locator('summary').first().click();
    await expect(step.getByText(words('proof.recovered'))).toBeVisible();
    await expect(step.locator('dd').nth(1)).toHaveText(/^0x[0-9a-f]{64}$/);
  }
  await expect(patient.page.getByRole('timer')).toContainText(/2 days and 23 hours|3 days/);
  // shot: patientCompleted
  await act.button(patient.page, 'dispute.open').click();
  const form = patient.page.getByRole('dialog');
  await act.button(form, 'dispute.go').click();
  await expect(form.getByText(words('dispute.needWords'))).toBeVisible();
  await act.field(form, 'dispute.words').fill(said.complaint);
  await act.attach(patient, [png]);
  await form.getByRole('checkbox', { name: words('dispute.show') }).check();
  // shot: disputeForm
  await act.button(form, 'dispute.go').click();
  await act.goOn(patient, 'act.call.dispute');
  await act.finish(patient);
  await act.becomeDurable(patient);
  await expect(patient.page.getByText(words('status.disputed')).first()).toBeVisible();
  // shot: patientDisputed

  // the doctor reads the same words
  await expect(doctor.page.getByText(said.complaint)).toBeVisible({ timeout: 60_000 });
  await expect(act.button(doctor.page, 'dispute.giveIn.doctor')).toBeVisible();
  // shot: doctorDisputed

  // the hospital, which is no party: the words, the evidence, and what the patient handed on
  const clinic = await cast.atWork('clinic', clinicAccount, `#/appointments/${id}`);
  await act.agreeToPlaces(clinic);
  await expect(clinic.page.getByText(said.complaint)).toBeVisible({ timeout: 60_000 });
  expect((await act.save(clinic, png.name)).equals(png.bytes)).toBe(true);
  await clinic.page.getByRole('button', { name: new RegExp(words('records.kind.booking')) }).click();
  await expect(clinic.page.getByText(said.symptoms)).toBeVisible();
  await clinic.page.getByRole('button', { name: new RegExp(words('records.kind.prescription')) }).click();
  await expect(clinic.page.getByText(said.advice)).toBeVisible();
  // shot: hospitalVisit
  await clinic.page.getByRole('link', { name: words('dispute.settle') }).click();
  await act.button(clinic.page, 'settle.half').click();
  await act.field(clinic.page, 'settle.say').fill(decided);
  await act.button(clinic.page, 'settle.go').click();
  await act.goOn(clinic, 'act.call.resolve');
  await act.finish(clinic);
  await act.becomeDurable(clinic);

  for (const person of [patient, doctor]) {
    await expect(person.page.getByText(decided)).toBeVisible({ timeout: 60_000 });
    await expect(person.page.getByText(words('status.split')).first()).toBeVisible();
    for (const key of ['dispute.toDoctor', 'dispute.toPatient'])
      await expect(amount(person, key)).toContainText('0.005');
  }
  // shot: patientSplit
  const secrets = Object.entries({ ...said, decided }).map(([name, text]) => ({ name, text }));
  for (const person of [patient, doctor, clinic]) {
    expect(person.leaked(secrets), `${person.name} let something out`).toEqual([]);
    expect(person.faults, `${person.name} had faults`).toEqual([]);
  }
});
