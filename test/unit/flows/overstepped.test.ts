/** Passing on more than one has: what a reader with a page of its own may write into an event or a capability, and what the patient's page makes of it. */
import { beforeEach, describe, expect, it } from 'vitest';
import { fromUtf8, type Address, type Bytes, type Digest, type Hex } from '../../../src/core/bytes.ts';
import type { Capability } from '../../../src/crypto/capability.ts';
import { openWithKey } from '../../../src/crypto/envelope.ts';
import { newToken, storeCapability } from '../../../src/flows/capabilities.ts';
import { delegate } from '../../../src/flows/delegate.ts';
import { giveRecord } from '../../../src/flows/gifts.ts';
import { grantKey } from '../../../src/flows/grants.ts';
import { openRecord } from '../../../src/flows/openRecord.ts';
import { receivedFrom } from '../../../src/flows/received.ts';
import { dueRotations, renew } from '../../../src/flows/renew.ts';
import { send } from '../../../src/flows/send.ts';
import { share } from '../../../src/flows/share.ts';
import { sharedRecords, type SharedRecord } from '../../../src/flows/sharedRecords.ts';
import { takeBack } from '../../../src/flows/takeBack.ts';
import { idOf } from '../../../src/record/folders.ts';
import { codeOf } from '../code.ts';
import { cast, gift, givenBy, keep, opens, type Cast, type Side } from './sharing.ts';

let all: Cast;
let patient: Side;
let anna: Side;
let bob: Side;
let carl: Side;

beforeEach(async () => {
  all = await cast();
  ({ patient, anna, bob, carl } = all);
});

const DAY = 86_400;
const delegable = { until: 0, delegable: true, rights: 'read' } as const;
const give = (to: Side, over: Parameters<typeof gift>[1] = {}) =>
  share(patient.device.ports, patient.device.act, patient.vault, gift(to, over));
const rights = async (who: Side) =>
  (await receivedFrom(who.device.ports, who.vault, patient.vault.account, false)).received;
const rotate = async (): Promise<void> => {
  const { ports, act } = patient.device;
  await renew(ports, act, patient.vault, [idOf('labs')], { given: await givenBy(patient) });
};
/** The event, as whoever has no scruples sends it. */
const passOn = async (
  { device: { ports, act } }: Side,
  colleague: Address,
  sealed: { capability: Digest; access: Hex; until?: number },
): Promise<void> => {
  const args = { patient: patient.vault.account, colleague, until: 0, ...sealed };
  await send(ports, act, { name: 'delegate', args }, { record: sealed.capability });
};
/** The same, sealed as it ought to be, saying what it likes. */
const forge = async (by: Side, to: Side, of: Capability, over: Partial<Capability> = {}): Promise<Hex> => {
  const { token, access } = newToken(by.device.ports.random);
  const said = { ...of, to: to.vault.account, token, delegable: false, ...over } as Capability;
  const recipients = [to, patient, by].map((s) => s.vault.identity.recipient);
  const capability = await storeCapability(by.device.ports, recipients, said);
  await passOn(by, to.vault.account, { capability, access, until: said.until });
  return access;
};

