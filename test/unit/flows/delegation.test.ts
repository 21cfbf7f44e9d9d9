/**
 * Passing on: what the re-encryption paper asks of it, held at the level of the ciphertexts that lie in storage and the words on the chain; and
 * the rules of who may bring in whom, until when, and who undoes it.
 */
import { beforeEach, describe, expect, it } from 'vitest';
import { fromHex, fromUtf8, toHex, type Address, type Bytes } from '../../../src/core/bytes.ts';
import { splitHeader } from '../../../src/crypto/header.ts';
import { openWithKey } from '../../../src/crypto/envelope.ts';
import { suspend } from '../../../src/flows/accredit.ts';
import { CAPABILITY_FILE, newToken, storeCapability } from '../../../src/flows/capabilities.ts';
import { delegate, isDelegable, undoDelegation, type DelegateInput } from '../../../src/flows/delegate.ts';
import { given } from '../../../src/flows/given.ts';
import { grantEvents } from '../../../src/flows/grantEvents.ts';
import { grantsOf } from '../../../src/flows/grants.ts';
import { openRecord } from '../../../src/flows/openRecord.ts';
import { receivedFrom, requireLive, type FromPatient, type Received } from '../../../src/flows/received.ts';
import { renew } from '../../../src/flows/renew.ts';
import { send } from '../../../src/flows/send.ts';
import { share } from '../../../src/flows/share.ts';
import { glancedAt } from '../../../src/flows/sharedIndex.ts';
import { handedOn, sharedRecords } from '../../../src/flows/sharedRecords.ts';
import { idOf } from '../../../src/record/folders.ts';
import { codeOf } from '../code.ts';
import { cast, gift, givenBy, keep, type Cast, type Side } from './sharing.ts';

let all: Cast;
let patient: Side;
let anna: Side;
let bob: Side;

beforeEach(async () => {
  all = await cast();
  ({ patient, anna, bob } = all);
});

const DAY = 86_400;
const give = (over: Parameters<typeof gift>[1] = {}, to = anna) =>
  share(patient.device.ports, patient.device.act, patient.vault, gift(to, over));
const delegable = { until: 0, delegable: true, rights: 'read' } as const;
const from = (who: Side, seek = false): Promise<FromPatient> =>
  receivedFrom(who.device.ports, who.vault, patient.vault.account, seek);
const right = async (who: Side): Promise<Received> => (await from(who)).received[0] as Received;
const bringIn = async (over: Partial<DelegateInput> = {}, who = anna) =>
  delegate(who.device.ports, who.device.act, who.vault, {
    from: await right(who),
    colleague: bob.vault.account,
    until: 0,
    history: true,
    ...over,
  });
/** Titles that somebody reads of the patient's file, with a moment's capabilities. */
const titles = async (who: Side): Promise<string[]> => {
  const found = await from(who);
  const records = await sharedRecords(found);
  const read: string[] = [];
  for (const record of records) {
    const opened = await openRecord(who.device.ports, who.vault, record.filed.ref);
    for (const more of handedOn(found, record, glancedAt(opened)))
      read.push((await openRecord(who.device.ports, who.vault, more.filed.ref)).manifest.title);
    if (opened.manifest.kind !== 'filing') read.push(opened.manifest.title);
  }
  return read.sort();
};
const rotate = async (folder = 'labs' as const): Promise<void> => {
  const { ports, act } = patient.device;
  await renew(ports, act, patient.vault, [idOf(folder)], { given: await givenBy(patient) });
};

/** Every sealed file that any place has. */
const sealedFiles = (): Bytes[] =>
  [...all.peer.values()].filter((b) => fromUtf8(b.slice(0, 21)).startsWith('age-encryption.org/v1'));
/** All that opens, again and again, with a set of secrets: identities found inside open more. */
const closure = async (identities: string[]): Promise<string> => {
  const known = new Set(identities);
  const read = new Map<Bytes, string>();
  for (let before = -1; before !== read.size;) {
    before = read.size;
    for (const file of sealedFiles()) {
      if (read.has(file)) continue;
      const opened = await openWithKey({ identities: [...known] }, file).catch(() => null);
      if (!opened) continue;
      const text = Buffer.from(opened.plain).toString('latin1');
      read.set(file, text);
      for (const [found] of text.matchAll(/AGE-SECRET-KEY-PQ-1[0-9A-Z]{58}/g)) known.add(found);
    }
  }
  return [...read.values()].join('\n');
};
const capabilityFile = async (of: Side, n = 0): Promise<Bytes> => {
  const { events } = await from(of);
  const grant = grantsOf(events, patient.vault.account, all.world.time).filter((g) => g.grantee === of.vault.account)[
    n
  ]!;
  return of.device.storage.readPublic(grant.capability, CAPABILITY_FILE, 1 << 20);
};
const form = async (file: Bytes) => {
  const { header } = await splitHeader([file]);
  const stanzas = fromUtf8(header)
    .split('\n')
    .filter((l) => l.startsWith('-> '));
  return { length: file.length, header: header.length, stanzas: stanzas.map((s) => s.split(' ')[1]) };
};

