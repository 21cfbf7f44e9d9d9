/** Places that should hold records fail, this browser among them: nothing is lost quietly, and it goes on when they are back. */
import { expect } from '@playwright/test';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as act from './support/acts.ts';
import { stack } from './support/chain.ts';
import { bookingOf, nonce, reads, uploaded } from './support/faults.ts';
import { documents, marker } from './support/files.ts';
import { enrolled, enrolledDoctor, test } from './support/people.ts';
import { words } from './support/words.ts';

test.describe('the peer', () => {
  test('has one block corrupted: the file is refused, and opened once the block is right', async ({ cast }) => {
    const [doctorAccount, account] = [await enrolledDoctor(), await enrolled()];
    const { pdf, binary } = documents(test.info().outputPath('files'), 100_000);
    const patient = await cast.atWork('patient', account, bookingOf(doctorAccount));
    await act.agreeToPlaces(patient);
    const blocks = (): string[] =>
      readdirSync(join(stack.folder, 'peer/blocks'), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name));
    const before = new Set(blocks());
    await act.writeBooking(patient, { symptoms: marker('symptoms'), files: [pdf, binary] });
    await act.sendBooking(patient);
    await patient.leave();
    const sealed = blocks()
      .filter((path) => !before.has(path))
      .map((path) => ({ path, bytes: readFileSync(path) }))
      .find(({ bytes }) => bytes.length > 100_000 && bytes.subarray(0, 21).toString() === 'age-encryption.org/v1');
    if (!sealed) throw new Error('the peer holds no age file');
    const corrupted = Buffer.from(sealed.bytes);
    corrupted[corrupted.length - 20] = (corrupted.at(-20) as number) ^ 1;
    writeFileSync(sealed.path, corrupted);

    const doctor = await cast.atWork('doctor', doctorAccount, '#/queue');
    await act.agreeToPlaces(doctor);
    await act.visitRow(doctor.page).click();
    await act.button(doctor.page, 'files.save', { name: binary.name }).click();
    await expect(doctor.page.getByText(words('error.storageCorrupt.what'))).toBeVisible({ timeout: 60_000 });
    expect(await act.save(doctor, pdf.name)).toEqual(pdf.bytes);
    writeFileSync(sealed.path, sealed.bytes);
    expect((await act.save(doctor, binary.name)).equals(binary.bytes)).toBe(true);
    expect(doctor.faults).toEqual([]);
  });

  test('is gone: the page says so before the wallet is asked; sent all the same, the record is copied once it is back', async ({
    cast,
  }) => {
    const [doctor, account] = [await enrolledDoctor(), await enrolled()];
    const patient = await cast.atWork('patient', account, bookingOf(doctor));
    const { page } = patient;
    await act.agreeToPlaces(patient);
    patient.proxy.lie = (sent) => (sent.url.startsWith(stack.peer.url) ? 'drop' : null);
    const symptoms = marker('symptoms');
    await act.writeBooking(patient, { symptoms });
    await act.button(page, 'book.go').click();
    await expect(page.getByText(words('act.prompt.onlyHere'))).toBeVisible({ timeout: 90_000 });
    await act.button(page, 'act.prompt.notNow').click();
    await act.button(page, 'common.close').last().click();
    expect(await nonce(patient)).toBe(1);
    await expect(page.getByLabel(words('book.symptoms'))).toHaveValue(symptoms);

    await act.sendBooking(patient);
    await expect(page.getByText(words('outbox.onlyHereWhy'))).toBeVisible();
    patient.proxy.lie = null;
    await act.becomeDurable(patient);
    expect(uploaded(patient)).toBeGreaterThan(0);
  });

  test('goes down in the middle of a copy, and comes back: the rest is sent, and the visit with it', async ({
    cast,
  }) => {
    const [doctor, account] = [await enrolledDoctor(), await enrolled()];
    const patient = await cast.atWork('patient', account, bookingOf(doctor));
    const { page } = patient;
    await act.agreeToPlaces(patient);
    const { binary } = documents(test.info().outputPath('files'), 9 * 2 ** 20);
    await act.writeBooking(patient, { symptoms: 'a', files: [binary] });
    const cars = (): number => uploaded(patient);
    const before = cars();
    // the first part arrives, and nothing after it
    patient.proxy.down = (sent) => sent.url.startsWith(stack.peer.url) && cars() > before + 1;
    await act.button(page, 'book.go').click();
    await expect(page.getByText(words('act.prompt.onlyHere'))).toBeVisible({ timeout: 90_000 });
    await expect(page.getByText(words('act.prompt.onlyHereWhy'))).toBeVisible();
    await act.button(page, 'act.prompt.notNow').click();
    await act.button(page, 'common.close').last().click();
    expect(await nonce(patient)).toBe(1);
    patient.proxy.down = null;
    await act.sendBooking(patient);
    await expect(page.getByText(words('outbox.onlyHereWhy'))).toHaveCount(0);
  });

  test('confirms and does not hold: it is not believed', async ({ cast }) => {
    const [doctor, account] = [await enrolledDoctor(), await enrolled()];
    const patient = await cast.atWork('patient', account, bookingOf(doctor));
    const { page } = patient;
    await act.agreeToPlaces(patient);
    patient.proxy.lie = (sent, answer) =>
      sent.method === 'GET' && sent.url.startsWith(stack.peer.url) && sent.url.includes('/ipfs/')
        ? { ...answer, status: 404, body: Buffer.from('not found') }
        : null;
    await act.writeBooking(patient, { symptoms: 'a' });
    await act.button(page, 'book.go').click();
    await expect(page.getByText(words('act.prompt.onlyHere'))).toBeVisible({ timeout: 90_000 });
    expect(uploaded(patient)).toBeGreaterThan(0);
    await act.goOn(patient, 'act.call.book');
    await act.finish(patient);
    await expect(page.getByText(words('outbox.onlyHereWhy'))).toBeVisible();
    patient.proxy.lie = null;
    await act.becomeDurable(patient);
  });
});

