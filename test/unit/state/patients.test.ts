import { beforeEach, describe, expect, it } from 'vitest';
import { accredit } from '../../../src/flows/accredit.ts';
import { book } from '../../../src/flows/book.ts';
import { bookingDraft } from '../../../src/flows/draft.ts';
import type { Vault } from '../../../src/flows/vault.ts';
import { openDraft } from '../../../src/flows/writing.ts';
import type { VisitRequest } from '../../../src/record/fhir.ts';
import { Acts } from '../../../src/state/act.svelte.ts';
import { PatientsState } from '../../../src/state/patients.svelte.ts';
import { VisitsState } from '../../../src/state/visits.svelte.ts';
import { FakeWorld, person } from '../../fakes/chain.ts';
import { Device } from '../../fakes/device.ts';

const FACE = {
  kind: 'doctor',
  name: 'Dr. A',
  qualification: '',
  specialty: '',
  since: null,
  languages: [],
  phone: '',
} as const;

let world: FakeWorld;
let doctor: Device;
let patient: Device;
let vault: Vault;
let patientVault: Vault;

/** The doctor's page after an unlock. */
const page = (device = doctor) => {
  const open = { ports: async () => device.ports, vault: () => vault, acts: new Acts() };
  const visits = new VisitsState(open);
  return { visits, patients: new PatientsState({ ...open, me: () => vault.account, visits }) };
};

const bookNow = async (symptoms: string): Promise<void> => {
  const empty: VisitRequest = { symptoms, preferred: '' };
  const draft = await openDraft(patient.ports, bookingDraft(doctor.wallet.account), empty);
  const account = await patient.ports.chain.account(doctor.wallet.account);
  const input = { doctor: account, until: world.time + 7 * 86_400, draft, acceptKey: null };
  await book(patient.ports, patient.act, patientVault, input);
};

beforeEach(async () => {
  world = new FakeWorld();
  const peer = new Map();
  const hospital = new Device(world, world.founders[0]!, peer);
  await hospital.enroll({ profile: { kind: 'hospital', name: 'General', city: '', phone: '' } });
  doctor = new Device(world, person('doctor'), peer);
  vault = await doctor.enroll({ profile: { ...FACE, languages: [] }, fee: 1n });
  const account = await hospital.ports.chain.account(doctor.wallet.account);
  await accredit(hospital.ports, hospital.act, account, 'doctor', '1');
  patient = new Device(world, person('patient'), peer);
  patientVault = await patient.enroll();
});

describe('the queue', () => {
  it('shows nothing that was kept of another patient or another request', async () => {
    await bookNow('cough');
    const { visits, patients } = page();
    await visits.load();
    await patients.load();
    const [visit] = visits.list ?? [];
    expect(patients.glimpses.get(String(visit?.id))?.words).toBe('cough');
    // somebody else's booking under the same number, as a node might make one up
    const other = { ...visit!, patient: person('somebody else').account };
    visits.list = [other];
    await patients.load();
    expect(patients.glimpses.get(String(visit?.id))).toBeUndefined();
    expect(patients.unread.get(String(visit?.id))).toBeDefined();
  });

  it('opens each request once; afterwards it reads with nobody and nothing there', async () => {
    await bookNow('cough');
    await bookNow('fever');
    const first = page();
    await first.visits.load();
    await first.patients.load();
    expect([...first.patients.glimpses.values()].map((g) => g.words).sort()).toEqual(['cough', 'fever']);

    let opened = 0;
    const { storage } = doctor;
    const openManifest = storage.openManifest.bind(storage);
    storage.openManifest = (...args) => (opened++, openManifest(...args));
    storage.online = false;
    storage.here.clear();
    const again = page();
    await again.visits.load();
    await again.patients.load();
    expect([...again.patients.glimpses.keys()].sort()).toEqual(['1', '2']);
    expect([opened, again.patients.reading, again.patients.unread.size]).toEqual([0, 0, 0]);
  });

  it('goes on with the others when one cannot be had, says so, and tries again later or at once when asked', async () => {
    await bookNow('cough');
    doctor.storage.online = false;
    const { visits, patients } = page();
    await visits.load();
    await patients.load();
    expect([...patients.unread.values()].map((e) => e.code)).toEqual(['storage/not-found']);
    expect(patients.reading).toBe(0);

    doctor.storage.online = true;
    await patients.load();
    expect(patients.glimpses.size).toBe(0);
    world.time += 61;
    await patients.load();
    expect([patients.glimpses.size, patients.unread.size]).toEqual([1, 0]);

    await bookNow('fever');
    doctor.storage.online = false;
    await visits.load();
    await patients.load();
    doctor.storage.online = true;
    await patients.again();
    expect(patients.glimpses.size).toBe(2);
  });

  it('locked while it reads shows and keeps nothing', async () => {
    await bookNow('cough');
    const { visits, patients } = page();
    await visits.load();
    const { storage } = doctor;
    const openManifest = storage.openManifest.bind(storage);
    storage.openManifest = async (...args) => {
      patients.clear();
      return openManifest(...args);
    };
    await patients.load();
    expect([patients.glimpses.size, patients.unread.size, patients.reading]).toEqual([0, 0, 0]);
    expect(await doctor.cabinet.get('queue/glimpses')).toBeNull();
  });
});
