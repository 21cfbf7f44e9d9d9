/** An invitation: the link fills the enrolment, the code comes back, the hospital accredits, a card is printed, and anybody checks it without a wallet. */
import { expect } from '@playwright/test';
import * as act from './support/acts.ts';
import { rpc, stack } from './support/chain.ts';
import { enrolledHospital, newAccount, test } from './support/people.ts';
import { words } from './support/words.ts';

let before: string;
// the staff of the hospitals is everybody's: the tests after this one find it as it was
test.beforeEach(async () => void (before = await rpc<string>('evm_snapshot')));
test.afterEach(async () => void (await rpc('evm_revert', [before])));

test('somebody is invited, accredited, and found by a passer-by', async ({ cast }) => {
  const nurseAccount = await newAccount();
  const hospital = await cast.atWork('hospital', await enrolledHospital(0), '#/invite/nurse');
  const { page } = hospital;
  await act.agreeToPlaces(hospital);
  await act.field(page, 'profile.qualification').fill('BSc Nursing');
  const link = await page.locator('code').filter({ hasText: '#/join/nurse/' }).innerText();
  expect(link.startsWith(stack.page.url)).toBe(true);

  const nurse = await cast.arrive('nurse', nurseAccount);
  await nurse.page.goto(link);
  await act.button(nurse.page, 'directory.placesGo').click();
  await expect(nurse.page.getByText(words('join.member'))).toBeVisible({ timeout: 30_000 });
  await nurse.page.getByRole('link', { name: words('join.enrol'), exact: true }).click();
  await act.connect(nurse);
  await expect(act.field(nurse.page, 'profile.qualification')).toHaveValue('BSc Nursing');
  await expect(act.field(nurse.page, 'enrol.fee')).toHaveCount(0);
  await act.field(nurse.page, 'profile.name').fill('Nora Nightingale');
  await nurse.page.getByRole('combobox', { name: words('profile.specialty') }).pressSequentially('Cardio');
  await nurse.page.getByRole('option', { name: 'Cardiology', exact: true }).click();
  await act.button(nurse.page, 'common.continue').click();
  await nurse.page.getByRole('radio', { name: words('keys.wallet') }).check();
  await act.button(nurse.page, 'enrol.start').click();
  await act.goOn(nurse, 'act.sign.enrol-first.why');
  await act.goOn(nurse, 'act.sign.enrol-again.why');
  await act.writeDownPhrase(nurse);
  await act.goOn(nurse, 'act.call.enroll');
  await expect(nurse.page.getByText(words('join.enrolled'))).toBeVisible({ timeout: 60_000 });
  const code = await nurse.page.locator('code').filter({ hasText: '#/staff/' }).innerText();

  await page.evaluate((hash) => void (location.hash = hash), new URL(code).hash);
  await expect(page.getByText('Nora Nightingale').first()).toBeVisible({ timeout: 30_000 });
  await expect(page.getByText(words('colleague.keySignature'))).toBeVisible();
  await expect(page.getByRole('combobox', { name: words('accredit.role') })).toContainText(words('role.nurse'));
  await act.field(page, 'accredit.licence').fill('N-2201');
  await act.button(page, 'accredit.go').click();
  await act.goOn(hospital, 'act.call.accredit');
  await act.finish(hospital);
  await act.button(page, 'accreditationCard.open').click();
  const card = page.getByRole('dialog');
  await expect(card.getByRole('img', { name: words('accreditationCard.qr') })).toBeVisible();
  const number = await card.getByText(/^H0-\d+-[0-9A-Z]{4}$/).innerText();
  await expect(card.getByText(`#/directory/${nurseAccount.address}`)).toBeVisible();

  await expect(nurse.page.getByText(words('join.doneWhy'))).toBeVisible({ timeout: 30_000 });

  const passer = await cast.arriveWith('passer-by', undefined);
  await passer.page.goto(`${stack.page.url}#/directory`);
  await act.button(passer.page, 'directory.placesGo').click();
  await expect(passer.page.getByText('Nora Nightingale')).toBeVisible({ timeout: 30_000 });
  await act.field(passer.page, 'directory.search').fill(number.toLowerCase());
  await act.button(passer.page, 'directory.go').click();
  await expect(passer.page.getByText(words('directory.provenWhy'))).toBeVisible({ timeout: 30_000 });
  await expect(passer.page.getByText(words('directory.number', { number }))).toBeVisible();
  await expect(passer.page.getByText(words('directory.timeWhy'))).toBeVisible();
  await passer.page
    .getByRole('button', { name: words('verify.button') })
    .first()
    .click();
  await expect(passer.page.getByText(words('verify.provenWhy'))).toBeVisible({ timeout: 60_000 });
  await passer.page.keyboard.press('Escape');
  await passer.page.goto(`${stack.page.url}#/join/director/salus1qqqq/-`);
  await expect(passer.page.getByText(words('join.why.role'))).toBeVisible();

  for (const person of [hospital, nurse, passer]) expect(person.faults).toEqual([]);
});
