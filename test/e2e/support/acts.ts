/** What people do on the page, in the page's own words. */
import { expect, type Locator, type Page } from '@playwright/test';
import type { Document } from './files.ts';
import type { Person } from './person.ts';
import { words } from './words.ts';

const button = (at: Page | Locator, key: string, values?: Record<string, string | number>): Locator =>
  at.getByRole('button', { name: words(key, values), exact: true });
const field = (at: Page | Locator, key: string): Locator =>
  at
    .locator('input:not([type=radio]), textarea')
    .and(at.getByLabel(words(key)))
    .first();

/** Goes to a screen as a link would, without loading the page anew. @param path `#/records` */
export const at = ({ page }: Person, path: string): Promise<void> =>
  page.evaluate((hash) => void (location.hash = hash), path);

/** Answers the page's explanation of a coming prompt: it must be this one. @param why key of the sentence that explains it */
export const goOn = async ({ page }: Person, why: string): Promise<void> => {
  await expect(page.getByText(words(why), { exact: true })).toBeVisible({ timeout: 60_000 });
  await button(page, 'act.prompt.go').click();
};

/** The line of a visit in a list; other lists may stand beside it. */
export const visitRow = (page: Page): Locator =>
  page.getByRole('main').getByRole('listitem').locator('a[href^="#/appointments/"]');

/** Waits until the running act has come to its good end, and puts its panel away. */
export const finish = async ({ page }: Person): Promise<void> => {
  await button(page, 'act.finish').click({ timeout: 90_000 });
  await expect(page.getByRole('dialog')).toHaveCount(0);
};

export const connect = async ({ page }: Person): Promise<void> => {
  await page.getByRole('button', { name: 'Test Wallet' }).click();
};

/** Shows the 24 words, reads them as a person would, and picks those that are asked for. @returns the words */
export const writeDownPhrase = async ({ page }: Person): Promise<string[]> => {
  await button(page, 'phrase.reveal').click({ timeout: 60_000 });
  const phrase = await page.locator('ol li b').allInnerTexts();
  expect(phrase).toHaveLength(24);
  await button(page, 'phrase.written').click();
  const question = page.getByRole('group', {
    name:
      words('phrase.pick', { n: '' })
        .split('{')[0]
        ?.trim()
        .replace(/\s*\?$/, '') ?? '',
  });
  for (let asked = 1; asked <= 4; asked++) {
    const legend = question.locator('legend');
    await expect(legend).toContainText(`${asked}/4`);
    const position = Number(/\d+/.exec(await legend.innerText())?.[0]);
    await question.getByRole('button', { name: phrase[position - 1] as string, exact: true }).click();
  }
  return phrase;
};

export type Enrolment = { role: 'patient' | 'doctor' | 'hospital'; passphrase?: string; name?: string; fee?: string };

/** From any address to an open vault. @returns the 24 words */
export const enrol = async (person: Person, { role, passphrase, name = '', fee }: Enrolment): Promise<string[]> => {
  const { page } = person;
  const next = button(page, 'common.continue');
  await next.click();
  if (role !== 'patient') {
    // a profile is published: where to is asked before
    await agreeToPlaces(person);
    await field(page, role === 'doctor' ? 'profile.name' : 'profile.hospitalName').fill(name);
    if (role === 'doctor') {
      await field(page, 'profile.qualification').fill('MD');
      await page.getByRole('combobox', { name: words('profile.specialty') }).pressSequentially('Cardio');
      await page.getByRole('option', { name: 'Cardiology', exact: true }).click();
      if (fee) await field(page, 'enrol.fee').fill(fee);
    }
    await next.click();
  }
  if (passphrase) {
    await field(page, 'keys.passphraseField').fill(passphrase);
    await field(page, 'keys.again').fill(passphrase);
  } else await page.getByRole('radio', { name: words('keys.wallet') }).check();
  await button(page, 'enrol.start').click();
  await goOn(person, 'act.sign.enrol-first.why');
  await goOn(person, 'act.sign.enrol-again.why');
  const phrase = await writeDownPhrase(person);
  await goOn(person, 'act.call.enroll');
  if (role === 'doctor') await goOn(person, 'act.call.setFee');
  await expect(button(page, 'shell.lock')).toBeVisible({ timeout: 60_000 });
  return phrase;
};

/** From the locked page to an open vault, by the wallet. */
export const unlock = async (person: Person, passphrase?: string): Promise<void> => {
  const { page } = person;
  if (passphrase) await field(page, 'unlock.passphrase').fill(passphrase);
  await button(page, 'unlock.withWallet').click();
  await goOn(person, 'act.sign.unlock.why');
  await expect(button(page, 'shell.lock')).toBeVisible({ timeout: 60_000 });
};

export const lock = async ({ page }: Person): Promise<void> => {
  await button(page, 'shell.lock').click();
  await expect(page.getByRole('heading', { name: words('unlock.title'), exact: true })).toBeVisible();
};

/** Agrees to the peer that the page's host suggests. */
export const agreeToPlaces = async ({ page }: Person): Promise<void> => {
  await button(page, 'places.agree').click();
  await expect(button(page, 'places.agree')).toHaveCount(0);
};

