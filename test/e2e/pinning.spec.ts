/** The main job through a standard pinning service that shares no code with the page: it refuses, lies and goes away, and the page notices. */
import { expect } from '@playwright/test';
import { createHash } from 'node:crypto';
import * as act from './support/acts.ts';
import { stack } from './support/chain.ts';
import { documents, marker } from './support/files.ts';
import { enrolled, enrolledDoctor, test } from './support/people.ts';
import type { Person } from './support/person.ts';
import { PinningService } from './support/pinningService.ts';
import { words } from './support/words.ts';

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const { button, field } = act;

const refusePlaces = async ({ page }: Person): Promise<void> => {
  await button(page, 'places.refuse').click();
  await expect(button(page, 'places.refuse')).toHaveCount(0);
};

/** Sets the service in Settings; it is tried at once. */
const set = async ({ page }: Person, service: PinningService, token: string): Promise<void> => {
  await field(page, 'pinning.url').fill(service.url);
  await field(page, 'pinning.token').fill(token);
  await field(page, 'pinning.gateway').fill(service.gateway);
  await button(page, 'pinning.add').click();
};

const go = ({ page }: Person, hash: string): Promise<void> => page.evaluate((to) => void (location.hash = to), hash);

test('the main job through a pinning service', async ({ cast }) => {
  const service = await PinningService.start();
  try {
    const folder = test.info().outputPath('files');
    const { binary, pdf } = documents(folder, 6_000_000);
    const [doctorAccount, patientAccount] = [await enrolledDoctor(), await enrolled()];
    const [said, medication] = [marker('symptoms'), marker('medicine')];
    const place = new URL(service.url).host;

    // it does not let pages call it; a token that is refused; then the right one; tried, with nothing left behind
    const patient = await cast.atWork('patient', patientAccount, '#/home');
    await refusePlaces(patient);
    await go(patient, '/settings');
    service.cors = false;
    await set(patient, service, 'wrong');
    await expect(patient.page.getByText(words('error.pinningBlocked.what', { place })).first()).toBeVisible();
    service.cors = true;
    await button(patient.page, 'pinning.try').click();
    await expect(patient.page.getByText(words('error.pinningToken.what', { place })).first()).toBeVisible();
    await button(patient.page, 'pinning.change').click();
    await field(patient.page, 'pinning.token').fill(service.token);
    await button(patient.page, 'pinning.save').click();
    await button(patient.page, 'pinning.try').click();
    await expect(patient.page.getByText(words('pinning.good'))).toBeVisible();
    expect(service.pins.size).toBe(0);

    // it goes away in the middle of the transfer, and comes back
    await go(patient, `/doctors/${doctorAccount.address}/book`);
    await act.writeBooking(patient, { symptoms: said, files: [binary, pdf] });
    const away = expect
      .poll(() => [...service.pins.values()][0]?.status, { intervals: [5] })
      .toBe('pinning')
      .then(() => service.leave());
    await button(patient.page, 'book.go').click();
    await away;
    service.away = false;
    await act.goOn(patient, 'act.call.book');
    await act.finish(patient);
    expect([...service.pins.values()].map(({ status }) => status)).toEqual(['pinned']);
    await expect(
      patient.page.getByText(words('record.lives', { places: `${words('record.thisBrowser')} and ${place}` })),
    ).toBeVisible();
    const { hits } = await patient.atRest([{ name: 'token', text: service.token }]);
    expect(hits).toEqual([]);
    const profile = await patient.leave();

    // the doctor reads from its gateway; the service lies about the prescription, and is caught
    const doctor = await cast.atWork('doctor', doctorAccount, '#/queue');
    await refusePlaces(doctor);
    await go(doctor, '/settings');
    await set(doctor, service, service.token);
    await expect(doctor.page.getByText(words('pinning.good'))).toBeVisible();
    await act.visit(doctor, 'nav.queue');
    await act.visitRow(doctor.page).first().click();
    await expect(doctor.page.getByText(said)).toBeVisible();
    expect(sha256(await act.save(doctor, binary.name))).toBe(binary.sha256);
    service.mode = 'liar';
    await act.writePrescription(doctor, { medication, dose: '1', advice: 'rest' });
    await button(doctor.page, 'prescribe.go').click();
    await expect(doctor.page.getByText(words('act.prompt.onlyHere'))).toBeVisible({ timeout: 30_000 });
    await expect(doctor.page.getByText(words('error.pinningNotHeld.what', { place }))).toBeVisible();
    await button(doctor.page, 'act.prompt.notNow').click();
    await button(doctor.page, 'common.close').last().click();
    service.mode = 'honest';
    await button(doctor.page, 'prescribe.go').click();
    await act.goOn(doctor, 'act.call.complete');
    await expect(doctor.page.getByText(words('act.prompt.onlyHere'))).toHaveCount(0);
    await act.finish(doctor);

    const back = await cast.atWork('patient', patientAccount, '#/home', { folder: profile });
    await act.visitRow(back.page).first().click();
    await expect(back.page.getByText(medication)).toBeVisible();
    await back.page.getByRole('radio', { name: words('stars.n5') }).click();
    await button(back.page, 'visit.rateAndRelease').click();
    await act.goOn(back, 'act.call.rate');
    await act.finish(back);

    // it loses the booking and still says that it has it: asked again, it is not counted any longer
    const card = back.page.locator('section.card').filter({ hasText: said });
    const [booking] = [...service.pins.values()];
    await service.lose(booking?.pin.cid ?? '');
    await card.locator('summary').first().click();
    await button(card, 'lives.check').click();
    await expect(card.getByText(words('record.livesHere'))).toBeVisible();
    await go(back, '/settings');
    await button(back.page, 'pinning.holds').click();
    const held = back.page.getByRole('list', { name: words('pinning.holds') }).getByRole('listitem');
    await expect(held).toHaveCount(2);
    await expect(held.getByText(words('pinning.short.pinned'))).toHaveCount(2);

    for (const person of [patient, doctor, back]) {
      const secrets = [said, medication].map((text) => ({ name: 'words', text }));
      expect(person.leaked(secrets)).toEqual([]);
      expect(person.strangers()).toEqual([]);
      expect(person.faults).toEqual([]);
    }
    expect(stack.chain.url).toContain('127.0.0.1');
  } finally {
    await service.stop();
  }
});
