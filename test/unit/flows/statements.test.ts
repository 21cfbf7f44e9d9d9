/** Both sides of a dispute are heard: sealed to the two and the hospital that decides, in order, bounded, and nobody else's counts. */
import { beforeEach, describe, expect, it } from 'vitest';
import { utf8, type Digest } from '../../../src/core/bytes.ts';
import { accredit } from '../../../src/flows/accredit.ts';
import { book } from '../../../src/flows/book.ts';
import { confirm, propose } from '../../../src/flows/consortium.ts';
import { dispute, resolve, type DisputeFields } from '../../../src/flows/dispute.ts';
import { visitOf } from '../../../src/flows/disputes.ts';
import { bookingDraft, disputeDraft, saveDraft } from '../../../src/flows/draft.ts';
import { openFile } from '../../../src/flows/openRecord.ts';
import { accept } from '../../../src/flows/respond.ts';
import { send } from '../../../src/flows/send.ts';
import {
  addStatement,
  MAX_LOOKED_AT,
  saidIn,
  statementsOf,
  type StatementFields,
} from '../../../src/flows/statements.ts';
import { unlockWithWallet } from '../../../src/flows/unlock.ts';
import type { Vault } from '../../../src/flows/vault.ts';
import { eventsOf, visits, type Visit } from '../../../src/flows/visits.ts';
import { addFile, openDraft } from '../../../src/flows/writing.ts';
import { readWords } from '../../../src/record/fhir.ts';
import { MAX_STATEMENTS } from '../../../src/record/statement.ts';
import { FakeWorld, person } from '../../fakes/chain.ts';
import { Device } from '../../fakes/device.ts';
import type { Blocks } from '../../fakes/storage.ts';
import { codeOf } from '../code.ts';

const FEE = 10n ** 16n;
const RECORD = `0x${'5'.repeat(64)}` as Digest;
const HINT = '0x00000000';

let world: FakeWorld;
let peer: Blocks;
let patient: Device;
let doctor: Device;
let hospital: Device;
let vaults: Record<'patient' | 'doctor' | 'hospital', Vault>;

const mine = async (who: Device): Promise<Visit> => (await visits(who.ports, who.wallet.account))[0] as Visit;

/** Accepted and completed, with records that nobody can have. */
const completed = async (): Promise<void> => {
  const draft = await openDraft(patient.ports, bookingDraft(doctor.wallet.account), { symptoms: '', preferred: '' });
  draft.fields.symptoms = 'MARKER cough';
  await saveDraft(patient.ports, draft);
  await book(patient.ports, patient.act, vaults.patient, {
    doctor: await patient.ports.chain.account(doctor.wallet.account),
    until: world.time + 7 * 86_400,
    draft: draft as never,
    acceptKey: null,
  });
  await accept(doctor.ports, doctor.act, vaults.doctor, await mine(doctor));
  await send(doctor.ports, doctor.act, { name: 'complete', args: { id: 1n, record: RECORD, hint: HINT } });
};

const complain = async (): Promise<void> => {
  const visit = await mine(patient);
  const draft = await openDraft<DisputeFields>(patient.ports, disputeDraft(visit), { words: '', show: false });
  draft.fields.words = 'MARKER nobody came';
  await saveDraft(patient.ports, draft);
  await dispute(patient.ports, patient.act, vaults.patient, visit, draft, []);
};

const say = async (who: Device, vault: Vault, words: string, files: File[] = []) => {
  const draft = await openDraft<StatementFields>(who.ports, 'say/1', { words: '' });
  draft.fields.words = words;
  await saveDraft(who.ports, draft);
  for (const file of files) await addFile(who.ports, draft, file);
  return addStatement(who.ports, who.act, vault, (await visitOf(who.ports, patient.wallet.account, 1n))!, draft);
};

/** What somebody sees: who said what, in order. */
const heard = async (who: Device, vault: Vault): Promise<string[]> => {
  const visit = (await visitOf(who.ports, patient.wallet.account, 1n))!;
  const said = await statementsOf(who.ports, vault, visit);
  return said.map(({ ref, opened, unread }) => {
    const side = ref.author === patient.wallet.account ? 'patient' : 'doctor';
    return `${side}: ${opened ? readWords(opened.manifest.resources) : unread?.code}`;
  });
};

beforeEach(async () => {
  world = new FakeWorld();
  peer = new Map();
  patient = new Device(world, person('patient'), peer);
  doctor = new Device(world, person('doctor'), peer);
  hospital = new Device(world, world.founders[0]!, peer);
  vaults = {
    patient: await patient.enroll(),
    doctor: await doctor.enroll({ fee: FEE }),
    hospital: await hospital.enroll(),
  };
  const account = await doctor.ports.chain.account(doctor.wallet.account);
  await accredit(hospital.ports, hospital.act, account, 'doctor', '');
  await completed();
});

