/** The wallet declines, at each prompt: nothing is sent, the page says so plainly, nothing typed is lost, and the same act goes through afterwards. */
import { expect } from '@playwright/test';
import * as act from './support/acts.ts';
import { chain, stack } from './support/chain.ts';
import { marker } from './support/files.ts';
import { enrolled, enrolledDoctor, newAccount, test } from './support/people.ts';
import type { Person } from './support/person.ts';
import { words } from './support/words.ts';

const sent = (person: Person): number => person.wallet?.count('eth_sendTransaction') ?? 0;
const nonce = (person: Person): Promise<number> =>
  chain().getTransactionCount({ address: person.wallet?.address as `0x${string}` });

/**
 * Lets the wallet decline the coming prompt. The page must say that nothing was sent, and it must be true. The wallet's mood changes
 * only once this prompt is explained: the one before may still be on its way to a slow wallet, and would be declined in its place.
 */
const decline = async (person: Person, why: string, close = true): Promise<void> => {
  const { page, wallet } = person;
  await expect(page.getByText(words(why), { exact: true })).toBeVisible({ timeout: 60_000 });
  const before = await nonce(person);
  if (wallet) wallet.mode = 'reject';
  await act.goOn(person, why);
  await expect(page.getByText(words('act.declinedTitle')).last()).toBeVisible();
  expect(await nonce(person)).toBe(before);
  if (wallet) wallet.mode = 'confirm';
  if (close) await act.button(page, 'common.close').last().click();
};

test('connecting and enrolling', async ({ cast }) => {
  const patient = await cast.arrive('patient', await newAccount());
  const { page, wallet } = patient;
  // slow enough that whatever is answered out of turn shows
  if (wallet) wallet.latency = 150;
  await page.goto(`${stack.page.url}#/enrol/patient`);
  if (wallet) wallet.mode = 'reject';
  await act.connect(patient);
  await expect(page.getByText(words('error.declined.what'))).toBeVisible();
  if (wallet) wallet.mode = 'confirm';
  await act.connect(patient);

  await act.button(page, 'common.continue').click();
  await page.getByRole('radio', { name: words('keys.wallet') }).check();
  await act.button(page, 'enrol.start').click();
  await decline(patient, 'act.sign.enrol-first.why');
  await act.button(page, 'enrol.start').click();
  await act.goOn(patient, 'act.sign.enrol-first.why');
  await decline(patient, 'act.sign.enrol-again.why');
  await act.button(page, 'enrol.start').click();
  await act.goOn(patient, 'act.sign.enrol-first.why');
  await act.goOn(patient, 'act.sign.enrol-again.why');
  const phrase = await act.writeDownPhrase(patient);
  await decline(patient, 'act.call.enroll');
  expect(sent(patient)).toBe(1);

  // what was written down still counts: only the transaction is asked for again
  const signatures = patient.wallet?.count('personal_sign');
  await act.button(page, 'enrol.start').click();
  await act.goOn(patient, 'act.call.enroll');
  expect(patient.wallet?.count('personal_sign')).toBe(signatures);
  await expect(act.button(page, 'shell.lock')).toBeVisible({ timeout: 60_000 });
  await act.lock(patient);
  await act.button(page, 'unlock.byWords').click();
  await act.field(page, 'phrase.enter').fill(phrase.join(' '));
  await act.button(page, 'unlock.withWords').click();
  await expect(act.button(page, 'shell.lock')).toBeVisible({ timeout: 60_000 });
  expect(patient.faults).toEqual([]);
});

test('turning back at the explanation asks the wallet nothing', async ({ cast }) => {
  const patient = await cast.arrive('patient', await newAccount());
  const { page } = patient;
  await page.goto(`${stack.page.url}#/enrol/patient`);
  await act.connect(patient);
  await act.button(page, 'common.continue').click();
  await page.getByRole('radio', { name: words('keys.wallet') }).check();
  await act.button(page, 'enrol.start').click();
  await act.button(page, 'act.prompt.notNow').click();
  await expect(page.getByText(words('act.declinedTitle')).last()).toBeVisible();
  expect(patient.wallet?.count('personal_sign')).toBe(0);
});

test('unlocking, booking, accepting, prescribing, rating', async ({ cast }) => {
  const [doctorAccount, patientAccount] = [await enrolledDoctor(), await enrolled()];
  const patient = await cast.arrive('patient', patientAccount);
  const { page } = patient;
  await page.goto(`${stack.page.url}#/doctors/${doctorAccount.address}/book`);
  await act.connect(patient);
  await act.button(page, 'unlock.withWallet').click();
  await decline(patient, 'act.sign.unlock.why');
  await act.unlock(patient);
  await act.agreeToPlaces(patient);

  const said = marker('said');
  await act.writeBooking(patient, { symptoms: said });
  await act.button(page, 'book.go').click();
  await decline(patient, 'act.call.book');
  await expect(page.getByLabel(words('book.symptoms'))).toHaveValue(said);
  await act.sendBooking(patient);
  await expect(page.getByText(words('status.booked'))).toBeVisible();
  expect(await nonce(patient)).toBe(2);

  const doctor = await cast.atWork('doctor', doctorAccount, '#/queue');
  await act.agreeToPlaces(doctor);
  await act.visitRow(doctor.page).click();
  await expect(doctor.page.getByText(said)).toBeVisible({ timeout: 60_000 });
  await act.button(doctor.page, 'visit.accept').click();
  await decline(doctor, 'act.call.accept');
  await act.button(doctor.page, 'visit.accept').click();
  await act.goOn(doctor, 'act.call.accept');
  await act.finish(doctor);
  const medication = marker('medicine');
  await act.writePrescription(doctor, { medication, dose: '1', advice: 'rest' });
  await act.button(doctor.page, 'prescribe.go').click();
  await decline(doctor, 'act.call.complete');
  await expect(doctor.page.getByLabel(words('prescribe.medication'))).toHaveValue(medication);
  await act.sendPrescription(doctor);
  expect(await nonce(doctor)).toBe(4);

  await expect(page.getByText(medication)).toBeVisible({ timeout: 60_000 });
  await page.getByRole('radio', { name: words('stars.n4') }).click();
  await act.button(page, 'visit.rateAndRelease').click();
  await decline(patient, 'act.call.rate');
  await act.button(page, 'visit.rateAndRelease').click();
  await act.goOn(patient, 'act.call.rate');
  await act.finish(patient);
  await expect(page.getByText(words('visit.rated'))).toBeVisible();

  await act.visit(doctor, 'nav.earnings');
  await act.button(doctor.page, 'earnings.withdraw').click();
  await decline(doctor, 'act.call.withdraw');
  await act.button(doctor.page, 'earnings.withdraw').click();
  await act.goOn(doctor, 'act.call.withdraw');
  await act.finish(doctor);
  expect([...patient.faults, ...doctor.faults]).toEqual([]);
});
