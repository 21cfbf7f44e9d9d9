/** The hospital's screens, and what a suspended doctor sees. */
import * as act from './acts.ts';
import { chain, stack } from './chain.ts';
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
  /** without a wallet */
  guest: Person;
  accounts: Record<'doctor' | 'patient' | 'newcomer', Account>;
};

/** @param who already at their pages, vaults open, places allowed */
export const hospitalScreens = ({ clinic, doctor, patient, guest, accounts }: Who): Screen[] => {
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
    screen('invite', async () => {
      await go(clinic, '#/invite/nurse');
      await act.field(page, 'profile.qualification').fill('BSc Nursing, University of Bologna');
      await page.getByText('#/join/nurse/').waitFor();
    }),
    screen(
      'join',
      async () => {
        const link = await page.locator('code').filter({ hasText: '#/join/nurse/' }).innerText();
        await guest.page.goto(link);
        await act.button(guest.page, 'directory.placesGo').click();
        await guest.page.getByText(words('join.member')).waitFor();
      },
      guest,
    ),
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
    screen('accreditationCard', async () => {
      await act.button(page, 'accreditationCard.open').click();
      await page.getByRole('img', { name: words('accreditationCard.qr') }).waitFor();
    }),
    screen('yourPatient', async () => {
      await page.keyboard.press('Escape');
      // who reads something of the patient's already is not suggested any more
      await call(accounts.patient.key, 'revoke', [accounts.doctor.address, NONE]);
      await go(clinic, `#/your-patient/${accounts.patient.address}`);
      await page.getByText(words('colleague.keySignature')).waitFor();
      await page.getByRole('combobox', { name: words('assign.doctor') }).click();
      await page.getByRole('option', { name: 'Dr. Ada Ferri' }).click();
      await act.field(page, 'assign.words').fill('She operates on knees twice a week. I have told her about you.');
    }),
    screen(
      'assigned',
      async () => {
        await act.button(page, 'assign.go').click();
        await act.goOn(clinic, 'act.call.assign');
        await act.finish(clinic);
        await go(patient, '#/home');
        await patient.page.getByText('She operates on knees').waitFor({ timeout: 60_000 });
      },
      patient,
    ),
    screen(
      'assignedToMe',
      async () => {
        await go(doctor, '#/patients');
        await act.button(doctor.page, 'assign.read').click();
        await doctor.page.getByText('She operates on knees').waitFor({ timeout: 60_000 });
      },
      doctor,
    ),
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
    screen(
      'statement',
      async () => {
        await go(doctor, `#/appointments/${visit}`);
        await act.button(doctor.page, 'say.add').click();
        await act
          .field(doctor.page, 'say.words')
          .fill('The practice was open from nine. I called twice and left a message with the time.');
      },
      doctor,
    ),
    screen('dispute', async () => {
      await act.button(doctor.page, 'say.go').click();
      await act.goOn(doctor, 'act.call.add');
      await act.finish(doctor);
      await page.getByText(words('disputes.yours')).click();
      await page.getByText('closed practice').waitFor({ timeout: 60_000 });
      await page.getByText('open from nine').waitFor({ timeout: 60_000 });
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
      await page.getByRole('main').getByText(words('proposal.yourVote')).waitFor();
    }),
    screen('proposal', async () => {
      await page.getByRole('main').getByText(words('proposal.yourVote')).click();
      await page.getByText(words('proposal.takesEffect')).waitFor();
      await page.getByText(words('proposal.noStatement')).waitFor();
    }),
    screen('oversight', async () => {
      await call(accounts.doctor.key, 'requestAccess', [accounts.patient.address, SOME]);
      const { timestamp } = await chain().getBlock();
      const until = Number(timestamp) + 3 * 86_400;
      await call(accounts.patient.key, 'share', [accounts.doctor.address, SOME, SOME, until, 0]);
      await go(clinic, '#/oversight');
      await page.getByText(words('oversight.waiting')).waitFor();
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
      'directory',
      async () => {
        await guest.page.goto(`${stack.page.url}#/directory`);
        await guest.page.getByText('Dr. Ada Ferri').waitFor();
      },
      guest,
    ),
    screen(
      'directoryOf',
      async () => {
        await go(guest, `#/directory/${accounts.doctor.address}`);
        await guest.page.getByText(words('directory.now.suspendedWhy')).waitFor();
        await guest.page.getByText(words('directory.timeWhy')).waitFor();
      },
      guest,
    ),
    screen(
      'directoryHospital',
      async () => {
        await go(guest, `#/directory/${(await enrolledHospital()).address}`);
        await guest.page.getByText(words('directory.deed.suspended')).waitFor();
      },
      guest,
    ),
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
