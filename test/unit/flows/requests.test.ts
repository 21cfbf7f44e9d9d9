/** Asking for access and answering: what costs nothing when it is refused, what either side sees, and what strangers may send. */
import { beforeEach, describe, expect, it } from 'vitest';
import { NO_DIGEST, type Address } from '../../../src/core/bytes.ts';
import { accredit, suspend } from '../../../src/flows/accredit.ts';
import { newToken, storeCapability } from '../../../src/flows/capabilities.ts';
import { extentOf } from '../../../src/flows/extent.ts';
import { openRecord } from '../../../src/flows/openRecord.ts';
import type { Entry } from '../../../src/flows/ports/index.ts';
import { refuse } from '../../../src/flows/refuse.ts';
import { requestDraft } from '../../../src/flows/draft.ts';
import { ask, LONGEST, withdrawRequests } from '../../../src/flows/request.ts';
import { askedIn, isWithdrawal, requestsOf, standingsOf, vouchersOf } from '../../../src/flows/requests.ts';
import type { Vault } from '../../../src/flows/vault.ts';
import { eventsOf } from '../../../src/flows/visits.ts';
import { openDraft } from '../../../src/flows/writing.ts';
import type { AccessRequest } from '../../../src/record/accessRequest.ts';
import { readWords } from '../../../src/record/fhir.ts';
import { idOf, type Folder } from '../../../src/record/folders.ts';
import { FakeWorld, person } from '../../fakes/chain.ts';
import { Device } from '../../fakes/device.ts';
import type { Blocks } from '../../fakes/storage.ts';
import { codeOf } from '../code.ts';

const PROFILE = {
  kind: 'doctor',
  name: 'Dr. Ada Byron',
  qualification: 'MD',
  specialty: 'Cardiology',
  since: 2010,
  languages: [],
  phone: '',
} as const;
const WHY = 'MARKER before the operation';
/** a month after the fake world begins */
const UNTIL = 1_760_000_000 + 30 * 86_400;

let world: FakeWorld;
let patient: Device;
let doctor: Device;
let hospital: Device;
let patientVault: Vault;
let doctorVault: Vault;
let hospitalVault: Vault;

beforeEach(async () => {
  world = new FakeWorld();
  const peer: Blocks = new Map();
  patient = new Device(world, person('patient'), peer);
  doctor = new Device(world, person('doctor'), peer);
  hospital = new Device(world, world.founders[0]!, peer);
  patientVault = await patient.enroll();
  doctorVault = await doctor.enroll({ profile: { ...PROFILE, languages: [] }, fee: 1n });
  hospitalVault = await hospital.enroll({ profile: { kind: 'hospital', name: 'General', city: 'Zagreb', phone: '' } });
  await accredit(hospital.ports, hospital.act, await doctor.ports.chain.account(doctor.wallet.account), 'doctor', '');
});

const wanted = (over: Partial<AccessRequest> = {}): AccessRequest => ({
  folders: ['labs', 'imaging'],
  about: '',
  purpose: 'TREAT',
  until: UNTIL,
  reason: WHY,
  ...over,
});
const askNow = async (over: Partial<AccessRequest> = {}, to: Address = patient.wallet.account): Promise<Entry> => {
  const draft = await openDraft<AccessRequest>(doctor.ports, requestDraft(to), wanted(over));
  draft.fields = wanted(over);
  return ask(doctor.ports, doctor.act, doctorVault, { patient: to, draft });
};
const seenBy = async (device: Device) =>
  requestsOf(await eventsOf(device.ports, device.wallet.account), device.world.time);