/** Whether anything at all in storage that opens with somebody's keys, and with what is found there, holds this text. */
const reaches = async (who: Side, text: string): Promise<boolean> => {
  const known = new Set(who.vault.identities());
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

describe('passing on more than one has', () => {
  it('another reader’s capability, named again for a third, gives the third nothing when the folder rotates', async () => {
    await give(anna);
    await give(bob, { folders: [], records: [await keep(patient, 'single', 'imaging')] });
    const annas = (await givenBy(patient)).find((g) => g.grantee === anna.vault.account)!;
    await passOn(bob, carl.vault.account, { capability: annas.capability, access: annas.access });
    await rotate();
    await keep(patient, 'later');
    expect(await opens(anna, patient)).toContain('later');
    expect(await reaches(carl, 'later')).toBe(false);
    expect(await reaches(bob, 'later')).toBe(false);
  });

  it('who may not pass on and does gives nobody what comes later', async () => {
    await give(bob);
    await forge(bob, carl, (await rights(bob))[0]!.capability!);
    await rotate();
    await keep(patient, 'later');
    expect(await opens(bob, patient)).toContain('later');
    expect(await reaches(carl, 'later')).toBe(false);
  });

  it('beyond the date of the right it comes from nothing is given, though another right goes on', async () => {
    const until = all.world.time + DAY;
    await give(bob, { terms: { ...delegable, until } });
    await give(bob, { folders: [idOf('imaging')], terms: delegable });
    const labs = (await rights(bob)).find(
      (r) => r.capability?.kind === 'folder' && r.capability.folder === idOf('labs'),
    );
    await forge(bob, carl, labs!.capability!, { until: 0 });
    all.world.time = until + 1;
    await rotate();
    await keep(patient, 'later');
    expect(await reaches(carl, 'later')).toBe(false);
    expect(await reaches(bob, 'later')).toBe(false);
  });

  it('is seen, does not stand in the way of a rotation nor ask for one, and is taken back like anything else', async () => {
    await give(anna);
    await give(bob);
    await forge(bob, carl, (await rights(bob))[0]!.capability!);
    await rotate();
    const { ports, act } = patient.device;
    const all = await givenBy(patient);
    const wrong = all.find((g) => g.delegated)!;
    expect(wrong).toMatchObject({ state: 'live', error: { code: 'record/mismatch', details: { field: 'delegable' } } });
    expect(await dueRotations(ports, patient.vault, all)).toEqual([]);
    await takeBack(ports, act, patient.vault, { grants: [grantKey(wrong)] });
    expect((await givenBy(patient)).find((g) => g.delegated)?.state).toBe('revoked');
    await keep(patient, 'later');
    expect(await opens(anna, patient)).toContain('later');
    expect(await opens(bob, patient)).toContain('later');
    expect(await reaches(carl, 'later')).toBe(false);
  });
});

describe('what is restricted, given as it must not be by a page that keeps no rules', () => {
  const given = async (care: 'R' | 'V', folder: 'labs' | 'imaging', until: number, may = false) => {
    const record = await keep(patient, 'MARKER', folder, care);
    const { ports, act } = patient.device;
    if (care === 'R') await ports.storage.push(record.ref.digest, { guard: patient.vault.account });
    const terms = { key: { account: bob.vault.account, recipient: bob.vault.identity.recipient } };
    const how = { ...terms, unaddressed: false, until, delegable: may, re: 0 };
    const call = await giveRecord(ports, patient.vault, how, { digest: record.ref.digest, key: record.key });
    await send(ports, act, call, { record: call.args.capability });
    const [shared] = await sharedRecords(await receivedFrom(bob.device.ports, bob.vault, patient.vault.account, false));
    return shared!;
  };
  const read = (shared: SharedRecord) => openRecord(bob.device.ports, bob.vault, shared.filed.ref);
  const opened = async (shared: SharedRecord) => (await read(shared)).manifest.title;
  const open = (shared: SharedRecord) => codeOf(read(shared));

  it('R without an end, or for more than 30 days, opens at no reader’s', async () => {
    const shared = await given('R', 'labs', 0);
    expect(await open(shared)).toBe('record/too-open');
    expect(await open(await given('R', 'imaging', all.world.time + 40 * DAY))).toBe('record/too-open');
  });

  it('for 30 days it opens, and nobody passes it on though the capability says they may', async () => {
    const shared = await given('R', 'labs', all.world.time + 30 * DAY, true);
    expect(await opened(shared)).toBe('MARKER');
    const [right] = await rights(bob);
    const { ports, act } = bob.device;
    const input = { from: right!, colleague: anna.vault.account, until: 0, history: true };
    expect(await codeOf(delegate(ports, act, bob.vault, input))).toBe('input/invalid');
    // and what a colleague is handed all the same does not open there
    const passed = { ...shared, filed: { ...shared.filed, ref: { ...shared.filed.ref } } };
    const through = passed.filed.ref.through!;
    for (const more of [{ delegated: true }, { by: 'folder' as const }, { by: 'within' as const }]) {
      passed.filed.ref.through = { ...through, given: { ...through.given, ...more } };
      expect(await open(passed)).toBe('record/too-open');
    }
  });

  it('V opens by itself alone, with or without an end', async () => {
    const shared = await given('V', 'labs', 0);
    expect(await opened(shared)).toBe('MARKER');
    shared.filed.ref.through!.given.by = 'within';
    expect(await open(shared)).toBe('record/too-open');
  });
});
