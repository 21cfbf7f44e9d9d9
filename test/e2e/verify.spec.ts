/** The patient verifies the prescription: the whole proof holds; a block that was tampered with in this browser is named, and replaced by a good copy. */
import { expect, type Locator, type Page } from '@playwright/test';
import { CID } from 'multiformats/cid';
import decodeQR from 'qr/decode.js';
import { formatCode, formatNumber, parseCode } from '../../src/record/salusNumber.ts';
import * as act from './support/acts.ts';
import { stack } from './support/chain.ts';
import { enrolled, enrolledDoctor, hospital, test } from './support/people.ts';
import { words } from './support/words.ts';

const goTo = (page: Page, path: string): Promise<void> => page.evaluate((hash) => void (location.hash = hash), path);

/** Alters one byte of the block of that name, as it lies in this browser. */
const tamper = (page: Page, cid: string): Promise<void> =>
  page.evaluate(async (digest) => {
    const settled = <T>(request: IDBRequest<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error as DOMException);
      });
    const { name } = (await indexedDB.databases()).find((d) => d.name?.endsWith('/blocks')) as { name: string };
    const database = await settled(indexedDB.open(name));
    const store = () => database.transaction(name, 'readwrite').objectStore(name);
    for (const key of await settled(store().getAllKeys())) {
      const block = (await settled(store().get(key))) as Uint8Array<ArrayBuffer>;
      const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', block));
      if (hash.join() !== digest) continue;
      block[100] = (block[100] as number) ^ 1;
      await settled(store().put(block, key));
    }
    database.close();
  }, CID.parse(cid).multihash.digest.join());

const step = (dialog: Locator, name: string): Locator =>
  dialog.getByRole('listitem').filter({ hasText: words(`verify.step.${name}`) });

test('a prescription is verified, and a tampered block is named', async ({ cast }) => {
  const [doctorAccount, patientAccount] = [await enrolledDoctor(), await enrolled()];
  const patient = await cast.atWork('patient', patientAccount, `#/doctors/${doctorAccount.address}/book`);
  await act.agreeToPlaces(patient);
  await act.writeBooking(patient, { symptoms: 'a cough' });
  await act.sendBooking(patient);
  const doctor = await cast.atWork('doctor', doctorAccount, '#/queue');
  await act.agreeToPlaces(doctor);
  await act.visitRow(doctor.page).click();
  await act.writePrescription(doctor, { medication: 'x', dose: '1', advice: 'rest' });
  await act.sendPrescription(doctor);

  const { page } = patient;
  await goTo(page, '#/activity');
  const row = page.getByRole('listitem').filter({ hasText: words('event.Completed') });
  await row.getByRole('button', { name: words('verify.button') }).click();
  const dialog = page.getByRole('dialog');
  const said = (key: string) => dialog.getByText(words(key), { exact: true });
  await test.step('every step passes, with its evidence', async () => {
    await expect(said('verify.provenWhy')).toBeVisible({ timeout: 30_000 });
    await step(dialog, 'signer').getByText(words('verify.evidence')).click();
    await expect(step(dialog, 'signer').getByText(doctorAccount.address).first()).toBeVisible();
    await step(dialog, 'accreditation').getByText(words('verify.evidence')).click();
    await expect(step(dialog, 'accreditation').getByText(words('verify.accreditation.vouches'))).toBeVisible();
    await expect(step(dialog, 'accreditation').getByTitle(hospital.address)).toBeVisible();
    await step(dialog, 'integrity').getByText(words('verify.evidence')).click();
    await expect(step(dialog, 'integrity').getByText('manifest.age')).toBeVisible();
  });

  await test.step('one byte of one block is altered: the block is named, and the next proof holds again', async () => {
    const cid = await step(dialog, 'integrity').locator('li code').innerText();
    await tamper(page, cid);
    await act.button(dialog, 'verify.again').click();
    await expect(said('verify.failedWhy')).toBeVisible({ timeout: 30_000 });
    await expect(step(dialog, 'integrity').getByText(cid)).toBeVisible();
    await expect(step(dialog, 'integrity').getByText(/verify again/i)).toBeVisible();
    await act.button(dialog, 'verify.again').click();
    await expect(said('verify.provenWhy')).toBeVisible({ timeout: 30_000 });
    await act.button(dialog, 'common.close').last().click();
  });

  await test.step('its receipt, and the whole log, can be saved', async () => {
    await row.getByRole('button', { name: words('receipt.show') }).click();
    const receipt = JSON.parse(String(await act.downloaded(page, act.button(page, 'receipt.save')))) as {
      signature: { signer: string };
      event: { name: string };
    };
    expect(receipt).toMatchObject({ event: { name: 'Completed' }, signature: { signer: doctorAccount.address } });
    await page.keyboard.press('Escape');
    await act.button(page, 'log.filter').click();
    await act.field(page, 'log.text').fill(formatNumber(stack.chain, doctorAccount.address));
    await expect(page.getByText(words('log.count_other', { count: 2 }))).toBeVisible();
    const csv = String(await act.downloaded(page, act.button(page, 'log.csv')));
    expect(csv.trim().split('\r\n')).toHaveLength(3);
    expect(csv).toContain(receipt.signature.signer);
  });

  await test.step('the number’s QR can be read, and names this account', async () => {
    await page.getByRole('button', { name: words('shell.account', { address: '' }).trim() }).click();
    await page.getByRole('menuitem', { name: words('number.title') }).click();
    await expect(page.getByText(formatNumber(stack.chain, patientAccount.address))).toBeVisible();
    const drawn = await page.getByRole('img', { name: words('number.qr') }).evaluate(async (svg: Element) => {
      const image = new Image();
      const markup = new XMLSerializer().serializeToString(svg).replace('<svg', '<svg width="400" height="400"');
      image.src = `data:image/svg+xml;utf8,${encodeURIComponent(markup)}`;
      await image.decode();
      const canvas = new OffscreenCanvas(400, 400);
      const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D;
      context.drawImage(image, 0, 0);
      return [...context.getImageData(0, 0, 400, 400).data];
    });
    const code = decodeQR({ width: 400, height: 400, data: Uint8ClampedArray.from(drawn) });
    expect(code).toBe(formatCode(stack.chain, patientAccount.address).toUpperCase());
    expect(parseCode(stack.chain, code)).toBe(patientAccount.address);
  });
  expect([...patient.faults, ...doctor.faults]).toEqual([]);
});
