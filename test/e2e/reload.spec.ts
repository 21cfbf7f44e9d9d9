/** The page is reloaded at every step of booking and of prescribing: nothing is lost and nothing is sent twice. */
import { expect } from '@playwright/test';
import * as act from './support/acts.ts';
import { chain, rpc } from './support/chain.ts';
import { documents, marker, type Document } from './support/files.ts';
import { enrolled, enrolledDoctor, test, type Account } from './support/people.ts';
import type { Person } from './support/person.ts';
import { words } from './support/words.ts';

const nonce = (account: Account): Promise<number> => chain().getTransactionCount({ address: account.address });

/** Reloads, and opens the vault again without any transaction being asked for. */
const reload = async (person: Person): Promise<void> => {
  if (person.wallet) person.wallet.mode = 'confirm';
  await person.page.reload();
  await act.unlock(person);
};

/** What a person writes, sends and would lose. */
type Piece = {
  write(): Promise<void>;
  /** everything written is there again */
  check(): Promise<void>;
  /** key of the button that begins to send, and of the sentence that explains the prompt */
  go: string;
  why: string;
  /** it has arrived: exactly one of it */
  arrived(): Promise<void>;
};

/** Goes through all steps at which a reload can come. */
const throughReloads = async (person: Person, account: Account, piece: Piece): Promise<void> => {
  const { page, wallet } = person;
  if (!wallet) throw new Error('needs a wallet');
  const sendsBefore = wallet.count('eth_sendTransaction');
  const start = await nonce(account);

  await test.step('while writing', async () => {
    await piece.write();
    await piece.check();
    await reload(person);
    await piece.check();
  });
  await test.step('at the explanation, before the wallet is asked', async () => {
    await act.button(page, piece.go).click();
    await expect(page.getByText(words(piece.why), { exact: true })).toBeVisible({ timeout: 60_000 });
    await reload(person);
    await piece.check();
    expect(wallet.count('eth_sendTransaction')).toBe(sendsBefore);
  });
  await test.step('while the wallet asks, and it is declined there', async () => {
    wallet.mode = 'ask';
    await act.button(page, piece.go).click();
    await act.goOn(person, piece.why);
    const prompt = await wallet.prompt('eth_sendTransaction');
    await reload(person);
    prompt.reject();
    expect(await nonce(account)).toBe(start);
  });
  await test.step('while the wallet asks, and it is confirmed there: sent, but the page never heard of it', async () => {
    await rpc('evm_setAutomine', [false]);
    wallet.mode = 'ask';
    await act.button(page, piece.go).click();
    await act.goOn(person, piece.why);
    const prompt = await wallet.prompt('eth_sendTransaction');
    await page.reload();
    prompt.confirm();
    await expect.poll(() => rpc<{ pending: string }>('txpool_status').then((s) => Number(s.pending))).toBe(1);
    wallet.mode = 'confirm';
    await act.unlock(person);
  });
  await test.step('once it is mined', async () => {
    await rpc('anvil_mine', ['0x1']);
    await rpc('evm_setAutomine', [true]);
    await act.settleOutbox(person);
    await piece.arrived();
    await reload(person);
    await piece.arrived();
    expect(await nonce(account)).toBe(start + 1);
  });
};

test.afterEach(() => rpc('evm_setAutomine', [true]));

test('booking and prescribing survive a reload at every step', async ({ cast }) => {
  test.setTimeout(300_000);
  const [doctorAccount, patientAccount] = [await enrolledDoctor(), await enrolled()];
  const { pdf, rtl } = documents(test.info().outputPath('files'), 1000);
  const holds = async ({ page }: Person, label: string, text: string, files: Document[]): Promise<void> => {
    await expect(page.getByLabel(words(label))).toHaveValue(text, { timeout: 30_000 });
    for (const file of files)
      await expect(page.getByRole('list', { name: words('files.list') }).getByText(file.name)).toBeVisible();
  };

  const patient = await cast.atWork('patient', patientAccount, `#/doctors/${doctorAccount.address}/book`);
  await act.agreeToPlaces(patient);
  const symptoms = marker('symptoms');
  await throughReloads(patient, patientAccount, {
    write: () => act.writeBooking(patient, { symptoms, files: [pdf, rtl] }),
    check: () => holds(patient, 'book.symptoms', symptoms, [pdf, rtl]),
    go: 'book.go',
    why: 'act.call.book',
    arrived: async () => {
      await act.visit(patient, 'nav.appointments');
      await expect(patient.page.getByRole('main').getByText(words('status.booked'))).toHaveCount(1, {
        timeout: 30_000,
      });
    },
  });

  const doctor = await cast.atWork('doctor', doctorAccount, '#/queue');
  await act.agreeToPlaces(doctor);
  await act.visitRow(doctor.page).click();
  await expect(doctor.page.getByText(symptoms)).toBeVisible({ timeout: 60_000 });
  const advice = marker('advice');
  await throughReloads(doctor, doctorAccount, {
    write: () => act.writePrescription(doctor, { medication: 'x', dose: '1', advice, files: [pdf] }),
    check: () => holds(doctor, 'prescribe.advice', advice, [pdf]),
    go: 'prescribe.go',
    why: 'act.call.complete',
    arrived: async () => {
      await act.visit(doctor, 'nav.queue');
      await doctor.page.getByRole('tab', { name: words('queue.past') }).click();
      await expect(doctor.page.getByRole('main').getByText(words('status.completedDoctor'))).toHaveCount(1, {
        timeout: 30_000,
      });
    },
  });
  expect([...patient.faults, ...doctor.faults]).toEqual([]);
});

test('the page warns before it is closed while a record lives only in this browser', async ({ cast }) => {
  const [doctorAccount, patientAccount] = [await enrolledDoctor(), await enrolled()];
  const patient = await cast.atWork('patient', patientAccount, `#/doctors/${doctorAccount.address}/book`);
  await act.button(patient.page, 'places.refuse').click();
  await act.writeBooking(patient, { symptoms: 'a' });
  await act.sendBooking(patient);
  await expect(patient.page.getByText(words('outbox.onlyHereNoPeer'))).toBeVisible();
  await patient.page.reload();
  expect(patient.warnings).toContain('beforeunload');
});
