/** A node that says that a patient moved to an account of its own must not get what is written about that patient. */
import { expect, it } from 'vitest';
import type { Address } from '../../../src/core/bytes.ts';
import { accredit } from '../../../src/flows/accredit.ts';
import { book } from '../../../src/flows/book.ts';
import { bookingDraft, reportDraft } from '../../../src/flows/draft.ts';
import { openRecord } from '../../../src/flows/openRecord.ts';
import { addReport, type ReportFields } from '../../../src/flows/report.ts';
import { accept } from '../../../src/flows/respond.ts';
import { visits, type Visit } from '../../../src/flows/visits.ts';
import { openDraft } from '../../../src/flows/writing.ts';
import { FakeWorld, person } from '../../fakes/chain.ts';
import { Device } from '../../fakes/device.ts';
import { codeOf } from '../code.ts';

it('a report is sealed to the patient of the visit, whoever a node says took over', async () => {
  const world = new FakeWorld();
  const peer = new Map();
  const device = (name: string) => new Device(world, person(name), peer);
  const [patient, doctor, thief] = [device('patient'), device('doctor'), device('thief')];
  const hospital = new Device(world, world.founders[0]!, peer);
  await hospital.enroll();
  const [patientVault, doctorVault, thiefVault] = [
    await patient.enroll(),
    await doctor.enroll({ fee: 1n }),
    await thief.enroll(),
  ];
  const account = await doctor.ports.chain.account(doctor.wallet.account);
  await accredit(hospital.ports, hospital.act, account, 'doctor', '1');
  const request = await openDraft(patient.ports, bookingDraft(doctor.wallet.account), { symptoms: '', preferred: '' });
  await book(patient.ports, patient.act, patientVault, {
    doctor: await patient.ports.chain.account(doctor.wallet.account),
    until: world.time + 7 * 86_400,
    draft: request,
    acceptKey: null,
  });
  const visit = async () => (await visits(doctor.ports, doctor.wallet.account))[0] as Visit;
  await accept(doctor.ports, doctor.act, doctorVault, await visit());

  const { account: truth, provenKey } = doctor.ports.chain;
  const lied = async (a: Address) => ({
    ...(await truth(a)),
    ...(a === patient.wallet.account ? { movedTo: thief.wallet.account } : {}),
  });
  // the real one refuses the key of an account of which the node says that it moved
  const refusing: typeof provenKey = (a) => (a === patient.wallet.account ? provenKey('0x') : provenKey(a));
  Object.assign(doctor.ports.chain, { account: lied, provenKey: refusing });
  const fields: ReportFields = { via: '1', kind: 'laboratory', title: 'HIV', words: 'positive' };
  const draft = await openDraft(doctor.ports, reportDraft(patient.wallet.account), fields);
  const before = new Set(peer.keys());
  const adding = addReport(doctor.ports, doctor.act, doctorVault, {
    patient: patient.wallet.account,
    visit: await visit(),
    draft,
  });
  expect(await codeOf(adding)).toBe('chain/key-unproven');
  expect([...peer.keys()].filter((cid) => !before.has(cid))).toEqual([]);
  const told = (await thief.ports.chain.timeline(thief.wallet.account, 'inbox')).entries;
  for (const entry of told.filter((e) => e.event === 'Added'))
    await expect(
      openRecord(thief.ports, thiefVault, {
        digest: entry.args.record as never,
        author: entry.author,
        patient: entry.subject,
        appointment: 1n,
        entry,
      }),
    ).rejects.toThrow();
});