describe('statements in a dispute', () => {
  it('of both sides are read by both and by the hospital, in order', async () => {
    await complain();
    await say(doctor, vaults.doctor, 'MARKER I was there at nine', [new File([utf8('MARKER log')], 'log.txt')]);
    await say(patient, vaults.patient, 'MARKER the door was locked');
    await say(doctor, vaults.doctor, 'MARKER the bell was out of order');
    const all = [
      'doctor: MARKER I was there at nine',
      'patient: MARKER the door was locked',
      'doctor: MARKER the bell was out of order',
    ];
    expect(await heard(patient, vaults.patient)).toEqual(all);
    expect(await heard(doctor, vaults.doctor)).toEqual(all);
    expect(await heard(hospital, vaults.hospital)).toEqual(all);
    const visit = (await visitOf(hospital.ports, patient.wallet.account, 1n))!;
    const [first] = await statementsOf(hospital.ports, vaults.hospital, visit);
    expect(await (await openFile(hospital.ports, first!.opened!, 0)).text()).toBe('MARKER log');
    for (const bytes of peer.values()) expect(Buffer.from(bytes).toString('latin1')).not.toContain('MARKER');
  });

  it('are nobody else’s to read', async () => {
    await complain();
    await say(doctor, vaults.doctor, 'MARKER mine');
    const other = new Device(world, world.founders[1]!, peer);
    const vault = await other.enroll();
    expect(await heard(other, vault)).toEqual([]);
  });

  it('need words, a dispute that is open, and one of the two', async () => {
    expect(await codeOf(say(doctor, vaults.doctor, 'too early'))).toBe('input/invalid');
    await complain();
    expect(await codeOf(say(doctor, vaults.doctor, '  '))).toBe('input/invalid');
    expect(await codeOf(say(hospital, vaults.hospital, 'not a side'))).toBe('input/invalid');
    await resolve(hospital.ports, hospital.act, vaults.hospital, await mine(patient), 0n, '');
    expect(await codeOf(say(doctor, vaults.doctor, 'too late'))).toBe('input/invalid');
  });

  it('are not what was added before the dispute or after its end, nor what another added', async () => {
    const add = (who: Device, args: { patient?: `0x${string}`; via?: bigint } = {}) =>
      send(who.ports, who.act, {
        name: 'add',
        args: {
          patient: args.patient ?? patient.wallet.account,
          record: `0x${String(world.block).padStart(64, '1')}`,
          via: args.via ?? 1n,
          hint: HINT,
        },
      });
    await add(doctor);
    await complain();
    await add(doctor);
    await add(hospital, { via: 0n });
    await add(doctor, { via: 0n });
    await add(doctor, { patient: doctor.wallet.account });
    await add(patient);
    await resolve(hospital.ports, hospital.act, vaults.hospital, await mine(patient), 0n, '');
    await add(doctor);
    const visit = (await visitOf(doctor.ports, patient.wallet.account, 1n))!;
    const refs = saidIn(await eventsOf(doctor.ports, patient.wallet.account), visit);
    expect(refs.map((r) => r.author)).toEqual([doctor.wallet.account, patient.wallet.account]);
  });

  it('are looked for among a few, so that a side that floods only silences itself', async () => {
    await complain();
    const visit = (await visitOf(doctor.ports, patient.wallet.account, 1n))!;
    const events = await eventsOf(doctor.ports, patient.wallet.account);
    const last = events.at(-1)!;
    const flood = Array.from({ length: 3000 }, (_, i) => ({
      ...last,
      event: 'Added',
      author: doctor.wallet.account,
      subject: patient.wallet.account,
      args: { via: 1n, record: `0x${i.toString(16).padStart(64, '0')}`, hint: HINT },
      block: last.block + 1 + i,
    }));
    const theirs = { ...flood[0]!, author: patient.wallet.account, block: last.block + 9000 };
    const refs = saidIn([...events, ...flood, theirs], visit);
    expect(refs.filter((r) => r.author === doctor.wallet.account)).toHaveLength(MAX_LOOKED_AT);
    expect(refs.at(-1)?.author).toBe(patient.wallet.account);
  });

  it('are shown up to eight of each side, and one that cannot be had is said', async () => {
    await complain();
    for (let i = 0; i <= MAX_STATEMENTS; i++) await say(doctor, vaults.doctor, `number ${i}`);
    await say(patient, vaults.patient, 'one word');
    const all = await heard(hospital, vaults.hospital);
    expect(all).toHaveLength(MAX_STATEMENTS + 1);
    expect(all.at(-1)).toBe('patient: one word');
    const gone = {
      name: 'add',
      args: { patient: patient.wallet.account, record: RECORD, via: 1n, hint: HINT },
    } as const;
    await send(patient.ports, patient.act, gone);
    expect((await heard(hospital, vaults.hospital)).at(-1)).toBe('patient: storage/not-found');
  });

  it('are sealed to no hospital that was expelled, and keep nobody from speaking', async () => {
    await complain();
    const [, second, third] = world.founders.map((f) => new Device(world, f, peer));
    await second!.enroll();
    await third!.enroll();
    await propose(second!.ports, second!.act, hospital.wallet.account, false, '');
    const [p] = (await second!.ports.chain.proposals(0n, 1)).entries;
    await confirm(third!.ports, third!.act, p!);
    await say(doctor, vaults.doctor, 'MARKER after the expulsion');
    expect(await heard(patient, vaults.patient)).toEqual(['doctor: MARKER after the expulsion']);
    expect(await heard(hospital, vaults.hospital)).toEqual([]);
  });

  it('are sent once, though the page was reloaded', async () => {
    await complain();
    world.automine = false;
    const going = say(doctor, vaults.doctor, 'MARKER once');
    await expect.poll(() => world.sent.filter((s) => s.call.name === 'add').length).toBe(1);
    doctor.act.controller.abort();
    await going.catch(() => undefined);
    const again = doctor.reloaded();
    const vault = await unlockWithWallet(again.ports, again.act, '');
    world.automine = true;
    world.mine();
    await say(again, vault, 'MARKER once');
    expect(world.sent.filter((s) => s.call.name === 'add')).toHaveLength(1);
    expect(await heard(patient, vaults.patient)).toEqual(['doctor: MARKER once']);
  });
});
