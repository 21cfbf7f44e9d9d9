/** A doctor whose key is in a Ledger behind a wallet like MetaMask: slow, refusing, and blind to what it signs. The page says it beforehand. */
import { expect, type Page } from '@playwright/test';
import * as act from './support/acts.ts';
import { chain, stack } from './support/chain.ts';
import { marker } from './support/files.ts';
import { Ledger } from './support/ledger.ts';
import { LedgerBridge } from './support/ledgerBridge.ts';
import {
  call,
  enrolled,
  enrolledDoctor,
  hospital,
  newAccount,
  test,
  type Account,
  type Cast,
} from './support/people.ts';
import type { Person } from './support/person.ts';
import { TestWallet } from './support/wallet.ts';
import { words } from './support/words.ts';

type Bench = { doctor: Person; ledger: Ledger; bridge: LedgerBridge; wallet: TestWallet };

/** A doctor at a computer with the device beside it. */
const withLedger = async (cast: Cast, account: Account): Promise<Bench> => {
  const ledger = new Ledger(account.key);
  const wallet = new TestWallet([account.key], { [stack.chain.chainId]: stack.chain.url });
  const bridge = new LedgerBridge(ledger);
  Object.assign(wallet, { device: bridge, latency: 40 });
  return { doctor: await cast.arriveWith('doctor', wallet), ledger, bridge, wallet };
};

/** Values of the list that says what the device shows, or cannot, by their names. */
const told = async (page: Page, name: string): Promise<string> => {
  const pair = page
    .locator('details dl > div')
    .filter({ has: page.locator('dt', { hasText: new RegExp(`^\\s*${name}`) }) });
  return (await pair.locator('dd').innerText()).trim();
};

test('the main job: one unlock a visit, one confirmation an act, each explained as the device shows it', async ({
  cast,
}) => {
  const account = await newAccount();
  const { doctor, ledger, bridge } = await withLedger(cast, account);
  const { page } = doctor;
  ledger.blindSigning = true;
  await page.goto(`${stack.page.url}#/enrol/doctor`);
  await act.connect(doctor);
  await act.enrol(doctor, { role: 'doctor', name: 'Dr. Ada Ferri', fee: '0.01' });
  expect(ledger.shown.map((s) => s.title)).toEqual([
    ...Array<string>(2).fill('Review message'),
    ...Array<string>(2).fill('Review transaction'),
  ]);
  await call(hospital.privateKey, 'accredit', [account.address, 1, `0x${'0'.repeat(64)}`]);

  const patient = await cast.atWork('patient', await enrolled(), `#/doctors/${account.address}/book`);
  await act.agreeToPlaces(patient);
  const symptoms = marker('symptoms');
  await act.writeBooking(patient, { symptoms });
  await act.sendBooking(patient);

  // a visit begins: one signature, shown on the device word by word as it stands on the page
  await page.reload();
  ledger.shown.length = 0;
  // some versions of the wallet give another v for the same signature
  bridge.parityOnly = true;
  await act.button(page, 'unlock.withWallet').click();
  await page.getByText(words('device.offer')).click();
  const text = await page.locator('pre').last().innerText();
  await expect(page.getByText(words('device.textShows'))).toBeVisible();
  await page.getByRole('switch', { name: words('device.always') }).click();
  await act.goOn(doctor, 'act.sign.unlock.why');
  await expect(act.button(page, 'shell.lock')).toBeVisible({ timeout: 60_000 });
  expect(ledger.shown.map((s) => s.lines['Message'])).toEqual([text]);

  await act.visit(doctor, 'nav.queue');
  await act.visitRow(page).click();
  await expect(page.getByText(symptoms)).toBeVisible({ timeout: 60_000 });
  await act.button(page, 'visit.accept').click();
  await expect(page.getByText(words('act.call.accept'), { exact: true })).toBeVisible({ timeout: 60_000 });
  // the choice to be told is remembered
  await expect(page.getByText(words('device.blind'))).toBeVisible();
  const contract = await told(page, words('device.to'));
  expect(await told(page, words('device.function'))).toMatch(/^accept\(uint256,bytes32\)$/);
  expect(await told(page, words('device.argument', { name: 'id', type: 'uint256' }))).toMatch(/^\d+$/);
  await act.goOn(doctor, 'act.call.accept');
  await act.finish(doctor);
  const shown = ledger.shown.at(-1);
  expect(shown).toMatchObject({
    title: 'Review transaction',
    blind: true,
    lines: { Network: String(stack.chain.chainId) },
  });
  expect(shown?.lines['To']?.toLowerCase()).toBe(contract);
  expect(contract).toBe(stack.chain.contract.toLowerCase());
  expect(shown?.lines).not.toHaveProperty('Amount');

  const medication = marker('medicine');
  await act.writePrescription(doctor, { medication, dose: '1', advice: 'rest' });
  await act.sendPrescription(doctor);
  await act.visit(patient, 'nav.appointments');
  await act.visitRow(patient.page).click();
  await expect(patient.page.getByText(medication)).toBeVisible({ timeout: 60_000 });
  await patient.page.getByRole('radio', { name: words('stars.n5') }).click();
  await act.button(patient.page, 'visit.rateAndRelease').click();
  await act.goOn(patient, 'act.call.rate');
  await act.finish(patient);
  await act.visit(doctor, 'nav.earnings');
  await act.button(page, 'earnings.withdraw').click();
  await act.goOn(doctor, 'act.call.withdraw');
  await act.finish(doctor);

  // unlock, accept, complete, withdraw: nothing else was ever asked of the device
  expect(ledger.shown.map((s) => s.title)).toEqual(['Review message', ...Array<string>(3).fill('Review transaction')]);
  expect([...doctor.faults, ...patient.faults]).toEqual([]);
});