describe('the re-encryption paper’s properties, at the level of ciphertexts', () => {
  it('private from whoever stores it', async () => {
    await keep(patient, 'secret of the laboratory');
    await give({ terms: delegable });
    await bringIn();
    const [capability] = (await from(bob)).received.map((r) => r.capability);
    const stored = [...all.peer.values()].map((b) => Buffer.from(b).toString('latin1')).join('\n');
    const chain = JSON.stringify([...all.world.sent], (_, v: unknown) => (typeof v === 'bigint' ? `${v}` : v));
    const secrets = ['secret of the laboratory', capability!.token.slice(2), idOf('labs').slice(2)];
    if (capability?.kind === 'folder') secrets.push(...capability.epochs.map((e) => e.identity));
    expect(secrets).toHaveLength(4);
    for (const secret of secrets) expect(stored + chain).not.toContain(secret);
    // what opens nothing without a key opens nothing with somebody else's either
    const { carl, hospital } = all;
    const others = [...carl.vault.identities(), ...hospital.vault.identities()];
    expect(await closure(others)).not.toContain('secret of the laboratory');
    for (const file of [await capabilityFile(anna), await capabilityFile(bob)])
      expect(await codeOf(openWithKey({ identities: others }, file))).toBe('crypto/not-for-you');
  });

  it('only the folder and epochs delegated', async () => {
    await keep(patient, 'labs before');
    await keep(patient, 'imaging', 'imaging');
    await keep(patient, 'restricted', 'labs', 'R');
    await give({ folders: [idOf('labs'), idOf('imaging')], terms: delegable });
    await rotate();
    await keep(patient, 'labs after');
    const labs = (await from(anna)).received.find(
      (r) => r.capability?.kind === 'folder' && r.capability.folder === idOf('labs'),
    );
    await bringIn({ from: labs!, history: false });
    expect(await titles(bob)).toEqual(['labs after']);
    expect(await titles(anna)).toEqual(['imaging', 'labs after', 'labs before']);
    const all = await closure(bob.vault.identities());
    for (const out of ['labs before', 'imaging', 'restricted']) expect(all).not.toContain(out);
    expect(all).toContain('labs after');
  });

  it('an onlooker learns no condition', async () => {
    await keep(patient, 'one');
    const record = await keep(patient, 'two', 'imaging');
    const conditions = [
      { terms: delegable },
      { terms: { ...delegable, rights: 'read-write' as const } },
      { terms: { ...delegable, delegable: false, rights: 'write' as const } },
      { terms: delegable, history: false },
      { folders: [], records: [record], terms: delegable },
    ];
    for (const over of conditions) await give(over);
    const files = [];
    for (const n of conditions.keys()) files.push(await form(await capabilityFile(anna, n)));
    for (const file of files) expect(file).toEqual(files[0]);
    // the chain tells a date, and one word of a token's hash: nothing of rights, folder, history or passing on
    const [shared] = all.world.sent.flatMap((s) => (s.call.name === 'share' ? [s.call.args] : []));
    expect(Object.keys(shared!).sort()).toEqual(['access', 'capability', 'grantee', 're', 'until']);
  });

  it('a delegated capability has the form of a direct one', async () => {
    await give({ terms: delegable });
    await bringIn();
    const [direct, passedOn] = [await capabilityFile(anna), await capabilityFile(bob)];
    expect(await form(passedOn)).toEqual(await form(direct));
    expect((await form(direct)).stanzas).toEqual(['mlkem768x25519', 'mlkem768x25519', 'mlkem768x25519']);
    const shape = (r: Received) => Object.entries(r.capability!).map(([k, v]) => [k, typeof v]);
    expect(shape(await right(bob))).toEqual(shape(await right(anna)));
    // one file in the directory either way
    const [a, b] = [(await right(anna)).grant.capability, (await right(bob)).grant.capability];
    for (const digest of [a, b]) {
      const { files } = await bob.device.storage.inspect(digest);
      expect(files.map((f) => f.name)).toEqual([CAPABILITY_FILE]);
    }
  });

  it('B with any storage place learns nothing of A’s or the patient’s other keys', async () => {
    await keep(patient, 'labs');
    await keep(patient, 'imaging', 'imaging');
    await give({ folders: [idOf('labs'), idOf('imaging')], terms: delegable });
    const labs = (await from(anna)).received.find(
      (r) => r.capability?.kind === 'folder' && r.capability.folder === idOf('labs'),
    );
    await bringIn({ from: labs! });
    await rotate();
    await keep(patient, 'later');
    const seen = await closure(bob.vault.identities());
    const mine = new Set([...patient.vault.folders('labs')].map((i) => i.identity));
    const theirs = [...patient.vault.identities(), ...anna.vault.identities()].filter((i) => !mine.has(i));
    for (const key of theirs) expect(seen).not.toContain(key);
    for (const { capability } of (await from(anna)).received) expect(seen).not.toContain(capability!.token.slice(2));
    for (const secret of [patient.vault.seed, anna.vault.seed]) expect(seen).not.toContain(toHex(secret).slice(2));
    expect(seen).toContain('later');
  });
});

