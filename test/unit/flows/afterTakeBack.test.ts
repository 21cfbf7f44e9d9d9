/** What is sealed after somebody was taken out: from another device, from a form that stood open, in answer to a booking of before. */
import { beforeEach, describe, expect, it } from 'vitest';
import { fromUtf8, NO_DIGEST, type Bytes, type Digest } from '../../../src/core/bytes.ts';
import { openWithKey } from '../../../src/crypto/envelope.ts';
import { addRecord } from '../../../src/flows/addRecord.ts';
import { book } from '../../../src/flows/book.ts';
import { noteAttempt, settleAttempts } from '../../../src/flows/bundles.ts';
import { addInto, type DropFields } from '../../../src/flows/dropBox.ts';
import { openRecord, requestRef } from '../../../src/flows/openRecord.ts';
import { prescribe, type PrescriptionFields } from '../../../src/flows/prescribe.ts';
import { readersNow } from '../../../src/flows/readersNow.ts';
import { receivedFrom, type Received } from '../../../src/flows/received.ts';
import { fileOf } from '../../../src/flows/records.ts';
import { accept } from '../../../src/flows/respond.ts';
import { share } from '../../../src/flows/share.ts';
import { takeBack } from '../../../src/flows/takeBack.ts';
import { Vault } from '../../../src/flows/vault.ts';
import { eventsOf, visits } from '../../../src/flows/visits.ts';
import { openDraft } from '../../../src/flows/writing.ts';
import { idOf } from '../../../src/record/folders.ts';
import { person } from '../../fakes/chain.ts';
import { Device } from '../../fakes/device.ts';
import { cast, gift, type Cast, type Side } from './sharing.ts';

let all: Cast;
let patient: Side;
let anna: Side;
let bob: Side;

beforeEach(async () => {
  all = await cast();
  ({ patient, anna, bob } = all);
});

const give = (to: Side, over: Parameters<typeof gift>[1] = {}) =>
  share(patient.device.ports, patient.device.act, patient.vault, gift(to, over));
const takeAll = (from: Side) =>
  takeBack(patient.device.ports, patient.device.act, patient.vault, { everythingOf: from.vault.account });
const right = async (who: Side): Promise<Received> =>
  (await receivedFrom(who.device.ports, who.vault, patient.vault.account, false)).received[0] as Received;
const writing = { until: 0, delegable: false, rights: 'write' } as const;

/** Whether anything in any place that opens with somebody's keys, with these, and with what is found there, holds this text. */
const reaches = async (keys: readonly string[], text: string): Promise<boolean> => {
  const known = new Set(keys);
  const read = new Map<Bytes, string>();
  for (let before = -1; before !== read.size;) {
    before = read.size;
    for (const file of all.peer.values()) {
      if (read.has(file) || !fromUtf8(file.slice(0, 21)).startsWith('age-encryption.org/v1')) continue;
      const opened = await openWithKey({ identities: [...known] }, file).catch(() => null);
      if (!opened) continue;
      read.set(file, Buffer.from(opened.plain).toString('latin1'));
      for (const [found] of read.get(file)!.matchAll(/AGE-SECRET-KEY-PQ-1[0-9A-Z]{58}/g)) known.add(found);
    }
  }
  return [...read.values()].some((r) => r.includes(text));
};
const drop = async (who: Side, into: Received) => {
  const { ports, act } = who.device;
  const fields: DropFields = { kind: 'laboratory', title: 'MARKER later', words: 'MARKER later' };
  const draft = await openDraft(ports, 'drop/1', fields);
  return addInto(ports, act, who.vault, { into, draft });
};
const lose = async (): Promise<void> => {
  const rotated = all.world.sent.flatMap(({ call }) =>
    call.name === 'rotate'
      ? [call]
      : call.name === 'multicall'
        ? call.args.calls.filter((c) => c.name === 'rotate')
        : [],
  );
  const bundle = rotated.at(-1)!.args.bundle as Digest;
  expect(bundle).not.toBe(NO_DIGEST);
  await patient.device.storage.retire(bundle);
};

