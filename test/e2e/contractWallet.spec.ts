/** A hospital whose wallet is a Safe of three people, two of whom must agree: it enrols, accredits and votes, and what it did is told as a contract's act. */
import { expect } from '@playwright/test';
import { deploySafe } from '../fakes/safe.ts';
import { demoAccounts, type DemoAccount } from '../../src/tools/accounts.ts';
import * as act from './support/acts.ts';
import { rpc, stack } from './support/chain.ts';
import { call, enrolled, test } from './support/people.ts';
import { words } from './support/words.ts';

const NONE = `0x${'0'.repeat(64)}`;
const [one, two, three] = demoAccounts as [DemoAccount, DemoAccount, DemoAccount];

let before: string;
// the members are everybody's: the tests after this one find them as they were
test.beforeEach(async () => void (before = await rpc<string>('evm_snapshot')));
test.afterEach(async () => void (await rpc('evm_revert', [before])));

test('a Safe works as a hospital', async ({ cast }) => {
  const safe = await deploySafe(stack.chain.url);
  const [nurse, candidate] = [await enrolled(), await enrolled()];
  await call(one.privateKey, 'propose', [safe.address, true, NONE]);
  await call(two.privateKey, 'confirm', [1n, safe.address, true]);
  await call(one.privateKey, 'propose', [candidate.address, true, NONE]);
  await call(three.privateKey, 'confirm', [2n, candidate.address, true]);

  const hospital = await cast.arrive('safe', { key: one.privateKey });
  const { page, wallet } = hospital;
  if (!wallet) throw new Error('no wallet');
  wallet.contract = safe;
  /** The prompt is explained, the wallet hands it to the owners, and they carry it out. */
  const carriedOut = async (why: string): Promise<void> => {
    await expect(page.getByText(words('act.prompt.contractWhy'))).toBeVisible({ timeout: 60_000 });
    const asked = wallet.count('eth_sendTransaction');
    await act.goOn(hospital, why);
    await expect(page.getByText(words('act.contractWait'))).toBeVisible({ timeout: 60_000 });
    expect(wallet.count('eth_sendTransaction')).toBe(asked + 1);
    await safe.carryOut();
  };

  await page.goto(`${stack.page.url}#/enrol`);
  await act.connect(hospital);
  await page.locator('input[type=radio][value=hospital]').check();
  await act.button(page, 'common.continue').click();
  await act.agreeToPlaces(hospital);
  await act.field(page, 'profile.hospitalName').fill('Three Keys Clinic');
  await act.button(page, 'common.continue').click();
  // the ways in that need a signature are of no use to a contract: the page says so before its wallet is asked for any
  await page.getByRole('radio', { name: words('keys.wallet') }).check();
  await act.button(page, 'enrol.start').click();
  await expect(page.getByText(words('enrol.wordsInsteadContract'))).toBeVisible({ timeout: 30_000 });
  await act.button(page, 'enrol.useWords').click();
  const phrase = await act.writeDownPhrase(hospital);
  await carriedOut('act.call.enroll');
  await expect(act.button(page, 'shell.lock')).toBeVisible({ timeout: 60_000 });
  expect(wallet.count('personal_sign')).toBe(0);

  // an act that is left alone, and finished after a reload, although its transaction is none that the wallet had named
  await page.evaluate((hash) => void (location.hash = hash), `#/staff/${nurse.address}`);
  await page.getByRole('combobox', { name: words('accredit.role') }).click();
  await page.getByRole('option', { name: words('role.nurse') }).click();
  await act.field(page, 'accredit.licence').fill('HR-N-9');
  await act.button(page, 'accredit.go').click();
  await act.goOn(hospital, 'act.call.accredit');
  await expect(page.getByText(words('act.contractWait'))).toBeVisible({ timeout: 60_000 });
  await act.button(page, 'device.leave').click();
  await expect(page.getByText(words('act.contractLeft'))).toBeVisible();
  await page.reload();
  await act.field(page, 'phrase.enter').fill(phrase.join(' '));
  await act.button(page, 'unlock.withWords').click();
  await expect(page.getByText(words('outbox.waitingWhy'))).toBeVisible({ timeout: 60_000 });
  await safe.carryOut();
  await expect(page.getByText(words('colleague.licence', { licence: 'HR-N-9' }))).toBeVisible({ timeout: 60_000 });
  await expect(page.getByText(words('outbox.waitingWhy'))).toHaveCount(0);
  expect(wallet.count('eth_sendTransaction')).toBe(2);

  await page.evaluate((hash) => void (location.hash = hash), '#/consortium/2');
  await act.button(page, 'proposal.confirm').click();
  await carriedOut('act.call.confirm');
  await act.finish(hospital);
  await expect(page.getByText(words('proposal.stateWhy.executed'))).toBeVisible();

  await page.evaluate((hash) => void (location.hash = hash), '#/activity');
  const row = page
    .getByRole('listitem')
    .filter({ hasText: words('event.Confirmed') })
    .first();
  await row.getByRole('button', { name: words('verify.button') }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByText(words('verify.provenWhy'), { exact: true })).toBeVisible({ timeout: 30_000 });
  const signer = dialog.getByRole('listitem').filter({ hasText: words('verify.step.signer') });
  await signer.getByText(words('verify.evidence')).click();
  await expect(signer.getByText(words('verify.signer.contract'))).toBeVisible();
  await act.button(dialog, 'common.close').last().click();
  await row.getByRole('button', { name: words('receipt.show') }).click();
  await expect(page.getByText(words('receipt.contractAccount'))).toBeVisible({ timeout: 30_000 });

  expect(hospital.faults).toEqual([]);
});
