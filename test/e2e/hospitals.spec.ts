/** The hospitals among themselves and with their staff: two of three founders admit a fourth; a nurse, a suspended doctor, an attested visit. */
import { expect, type Locator } from '@playwright/test';
import { toHex } from 'viem';
import * as act from './support/acts.ts';
import { rpc } from './support/chain.ts';
import { marker } from './support/files.ts';
import { call, enrolled, enrolledDoctor, enrolledHospital, test, visitBetween } from './support/people.ts';
import type { Person } from './support/person.ts';
import { words } from './support/words.ts';

const FEE = 10n ** 16n;
const NONE = `0x${'0'.repeat(64)}`;
const SOME = toHex(7n, { size: 32 });

const row = ({ page }: Person, text: string): Locator =>
  page.getByRole('main').getByRole('listitem').filter({ hasText: text });
const goTo = async ({ page }: Person, path: string): Promise<void> =>
  page.evaluate((hash) => void (location.hash = hash), path);

const lookUp = async (hospital: Person, address: string): Promise<void> => {
  await act.visit(hospital, 'nav.staff');
  await act.field(hospital.page, 'find.label').fill(address);
  await act.button(hospital.page, 'find.go').click();
};

let before: string;
// the members and their staff are everybody's: the tests after this one find them as they were
test.beforeEach(async () => void (before = await rpc<string>('evm_snapshot')));
test.afterEach(async () => void (await rpc('evm_revert', [before])));

test('hospitals admit, accredit, attest and suspend', async ({ cast }) => {
  const [candidate, nurse, patient] = [await enrolled(), await enrolled(), await enrolled()];
  const doctor = await enrolledDoctor(FEE);
  const id = await visitBetween(patient, doctor, FEE);
  const statement = `A teaching hospital, ${marker('statement')}`;
  const reason = marker('reason');

  const first = await cast.atWork('first', await enrolledHospital(0), '#/consortium');
  await act.agreeToPlaces(first);
  await first.page.getByRole('link', { name: words('consortium.propose'), exact: true }).click();
  await act.field(first.page, 'find.label').fill(candidate.address);
  await act.button(first.page, 'find.go').click();
  await act.field(first.page, 'propose.statement').fill(statement);
  await act.button(first.page, 'propose.go').click();
  await expect(first.page.getByText(words('propose.needAgree'))).toBeVisible();
  await first.page.getByLabel(words('propose.agree')).check();
  await act.button(first.page, 'propose.go').click();
  await act.goOn(first, 'act.call.propose');
  await act.finish(first);
  const proposed = words('proposal.admit', { name: `${candidate.address.slice(0, 6)}…${candidate.address.slice(-4)}` });
  await expect(row(first, proposed)).toContainText(words('proposal.voted'));

  const third = await cast.atWork('third', await enrolledHospital(2), '#/consortium');
  await act.agreeToPlaces(third);
  await row(third, proposed).getByText(words('proposal.yourVote')).click();
  await expect(third.page.getByText(statement)).toBeVisible({ timeout: 30_000 });
  await expect(third.page.getByText(words('proposal.signed'))).toBeVisible();
  await expect(third.page.getByText(candidate.address, { exact: true })).toBeVisible();
  await act.button(third.page, 'proposal.confirm').click();
  await act.goOn(third, 'act.call.confirm');
  await act.finish(third);
  await expect(third.page.getByText(words('proposal.stateWhy.executed'))).toBeVisible();
  await act.visit(third, 'nav.consortium');
  await expect(row(third, words('consortium.admitted'))).toContainText(words('consortium.member'));

  await lookUp(first, nurse.address);
  await expect(first.page.getByText(words('colleague.keySignature'))).toBeVisible();
  await first.page.getByRole('combobox', { name: words('accredit.role') }).click();
  await first.page.getByRole('option', { name: words('role.nurse') }).click();
  await act.field(first.page, 'accredit.licence').fill('HR-N-7');
  await act.button(first.page, 'accredit.go').click();
  await act.goOn(first, 'act.call.accredit');
  await act.finish(first);
  await expect(first.page.getByText(words('colleague.licence', { licence: 'HR-N-7' }))).toBeVisible();
  await act.visit(first, 'nav.staff');
  const staff = first.page.getByRole('main').getByRole('link');
  await expect(staff.filter({ hasText: words('role.nurse') })).toBeVisible();

  await goTo(first, '#/visits');
  await first.page.getByLabel(words('attest.select', { id: String(id) })).check();
  await first.page.getByRole('button', { name: words('attest.go_one') }).click();
  await act.goOn(first, 'act.call.attest');
  await act.finish(first);
  await expect(first.page.getByLabel(words('attest.select', { id: String(id) }))).toHaveCount(0);
  await call(doctor.key, 'complete', [id, SOME, '0x00000000']);
  await call(patient.key, 'rate', [id, 5, NONE]);
  await goTo(first, `#/doctors/${doctor.address}`);
  await expect(first.page.getByText(words('stars.attested_one')).first()).toBeVisible();

  await lookUp(first, doctor.address);
  await act.button(first.page, 'colleague.suspend').click();
  const dialog = first.page.getByRole('dialog');
  await expect(dialog.getByText(words('suspend.booking'))).toBeVisible();
  await act.field(dialog, 'suspend.reason').fill(reason);
  await act.button(dialog, 'suspend.go').click();
  await act.goOn(first, 'act.call.suspend');
  await act.finish(first);
  await expect(first.page.getByText(words('status.suspended')).first()).toBeVisible();

  const suspended = await cast.atWork('suspended', doctor, '#/queue');
  await act.agreeToPlaces(suspended);
  await suspended.page.getByRole('link', { name: words('standing.look') }).click();
  await expect(suspended.page.getByText(reason)).toBeVisible({ timeout: 30_000 });

  for (const person of [first, third, suspended]) {
    expect(person.leaked([{ name: 'reason', text: reason }])).toEqual([]);
    expect(person.faults).toEqual([]);
  }
});
