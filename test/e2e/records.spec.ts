/** The card, records of one's own, and what goes along with a booking; what others see of it, and what stays in the browser. */
import { expect, type Page } from '@playwright/test';
import * as act from './support/acts.ts';
import { documents, marker } from './support/files.ts';
import { enrolled, enrolledDoctor, test } from './support/people.ts';
import { picture } from './support/pictures.ts';
import type { Secret } from './support/secrets.ts';
import { words } from './support/words.ts';

const { at, button, field } = act;

/** A day a week from now, typed into a date field part by part. @returns YYYY-MM-DD */
const typeDay = async (page: Page, label: string, day: Date, nth = 0): Promise<string> => {
  const group = page.getByRole('group', { name: label }).nth(nth);
  for (const [part, value] of [
    ['day', day.getDate()],
    ['month', day.getMonth() + 1],
    ['year', day.getFullYear()],
  ] as const)
    await group
      .getByRole('spinbutton', { name: new RegExp(`^${part},`) })
      .pressSequentially(String(value).padStart(part === 'year' ? 4 : 2, '0'));
  return `${day.getFullYear()}-${String(day.getMonth() + 1).padStart(2, '0')}-${String(day.getDate()).padStart(2, '0')}`;
};

test('card, own records, camera and wished times go along with a booking, sealed; a correction keeps its history', async ({
  cast,
}) => {
  const [doctorAccount, patientAccount] = [await enrolledDoctor(), await enrolled()];
  const said = {
    name: marker('name'),
    allergy: marker('allergy'),
    reaction: marker('reaction'),
    contact: marker('contact'),
    title: marker('title'),
    corrected: marker('corrected'),
    note: marker('note'),
    reason: marker('reason'),
    symptoms: marker('symptoms'),
  };
  const file = documents(test.info().outputPath('files'), 1000).pdf;
  const secrets: Secret[] = [
    ...Object.entries(said).map(([name, text]) => ({ name, text })),
    ...file.markers.map((text) => ({ name: file.name, text })),
  ];
  const patient = await cast.atWork('patient', patientAccount, '#/card');
  const { page } = patient;
  await patient.context.grantPermissions(['camera']);
  await act.agreeToPlaces(patient);

  await test.step('the card is written, checked and saved', async () => {
    await button(page, 'card.write').click();
    await field(page, 'card.part.name').fill(said.name);
    await typeDay(page, words('card.part.birthDate'), new Date(Date.now() + 3 * 86_400_000));
    await button(page, 'card.allergy.add').click();
    await field(page, 'card.allergy.reaction').fill(said.reaction);
    await field(page, 'card.contactName').fill(said.contact);
    await field(page, 'card.contactPhone').fill('call me');
    await button(page, 'card.photo.camera').click();
    await button(page, 'camera.shutter').click();
    await button(page, 'camera.use').click();
    await expect(page.getByText(words('card.photo.ready'))).toBeVisible();
    await button(page, 'card.save').click();
    for (const fault of ['future', 'phone', 'substance'])
      await expect(page.getByText(words(`card.fault.${fault}`))).toBeVisible();
    await picture(page, 'card-faults');
    // a reload keeps what was typed, faults and all
    await page.reload();
    await act.unlock(patient);
    await button(page, 'card.write').click();
    await expect(field(page, 'card.part.name')).toHaveValue(said.name);
    await typeDay(page, words('card.part.birthDate'), new Date(1980, 1, 28));
    await field(page, 'card.allergy.substance').fill(said.allergy);
    await field(page, 'card.contactPhone').fill('+385 1 234 567');
    await picture(page, 'card-form');
    await button(page, 'card.save').click();
    await act.goOn(patient, 'act.call.add');
    await act.finish(patient);
    await expect(page.getByText(said.allergy)).toBeVisible();
    await expect(page.getByRole('img', { name: words('card.photoAlt') })).toBeVisible();
    await picture(page, 'card');
  });

  await test.step('a document is kept, and corrected with a reason', async () => {
    await at(patient, '#/records/new');
    await field(page, 'records.field.title').fill(said.title);
    await field(page, 'records.field.note').fill(said.note);
    await act.attach(patient, [file]);
    await picture(page, 'records-new');
    await button(page, 'records.addSave').click();
    await act.goOn(patient, 'act.call.add');
    await act.finish(patient);
    await page.getByRole('link', { name: words('records.correct') }).click();
    await field(page, 'records.field.title').fill(said.corrected);
    await button(page, 'records.correctSave').click();
    await expect(page.getByText(words('records.correctNeedReason'))).toBeVisible();
    await field(page, 'records.correctReason').fill(said.reason);
    await picture(page, 'records-correct');
    await button(page, 'records.correctSave').click();
    await act.goOn(patient, 'act.call.add');
    await act.finish(patient);
    await expect(page.getByRole('heading', { name: said.corrected })).toBeVisible();
    await expect(page.getByText(file.name)).toBeVisible();
    await picture(page, 'record');
    await page.getByRole('tab', { name: words('records.tab.history') }).click();
    await expect(page.getByText(words('records.reason', { reason: said.reason }))).toBeVisible();
    await expect(page.getByText(said.title)).toBeVisible();
    await picture(page, 'record-history');
  });

  await test.step('what others see of it is no word of it', async () => {
    await page.getByRole('tab', { name: words('records.tab.onlooker') }).click();
    const panel = page.getByRole('tabpanel');
    await expect(panel.getByRole('listitem').filter({ hasText: 'age-encryption.o' })).toHaveCount(2);
    const seen = await panel.innerText();
    for (const { name, text } of secrets) expect(seen.includes(text ?? ''), name).toBe(false);
    expect(seen).not.toContain(file.name);
    await picture(page, 'record-onlooker');
  });

  await test.step('the list finds it by its words', async () => {
    await at(patient, '#/records');
    const list = page.getByRole('list', { name: words('nav.records') });
    await expect(list.getByRole('listitem')).toHaveCount(2);
    await field(page, 'records.search').fill(said.note.toLowerCase());
    await expect(list.getByRole('listitem')).toHaveCount(1);
    await field(page, 'records.search').fill('');
    await picture(page, 'records');
  });

  await test.step('a booking takes them along', async () => {
    await at(patient, `#/doctors/${doctorAccount.address}/book`);
    await field(page, 'book.symptoms').fill(said.symptoms);
    await button(page, 'camera.take').click();
    await button(page, 'camera.shutter').click();
    await button(page, 'camera.again').click();
    await button(page, 'camera.shutter').click();
    await button(page, 'camera.use').click();
    await expect(page.getByRole('list', { name: words('files.list') }).getByText(words('files.ready'))).toBeVisible();
    for (const part of ['allergies', 'photo'])
      await page.getByRole('checkbox', { name: words(`card.part.${part}`) }).check();
    await page.getByText(words('along.preview')).click();
    await expect(page.getByText(said.reaction)).toBeVisible();
    await button(page, 'along.choose').click();
    await page.getByRole('checkbox', { name: said.corrected }).check();
    await picture(page, 'book-choose');
    await button(page, 'along.done').click();
    for (const n of [0, 1]) {
      await button(page, 'wishes.add').click();
      await typeDay(page, words('wishes.day'), new Date(Date.now() + (n + 3) * 86_400_000), n);
    }
    await picture(page, 'book');
    await act.sendBooking(patient);
    await expect(page.getByText(said.symptoms)).toBeVisible();
    await picture(page, 'book-sent');
  });
  expect((await patient.atRest(secrets)).hits, 'the open browser keeps').toEqual([]);
  await at(patient, '#/home');
  await expect(page.getByRole('heading', { name: words('home.hello', { name: said.name }) })).toBeVisible();
  await picture(page, 'home');

  const doctor = await cast.atWork('doctor', doctorAccount, '#/queue');
  await act.agreeToPlaces(doctor);
  await test.step('the doctor sees who it is, what to beware of, when it suits, and opens the record', async () => {
    const theirs = doctor.page;
    await theirs.getByRole('main').getByRole('link', { name: said.name }).click();
    await expect(theirs.getByText(said.allergy)).toBeVisible();
    await expect(theirs.getByRole('img', { name: words('card.photoAlt') })).toBeVisible();
    await expect(theirs.getByText(said.contact)).toHaveCount(0);
    await expect(theirs.getByText(/9:00\sAM\s*–\s*12:00/)).toHaveCount(2);
    await theirs.getByRole('button', { name: said.corrected }).click();
    await expect(theirs.getByText(said.note)).toBeVisible();
    expect((await act.save(doctor, file.name)).equals(file.bytes)).toBe(true);
    await picture(theirs, 'doctor-visit');
  });

  for (const person of [patient, doctor]) {
    await act.lock(person);
    expect((await person.atRest(secrets)).hits, `${person.name}, locked, keeps`).toEqual([]);
    expect(person.leaked(secrets), `${person.name} lets out`).toEqual([]);
    expect(person.faults).toEqual([]);
  }
});

test('a camera that is not allowed is explained, with the device’s own way beside it', async ({ cast }) => {
  const patient = await cast.atWork('patient', await enrolled(), '#/records/new');
  const { page } = patient;
  await patient.context.clearPermissions();
  await button(page, 'camera.take').click();
  await expect(page.getByText(words('camera.refused'))).toBeVisible();
  await picture(page, 'camera-refused');
  const file = documents(test.info().outputPath('files'), 1000).png;
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), button(page, 'camera.pick').click()]);
  await chooser.setFiles(file.path);
  await expect(page.getByRole('list', { name: words('files.list') }).getByText(file.name)).toBeVisible();
  expect(patient.faults).toEqual([]);
});
