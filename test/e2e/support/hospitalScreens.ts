/** The hospital's screens, and what a suspended doctor sees. */
import * as act from './acts.ts';
import { call, enrolled, enrolledHospital, otherHospital, visitBetween, type Account } from './people.ts';
import type { Person } from './person.ts';
import type { Screen } from './routes.ts';
import { words } from './words.ts';

const NONE = `0x${'0'.repeat(64)}`;
const SOME = `0x${'0'.repeat(63)}7`;

type Who = {
  clinic: Person;
  doctor: Person;
  patient: Person;
  accounts: Record<'doctor' | 'patient' | 'newcomer', Account>;
};

/** @param who already at their pages, vaults open, places allowed */
export const hospitalScreens = ({ clinic, doctor, patient, accounts }: Who): Screen[] => {
  const { page } = clinic;
  let visit = 0n;
  const go = (person: Person, path: string) => person.page.evaluate((hash) => void (location.hash = hash), path);
  const lookUp = async (address: string): Promise<void> => {
    await act.visit(clinic, 'nav.staff');
    await act.field(page, 'find.label').fill(address);
    await act.button(page, 'find.go').click();
  };
  const screen = (name: string, show: () => Promise<unknown>, person = clinic): Screen => ({
    name,
    person,
    show: async () => void (await show()),
  });
  return [
    screen('staff', async () => {
      await act.visit(clinic, 'nav.staff');
      await page.getByRole('main').getByText('Cardiology').waitFor();
    }),
    screen('colleagueUnknown', async () => {
      await lookUp(accounts.newcomer.address);
      await page.getByText(words('accredit.notEnrolled')).waitFor();
    }),
    screen('accredit', async () => {
      await lookUp(accounts.patient.address);
      await page.getByText(words('colleague.keySignature')).waitFor();
      await act.button(page, 'accredit.go').waitFor();
    }),
    screen('colleague', async () => {
      await lookUp(accounts.doctor.address);
      await page.getByText(words('colleague.proven')).waitFor();
      await page.getByText(words('colleague.keySignature')).waitFor();
    }),
    screen('attests', async () => {
      visit = await visitBetween(accounts.patient, accounts.doctor, 10n ** 16n);
      await visitBetween(accounts.patient, accounts.doctor, 10n ** 16n);
      await go(clinic, '#/visits');
      await page.getByRole('checkbox').first().check();
    }),
    screen('disputes', async () => {
      await call(accounts.doctor.key, 'complete', [visit, SOME, '0x00000000']);
      await go(patient, `#/appointments/${visit}`);
      await act.button(patient.page, 'dispute.open').click();
      await act
        .field(patient.page, 'dispute.words')
        .fill(
          'I waited two hours in front of a closed practice. The prescription came without anybody having seen me.',
        );
      await act.button(patient.page, 'dispute.go').click();
      await act.goOn(patient, 'act.call.dispute');
      await act.finish(patient);
      await act.visit(clinic, 'nav.disputes');
      await page.getByText(words('disputes.yours')).waitFor();
    }),
    screen('dispute', async () => {
      await page.getByText(words('disputes.yours')).click();
      await page.getByText('closed practice').waitFor({ timeout: 60_000 });
    }),
    screen('hospitalVisit', async () => {
      await go(clinic, `#/appointments/${visit}`);
      await page.getByText('closed practice').waitFor({ timeout: 60_000 });
      await page.getByText(words('trace.sealedTo')).first().waitFor();
    }),
    screen('propose', async () => {
      const candidate = await enrolled();
      await go(clinic, `#/consortium/propose/${candidate.address}`);
      await page.getByText(words('colleague.keySignature')).waitFor();
      await act.field(page, 'propose.statement').fill('A teaching hospital with 800 beds. We checked its licence.');
      await page.getByLabel(words('propose.agree')).check();
    }),
    screen('consortium', async () => {
      await call(otherHospital.privateKey, 'propose', [(await enrolledHospital(2)).address, false, NONE]);
      await act.button(page, 'propose.go').click();
      await act.goOn(clinic, 'act.call.propose');
      await act.finish(clinic);
      await page.getByText(words('proposal.voted')).waitFor();
      await page.getByText(words('proposal.yourVote')).waitFor();
    }),
    screen('proposal', async () => {
      await page.getByText(words('proposal.yourVote')).click();
      await page.getByText(words('proposal.takesEffect')).waitFor();
      await page.getByText(words('proposal.noStatement')).waitFor();
    }),
    screen('suspend', async () => {
      await lookUp(accounts.doctor.address);
      await act.button(page, 'colleague.suspend').click();
      await act
        .field(page.getByRole('dialog'), 'suspend.reason')
        .fill('The chamber withdrew your licence. Please call us.');
    }),
    screen('colleagueSuspended', async () => {
      await act.button(page.getByRole('dialog'), 'suspend.go').click();
      await act.goOn(clinic, 'act.call.suspend');
      await act.finish(clinic);
      await page.getByText('The chamber withdrew').waitFor();
    }),
    screen(
      'standing',
      async () => {
        await go(doctor, '#/standing');
        await doctor.page.getByText('The chamber withdrew').waitFor({ timeout: 60_000 });
      },
      doctor,
    ),
  ];
};
