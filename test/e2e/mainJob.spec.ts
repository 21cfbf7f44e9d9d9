/**
 * The main job on the real stack: a patient and a doctor in two browser profiles, a hospital in a third, real files, the patient gone
 * before the doctor opens. In the same run everything that left either page and everything that stayed in either browser is searched.
 */
import { expect } from '@playwright/test';
import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { formatEther } from 'viem';
import { indexKey, successorKey } from '../../src/crypto/identity.ts';
import { entropyOf } from './support/phrase.ts';
import * as act from './support/acts.ts';
import { chain, stack } from './support/chain.ts';
import { documents, marker, type Document } from './support/files.ts';
import { newAccount, otherHospital, test } from './support/people.ts';
import type { Person } from './support/person.ts';
import type { Secret } from './support/secrets.ts';
import { words } from './support/words.ts';

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** What a person's page must never show anybody: their words, their keys, what their wallet signed. */
const keysOf = (person: Person, phrase: string[], passphrase: string): Secret[] => [
  { name: `${person.name}: seed`, bytes: entropyOf(phrase) },
  { name: `${person.name}: index key`, bytes: indexKey(entropyOf(phrase)) },
  { name: `${person.name}: successor key`, bytes: successorKey(entropyOf(phrase)).secret },
  { name: `${person.name}: phrase`, text: phrase.join(' ') },
  ...(passphrase ? [{ name: `${person.name}: passphrase`, text: passphrase }] : []),
  // r and s each: what is derived of them opens the keyring
  ...[...new Set(person.wallet?.signatures)].flatMap((signature, i) => [
    { name: `${person.name}: signature ${i} r`, bytes: Buffer.from(signature.slice(2, 66), 'hex') },
    { name: `${person.name}: signature ${i} s`, bytes: Buffer.from(signature.slice(66, 130), 'hex') },
  ]),
  { name: 'a private key', text: 'AGE-SECRET-KEY-' },
];
const marksOf = (files: Document[]): Secret[] =>
  files.flatMap((file) => file.markers.map((text) => ({ name: file.name, text })));

/** Opens the appointment's record and compares every file with what was sent. */
const checkFiles = async (person: Person, files: Document[]): Promise<void> => {
  for (const file of files) expect(sha256(await act.save(person, file.name)), file.name).toBe(file.sha256);
};

