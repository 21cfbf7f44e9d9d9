/** No place at all: everything goes from hand to hand as files, and nobody but the chain's node is spoken to. */
import { expect, type Locator, type Page } from '@playwright/test';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as act from './support/acts.ts';
import { stack } from './support/chain.ts';
import { documents, marker } from './support/files.ts';
import { enrolled, enrolledDoctor, test } from './support/people.ts';
import type { Person } from './support/person.ts';
import { words } from './support/words.ts';

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const button = act.button;

/** Nothing but the page itself and the chain's node: no place, no gateway, no socket. */
const spokeTo = (person: Person): string[] => {
  const allowed = [stack.page.url, stack.chain.url].map((url) => new URL(url).host);
  const hosts = person.proxy.sent
    .filter(({ kind }) => kind !== 'refused')
    .map(({ url }) => (URL.canParse(url) ? new URL(url).host || url : url));
  return [...new Set(hosts)].filter((host) => !allowed.includes(host));
};

const refusePlaces = async ({ page }: Person): Promise<void> => {
  await button(page, 'places.refuse').click();
  await expect(button(page, 'places.refuse')).toHaveCount(0);
};

/** Saves the record as a file from wherever its button stands. @returns where it was saved */
const handOver = async ({ page }: Person, folder: string, at = page.getByRole('dialog').last()): Promise<string> => {
  await button(at, 'handOver.button').last().click();
  const [download] = await Promise.all([page.waitForEvent('download'), button(page, 'handOver.save').click()]);
  expect(download.suggestedFilename()).toMatch(/^salus-[0-9a-f]{8}(-and-\d+-more)?\.car$/);
  const path = join(folder, download.suggestedFilename());
  await download.saveAs(path);
  await expect(page.getByText(words('handOver.done'), { exact: true })).toBeVisible();
  await button(page.getByRole('dialog').last(), 'common.close').last().click();
  return path;
};

const fileInput = (page: Page): Locator => page.locator('input[type=file]').and(page.getByLabel(words('handed.open')));

/** On a record that nobody had: opens the file that was handed over. */
const open = async ({ page }: Person, path: string): Promise<void> => {
  await expect(page.getByText(words('error.notFound.what')).first()).toBeVisible();
  await button(page, 'handed.open').first().click();
  await fileInput(page).setInputFiles(path);
};

test('the main job by files alone: nobody holds anything, nothing is fetched', async ({ cast }) => {
  const folder = test.info().outputPath('files');
  const { pdf, rtl } = documents(folder, 300_000);
  const returned = documents(join(folder, 'back'), 1000).png;
  const [doctorAccount, patientAccount] = [await enrolledDoctor(), await enrolled()];
  const said = marker('symptoms');
  const medication = marker('medicine');

  const patient = await cast.atWork('patient', patientAccount, `#/doctors/${doctorAccount.address}/book`);
  await refusePlaces(patient);
  await act.writeBooking(patient, { symptoms: said, files: [pdf, rtl] });
  await button(patient.page, 'book.go').click();
  await expect(patient.page.getByText(words('act.prompt.onlyHere'))).toBeVisible();
  await act.goOn(patient, 'act.call.book');
  await expect(patient.page.getByText(words('handOver.needed'))).toBeVisible({ timeout: 60_000 });
  const booking = await handOver(patient, folder);
  await act.finish(patient);
  // a file was saved: the page does not warn of a record that is nowhere else
  await expect(patient.page.getByText(words('outbox.onlyHereNoPeer'))).toHaveCount(0);
  const profile = await patient.leave();

  const doctor = await cast.atWork('doctor', doctorAccount, '#/queue');
  await refusePlaces(doctor);
  await act.visitRow(doctor.page).first().click();
  // a file that was altered on its way, and one that is none
  const bytes = readFileSync(booking);
  bytes.writeUInt8((bytes.at(-1) as number) ^ 1, bytes.length - 1);
  writeFileSync(join(folder, 'altered.car'), bytes);
  await open(doctor, join(folder, 'altered.car'));
  await expect(doctor.page.getByText(words('error.carDamaged.what'))).toBeVisible();
  await fileInput(doctor.page).setInputFiles(pdf.path);
  await expect(doctor.page.getByText(words('error.carDamaged.what'))).toBeVisible();
  await fileInput(doctor.page).setInputFiles(booking);
  await expect(doctor.page.getByText(said)).toBeVisible();
  for (const file of [pdf, rtl]) expect(sha256(await act.save(doctor, file.name)), file.name).toBe(file.sha256);
  await act.writePrescription(doctor, { medication, dose: '1', advice: 'rest', files: [returned] });
  await button(doctor.page, 'prescribe.go').click();
  await act.goOn(doctor, 'act.call.complete');
  await expect(doctor.page.getByText(words('handOver.needed'))).toBeVisible({ timeout: 60_000 });
  const prescription = await handOver(doctor, folder);
  await act.finish(doctor);
  // everything of the visit in one file
  await expect(doctor.page.getByText(medication)).toBeVisible();
  await button(doctor.page, 'handOver.visit').click();
  await expect(doctor.page.getByText(words('handOver.count_other', { count: 2 }))).toBeVisible();
  await button(doctor.page.getByRole('dialog').last(), 'common.close').last().click();

  const back = await cast.atWork('patient', patientAccount, '#/home', { folder: profile });
  await act.visitRow(back.page).first().click();
  await open(back, prescription);
  await expect(back.page.getByText(medication)).toBeVisible();
  expect(sha256(await act.save(back, returned.name))).toBe(returned.sha256);
  await back.page.getByRole('radio', { name: words('stars.n5') }).click();
  await button(back.page, 'visit.rateAndRelease').click();
  await act.goOn(back, 'act.call.rate');
  await act.finish(back);
  await expect(back.page.getByText(words('visit.rated'))).toBeVisible();

  for (const person of [patient, doctor, back]) {
    expect(spokeTo(person), `${person.name} spoke to`).toEqual([]);
    expect(person.strangers()).toEqual([]);
    expect(person.faults).toEqual([]);
  }
});

test('a public profile by file: without it the address stands there, with it the name', async ({ cast }) => {
  const folder = test.info().outputPath('files');
  const [doctorAccount, patientAccount] = [await enrolledDoctor(), await enrolled()];
  const doctor = await cast.atWork('doctor', doctorAccount, '#/profile');
  await refusePlaces(doctor);
  const name = `Dr. ${marker('name')}`;
  await act.field(doctor.page, 'profile.name').fill(name);
  await act.field(doctor.page, 'profile.qualification').fill('MD');
  await doctor.page.getByRole('combobox', { name: words('profile.specialty') }).pressSequentially('Cardio');
  await doctor.page.getByRole('option', { name: 'Cardiology', exact: true }).click();
  await button(doctor.page, 'profile.publish').click();
  await act.goOn(doctor, 'act.call.setProfile');
  await act.finish(doctor);
  const file = await handOver(doctor, folder, doctor.page.getByRole('main'));

  const patient = await cast.atWork('patient', patientAccount, `#/doctors/${doctorAccount.address}`);
  await refusePlaces(patient);
  await expect(patient.page.getByRole('heading', { level: 1 })).toContainText(doctorAccount.address.slice(0, 6));
  await open(patient, file);
  await expect(patient.page.getByRole('heading', { level: 1, name })).toBeVisible();
  expect([...spokeTo(doctor), ...spokeTo(patient)]).toEqual([]);
  expect([...doctor.faults, ...patient.faults]).toEqual([]);
});
