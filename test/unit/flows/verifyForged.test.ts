/** What a lying node and an accredited account may try together: the word of somebody who is no hospital, shown as a hospital's. */
import { beforeEach, describe, expect, it } from 'vitest';
import { accredit, suspend } from '../../../src/flows/accredit.ts';
import type { Call, Entry } from '../../../src/flows/ports/index.ts';
import type { Vault } from '../../../src/flows/vault.ts';
import { verify, type Outcome, type StepName } from '../../../src/flows/verify.ts';
import type { Profile } from '../../../src/record/profile.ts';
import { FakeWorld, person } from '../../fakes/chain.ts';
import { Device } from '../../fakes/device.ts';

let world: FakeWorld;
let reader: Device;
let doctor: Device;
let quack: Device;
let hospital: Device;
let hospitalVault: Vault;
const DOCTOR: Profile = {
  kind: 'doctor',
  name: 'Dr. Ada',
  qualification: 'MD',
  specialty: '',
  since: 2010,
  languages: [],
  phone: '',
};

beforeEach(async () => {
  world = new FakeWorld();
  reader = new Device(world, person('reader'), new Map());
  doctor = new Device(world, person('doctor'), new Map());
  quack = new Device(world, person('quack'), new Map());
  hospital = new Device(world, world.founders[0]!, new Map());
  await doctor.enroll({ profile: DOCTOR, fee: 1n });
  await quack.enroll({ profile: DOCTOR, fee: 1n });
  hospitalVault = await hospital.enroll({ profile: { kind: 'hospital', name: 'General', city: '', phone: '' } });
  await accredited(doctor);
});

const accredited = async (device: Device, role: 'doctor' | 'nurse' = 'doctor'): Promise<void> => {
  const account = await hospital.ports.chain.account(device.wallet.account);
  await accredit(hospital.ports, hospital.act, account, role, 'HR-1');
};

/** A call that its author really signed and the contract refused, told by the node as an event that happened. */
const forged = (by: Device, event: string, about: Device, args: Entry['args']): Entry => {
  world.next.push('revert');
  const call = { name: 'suspend', args: { account: about.wallet.account, reason: `0x${'0'.repeat(64)}` } } as Call;
  const tx = world.submit(by.wallet.account, call);
  const [author, subject] = [by.wallet.account, about.wallet.account];
  const own = world.rules.stored(author).own;
  const entry: Entry = {
    event,
    args,
    author,
    subject,
    ownCount: own.length + 1,
    inboxCount: null,
    count: 1,
    block: world.block,
    logIndex: 0,
    tx,
  };
  own.unshift(entry);
  world.rules.stored(subject).inbox.unshift(entry);
  return entry;
};

const accreditationOf = async (entry: Entry): Promise<Outcome> => {
  const found: Partial<Record<StepName, Outcome>> = {};
  const report = {
    begin: () => undefined,
    progress: () => undefined,
    end: (s: StepName, o: Outcome) => void (found[s] = o),
  };
  await verify(reader.ports, entry, report, new AbortController().signal);
  return found.accreditation as Outcome;
};

describe('the accreditation of an author', () => {
  it('is not the word of another doctor', async () => {
    forged(doctor, 'Accredited', quack, { hospital: 0, role: 1, licence: `0x${'0'.repeat(64)}` });
    world.block++;
    expect(await accreditationOf(forged(quack, 'Completed', reader, { id: 1n }))).toMatchObject({
      status: 'failed',
      error: { code: 'chain/not-accredited' },
    });
  });

  it('is not the word of a hospital under another’s number', async () => {
    forged(hospital, 'Accredited', quack, { hospital: 2, role: 1, licence: `0x${'0'.repeat(64)}` });
    world.block++;
    expect((await accreditationOf(forged(quack, 'Completed', reader, { id: 1n }))).status).toBe('failed');
  });

  it('has the role that the hospital signed, not the one that a node says today', async () => {
    await accredited(quack, 'nurse');
    world.block++;
    const entry = forged(quack, 'AccessRequested', reader, {});
    await suspend(hospital.ports, hospital.act, hospitalVault, quack.wallet.account, '');
    world.rules.stored(quack.wallet.account).account.role = 'doctor';
    expect(await accreditationOf(entry)).toMatchObject({
      status: 'passed',
      evidence: { standing: 'then', accreditation: { role: 'nurse' } },
    });
  });
});

describe('what only hospitals do', () => {
  it.each(['Resolved', 'Attested', 'Accredited', 'Suspended', 'Proposed', 'Confirmed', 'Assigned'])(
    '%s is not verified when a doctor did it',
    async (event) => {
      const entry = forged(doctor, event, reader, {});
      expect(await accreditationOf(entry)).toMatchObject({ status: 'failed', error: { code: 'chain/not-accredited' } });
    },
  );

  it('is verified when a hospital did it', async () => {
    expect((await accreditationOf(forged(hospital, 'Attested', reader, {}))).status).toBe('passed');
  });
});

describe('what only doctors do', () => {
  it.each(['Accepted', 'Declined', 'Completed'])('%s is not verified when a nurse did it', async (event) => {
    await accredited(quack, 'nurse');
    const entry = forged(quack, event, reader, {});
    expect(await accreditationOf(entry)).toMatchObject({ status: 'failed', error: { code: 'chain/not-accredited' } });
  });
});