test('the main job, and nothing readable leaves or stays', async ({ cast }) => {
  test.setTimeout(600_000);
  const folder = test.info().outputPath('files');
  const sent = documents(folder);
  const returned = documents(`${folder}-back`, 100_000).pdf;
  const said = { symptoms: `${marker('symptoms')} seit Tagen`, preferred: marker('preferred') };
  const prescribed = { medication: marker('medicine'), dose: marker('dose'), advice: marker('advice') };
  const passphrase = 'correct horse battery staple';
  const fee = '0.25';

  const [doctorAccount, patientAccount] = [await newAccount(), await newAccount()];
  const name = `Dr. Ada ${marker('public').slice(-6)}`;
  const doctor = await cast.arrive('doctor', doctorAccount);
  await doctor.page.goto(stack.page.url);
  await doctor.page.getByRole('link', { name: words('landing.door.doctor.title') }).click();
  await act.connect(doctor);
  const doctorPhrase = await act.enrol(doctor, { role: 'doctor', name, fee });
  await act.becomeDurable(doctor);

  const clinic = await cast.arrive('hospital', { key: otherHospital.privateKey });
  await clinic.page.goto(stack.page.url);
  await clinic.page.getByRole('link', { name: words('landing.door.hospital.title') }).click();
  await act.connect(clinic);
  await act.enrol(clinic, { role: 'hospital', name: 'General Hospital' });
  await act.accredit(clinic, doctorAccount.address);
  expect(clinic.faults).toEqual([]);
  await clinic.leave();

  const patient = await cast.arrive('patient', patientAccount);
  await patient.page.goto(stack.page.url);
  await patient.page.getByRole('link', { name: words('landing.door.patient.title') }).click();
  await act.connect(patient);
  const patientPhrase = await act.enrol(patient, { role: 'patient', passphrase });
  await act.agreeToPlaces(patient);
  await act.visit(patient, 'nav.doctors');
  // other tests' doctors are on the chain too
  await patient.page.getByLabel(words('doctors.search')).fill(name);
  await patient.page.getByRole('link', { name }).click();
  await patient.page.getByRole('link', { name: words('doctors.book') }).click();
  await act.writeBooking(patient, { ...said, files: Object.values(sent) });
  await act.sendBooking(patient);
  await expect(patient.page.getByText(words('status.booked'))).toBeVisible();
  await act.becomeDurable(patient);

  // the patient's browser is closed before the doctor opens anything
  const profile = await patient.leave();
  await act.visit(doctor, 'nav.queue');
  await doctor.page.reload();
  await act.unlock(doctor);
  await act.visit(doctor, 'nav.queue');
  await act.visitRow(doctor.page).click();
  await expect(doctor.page.getByText(said.symptoms)).toBeVisible({ timeout: 60_000 });
  await expect(doctor.page.getByText(said.preferred)).toBeVisible();
  await checkFiles(doctor, Object.values(sent));
  await act.button(doctor.page, 'visit.accept').click();
  await act.goOn(doctor, 'act.call.accept');
  await act.finish(doctor);
  await act.writePrescription(doctor, { ...prescribed, files: [returned] });
  await act.sendPrescription(doctor);
  await act.becomeDurable(doctor);

  const back = await cast.arrive('patient', patientAccount, { folder: profile });
  await back.page.goto(stack.page.url);
  await back.page.getByRole('link', { name: words('landing.enter') }).click();
  await act.connect(back);
  await act.unlock(back, passphrase);
  await act.visitRow(back.page).click();
  for (const text of Object.values(prescribed))
    await expect(back.page.getByText(text)).toBeVisible({ timeout: 60_000 });
  await checkFiles(back, [returned]);
  await back.page.getByRole('radio', { name: words('stars.n5') }).click();
  await act.button(back.page, 'visit.rateAndRelease').click();
  await act.goOn(back, 'act.call.rate');
  await act.finish(back);
  await expect(back.page.getByText(words('visit.rated'))).toBeVisible();

  const before = await chain().getBalance({ address: doctorAccount.address });
  await act.visit(doctor, 'nav.earnings');
  await act.button(doctor.page, 'earnings.withdraw').click();
  await act.goOn(doctor, 'act.call.withdraw');
  await act.finish(doctor);
  const gained = (await chain().getBalance({ address: doctorAccount.address })) - before;
  expect(Number(formatEther(gained))).toBeGreaterThan(Number(fee) * 0.98);

  const secrets = [
    ...marksOf([...Object.values(sent), returned]),
    ...Object.entries({ ...said, ...prescribed }).map(([key, text]) => ({ name: key, text })),
    ...keysOf(doctor, doctorPhrase, ''),
    ...keysOf(patient, patientPhrase, passphrase),
    ...keysOf(back, patientPhrase, passphrase),
  ];
  for (const person of [doctor, patient, back]) {
    // the search saw the ciphertext go by, so an empty result means something
    expect(person.leaked(secrets), `${person.name} let something out`).toEqual([]);
    expect(person.strangers(), `${person.name} spoke to strangers`).toEqual([]);
    expect(person.faults, `${person.name} had faults`).toEqual([]);
  }
  const uploaded = patient.proxy.sent.reduce((sum, s) => sum + s.body.length, 0);
  expect(uploaded).toBeGreaterThan(64 * 2 ** 20);

  for (const person of [doctor, back]) {
    for (const state of ['open', 'locked']) {
      if (state === 'locked') await act.lock(person);
      const { hits, bytes } = await person.atRest(secrets);
      expect(hits, `${person.name}, ${state}, keeps`).toEqual([]);
      if (person === back) expect(Math.max(...Object.values(bytes))).toBeGreaterThan(64 * 2 ** 20);
    }
    await person.leave();
    expect(person.onDisk(secrets), `${person.name}'s browser wrote to disk`).toEqual([]);
  }
  rmSync(folder, { recursive: true, force: true });
});
