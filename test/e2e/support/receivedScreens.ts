/** What somebody shares, on the page of who may read it. */
import { idOf } from '../../../src/record/folders.ts';
import * as act from './acts.ts';
import type { Account } from './people.ts';
import type { Person } from './person.ts';
import type { Screen } from './routes.ts';
import { words } from './words.ts';

type Who = { doctor: Person; patient: Person; accounts: { doctor: Account; patient: Account } };

/** @param who already at their pages, vaults open, places allowed; the patient has booked and kept records */
export const receivedScreens = ({ doctor, patient, accounts }: Who): Screen[] => {
  const go = (person: Person, path: string) => person.page.evaluate((hash) => void (location.hash = hash), path);
  const main = (person: Person) => person.page.getByRole('main');
  const screen = (name: string, show: () => Promise<unknown>): Screen => ({
    name,
    person: doctor,
    show: async () => void (await show()),
  });
  const theirs = `#/received/${accounts.patient.address}`;
  return [
    screen('receivedFrom', async () => {
      const form = main(patient);
      const wish = `to=${accounts.doctor.address}&folder=${idOf('consultations')}&rights=read-write`;
      await go(patient, `#/share/${wish}`);
      await form.getByText(words('share.untilOpen'), { exact: true }).click();
      await form.getByRole('checkbox', { name: words('share.delegable') }).check();
      await form
        .getByText(words('share.keyNew'))
        .or(form.getByText(words('share.keyKnown')))
        .waitFor();
      await act.button(form, 'share.review').click();
      await act.goOn(patient, 'act.call.share');
      await act.finish(patient);
      await go(doctor, theirs);
      await main(doctor)
        .getByRole('link', { name: words('received.bring') })
        .waitFor({ timeout: 60_000 });
      await main(doctor)
        .getByRole('list', { name: words('received.records') })
        .getByRole('link')
        .first()
        .waitFor({ timeout: 60_000 });
      // all of them are opened: what belongs together stands together
      await main(doctor)
        .getByText(words('records.corrected', { count: 2 }))
        .waitFor({ timeout: 60_000 });
    }),
    screen('received', async () => {
      await go(doctor, '#/received');
      await main(doctor)
        .getByRole('list', { name: words('received.list') })
        .getByRole('link')
        .waitFor();
    }),
    screen('receivedRecord', async () => {
      await go(doctor, theirs);
      await main(doctor)
        .getByRole('list', { name: words('received.records') })
        .getByRole('link')
        .first()
        .click();
      await main(doctor).getByText(words('record.checked')).waitFor({ timeout: 60_000 });
    }),
    screen('bringIn', async () => {
      await go(doctor, theirs);
      await main(doctor)
        .getByRole('link', { name: words('received.bring') })
        .click();
      await act.button(doctor.page, 'bring.go').click();
      await main(doctor).getByText(words('bring.needWho')).waitFor();
    }),
    screen('addTo', async () => {
      await go(doctor, theirs);
      await main(doctor)
        .getByRole('link', { name: words('received.add') })
        .first()
        .click();
      await act.field(doctor.page, 'report.name').fill('Letter after the visit');
    }),
  ];
};