describe('who was taken out does not read', () => {
  it('what another device adds that heard nothing of it', async () => {
    const { account, nonce, seeds } = patient.vault;
    const device = new Device(all.world, person('patient'), all.peer);
    await device.cabinet.unlock(account, new Uint8Array(32));
    const { entries } = await device.ports.chain.timeline(account, 'own');
    const at = entries.find((e) => e.event === 'Enrolled')!.count;
    const elsewhere = await Vault.open(account, nonce, seeds, [], at);
    await give(bob);
    await takeAll(bob);
    const draft = await openDraft(device.ports, 'document', {});
    await addRecord(device.ports, device.act, elsewhere, {
      kind: 'document',
      title: 'MARKER later',
      folder: 'labs',
      draft,
      resources: [],
    });
    expect(await reaches(patient.vault.identities(), 'MARKER later')).toBe(true);
    expect(await reaches(bob.vault.identities(), 'MARKER later')).toBe(false);
  });

  it('what a laboratory adds from a form that stood open', async () => {
    await give(bob);
    await give(anna, { terms: writing });
    const before = await right(anna);
    await takeAll(bob);
    await drop(anna, before);
    expect(await reaches(patient.vault.identities(), 'MARKER later')).toBe(true);
    expect(await reaches(bob.vault.identities(), 'MARKER later')).toBe(false);
  });

  it('what a laboratory adds while the places keep the new key from it', async () => {
    await give(bob);
    await give(anna, { terms: writing });
    const before = await right(anna);
    await takeAll(bob);
    await lose();
    expect((await right(anna)).missed).toHaveLength(1);
    await drop(anna, before);
    expect(await reaches(patient.vault.identities(), 'MARKER later')).toBe(true);
    expect(await reaches(bob.vault.identities(), 'MARKER later')).toBe(false);
    expect(await readersNow(anna.device.ports, anna.vault, before)).toBeNull();
  });

  it('the answer to a booking of before', async () => {
    await give(bob, { folders: [idOf('prescriptions'), idOf('consultations')] });
    const { device, vault } = patient;
    const draft = await openDraft(device.ports, 'booking', { symptoms: 'x', preferred: '' });
    const doctor = await device.ports.chain.account(anna.vault.account);
    const until = all.world.time + 7 * 86_400;
    await book(device.ports, device.act, vault, { doctor, until, draft, acceptKey: null });
    await takeAll(bob);
    const { ports, act } = anna.device;
    let [visit] = await visits(ports, anna.vault.account);
    await accept(ports, act, anna.vault, visit!);
    [visit] = await visits(ports, anna.vault.account);
    const request = await openRecord(ports, anna.vault, requestRef(visit!));
    const answer = await openDraft<PrescriptionFields>(ports, 'answer', { advice: 'MARKER later', lines: [] });
    await prescribe(ports, act, anna.vault, visit!, request, answer);
    expect(await reaches(vault.identities(), 'MARKER later')).toBe(true);
    expect(await reaches(bob.vault.identities(), 'MARKER later')).toBe(false);
  });
});

describe('who holds no right', () => {
  it('has no say about others’ records, though a visit lets them write', async () => {
    await give(bob);
    await takeAll(bob);
    await give(anna);
    const { device, vault } = patient;
    const call = (from: Side, via: bigint) =>
      all.world.submit(from.vault.account, {
        name: 'add',
        args: {
          patient: vault.account,
          record: `0x${from === anna ? 'a' : 'b'}${String(via).repeat(63)}`,
          via,
          hint: '0x00000000',
        },
      });
    const draft = await openDraft(device.ports, 'booking', { symptoms: 'x', preferred: '' });
    const doctor = await device.ports.chain.account(bob.vault.account);
    const until = all.world.time + 7 * 86_400;
    await book(device.ports, device.act, vault, { doctor, until, draft, acceptKey: null });
    const [visit] = await visits(bob.device.ports, bob.vault.account);
    await accept(bob.device.ports, bob.device.act, bob.vault, visit!);
    call(bob, visit!.id);
    call(anna, 0n);
    const filed = fileOf(await eventsOf(device.ports, vault.account), vault.account);
    expect(filed.map((f) => [f.ref.author, f.unknown, f.letIn])).toEqual([
      [anna.vault.account, false, true],
      [bob.vault.account, false, false],
      [vault.account, false, true],
    ]);
  });
});

describe('who stays', () => {
  it('keeps the new keys though a node lags behind while it is looked what became of a rotation', async () => {
    await give(bob);
    await give(anna);
    await takeAll(bob);
    const { ports } = patient.device;
    const { entries } = await ports.chain.timeline(patient.vault.account, 'own');
    const rotated = entries.find((e) => e.event === 'Rotated')!;
    const [nonce, bundle] = [rotated.args.nonce as Digest, rotated.args.bundle as Digest];
    await noteAttempt(ports.cabinet, { nonce, bundle, expected: rotated.count - 1 });
    const discarded: unknown[] = [];
    const storage = Object.assign(Object.create(ports.storage) as typeof ports.storage, {
      discard: async (what: unknown) => void discarded.push(what),
    });
    const behind: typeof ports.chain = Object.assign(Object.create(ports.chain) as typeof ports.chain, {
      timeline: async (...of: Parameters<typeof ports.chain.timeline>) => {
        const read = await ports.chain.timeline(...of);
        return { ...read, entries: read.entries.filter((e) => e.count < rotated.count) };
      },
    });
    await settleAttempts({ ...ports, storage, chain: behind });
    expect(discarded).toEqual([]);
    await settleAttempts({ ...ports, storage });
    expect(discarded).toEqual([]);
    expect((await right(anna)).missed).toEqual([]);
  });
});