/** The patient gives one folder in answer, as the share form does. */
const answer = async (folder: Folder, re: number, until = wanted().until): Promise<Entry> => {
  const { token, access } = newToken(patient.ports.random);
  const identity = patientVault.folder(folder);
  const capability = await storeCapability(
    patient.ports,
    [patientVault.identity.recipient, doctorVault.identity.recipient],
    {
      version: 1,
      kind: 'folder',
      chainId: world.chainId,
      contract: world.contract,
      patient: patient.wallet.account,
      folder: idOf(folder),
      epochs: [{ nonce: patientVault.nonce, identity: identity.identity }],
      recipient: identity.recipient,
      rights: 'read',
      until,
      token,
      delegable: false,
      to: null,
    },
  );
  await patient.storage.push(capability);
  const call = { name: 'share', args: { grantee: doctor.wallet.account, capability, access, until, re } } as const;
  await patient.wallet.send(call, await patient.ports.chain.quote(patient.wallet.account, call));
  return (await patient.ports.chain.timeline(patient.wallet.account, 'own')).entries[0] as Entry;
};

describe('a request for access', () => {
  it('is read by the patient and the asker, and by nobody else', async () => {
    await askNow();
    const [seen] = await seenBy(patient);
    expect(seen).toMatchObject({ asker: doctor.wallet.account, re: 1, state: 'open', grants: [] });
    for (const [device, vault] of [
      [patient, patientVault],
      [doctor, doctorVault],
    ] as const) {
      const opened = await openRecord(device.ports, vault, seen!.ref);
      expect(opened.signed).toBe('signature');
      expect(askedIn(opened)).toEqual(wanted());
    }
    const other = new Device(world, person('other'), patient.storage.peer);
    expect(await codeOf(openRecord(other.ports, await other.enroll(), seen!.ref))).toBe('crypto/not-for-you');
    for (const block of patient.storage.peer.values())
      expect(new TextDecoder('latin1').decode(block as Uint8Array<ArrayBuffer>)).not.toContain('MARKER');
  });

  it.each<[string, Partial<AccessRequest>]>([
    ['a date in the past', { until: 1_759_999_999 }],
    ['a date too far away', { until: 1_760_000_000 + LONGEST + 1000 }],
    ['no reason', { reason: '  ' }],
    ['nothing asked for', { folders: [] }],
    ['an unknown purpose', { purpose: 'X' as 'TREAT' }],
  ])('costs nothing with %s', async (_, over) => {
    const sent = world.sent.length;
    expect(await codeOf(askNow(over))).toBe('input/invalid');
    expect(world.sent.length).toBe(sent);
    expect(doctor.act.prompts.every((p) => p.kind !== 'transaction' || p.call.name !== 'requestAccess')).toBe(true);
    expect(doctor.act.stages.at(-1)).toBe('prepare');
  });

  it('costs nothing to oneself, to one who never enrolled, to one whose key changed, or while suspended', async () => {
    const sent = world.sent.length;
    expect(await codeOf(askNow({}, doctor.wallet.account))).toBe('input/invalid');
    expect(await codeOf(askNow({}, person('nobody').account))).toBe('chain/key-unproven');
    world.swapped.add(patient.wallet.account);
    expect(await codeOf(askNow())).toBe('chain/key-unproven');
    world.swapped.clear();
    expect(world.sent.length).toBe(sent);
    await suspend(hospital.ports, hospital.act, hospitalVault, doctor.wallet.account, '');
    expect(await codeOf(askNow())).toBe('chain/not-accredited');
  });

  it('is answered in part and in full, and both sides see the same', async () => {
    const entry = await askNow();
    const re = entry.inboxCount as number;
    await answer('labs', re);
    const [forPatient, forDoctor] = [(await seenBy(patient))[0]!, (await seenBy(doctor))[0]!];
    expect(forPatient).toMatchObject({ state: 'answered', re });
    expect(forDoctor.grants.map((g) => g.access)).toEqual(forPatient.grants.map((g) => g.access));
    for (const [device, vault] of [
      [patient, patientVault],
      [doctor, doctorVault],
    ] as const)
      expect(await extentOf(device.ports, vault, forDoctor, wanted())).toBe('part');
    await answer('imaging', re);
    expect(await extentOf(doctor.ports, doctorVault, (await seenBy(doctor))[0]!, wanted())).toBe('full');
    expect(await extentOf(doctor.ports, doctorVault, (await seenBy(doctor))[0]!, wanted({ about: 'it all' }))).toBe(
      'unknown',
    );
    const sooner = await askNow();
    await answer('labs', sooner.inboxCount as number, world.time + 86_400);
    expect(await extentOf(doctor.ports, doctorVault, (await seenBy(doctor))[0]!, wanted({ folders: ['labs'] }))).toBe(
      'part',
    );
  });

  it('is declined with words that only the asker reads, once', async () => {
    await askNow();
    const [request] = await seenBy(patient);
    await refuse(patient.ports, patient.act, patientVault, request!, 'MARKER not now');
    const [declined] = await seenBy(doctor);
    expect(declined?.state).toBe('declined');
    const said = await openRecord(doctor.ports, doctorVault, declined!.refusal!);
    expect(readWords(said.manifest.resources)).toBe('MARKER not now');
    expect(await codeOf(refuse(patient.ports, patient.act, patientVault, (await seenBy(patient))[0]!, ''))).toBe(
      'input/invalid',
    );
    expect(await codeOf(refuse(doctor.ports, doctor.act, doctorVault, request!, ''))).toBe('input/invalid');
  });

  it('is withdrawn by its asker, as far as it was not answered', async () => {
    const first = await askNow();
    await answer('labs', first.inboxCount as number);
    await askNow({ reason: 'again' });
    const entry = await withdrawRequests(doctor.ports, doctor.act, patient.wallet.account);
    expect(isWithdrawal(entry)).toBe(true);
    expect((await seenBy(patient)).map((r) => r.state)).toEqual(['withdrawn', 'answered']);
    await askNow({ reason: 'once more' });
    expect((await seenBy(doctor)).map((r) => r.state)).toEqual(['open', 'withdrawn', 'answered']);
  });

  it('of somebody suspended since is known as such', async () => {
    await askNow();
    const who = doctor.wallet.account;
    expect((await standingsOf(patient.ports, [who, who])).get(who)?.good).toBe(true);
    expect(await vouchersOf(patient.ports, who)).toEqual({ hospital: hospital.wallet.account });
    await suspend(hospital.ports, hospital.act, hospitalVault, who, '');
    expect((await standingsOf(patient.ports, [who])).get(who)?.good).toBe(false);
    expect(await vouchersOf(patient.ports, who)).toHaveProperty('error.code', 'chain/not-accredited');
  });

  it('is not answered by others, nor by what came before it', async () => {
    const entry = await askNow();
    const re = entry.inboxCount as number;
    const stranger = new Device(world, person('stranger'), patient.storage.peer);
    await stranger.enroll();
    for (const call of [
      { name: 'refuse', args: { requester: doctor.wallet.account, re, reason: NO_DIGEST } },
      {
        name: 'share',
        args: { grantee: doctor.wallet.account, capability: `0x${'1'.repeat(64)}`, access: NO_DIGEST, until: 0, re },
      },
    ] as const)
      await stranger.wallet.send(call, await stranger.ports.chain.quote(stranger.wallet.account, call));
    expect((await seenBy(doctor)).map((r) => [r.patient, r.state])).toEqual([[patient.wallet.account, 'open']]);
    // a share that names a request still to come
    await answer('labs', re + 1);
    await askNow();
    expect((await seenBy(patient)).map((r) => r.state)).toEqual(['open', 'open']);
  });

  it('is found among 5,000 others without delay', () => {
    const [asker, me] = [doctor.wallet.account, patient.wallet.account];
    const events = Array.from({ length: 5000 }, (_, i): Entry => {
      const args = { author: asker, subject: me, reason: `0x${(i + 1).toString(16).padStart(64, '0')}` };
      const place = { block: i + 1, logIndex: 0, tx: `0x${i.toString(16)}` as const };
      return {
        event: 'AccessRequested',
        args,
        author: asker,
        subject: me,
        ownCount: null,
        inboxCount: i + 1,
        count: i + 1,
        ...place,
      };
    });
    const begun = performance.now();
    const requests = requestsOf(events, world.time);
    expect(requests).toHaveLength(5000);
    expect(requests[0]?.re).toBe(5000);
    expect(performance.now() - begun).toBeLessThan(500);
  });
});
