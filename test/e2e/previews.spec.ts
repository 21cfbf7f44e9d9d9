/** Files that want to do something when they are looked at, and files that are taken along: shown, saved, locked. */
import { expect } from '@playwright/test';
import { Decrypter } from 'age-encryption';
import { mkdirSync } from 'node:fs';
import * as act from './support/acts.ts';
import { documents } from './support/files.ts';
import { hostileFiles } from './support/hostileFiles.ts';
import { enrolled, enrolledDoctor, test } from './support/people.ts';
import type { Person } from './support/person.ts';
import { words } from './support/words.ts';

const PASSPHRASE = 'correct horse battery';

const look = async ({ page }: Person, name: string) => {
  await act.button(page, 'files.open', { name }).click();
  return page.getByRole('dialog');
};
const close = async ({ page }: Person) => {
  await act.button(page.getByRole('dialog'), 'common.close').last().click();
  await expect(page.getByRole('dialog')).toHaveCount(0);
};

test('documents are looked at without running, and saved open and locked', async ({ cast }) => {
  const folder = test.info().outputPath('files');
  mkdirSync(folder, { recursive: true });
  const bad = hostileFiles(folder, 'LOOKATME');
  const { png } = documents(folder, 1000);
  const doctor = await enrolledDoctor();
  const patient = await cast.atWork('patient', await enrolled(), `#/doctors/${doctor.address}/book`);
  const { page } = patient;
  await act.agreeToPlaces(patient);
  await act.field(page, 'book.symptoms').fill('Cough');
  const files = [...Object.values(bad), png];
  await page.locator('input[type=file]').setInputFiles(files.map((f) => f.path));
  await expect(page.getByRole('list', { name: words('files.list') }).getByText(words('files.ready'))).toHaveCount(
    files.length,
    { timeout: 60_000 },
  );
  await act.sendBooking(patient);

  let dialog = await look(patient, bad.pdf.name);
  const canvas = dialog.locator('[data-drawn] canvas');
  await expect(canvas).toBeVisible({ timeout: 30_000 });
  // it was really drawn: the red square of its corner
  const red = await canvas.evaluate((c: HTMLCanvasElement) => {
    const at = c.getContext('2d')?.getImageData(Math.floor(c.width / 8), Math.floor(c.height * 0.75), 1, 1).data;
    return at && [...at];
  });
  expect(red).toEqual([255, 0, 0, 255]);
  await expect(dialog.getByText(/LOOKATME/)).toBeAttached();
  // a click where its button and its link are
  await canvas.click({ position: { x: 40, y: 40 } });
  await page.keyboard.press('Enter');
  await close(patient);

  for (const file of [bad.html, bad.svg]) {
    dialog = await look(patient, file.name);
    await expect(dialog.locator('pre')).toHaveText(file.bytes.toString());
    await expect(dialog.locator('iframe, img, svg text, script')).toHaveCount(0);
    await close(patient);
  }
  dialog = await look(patient, bad.disguised.name);
  await expect(dialog.getByText(words('files.notImage'))).toBeVisible();
  await close(patient);
  dialog = await look(patient, bad.bomb.name);
  await expect(dialog.getByText(/60,000/)).toBeVisible();
  await close(patient);
  dialog = await look(patient, png.name);
  await expect(dialog.getByRole('img')).toBeVisible();
  await close(patient);

  // everything at once: what Python's zipfile, or any other, unpacks
  const all = await act.download(patient, () => act.button(page, 'take.all').click());
  expect(all.name).toBe('salus-booking.zip');
  for (const file of files) expect(all.bytes.includes(file.bytes), file.name).toBe(true);
  expect(all.bytes.includes('"description": "Cough"')).toBe(true);
  expect(all.bytes.includes('AGE-SECRET-KEY')).toBe(false);

  // locked by a passphrase: the age library opens it, byte for byte
  await act.button(page, 'take.locked').click();
  dialog = page.getByRole('dialog');
  await expect(act.field(dialog, 'take.passphrase.field')).toHaveValue(/-/);
  const suggested = await act.field(dialog, 'take.passphrase.field').inputValue();
  expect(suggested.split('-')).toHaveLength(6);
  await act.field(dialog, 'take.passphrase.field').fill('too short');
  await act.button(dialog, 'take.go').click();
  await expect(dialog.getByText(words('take.passphrase.short', { count: 12 }), { exact: true })).toBeVisible();
  await act.field(dialog, 'take.passphrase.field').fill(PASSPHRASE);
  await dialog.getByLabel(new RegExp(`^${words('take.what')}`)).click();
  await page.getByRole('option', { name: png.name }).click();
  const locked = await act.download(patient, () => act.button(dialog, 'take.go').click());
  expect(locked.name).toBe(`${png.name}.age`);
  const byPassphrase = new Decrypter();
  byPassphrase.addPassphrase(PASSPHRASE);
  expect(Buffer.from(await byPassphrase.decrypt(locked.bytes)).equals(png.bytes)).toBe(true);

  // as stored: opens with the key that the page shows after a warning
  await dialog.getByText(words('take.stored.title'), { exact: true }).click();
  const stored = await act.download(patient, () => act.button(dialog, 'take.go').click());
  await act.button(dialog, 'take.stored.showKey').click();
  const key = /AGE-SECRET-KEY-PQ-1\w+/.exec(await dialog.innerText())?.[0] ?? '';
  const byKey = new Decrypter();
  byKey.addIdentity(key);
  const padded = Buffer.from(await byKey.decrypt(stored.bytes));
  expect(padded.subarray(0, png.size).equals(png.bytes)).toBe(true);
  expect(padded.subarray(png.size).every((byte) => byte === 0)).toBe(true);
  await close(patient);

  expect(await page.evaluate(() => 'ran' in globalThis)).toBe(false);
  expect(patient.context.pages()).toHaveLength(1);
  expect(patient.warnings).toEqual([]);
  expect(patient.strangers()).toEqual([]);
  expect(patient.faults).toEqual([]);
});
