/** Asking for access, answering, and who can read what. */
import * as act from './acts.ts';
import type { Account } from './people.ts';
import type { Person } from './person.ts';
import type { Screen } from './routes.ts';
import { words } from './words.ts';

type Who = { doctor: Person; patient: Person; patientAccount: Account };

/** @param who already at their pages, vaults open, places allowed */
export const accessScreens = ({ doctor, patient, patientAccount }: Who): Screen[] => {
  const go = (person: Person, path: string) => person.page.evaluate((hash) => void (location.hash = hash), path);
  const screen = (name: string, person: Person, show: () => Promise<unknown>): Screen => ({
    name,
    person,
    show: async () => void (await show()),
  });
  const main = (person: Person) => person.page.getByRole('main');
  /** of the patient's inbox: other screens have written into it before */
  let request = '';
  return [
    screen('askAccess', doctor, async () => {
      const { page } = doctor;
      await go(doctor, `#/requests/new/${patientAccount.address}`);
      for (const folder of ['labs', 'imaging'])
        await page.getByRole('checkbox', { name: words(`records.folder.${folder}`), exact: true }).check();
      await act
        .field(page, 'requests.ask.reason')
        .fill('Before the operation I want to see what was found the last time, so that nothing is done twice.');
      const until = page.getByRole('group', { name: words('requests.ask.until') });
      const day = { day: '31', month: '12', year: String(new Date().getFullYear() + 1) };
      for (const [part, value] of Object.entries(day))
        await until.getByRole('spinbutton', { name: new RegExp(`^${part},`) }).pressSequentially(value);
    }),
    screen('requestMade', doctor, async () => {
      await act.button(doctor.page, 'requests.ask.go').click();
      await act.goOn(doctor, 'act.call.requestAccess');
      await act.finish(doctor);
      await main(doctor).getByText(words('requests.waiting')).waitFor();
      request = await doctor.page.evaluate(() => location.hash);
    }),
    screen('requestToMe', patient, async () => {
      await go(patient, request);
      await main(patient)
        .getByRole('link', { name: words('requests.approve') })
        .waitFor({ timeout: 60_000 });
      await main(patient).getByText('Before the operation').waitFor();
    }),
    screen('access', patient, async () => {
      await main(patient)
        .getByRole('link', { name: words('requests.approve') })
        .click();
      await main(patient)
        .getByRole('checkbox', { name: words('records.folder.imaging'), exact: true })
        .uncheck();
      await main(patient)
        .getByText(words('share.keyNew'))
        .or(main(patient).getByText(words('share.keyKnown')))
        .waitFor();
      await act.button(main(patient), 'share.review').click();
      await act.goOn(patient, 'act.call.share');
      await act.finish(patient);
      await go(patient, '#/access');
      await main(patient).getByText(words('access.answers')).waitFor();
    }),
    screen('accessFolders', patient, async () => {
      await patient.page.getByRole('tab', { name: words('access.view.folders') }).click();
      await main(patient).getByText(words('access.folderReaders_one')).waitFor();
    }),
    screen('accessOpened', patient, async () => {
      await patient.page.getByRole('tab', { name: words('access.view.opened') }).click();
      await main(patient)
        .getByText(words('access.openedNoPlace'))
        .or(main(patient).getByText(words('access.openedNone')))
        .waitFor();
    }),
    screen('requestArrived', doctor, async () => {
      await go(doctor, request);
      await main(doctor).getByText(words('requests.arrived')).waitFor({ timeout: 60_000 });
    }),
    screen('requests', doctor, async () => {
      await go(doctor, '#/requests');
      await main(doctor).getByText(words('requests.state.part')).waitFor();
    }),
  ];
};
