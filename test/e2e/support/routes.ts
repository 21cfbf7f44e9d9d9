/** Every screen of the page, with somebody on it to whom it is not empty. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type Page } from '@playwright/test';
import { idOf } from '../../../src/record/folders.ts';
import { accessScreens } from './accessScreens.ts';
import * as act from './acts.ts';
import { stack } from './chain.ts';
import { documents, type Document } from './files.ts';
import { hospitalScreens } from './hospitalScreens.ts';
import { enrolled, enrolledDoctor, enrolledHospital, newAccount, type Cast } from './people.ts';
import type { Person } from './person.ts';
import { receivedScreens } from './receivedScreens.ts';
import { voucherFor } from './vouchers.ts';
import { words } from './words.ts';

/** @property show brings the screen up, from wherever the person is */
export type Screen = { name: string; person: Person; show(): Promise<void> };

/** A width in pixels and a theme. Returns once colours have settled. */
export const look = async (page: Page, width: number, colorScheme: 'light' | 'dark'): Promise<void> => {
  await page.setViewportSize({ width, height: width < 600 ? 740 : 800 });
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
  // colours that are inherited change one level a frame: settled is what stays still for some frames
  await page.evaluate(async () => {
    const moving = (): boolean =>
      document.getAnimations().some((a) => a instanceof CSSTransition && a.playState !== 'finished');
    for (let still = 0; still < 3; still = moving() ? 0 : still + 1)
      await new Promise((resolve) => requestAnimationFrame(resolve));
  });
};

const at = (person: Person, name: string, path: string, ready: string): Screen => ({
  name,
  person,
  show: async () => {
    // by the address bar: the vault stays open
    await person.page.evaluate((hash) => void (location.hash = hash), path);
    await person.page.getByText(ready).first().waitFor();
  },
});

/** The same documents under names as people give them. */
const named = (
  { pdf, png, rtl }: ReturnType<typeof documents>,
  folder: string,
): Record<'pdf' | 'png' | 'rtl', Document> => {
  const as = (file: Document, name: string): Document => {
    const path = join(folder, name);
    writeFileSync(path, file.bytes);
    return { ...file, name, path };
  };
  return { pdf: as(pdf, 'Blood test 2026-11-12.pdf'), png: as(png, 'Rash on the left arm.png'), rtl };
};