test.describe('the disk', () => {
  test('is full: the file is refused, what was written is kept, and the visit is booked without it', async ({
    cast,
  }) => {
    const [doctor, account] = [await enrolledDoctor(), await enrolled()];
    const patient = await cast.arrive('patient', account);
    const { page } = patient;
    const devtools = await patient.context.newCDPSession(page);
    const origin = new URL(stack.page.url).origin;
    await devtools.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 6 * 2 ** 20 });
    await page.goto(`${stack.page.url}${bookingOf(doctor)}`);
    await act.connect(patient);
    await act.unlock(patient);
    await act.agreeToPlaces(patient);
    const symptoms = marker('symptoms');
    await act.writeBooking(patient, { symptoms });
    const { binary } = documents(test.info().outputPath('files'), 24 * 2 ** 20);
    await page.locator('input[type=file]').first().setInputFiles(binary.path);
    await reads(page.getByRole('list', { name: words('files.list') }), 'quota');
    await act.button(page, 'files.remove', { name: binary.name }).click();
    await expect(page.getByLabel(words('book.symptoms'))).toHaveValue(symptoms);
    await act.sendBooking(patient);
    expect(patient.faults).toEqual([]);
  });

  test('was cleared by the browser: the account opens, and what a place holds is there', async ({ cast }) => {
    const [doctor, account] = [await enrolledDoctor(), await enrolled()];
    const patient = await cast.atWork('patient', account, bookingOf(doctor));
    const { page } = patient;
    await act.agreeToPlaces(patient);
    const symptoms = marker('symptoms');
    const { pdf } = documents(test.info().outputPath('files'), 1000);
    await act.writeBooking(patient, { symptoms, files: [pdf] });
    await act.sendBooking(patient);
    await act.becomeDurable(patient);
    await page.waitForURL(/#\/appointments\/\d+$/);
    const visit = page.url();
    await page.goto('about:blank');
    const devtools = await patient.context.newCDPSession(page);
    await devtools.send('Storage.clearDataForOrigin', { origin: new URL(stack.page.url).origin, storageTypes: 'all' });

    await page.goto(visit);
    await act.connect(patient);
    await act.unlock(patient);
    // without a place it is said that none has it; with one it opens
    await reads(page, 'notFound');
    // with a place to ask, it is tried again by itself
    await act.agreeToPlaces(patient);
    await expect(page.getByText(symptoms)).toBeVisible({ timeout: 60_000 });
    expect((await act.save(patient, pdf.name)).equals(pdf.bytes)).toBe(true);
    expect(patient.faults).toEqual([]);
  });
});