describe('bringing in a colleague', () => {
  it('opens the folder, and what is added later, with A and the patient away', async () => {
    await keep(patient, 'first');
    await give({ terms: delegable });
    await bringIn();
    expect(await titles(bob)).toEqual(['first']);
    await rotate();
    await keep(patient, 'second');
    expect(await titles(bob)).toEqual(['first', 'second']);
    expect(await titles(anna)).toEqual(['first', 'second']);
    // and with every place but B's own browser gone
    await from(bob);
    bob.device.storage.online = false;
    expect((await right(bob)).capability).not.toBeNull();
  });

  it('the patient sees what was passed on, opens it, and undoes it alone', async () => {
    await keep(patient, 'first');
    await give({ terms: delegable });
    await bringIn();
    const [passedOn] = await given(patient.device.ports, patient.vault, all.world.time);
    expect(passedOn).toMatchObject({ delegated: true, giver: anna.vault.account, grantee: bob.vault.account });
    expect(passedOn?.what).toMatchObject({ kind: 'folder', folder: idOf('labs'), rights: 'read', delegable: false });
    const { ports, act } = patient.device;
    await send(ports, act, { name: 'revoke', args: { grantee: bob.vault.account, access: passedOn!.access } });
    await rotate();
    await keep(patient, 'second');
    expect(await titles(bob)).toEqual([]);
    expect(await titles(anna)).toEqual(['first', 'second']);
  });

  it('A undoes it; nobody else’s', async () => {
    await give({ terms: delegable });
    await bringIn();
    const [passedOn] = grantsOf((await from(anna)).events, patient.vault.account, all.world.time);
    expect(await codeOf(undoDelegation(bob.device.ports, bob.device.act, passedOn!))).toBe('input/invalid');
    await undoDelegation(anna.device.ports, anna.device.act, passedOn!);
    expect((await right(bob)).grant.state).toBe('revoked');
    expect((await right(anna)).grant.state).toBe('live');
  });

  it('ends with A’s own right', async () => {
    const until = all.world.time + 10 * DAY;
    await give({ terms: { ...delegable, until } });
    expect(await codeOf(bringIn({ until: until + 1 }))).toBe('input/invalid');
    expect(await codeOf(bringIn({ until: all.world.time - 5 }))).toBe('input/invalid');
    await bringIn();
    expect((await right(bob)).grant.until).toBe(until);
    const { ports, act } = patient.device;
    await send(ports, act, { name: 'revoke', args: { grantee: anna.vault.account, access: `0x${'0'.repeat(64)}` } });
    expect((await right(bob)).grant.state).toBe('outlived');
    expect((await right(bob)).capability).toBeNull();
  });

  it('needs a right to, another accredited person, and keys that can be proven', async () => {
    await give();
    expect(isDelegable(await right(anna))).toBe(false);
    expect(await codeOf(bringIn())).toBe('input/invalid');
    await give({ folders: [idOf('imaging')], terms: delegable });
    for (const [colleague, code] of [
      [anna.vault.account, 'input/invalid'],
      [patient.vault.account, 'input/invalid'],
      [all.carl.vault.account, 'chain/not-accredited'],
      [`0x${'7'.repeat(40)}` as Address, 'chain/not-accredited'],
    ] as const)
      expect(await codeOf(bringIn({ colleague }))).toBe(code);
    all.world.swapped.add(bob.vault.account);
    expect(await codeOf(bringIn())).toBe('chain/key-unproven');
    all.world.swapped.clear();
    const { ports, act } = all.hospital.device;
    await suspend(ports, act, all.hospital.vault, bob.vault.account, '');
    expect(await codeOf(bringIn())).toBe('chain/not-accredited');
    expect(anna.device.wallet.prompts.filter((p) => p.kind === 'send' && p.call.name === 'delegate')).toEqual([]);
  });

  it('is not passed on further, never carries the right to write, and what claims more is refused', async () => {
    await give({ terms: { ...delegable, rights: 'read-write' } });
    await bringIn();
    const passed = await right(bob);
    expect(passed.capability).toMatchObject({ rights: 'read', delegable: false });
    expect(isDelegable(passed)).toBe(false);
    // a delegate whose page is its own may write anything into a capability
    const { capability } = await right(anna);
    const { token, access } = newToken(anna.device.ports.random);
    const greedy = { ...capability!, to: bob.vault.account, token, delegable: true };
    const key = await anna.device.ports.chain.provenKey(bob.vault.account);
    const { recipientFromPublicKey } = await import('../../../src/crypto/identity.ts');
    const sealed = await storeCapability(anna.device.ports, [recipientFromPublicKey(key.recipient)], greedy);
    const args = { patient: patient.vault.account, colleague: bob.vault.account, capability: sealed, access, until: 0 };
    await send(anna.device.ports, anna.device.act, { name: 'delegate', args }, { record: sealed });
    expect(await right(bob)).toMatchObject({ capability: null, error: { code: 'record/mismatch' } });
  });

  it('by somebody who has no right gives none', async () => {
    await give({ terms: delegable }, bob);
    const { events } = await from(bob);
    expect(grantsOf(events, patient.vault.account, all.world.time)).toHaveLength(1);
    const { token, access } = newToken(anna.device.ports.random);
    const capability = { ...(await right(bob)).capability!, to: all.carl.vault.account, token, delegable: false };
    const sealed = await storeCapability(anna.device.ports, [all.carl.vault.identity.recipient], capability);
    const args = {
      patient: patient.vault.account,
      colleague: all.carl.vault.account,
      capability: sealed,
      access,
      until: 0,
    };
    await send(anna.device.ports, anna.device.act, { name: 'delegate', args }, { record: sealed });
    expect(await right(all.carl)).toMatchObject({ capability: null, grant: { state: 'outlived' } });
  });

  it('is refused when the own right was taken back while the form was open', async () => {
    await give({ terms: delegable });
    const stale = await right(anna);
    const { ports, act } = patient.device;
    await send(ports, act, { name: 'revoke', args: { grantee: anna.vault.account, access: stale.grant.access } });
    expect(await codeOf(bringIn({ from: stale }))).toBe('record/ended');
    expect(await codeOf(requireLive(anna.device.ports, stale.grant))).toBe('record/ended');
  });

  it('cannot be of a right that the chain does not say whose it is', async () => {
    await give({ unaddressed: true });
    const [unnamed] = (await from(anna, true)).received;
    const delegable = { ...unnamed!, capability: { ...unnamed!.capability!, delegable: true } };
    expect(isDelegable(delegable)).toBe(false);
    expect(await codeOf(bringIn({ from: delegable }))).toBe('input/invalid');
  });

  it('hands on one record by its key alone', async () => {
    const record = await keep(patient, 'single');
    await keep(patient, 'other');
    await give({ folders: [], records: [record], terms: delegable });
    await bringIn();
    expect(await titles(bob)).toEqual(['single']);
    expect((await right(bob)).capability).toMatchObject({ kind: 'record', record: record.ref.digest });
    expect(fromHex((await right(bob)).capability!.token)).toHaveLength(32);
  });

  it('what delegates took back is read from their own timelines, of those only whom the patient let in', async () => {
    await give({ terms: delegable });
    await bringIn();
    const asked: Address[] = [];
    const { ports } = patient.device;
    const timeline = ports.chain.timeline.bind(ports.chain);
    ports.chain.timeline = (account, kind, options) => {
      asked.push(account);
      return timeline(account, kind, options);
    };
    await grantEvents(ports, patient.vault.account);
    expect(asked.sort()).toEqual([anna.vault.account, patient.vault.account, patient.vault.account].sort());
  });
});