/** From any page of a locked account to a published profile. @param filled by the label's key; lists are typed and chosen */
export const introduce = async (person: Person, filled: Record<string, string>, specialty?: string): Promise<void> => {
  const { page } = person;
  await connect(person);
  await unlock(person);
  await agreeToPlaces(person);
  for (const [key, value] of Object.entries(filled)) await field(page, key).fill(value);
  if (specialty) {
    await page.getByRole('combobox', { name: words('profile.specialty') }).pressSequentially(specialty);
    await page.getByRole('option', { name: specialty, exact: true }).click();
  }
  await button(page, 'profile.publish').click();
  await goOn(person, 'act.call.setProfile');
  await finish(person);
};

/** Follows a link of the navigation. */
export const visit = async ({ page }: Person, key: string): Promise<void> => {
  await page
    .getByRole('navigation', { name: words('nav.main') })
    .getByRole('link', { name: words(key) })
    .click();
};

/** A hospital accredits an enrolled account as a doctor. */
export const accredit = async (hospital: Person, address: string): Promise<void> => {
  const { page } = hospital;
  await visit(hospital, 'nav.staff');
  await field(page, 'find.label').fill(address);
  await button(page, 'find.go').click();
  await button(page, 'accredit.go').click();
  await goOn(hospital, 'act.call.accredit');
  await finish(hospital);
};

/** Puts files into the form's drop zone and waits until each is sealed. */
export const attach = async ({ page }: Person, files: Document[]): Promise<void> => {
  await page.locator('input[type=file]').setInputFiles(files.map((file) => file.path));
  const list = page.getByRole('list', { name: words('files.list') });
  await expect(list.getByText(words('files.ready'))).toHaveCount(files.length, { timeout: 90_000 });
};

/** Waits until every record is held by another place than this browser too; copies what is not yet. */
export const becomeDurable = async ({ page }: Person): Promise<void> => {
  const only = page.getByText(words('outbox.onlyHereWhy'));
  if (await only.isVisible()) await button(page, 'outbox.push').click();
  await expect(only).toHaveCount(0, { timeout: 60_000 });
};

export type Request = { symptoms: string; preferred?: string; files?: Document[] };

/** On the booking form: everything but sending it. */
export const writeBooking = async (patient: Person, request: Request): Promise<void> => {
  const { page } = patient;
  await field(page, 'book.symptoms').fill(request.symptoms);
  if (request.preferred) await field(page, 'book.preferred').fill(request.preferred);
  if (request.files) await attach(patient, request.files);
};

export const sendBooking = async (patient: Person): Promise<void> => {
  await button(patient.page, 'book.go').click();
  await goOn(patient, 'act.call.book');
  await finish(patient);
};

export type Prescription = { medication: string; dose: string; advice: string; files?: Document[] };

/** On the appointment's page: writes the prescription, without sending it. */
export const writePrescription = async (doctor: Person, prescription: Prescription): Promise<void> => {
  const { page } = doctor;
  await page.getByRole('link', { name: words('visit.prescribe') }).click();
  await field(page, 'prescribe.medication').fill(prescription.medication);
  await field(page, 'prescribe.dose').fill(prescription.dose);
  await field(page, 'prescribe.advice').fill(prescription.advice);
  if (prescription.files) await attach(doctor, prescription.files);
};

export const sendPrescription = async (doctor: Person): Promise<void> => {
  await button(doctor.page, 'prescribe.go').click();
  await goOn(doctor, 'act.call.complete');
  await finish(doctor);
};

/** What a click hands to the browser's downloads. */
export const download = async (
  { page }: Person,
  click: () => Promise<void>,
): Promise<{ name: string; bytes: Buffer }> => {
  const [given] = await Promise.all([page.waitForEvent('download', { timeout: 90_000 }), click()]);
  const parts: Buffer[] = [];
  for await (const part of await given.createReadStream()) parts.push(part as Buffer);
  const name = given.suggestedFilename();
  await given.delete();
  return { name, bytes: Buffer.concat(parts) };
};

/** Saves a file of an open record. @returns its bytes as they were downloaded */
export const save = ({ page }: Person, name: string): Promise<Buffer> =>
  downloaded(page, button(page, 'files.save', { name }));

/** Presses what saves something. @returns its bytes as they were downloaded */
export const downloaded = async (page: Page, press: Locator): Promise<Buffer> => {
  const [download] = await Promise.all([page.waitForEvent('download', { timeout: 90_000 }), press.click()]);
  const parts: Buffer[] = [];
  for await (const part of await download.createReadStream()) parts.push(part as Buffer);
  await download.delete();
  return Buffer.concat(parts);
};

/** Follows what was sent until nothing is unfinished. */
export const settleOutbox = async ({ page }: Person): Promise<void> => {
  const done = button(page, 'act.finish');
  const resume = page.getByText(words('outbox.waitingWhy'));
  await expect(done.or(resume).first()).toBeVisible({ timeout: 60_000 });
  if (await resume.isVisible()) {
    await page.getByRole('link', { name: words('outbox.look') }).click();
    await button(page, 'outbox.resume').click();
  }
  await done.click({ timeout: 60_000 });
};

/** A patient keeps a record of their own among the laboratory's. */
export const keep = async (patient: Person, title: string): Promise<void> => {
  const { page } = patient;
  await at(patient, '#/records/new');
  await field(page, 'records.field.title').fill(title);
  await field(page, 'records.field.note').fill(title);
  await page.getByRole('combobox', { name: words('records.field.folder') }).click();
  await page.getByRole('option', { name: words('records.folder.labs') }).click();
  await button(page, 'records.addSave').click();
  await goOn(patient, 'act.call.add');
  await finish(patient);
};

export { button, field };