test('whatever the device answers is said, everything is kept, and the act is sent once', async ({ cast }) => {
  const account = await enrolledDoctor();
  const { doctor, ledger, bridge } = await withLedger(cast, account);
  const { page } = doctor;
  const nonce = (): Promise<number> => chain().getTransactionCount({ address: account.address });
  await page.goto(`${stack.page.url}#/profile`);
  await act.connect(doctor);
  await act.unlock(doctor);
  const before = await nonce();
  const again = async (): Promise<void> => {
    await act.button(page, 'common.retry').click();
    await act.goOn(doctor, 'act.call.setFee');
  };
  const says = async (slug: string): Promise<void> => {
    const what = page.getByRole('dialog').getByText(words(`error.${slug}.what`));
    await expect(what).toBeVisible();
    await expect(page.getByRole('dialog').getByText(words(`error.${slug}.next`))).toBeVisible();
  };
  await act.button(page, 'profile.saveFee').click();
  await act.goOn(doctor, 'act.call.setFee');
  await says('deviceBlind');
  ledger.blindSigning = true;
  ledger.locked = true;
  await again();
  await says('deviceLocked');
  Object.assign(ledger, { locked: false, app: null });
  bridge.era = 'before';
  await again();
  await says('deviceApp');
  Object.assign(ledger, { app: 'Ethereum', person: 'reject' });
  await again();
  await expect(page.getByRole('dialog').getByText(words('error.declined.kept'))).toBeVisible();

  // slow: the time runs, and pulling the cable ends it
  ledger.person = 'wait';
  await again();
  const timer = page.getByRole('timer');
  await expect(timer).toHaveText(words('device.waiting', { time: '0:02' }));
  ledger.unplug();
  await says('deviceGone');
  ledger.plugged = true;

  // the person stops waiting, and confirms on the device after all: it is found, and not sent twice
  await again();
  await expect.poll(() => ledger.waiting).toBe(true);
  await act.button(page, 'device.leave').click();
  await expect(page.getByRole('dialog').getByText(words('device.leftWhy'))).toBeVisible();
  await act.button(page, 'common.close').last().click();
  expect(await nonce()).toBe(before);
  ledger.press(true);
  await expect.poll(nonce).toBe(before + 1);
  const reviews = ledger.shown.length;
  await expect(page.getByText(words('outbox.waitingWhy'))).toHaveCount(0, { timeout: 30_000 });
  expect(ledger.shown).toHaveLength(reviews);
  expect(await nonce()).toBe(before + 1);
  expect(doctor.faults).toEqual([]);
});
