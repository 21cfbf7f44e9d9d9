/** The node is gone, slow or lying, and the contract refuses: the page notices, says what happened, and goes on when it can. */
import { expect } from '@playwright/test';
import { randomBytes } from 'node:crypto';
import { owned } from '../../src/core/bytes.ts';
import { randomIdentity } from '../../src/crypto/identity.ts';
import * as act from './support/acts.ts';
import { stack } from './support/chain.ts';
import { bookingOf, nonce, reads, uploaded } from './support/faults.ts';
import { marker } from './support/files.ts';
import { forgeKey } from './support/forge.ts';
import { call, enrolled, enrolledDoctor, hospital, test } from './support/people.ts';
import { words } from './support/words.ts';

test.describe('the node', () => {
  for (const both of [false, true])
    test(`answers with another doctor's key${both ? ", and the wallet's node does too" : ''}: nothing is sealed to it or sent`, async ({
      cast,
    }) => {
      const [doctor, account] = [await enrolledDoctor(), await enrolled()];
      const mallory = await randomIdentity((length) => owned(randomBytes(length)));
      const rewrite = await forgeKey(doctor.address, mallory.publicKey);
      const patient = await cast.atWork('patient', account, '#/doctors');
      await act.agreeToPlaces(patient);
      patient.proxy.lie = (sent, answer) =>
        sent.url.startsWith(stack.chain.url) ? { ...answer, body: Buffer.from(rewrite(answer.body.toString())) } : null;
      if (both && patient.wallet) patient.wallet.lie = rewrite;
      await patient.page.goto(`${stack.page.url}${bookingOf(doctor)}`);
      await act.writeBooking(patient, { symptoms: marker('symptoms') });
      await act.button(patient.page, 'book.go').click();
      const expected = both ? ['error.keyUnproven.what'] : ['error.timelineBroken.what', 'error.keyUnproven.what'];
      await expect(patient.page.getByText(new RegExp(expected.map((key) => words(key)).join('|'))).first()).toBeVisible(
        { timeout: 60_000 },
      );
      expect(await nonce(patient)).toBe(1);
      expect(uploaded(patient)).toBe(0);

      // the truth again: the same booking goes through
      patient.proxy.lie = null;
      if (patient.wallet) patient.wallet.lie = null;
      await act.button(patient.page, 'common.close').last().click();
      await act.sendBooking(patient);
    });

  test('leaves out an event: the history is refused', async ({ cast }) => {
    const [doctor, account] = [await enrolledDoctor(), await enrolled()];
    const patient = await cast.atWork('patient', account, bookingOf(doctor));
    await act.agreeToPlaces(patient);
    await act.writeBooking(patient, { symptoms: 'a' });
    await act.sendBooking(patient);
    await patient.leave();

    const again = await cast.arrive('patient', account);
    // every log but the enrolment's, which is much the longest
    const leaveOut = (text: string): string => {
      if (text === '') return text;
      type Reply = { result?: unknown };
      const drop = (reply: Reply): Reply =>
        Array.isArray(reply.result)
          ? { ...reply, result: reply.result.filter((log: { data?: string }) => (log.data ?? '').length > 2000) }
          : reply;
      const reply = JSON.parse(text) as Reply | Reply[];
      return JSON.stringify(Array.isArray(reply) ? reply.map(drop) : drop(reply));
    };
    again.proxy.lie = (sent, answer) =>
      sent.url.startsWith(stack.chain.url) ? { ...answer, body: Buffer.from(leaveOut(answer.body.toString())) } : null;
    if (again.wallet) again.wallet.lie = leaveOut;
    await again.page.goto(`${stack.page.url}#/appointments`);
    await act.connect(again);
    await expect(again.page.getByText(words('error.timelineBroken.what')).first()).toBeVisible({ timeout: 60_000 });
  });

  test('is gone: the page says so, and goes on when it is back', async ({ cast }) => {
    const person = await cast.arrive('patient', await enrolled());
    person.proxy.lie = (sent) => (sent.url.startsWith(stack.chain.url) ? 'drop' : null);
    if (person.wallet) person.wallet.lie = () => '{"error":{"code":-32603,"message":"down"}}';
    await person.page.goto(`${stack.page.url}#/home`);
    await act.connect(person);
    await expect(person.page.getByText(words('error.unreachable.what')).first()).toBeVisible({ timeout: 60_000 });
    person.proxy.lie = null;
    if (person.wallet) person.wallet.lie = null;
    await act.button(person.page, 'common.retry').click();
    await act.unlock(person);
  });
});

test.describe('the contract refuses, in its own words, and nothing is lost', () => {
  test('the fee has changed since it was shown, and then the doctor is suspended', async ({ cast }) => {
    const [doctor, account] = [await enrolledDoctor(10n ** 16n), await enrolled()];
    const patient = await cast.atWork('patient', account, bookingOf(doctor));
    const { page } = patient;
    await act.agreeToPlaces(patient);
    const symptoms = marker('symptoms');
    await act.writeBooking(patient, { symptoms });
    await call(doctor.key, 'setFee', [2n * 10n ** 16n, true]);
    await act.button(page, 'book.go').click();
    await reads(page.getByRole('dialog'), 'reverted', words('revert.WrongFee'));
    await act.button(page, 'common.close').last().click();
    await expect(page.getByLabel(words('book.symptoms'))).toHaveValue(symptoms);

    // the new fee is shown after a reload, as the page says; then nobody vouches any more
    await page.reload();
    await act.unlock(patient);
    await expect(page.getByText('0.02').first()).toBeVisible();
    await expect(page.getByLabel(words('book.symptoms'))).toHaveValue(symptoms);
    await call(hospital.privateKey, 'suspend', [doctor.address, `0x${'0'.repeat(64)}`]);
    await act.button(page, 'book.go').click();
    const why = new RegExp(
      [words('revert.NotAccredited'), words('revert.NotBookable'), words('error.notAccredited.what')].join('|'),
    );
    await expect(page.getByRole('dialog').getByText(why).first()).toBeVisible({ timeout: 60_000 });
    await act.button(page, 'common.close').last().click();
    await expect(page.getByLabel(words('book.symptoms'))).toHaveValue(symptoms);
    expect(await nonce(patient)).toBe(1);
  });

  test('what another device of the patient did in between: the visit is cancelled once', async ({ cast }) => {
    const [doctor, account] = [await enrolledDoctor(), await enrolled()];
    const patient = await cast.atWork('patient', account, bookingOf(doctor));
    const { page } = patient;
    await act.agreeToPlaces(patient);
    await act.writeBooking(patient, { symptoms: 'a' });
    await act.sendBooking(patient);
    await act.button(page, 'act.title.cancel').click();
    await expect(page.getByText(words('act.call.cancel'), { exact: true })).toBeVisible({ timeout: 60_000 });
    await page.waitForURL(/#\/appointments\/\d+$/);
    const id = BigInt(page.url().split('/').at(-1) as string);
    await call(account.key, 'cancel', [id]);
    await act.button(page, 'act.prompt.go').click();
    // either the page saw it in time, or the network refused it: never twice, and said
    await expect(
      page
        .getByText(words('revert.WrongStatus'))
        .or(page.getByText(words('status.cancelled')))
        .first(),
    ).toBeVisible({
      timeout: 60_000,
    });
  });
});