/** One visit on its way, and everybody concerned at their pages. @param folder for the documents @param contextOptions of every browser */
export const screens = async (cast: Cast, folder: string, contextOptions = {}): Promise<Screen[]> => {
  const [doctorAccount, patientAccount] = [await enrolledDoctor(), await enrolled()];
  const newcomerAccount = await newAccount();
  const { pdf, png, rtl } = named(documents(folder, 1000), folder);
  const guest = await cast.arriveWith('guest', undefined, { contextOptions });
  const newcomer = await cast.arrive('newcomer', newcomerAccount, { contextOptions });
  const clinic = await cast.arrive('clinic', await enrolledHospital(), { contextOptions });
  const patient = await cast.arrive('patient', patientAccount, { contextOptions });
  const doctor = await cast.arrive('doctor', doctorAccount, { contextOptions });
  const symptoms =
    'Since Tuesday a dry cough, worse at night. 38.2 °C yesterday evening. I take nothing but ibuprofen.';

  await doctor.page.goto(`${stack.page.url}#/profile`);
  const face = { 'profile.name': 'Dr. Ada Ferri', 'profile.qualification': 'MD, University of Bologna' };
  await act.introduce(doctor, { ...face, 'profile.phone': '+39 051 555 0142' }, 'Cardiology');
  await clinic.page.goto(`${stack.page.url}#/profile`);
  await act.introduce(clinic, { 'profile.hospitalName': 'Ospedale Sant’Anna', 'profile.city': 'Bologna' });

  return [
    {
      name: 'landing',
      person: guest,
      show: async () => void (await guest.page.goto(stack.page.url)),
    },
    at(guest, 'noWallet', '#/home', words('wallet.none')),
    at(guest, 'performance', '#/performance', words('performance.methods')),
    {
      name: 'connect',
      person: newcomer,
      show: async () => {
        await newcomer.page.goto(`${stack.page.url}#/enrol/doctor`);
        await newcomer.page.getByRole('button', { name: 'Test Wallet' }).waitFor();
      },
    },
    { name: 'enrol', person: newcomer, show: () => act.connect(newcomer) },
    { name: 'enrolProfile', person: newcomer, show: () => act.button(newcomer.page, 'common.continue').click() },
    {
      name: 'enrolKeys',
      person: newcomer,
      show: async () => {
        const { page } = newcomer;
        await act.field(page, 'profile.name').fill('Dr. Ada Ferri');
        await act.field(page, 'profile.qualification').fill('MD, University of Bologna');
        await page.getByRole('combobox', { name: words('profile.specialty') }).pressSequentially('Cardio');
        await page.getByRole('option', { name: 'Cardiology', exact: true }).click();
        await act.button(page, 'common.continue').click();
      },
    },
    {
      name: 'enrolPrompt',
      person: newcomer,
      show: async () => {
        await newcomer.page.getByRole('radio', { name: words('keys.wallet') }).check();
        await act.button(newcomer.page, 'enrol.start').click();
        await newcomer.page.getByText(words('act.sign.enrol-first.why')).waitFor();
      },
    },
    {
      name: 'enrolPhrase',
      person: newcomer,
      show: async () => {
        await act.goOn(newcomer, 'act.sign.enrol-first.why');
        await act.goOn(newcomer, 'act.sign.enrol-again.why');
        await act.button(newcomer.page, 'phrase.reveal').click();
      },
    },
    {
      name: 'unlock',
      person: patient,
      show: async () => {
        await patient.page.goto(`${stack.page.url}#/home`);
        await act.connect(patient);
        await act.button(patient.page, 'unlock.withWallet').waitFor();
      },
    },
    {
      name: 'patientHome',
      person: patient,
      show: async () => {
        await act.unlock(patient);
        await patient.page.getByText(words('home.first')).waitFor();
      },
    },
    {
      name: 'doctors',
      person: patient,
      show: async () => {
        await act.agreeToPlaces(patient);
        await act.visit(patient, 'nav.doctors');
        await patient.page.getByText('Cardiology').waitFor();
      },
    },
    at(patient, 'cardEmpty', '#/card', words('card.empty')),
    {
      name: 'cardForm',
      person: patient,
      show: async () => {
        const { page } = patient;
        await act.button(page, 'card.write').click();
        await act.field(page, 'card.part.name').fill('Maria Rossi');
        await act.field(page, 'card.part.phone').fill('+39 347 555 0199');
        await act.button(page, 'card.allergy.add').click();
        await act.field(page, 'card.allergy.substance').fill('Penicillin');
        await act.field(page, 'card.allergy.reaction').fill('Rash, swollen face');
        await act.field(page, 'card.contactName').fill('Luca Rossi');
        await act.field(page, 'card.contactRelation').fill('brother');
        await act.field(page, 'card.contactPhone').fill('+39 347 555 0123');
      },
    },
    {
      name: 'card',
      person: patient,
      show: async () => {
        await act.button(patient.page, 'card.save').click();
        await act.goOn(patient, 'act.call.add');
        await act.finish(patient);
        await patient.page.getByText('Penicillin').waitFor();
      },
    },
    {
      name: 'recordsNew',
      person: patient,
      show: async () => {
        const { page } = patient;
        await at(patient, '', '#/records/new', words('records.addCard')).show();
        await act.field(page, 'records.field.title').fill('Blood count');
        await act.field(page, 'records.field.note').fill('Fasting. Taken before the antibiotics.');
        await act.attach(patient, [pdf]);
      },
    },
    {
      name: 'record',
      person: patient,
      show: async () => {
        await act.button(patient.page, 'records.addSave').click();
        await act.goOn(patient, 'act.call.add');
        await act.finish(patient);
        await patient.page.getByText('Taken before the antibiotics.').waitFor();
      },
    },
    {
      name: 'recordCorrect',
      person: patient,
      show: async () => {
        await patient.page.getByRole('link', { name: words('records.correct') }).click();
        await act.field(patient.page, 'records.field.title').fill('Blood count, second reading');
        await act.field(patient.page, 'records.correctReason').fill('The laboratory sent a new sheet.');
      },
    },
    {
      name: 'recordHistory',
      person: patient,
      show: async () => {
        const { page } = patient;
        await act.button(page, 'records.correctSave').click();
        await act.goOn(patient, 'act.call.add');
        await act.finish(patient);
        await page.getByRole('tab', { name: words('records.tab.history') }).click();
        await page.getByText('The laboratory sent a new sheet.').waitFor();
      },
    },
    {
      name: 'recordOnlooker',
      person: patient,
      show: async () => {
        const { page } = patient;
        await page.getByRole('tab', { name: words('records.tab.onlooker') }).click();
        await page.getByRole('listitem').filter({ hasText: 'age-encryption.o' }).nth(1).waitFor();
      },
    },
    {
      name: 'records',
      person: patient,
      show: () => at(patient, '', '#/records', 'Blood count, second reading').show(),
    },
    at(patient, 'reseal', `#/folders/${idOf('labs')}/reseal`, words('reseal.none')),
    at(
      patient,
      'share',
      `#/share/${encodeURIComponent(`to=${doctorAccount.address}&folder=${idOf('labs')}`)}`,
      words('share.compare'),
    ),
    at(patient, 'doctor', `#/doctors/${doctorAccount.address}`, words('doctors.vouch')),
    {
      name: 'book',
      person: patient,
      show: async () => {
        await act
          .button(patient.page, 'doctors.book')
          .or(patient.page.getByRole('link', { name: words('doctors.book') }))
          .click();
        await act.writeBooking(patient, { symptoms, preferred: 'Weekday mornings', files: [pdf, png, rtl] });
      },
    },
    {
      name: 'bookPrompt',
      person: patient,
      show: async () => {
        await act.button(patient.page, 'book.go').click();
        await patient.page.getByText(words('act.call.book')).waitFor();
      },
    },
    {
      name: 'bookPromptDevice',
      person: patient,
      show: () => patient.page.getByText(words('device.offer')).click(),
    },
    {
      name: 'bookDone',
      person: patient,
      show: async () => {
        await act.goOn(patient, 'act.call.book');
        await act.button(patient.page, 'act.finish').waitFor({ timeout: 60_000 });
        // behind the panel the page goes on to the appointment
        await patient.page.waitForURL(/#\/appointments\/\d+$/);
        await patient.page.getByText(symptoms).first().waitFor();
      },
    },
    { name: 'patientVisit', person: patient, show: () => act.finish(patient) },
    {
      name: 'handOver',
      person: patient,
      show: async () => {
        await act.button(patient.page, 'handOver.button').first().click();
        await act.button(patient.page, 'handOver.save').waitFor();
      },
    },
    at(patient, 'appointments', '#/appointments', words('status.booked')),
    at(patient, 'patientActivity', '#/activity', words('event.Booked')),
    {
      name: 'verify',
      person: patient,
      show: async () => {
        const { page } = patient;
        const entry = page.getByRole('listitem').filter({ hasText: words('event.Booked') });
        await entry.getByRole('button', { name: words('verify.button') }).click();
        await page.getByText(words('verify.provenWhy')).waitFor({ timeout: 60_000 });
        await page.getByRole('dialog').getByText(words('verify.evidence')).nth(1).click();
      },
    },
    {
      name: 'receipt',
      person: patient,
      show: async () => {
        const { page } = patient;
        await page.keyboard.press('Escape');
        const entry = page.getByRole('listitem').filter({ hasText: words('event.Booked') });
        await entry.getByRole('button', { name: words('receipt.show') }).click();
        await act.button(page, 'receipt.save').waitFor();
      },
    },
    {
      name: 'salusNumber',
      person: patient,
      show: async () => {
        const { page } = patient;
        await page.keyboard.press('Escape');
        await page.locator('.account-chip').click();
        await page.getByRole('menuitem', { name: words('number.title') }).click();
        await page.getByRole('img', { name: words('number.qr') }).waitFor();
      },
    },
    {
      ...at(patient, 'import', '#/import', words('handed.why')),
      show: async () => {
        await patient.page.keyboard.press('Escape');
        await at(patient, '', '#/import', words('handed.why')).show();
      },
    },
    at(patient, 'takeVoucher', `#/voucher/${await voucherFor(patientAccount.address)}`, words('voucher.checked')),
    {
      name: 'patientSettings',
      person: patient,
      show: () => at(patient, '', '#/settings', words('vaultKeys.always')).show(),
    },
    {
      name: 'changeKeys',
      person: patient,
      show: async () => {
        await act.button(patient.page, 'vaultKeys.change').click();
        await patient.page.getByText(words('vaultKeys.replaces')).waitFor();
      },
    },
    {
      name: 'queue',
      person: doctor,
      show: async () => {
        await act.visit(doctor, 'nav.queue');
        await doctor.page.getByText(words('status.bookedDoctor')).waitFor();
      },
    },
    {
      name: 'doctorVisit',
      person: doctor,
      show: async () => {
        await act.visitRow(doctor.page).click();
        await doctor.page.getByText(symptoms).waitFor({ timeout: 60_000 });
      },
    },
    {
      name: 'acceptNote',
      person: doctor,
      show: async () => {
        await act.button(doctor.page, 'note.accept').click();
        await act.field(doctor.page, 'note.where').fill('Via Irnerio 8, second floor, room 4');
      },
    },
    {
      name: 'preview',
      person: doctor,
      show: async () => {
        await act.button(doctor.page.getByRole('dialog'), 'common.back').click();
        await act.button(doctor.page, 'files.open', { name: png.name }).click();
        await doctor.page.getByRole('dialog').getByRole('img').waitFor();
      },
    },
    {
      name: 'previewPdf',
      person: doctor,
      show: async () => {
        await act.button(doctor.page.getByRole('dialog'), 'common.close').last().click();
        await act.button(doctor.page, 'files.open', { name: pdf.name }).click();
        await doctor.page.locator('[data-drawn]').waitFor();
      },
    },
    {
      name: 'prescribe',
      person: doctor,
      show: async () => {
        await act.button(doctor.page.getByRole('dialog'), 'common.close').last().click();
        await act.writePrescription(doctor, {
          medication: 'Amoxicillin 500 mg, capsules',
          dose: '1 capsule',
          advice: 'Rest, drink, come back if the fever lasts longer than three days.',
          files: [pdf],
        });
      },
    },
    {
      name: 'doctorVisitDone',
      person: doctor,
      show: async () => {
        await act.sendPrescription(doctor);
        await doctor.page.getByText('Amoxicillin').first().waitFor({ timeout: 60_000 });
      },
    },
    {
      name: 'correct',
      person: doctor,
      show: async () => {
        await doctor.page.getByRole('link', { name: words('correct.open') }).click();
        await act.field(doctor.page, 'correct.reason').fill('The dose was for adults.');
      },
    },
    at(doctor, 'patients', '#/patients', words('patients.why')),
    {
      name: 'patientOfDoctor',
      person: doctor,
      show: async () => {
        await at(doctor, '', `#/patients/${patientAccount.address}`, words('patients.recordsWhy')).show();
        await doctor.page.getByRole('button', { name: words('patients.kind.request') }).click();
        await doctor.page.getByText(words('record.checked')).waitFor();
      },
    },
    at(doctor, 'addReport', `#/patients/${patientAccount.address}/report`, words('report.sealed')),
    at(doctor, 'earnings', '#/earnings', words('earnings.credit')),
    at(doctor, 'doctorProfile', '#/profile', words('profile.public')),
    at(doctor, 'notFound', '#/nowhere', words('app.notFound')),
    {
      name: 'patientVisitDone',
      person: patient,
      show: async () => {
        await patient.page.keyboard.press('Escape');
        await patient.page
          .getByRole('link', { name: words('nav.appointments') })
          .first()
          .click();
        await act.visitRow(patient.page).click();
        await patient.page.getByText('Amoxicillin').first().waitFor({ timeout: 60_000 });
      },
    },
    {
      name: 'saveLocked',
      person: patient,
      show: async () => {
        const { page } = patient;
        await act.button(page, 'take.locked').first().click();
        // the one that is suggested is another each time
        await expect(act.field(page, 'take.passphrase.field')).not.toHaveValue('');
        await act.field(page, 'take.passphrase.field').fill('six-words-from-a-long-list');
      },
    },
    {
      name: 'disputeForm',
      person: patient,
      show: async () => {
        const { page } = patient;
        await act.button(page.getByRole('dialog'), 'common.close').last().click();
        await act.button(page, 'dispute.open').click();
        await act.field(page, 'dispute.words').fill('Nobody called at the hour we agreed on.');
      },
    },
    {
      name: 'signature',
      person: patient,
      show: async () => {
        const { page } = patient;
        await act.button(page.getByRole('dialog'), 'common.back').click();
        await page.locator('summary', { hasText: words('event.Booked') }).click();
        await page.getByText(words('proof.recovered')).waitFor();
        await page.getByText(words('trace.title')).first().click();
      },
    },
    at(patient, 'patientHomeReady', '#/home', words('home.ready')),
    {
      name: 'rateWords',
      person: patient,
      show: async () => {
        const { page } = patient;
        await page.goBack();
        await page.getByRole('radio', { name: words('stars.n5') }).click();
        await act.button(page, 'rate.addWords').click();
        await act.field(page, 'rate.words').fill('Kind, thorough and on time.\n\nThe answer came the same evening.');
        await page.getByText(words('rate.preview')).waitFor();
      },
    },
    {
      name: 'doctorRated',
      person: patient,
      show: async () => {
        const { page } = patient;
        await page.getByRole('checkbox', { name: words('rate.understood') }).check();
        await act.button(page, 'visit.rateAndRelease').click();
        await act.goOn(patient, 'act.call.rate');
        await act.finish(patient);
        await at(patient, '', `#/doctors/${doctorAccount.address}`, 'The answer came the same evening.').show();
      },
    },
    {
      name: 'doctorReviews',
      person: doctor,
      show: async () => {
        await at(doctor, '', '#/reviews', 'The answer came the same evening.').show();
        await act.button(doctor.page, 'reviews.answerGo').click();
        await act.field(doctor.page, 'reviews.answerLabel').fill('Thank you. Come back any time.');
      },
    },
    {
      name: 'earningsPaid',
      person: doctor,
      show: async () => {
        await at(doctor, '', '#/earnings', words('earnings.over')).show();
        await doctor.page.locator('.uplot canvas').waitFor();
      },
    },
    at(doctor, 'notices', '#/notices', words('notify.title')),
    ...accessScreens({ doctor, patient, patientAccount }),
    ...receivedScreens({ doctor, patient, accounts: { doctor: doctorAccount, patient: patientAccount } }),
    ...hospitalScreens({
      clinic,
      doctor,
      patient,
      guest,
      accounts: { doctor: doctorAccount, patient: patientAccount, newcomer: newcomerAccount },
    }),
  ];
};
