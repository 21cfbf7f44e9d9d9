/** The wallet fails or changes under the page: it says so, sends nothing, and keeps what was written. */
import { expect } from '@playwright/test';
import * as act from './support/acts.ts';
import { stack } from './support/chain.ts';
import { bookingOf, nonce, reads } from './support/faults.ts';
import { marker } from './support/files.ts';
import { enrolled, enrolledDoctor, newAccount, test } from './support/people.ts';
import { TestWallet } from './support/wallet.ts';
import { words } from './support/words.ts';

test.describe('the wallet', () => {
  test('is on another network: it is asked to add ours and to switch', async ({ cast }) => {
    const account = await newAccount();
    const wallet = new TestWallet([account.key], { 1: stack.chain.url });
    const person = await cast.arriveWith('stranger', wallet);
    await person.page.goto(`${stack.page.url}#/enrol/patient`);
    await act.connect(person);
    await expect(person.page.getByRole('heading', { name: words('wallet.wrongTitle') })).toBeVisible();
    wallet.mode = 'reject';
    const change = act.button(person.page, 'wallet.switch', { name: 'Local chain' });
    await change.click();
    await expect(person.page.getByText(words('error.declined.what'))).toBeVisible();
    wallet.mode = 'confirm';
    await change.click();
    await expect(person.page.getByRole('heading', { name: words('enrol.title') })).toBeVisible();
  });

  test('changes network in the middle of the work: nothing is sent', async ({ cast }) => {
    const [doctor, account] = [await enrolledDoctor(), await enrolled()];
    const patient = await cast.atWork('patient', account, bookingOf(doctor));
    await act.agreeToPlaces(patient);
    const symptoms = marker('symptoms');
    await act.writeBooking(patient, { symptoms });
    await act.button(patient.page, 'book.go').click();
    await expect(patient.page.getByText(words('act.call.book'), { exact: true })).toBeVisible({ timeout: 60_000 });
    await patient.wallet?.switchChain(1);
    await act.button(patient.page, 'act.prompt.go').click();
    await expect(patient.page.getByText(words('error.wrongChain.what')).first()).toBeVisible();
    expect(await nonce(patient)).toBe(1);
    await patient.wallet?.switchChain(stack.chain.chainId);
    await act.button(patient.page, 'common.close').last().click();
    await expect(patient.page.getByLabel(words('book.symptoms'))).toHaveValue(symptoms);
    await act.sendBooking(patient);
    expect(await nonce(patient)).toBe(2);
  });

  test('is locked, or goes to another account, while a form is open: nothing is sent, and what was written waits', async ({
    cast,
  }) => {
    const doctor = await enrolledDoctor();
    const [first, second] = [await enrolled(), await newAccount()];
    const wallet = new TestWallet([first.key, second.key], { [stack.chain.chainId]: stack.chain.url });
    const person = await cast.arriveWith('two', wallet);
    const { page } = person;
    await page.goto(`${stack.page.url}${bookingOf(doctor)}`);
    await act.connect(person);
    await act.unlock(person);
    await act.agreeToPlaces(person);
    const symptoms = marker('symptoms');
    await act.writeBooking(person, { symptoms });

    // it locked itself and the page was not told: said at the prompt, and the same act goes on
    await act.button(page, 'book.go').click();
    await expect(page.getByText(words('act.call.book'), { exact: true })).toBeVisible({ timeout: 60_000 });
    await wallet.lock(false);
    await act.button(page, 'act.prompt.go').click();
    await reads(page.getByRole('dialog'), 'walletLocked');
    wallet.unlock();
    await act.button(page, 'common.retry').click();
    await expect(page.getByText(words('act.call.book'), { exact: true })).toBeVisible({ timeout: 60_000 });

    // another account in the middle of the explanation: the vault is shut, nobody waits for an answer any more
    await wallet.selectAccount(1);
    await expect(page.getByRole('heading', { name: words('enrol.title') })).toBeVisible();
    await expect(page.getByText(words('gate.switched'))).toBeVisible();
    await expect(act.button(page, 'shell.lock')).toHaveCount(0);
    await expect(page.getByRole('dialog')).toHaveCount(0);
    await wallet.selectAccount(0);
    await act.unlock(person);
    await expect(page.getByText(words('gate.switched'))).toHaveCount(0);
    await expect(page.getByLabel(words('book.symptoms'))).toHaveValue(symptoms);

    // it locked itself and said so
    await wallet.lock();
    await expect(page.getByText(words('gate.walletShut'))).toBeVisible();
    await act.connect(person);
    await act.unlock(person);
    await expect(page.getByLabel(words('book.symptoms'))).toHaveValue(symptoms);
    expect(await nonce(person)).toBe(1);
    await act.sendBooking(person);
    expect(person.faults).toEqual([]);
  });

  test('goes to another account while the first is asked to enrol: the other one is not held up by it', async ({
    cast,
  }) => {
    const [first, second] = [await newAccount(), await enrolled()];
    const wallet = new TestWallet([first.key, second.key], { [stack.chain.chainId]: stack.chain.url });
    const person = await cast.arriveWith('two', wallet);
    await person.page.goto(`${stack.page.url}#/enrol/patient`);
    await act.connect(person);
    await act.button(person.page, 'common.continue').click();
    await person.page.getByRole('radio', { name: words('keys.wallet') }).check();
    await act.button(person.page, 'enrol.start').click();
    await expect(person.page.getByText(words('act.sign.enrol-first.why'))).toBeVisible();
    await wallet.selectAccount(1);
    await act.unlock(person);
    expect(wallet.count('personal_sign')).toBe(1);
  });

  test('does not repeat its signatures: the page says so, and the 24 words serve instead', async ({ cast }) => {
    const person = await cast.arrive('patient', await newAccount());
    const { page, wallet } = person;
    if (wallet) wallet.repeatable = false;
    await page.goto(`${stack.page.url}#/enrol/patient`);
    await act.connect(person);
    await act.button(page, 'common.continue').click();
    await page.getByRole('radio', { name: words('keys.wallet') }).check();
    await act.button(page, 'enrol.start').click();
    await act.goOn(person, 'act.sign.enrol-first.why');
    await act.goOn(person, 'act.sign.enrol-again.why');
    await expect(page.getByText(words('enrol.wordsInstead'))).toBeVisible();
    await act.button(page, 'enrol.useWords').click();
    const phrase = await act.writeDownPhrase(person);
    await act.goOn(person, 'act.call.enroll');
    await act.lock(person);
    await page.getByLabel(words('phrase.enter')).fill([...phrase.slice(1), phrase[0]].join(' '));
    await act.button(page, 'unlock.withWords').click();
    await expect(
      page
        .getByText(/24/)
        .filter({ hasText: words('error.badPhrase.what') })
        .or(page.getByText(words('error.wrongUnlock.what')))
        .first(),
    ).toBeVisible();
    await page.getByLabel(words('phrase.enter')).fill(phrase.join('  ').toUpperCase());
    await act.button(page, 'unlock.withWords').click();
    await expect(act.button(page, 'shell.lock')).toBeVisible({ timeout: 60_000 });
  });

  test('is not there: the page says what to do', async ({ cast }) => {
    const person = await cast.arriveWith('nobody', undefined);
    await person.page.goto(stack.page.url);
    await person.page.getByRole('link', { name: words('landing.enter') }).click();
    await expect(person.page.getByRole('heading', { name: words('wallet.none') })).toBeVisible();
    expect(person.faults).toEqual([]);
  });
});
