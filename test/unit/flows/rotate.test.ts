/** Epochs of folders: who stays reads what is sealed next, who ended does not, whatever happens in between. */
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { NO_DIGEST, type Address, type Digest, type Hex } from '../../../src/core/bytes.ts';
import { openCapability, type FolderCapability } from '../../../src/crypto/capability.ts';
import { openBytes, sealBytes } from '../../../src/crypto/envelope.ts';
import { bundlesOf } from '../../../src/flows/bundles.ts';
import { CAPABILITY_FILE, bundleName, newToken, storeCapability } from '../../../src/flows/capabilities.ts';
import { countOf } from '../../../src/flows/calls.ts';
import { learnEpochs } from '../../../src/flows/earlier.ts';
import { given, granteeOf, type Given } from '../../../src/flows/given.ts';
import { grantKey } from '../../../src/flows/grants.ts';
import { changeWay } from '../../../src/flows/keys.ts';
import { outbox } from '../../../src/flows/outbox.ts';
import { dueRotations, renew, takeUpRotation } from '../../../src/flows/renew.ts';
import { together } from '../../../src/flows/adding.ts';
import { keysOf, prepareRotation } from '../../../src/flows/rotate.ts';
import { resume, send } from '../../../src/flows/send.ts';
import { trustedKey } from '../../../src/flows/trust.ts';
import { unlockWithWallet } from '../../../src/flows/unlock.ts';
import type { Vault } from '../../../src/flows/vault.ts';
import { idOf } from '../../../src/record/folders.ts';
import { dump } from '../../fakes/cabinet.ts';
import { FakeWorld, person } from '../../fakes/chain.ts';
import { Device } from '../../fakes/device.ts';
import type { Blocks } from '../../fakes/storage.ts';
import { codeOf } from '../code.ts';

const LABS = idOf('labs');
let world: FakeWorld;
let peer: Blocks;
let patient: Device;
let vault: Vault;
let readers: Device[];
let readerVaults: Vault[];

const setUp = async (): Promise<void> => {
  hoarded.clear();
  world = new FakeWorld();
  peer = new Map();
  patient = new Device(world, person('patient'), peer);
  vault = await patient.enroll();
  readers = ['anna', 'bob', 'carl'].map((n) => new Device(world, person(n), peer));
  readerVaults = [];
  for (const r of readers) readerVaults.push(await r.enroll());
};
beforeEach(setUp);

type Terms = { rights?: FolderCapability['rights']; until?: number; hidden?: boolean };

/** Gives a reader the current epoch of the folder. */
const shareWith = async (who: Device, { rights = 'read', until = 0, hidden = false }: Terms = {}) => {
  const { ports, act } = patient;
  await learnEpochs(ports.chain, vault);
  const { token, access } = newToken(ports.random);
  const key = await trustedKey(ports, who.wallet.account);
  const epoch = vault.epochs(LABS)[0]!;
  const capability = await storeCapability(ports, [key.recipient, vault.identity.recipient], {
    version: 1,
    kind: 'folder',
    chainId: ports.chain.chainId,
    contract: ports.chain.contract,
    patient: vault.account,
    to: who.wallet.account,
    token,
    until,
    delegable: false,
    folder: LABS,
    epochs: rights === 'write' ? [] : [{ nonce: epoch.nonce, identity: epoch.identity.identity }],
    recipient: epoch.identity.recipient,
    rights,
  });
  const grantee: Address = hidden ? `0x${'0'.repeat(40)}` : who.wallet.account;
  await send(
    ports,
    act,
    { name: 'share', args: { grantee, capability, access, until, re: 0 } },
    { record: capability },
  );
  return { token, access, capability };
};
const revoke = (who: Device, access: Hex = NO_DIGEST) =>
  send(patient.ports, patient.act, { name: 'revoke', args: { grantee: who.wallet.account, access } });
const all = (device = patient, v = vault): Promise<Given[]> => given(device.ports, v, world.time);
const due = async () => dueRotations(patient.ports, vault, await all());
const renewAll = async (device = patient) => {
  await learnEpochs(device.ports.chain, vault);
  const g = await given(device.ports, vault, world.time);
  const folders = (await dueRotations(device.ports, vault, g)).map((d) => d.folder);
  if (folders.length > 0) await renew(device.ports, device.act, vault, folders, { given: g });
};

/** what was tried, and what it gave */
const hoarded = new Map<string, FolderCapability | null>();

/** Every key that somebody can get hold of who never forgets anything: capabilities once given, and bundles under any token once held. */
const hoard = async (who: Device, v: Vault): Promise<string[]> => {
  const own = world.rules.stored(patient.wallet.account).own;
  const expected = { chainId: world.chainId, contract: world.contract, patient: patient.wallet.account };
  const keys = { identities: v.identities() };
  const found: FolderCapability[] = [];
  const take = async (digest: Digest, name: string) => {
    const tried = `${who.wallet.account}/${digest}/${name}/${keys.identities.length}`;
    const known = hoarded.get(tried);
    if (known !== undefined) return void (known && found.push(known));
    hoarded.set(tried, null);
    try {
      const sealed = await who.storage.readPublic(digest, name, 1 << 20);
      const capability = (await openCapability(keys, sealed, expected)) as FolderCapability;
      hoarded.set(tried, capability);
      found.push(capability);
    } catch {
      // not for them, or not there
    }
  };
  for (const e of own) if (e.event === 'Shared') await take(e.args.capability as Digest, CAPABILITY_FILE);
  const tokens = new Set(found.map((c) => c.token as Hex));
  for (const e of own)
    if (e.event === 'Rotated' && e.args.bundle !== NO_DIGEST)
      for (const token of tokens) await take(e.args.bundle as Digest, bundleName(token, e.args.nonce as Digest));
  return found.flatMap((c) => c.epochs.map((x) => x.identity));
};

/** Seals something to the folder as it is now, and lets everybody try. @returns whose keys open it */
const whoReads = async (): Promise<Set<Address>> => {
  await learnEpochs(patient.ports.chain, vault);
  const sealed = await sealBytes([vault.folder(LABS).recipient], new Uint8Array([1, 2, 3]));
  const can = new Set<Address>();
  for (const [i, who] of readers.entries()) {
    const identities = await hoard(who, readerVaults[i]!);
    if (
      identities.length > 0 &&
      (await openBytes({ identities }, sealed).then(
        () => true,
        () => false,
      ))
    )
      can.add(who.wallet.account);
  }
  return can;
};
const entitled = async (): Promise<Set<Address>> =>
  new Set(
    (await all())
      .filter((g) => g.state === 'live' && g.what?.kind === 'folder' && g.what.rights !== 'write')
      .map((g) => granteeOf(g) as Address),
  );

describe('what was given', () => {
  it('says folder, rights, whether with history, and to whom, also where the chain does not', async () => {
    const [anna, bob] = readers as [Device, Device];
    await shareWith(anna, { rights: 'read-write', until: world.time + 100 });
    await shareWith(bob, { hidden: true });
    const list = await all();
    expect(list.map((g) => [g.state, g.grantee, granteeOf(g), g.error])).toEqual([
      ['live', null, bob.wallet.account, null],
      ['live', anna.wallet.account, anna.wallet.account, null],
    ]);
    expect(list[1]?.what).toMatchObject({ kind: 'folder', folder: LABS, rights: 'read-write', history: true });
    world.time += 200;
    expect((await all())[1]?.state).toBe('expired');
  });

  it('is remembered sealed, and known without the capability afterwards', async () => {
    await shareWith(readers[0]!);
    const [first] = await all();
    const token = first?.what?.token as Hex;
    peer.clear();
    patient.storage.here.clear();
    expect((await all())[0]?.what).toEqual(first?.what);
    expect(dump(patient.cabinet)).not.toContain(token.slice(2));
  });

  it('says why it could not be opened, and tries again', async () => {
    await shareWith(readers[0]!);
    const [kept, there] = [new Map(patient.storage.here), new Map(peer)];
    patient.storage.here.clear();
    peer.clear();
    const [gone] = await all();
    expect([gone?.what, gone?.error?.code]).toEqual([null, 'storage/not-found']);
    for (const [k, v] of kept) patient.storage.here.set(k, v);
    for (const [k, v] of there) peer.set(k, v);
    expect((await all())[0]?.what?.kind).toBe('folder');
  });

  it('of a folder key that is not the patient’s own is refused', async () => {
    const { ports, act } = patient;
    const stranger = readerVaults[1]!;
    const { token, access } = newToken(ports.random);
    const capability = await storeCapability(ports, [vault.identity.recipient], {
      version: 1,
      kind: 'folder',
      chainId: ports.chain.chainId,
      contract: ports.chain.contract,
      patient: vault.account,
      to: null,
      token,
      until: 0,
      delegable: false,
      folder: LABS,
      epochs: [],
      recipient: stranger.folder('labs').recipient,
      rights: 'write',
    });
    const args = { grantee: readers[0]!.wallet.account, capability, access, until: 0, re: 0 };
    await send(ports, act, { name: 'share', args });
    expect((await all())[0]?.error?.code).toBe('record/mismatch');
  });
});

describe('a rotation', () => {
  it('gives those who stay the new epoch alone, under names that say nothing', async () => {
    const [anna, bob] = readers as [Device, Device];
    await shareWith(anna);
    await shareWith(bob, { rights: 'write', hidden: true });
    await revoke(readers[2]!);
    await renew(patient.ports, patient.act, vault, [LABS], { given: await all() });
    const rotated = world.rules.stored(vault.account).own[0]!;
    expect(rotated.event).toBe('Rotated');
    expect(vault.epochs(LABS)[0]?.nonce).toBe(rotated.args.nonce);
    const names = (await bundlesOf(patient.ports, vault, [rotated.args.nonce as Digest])).values().next().value;
    expect(names).toHaveLength(2);
    for (const name of names ?? []) expect(name).toMatch(/^[0-9a-f]{32}$/);
    const annas = (await all()).find((g) => g.grantee === anna.wallet.account)!;
    const sealed = await anna.storage.readPublic(
      rotated.args.bundle as Digest,
      bundleName(annas.what!.token, rotated.args.nonce as Digest),
      1 << 20,
    );
    const expected = { chainId: world.chainId, contract: world.contract, patient: vault.account };
    const cap = (await openCapability(
      { identities: readerVaults[0]!.identities() },
      sealed,
      expected,
    )) as FolderCapability;
    expect(cap.epochs.map((e) => e.nonce)).toEqual([rotated.args.nonce]);
    expect(cap).toMatchObject({ token: annas.what!.token, until: 0, rights: 'read', to: anna.wallet.account });
    // whoever stores the bundle, or reads another's name in it, opens nothing
    expect(await codeOf(openCapability({ identities: readerVaults[1]!.identities() }, sealed, expected))).toBe(
      'crypto/not-for-you',
    );
    expect(await whoReads()).toEqual(new Set([anna.wallet.account]));
  });

  it('is due once a reader was taken back or has expired, and not for who only wrote', async () => {
    const [anna, bob, carl] = readers as [Device, Device, Device];
    await shareWith(anna);
    await shareWith(bob, { until: world.time + 50 });
    const { access } = await shareWith(carl, { rights: 'write' });
    expect(await due()).toEqual([]);
    await revoke(carl, access);
    expect(await due()).toEqual([]);
    world.time += 100;
    expect((await due()).map((d) => [d.folder, d.ended.map((g) => g.grantee), d.waiting])).toEqual([
      [LABS, [bob.wallet.account], []],
    ]);
    await renewAll();
    expect(await due()).toEqual([]);
    expect(await whoReads()).toEqual(new Set([anna.wallet.account]));
  });

  it('is not due while the same person still reads the folder by another grant', async () => {
    const { access } = await shareWith(readers[0]!);
    await shareWith(readers[0]!);
    await revoke(readers[0]!, access);
    expect(await due()).toEqual([]);
  });

  it('is due after a change of keys, since the new epoch is nobody’s yet', async () => {
    const [anna] = readers as [Device];
    await shareWith(anna);
    vault = await changeWay(patient.ports, patient.act, vault, {
      way: 'words',
      passphrase: '',
      prepared: null,
      onPrepared: () => undefined,
      confirmPhrase: async () => undefined,
    });
    const [folder] = await due();
    expect(folder?.waiting.map((g) => g.grantee)).toEqual([anna.wallet.account]);
    expect(await whoReads()).toEqual(new Set());
    const between = vault.folder(LABS).recipient;
    await renewAll();
    expect(await whoReads()).toEqual(new Set([anna.wallet.account]));
    // and what was sealed in between opens too
    const sealed = await sealBytes([between], new Uint8Array([7]));
    expect(await openBytes({ identities: await hoard(anna, readerVaults[0]!) }, sealed)).toBeDefined();
  });

  it('stops for a reader whose key changed until the person accepts it, or leaves the reader out', async () => {
    const [anna, bob] = readers as [Device, Device];
    await shareWith(anna);
    await shareWith(bob);
    await renew(patient.ports, patient.act, vault, [LABS], { given: await all() });
    readerVaults[0] = await changeWay(anna.ports, anna.act, readerVaults[0]!, {
      way: 'words',
      passphrase: '',
      prepared: null,
      onPrepared: () => undefined,
      confirmPhrase: async () => undefined,
    });
    const g = await all();
    const { left } = await keysOf(patient.ports, g, LABS);
    expect(left.map((l) => [l.given.grantee, l.error.code])).toEqual([[anna.wallet.account, 'chain/key-changed']]);
    const before = patient.storage.here.size;
    expect(await codeOf(renew(patient.ports, patient.act, vault, [LABS], { given: g }))).toBe('chain/key-changed');
    expect(patient.storage.here.size).toBe(before);
    const without = [grantKey(left[0]!.given)];
    await renew(patient.ports, patient.act, vault, [LABS], { given: g, without });
    expect(await whoReads()).toEqual(new Set([bob.wallet.account]));
    // it is not forgotten: the next time it is due for who was left out
    expect((await due())[0]?.waiting.map((w) => w.grantee)).toEqual([anna.wallet.account]);
  });

  it('never seals to a key that cannot be proven', async () => {
    await shareWith(readers[0]!);
    world.swapped.add(readers[0]!.wallet.account);
    const work = renew(patient.ports, patient.act, vault, [LABS], { given: await all() });
    expect(await codeOf(work)).toBe('chain/key-unproven');
    expect(world.rules.stored(vault.account).own[0]?.event).toBe('Shared');
  });

  it('that was declined leaves nothing behind, and its nonce is not used again', async () => {
    await shareWith(readers[0]!);
    const gone: string[] = [];
    const { discard } = patient.storage;
    patient.storage.discard = (what) => (gone.push(what), discard.call(patient.storage, what));
    patient.act.turnBackAt = (p) => p.kind === 'transaction';
    expect(await codeOf(renew(patient.ports, patient.act, vault, [LABS], { given: await all() }))).toBe(
      'wallet/declined',
    );
    patient.act.turnBackAt = null;
    expect(await outbox(patient.cabinet).list()).toEqual([]);
    const asked = patient.act.prompts.flatMap((p) =>
      p.kind === 'transaction' && p.call.name === 'rotate' ? [p.call.args.bundle] : [],
    );
    expect(gone).toEqual(asked);
    const nonces = () =>
      patient.act.prompts.flatMap((p) =>
        p.kind === 'transaction' && p.call.name === 'rotate' ? [p.call.args.nonce] : [],
      );
    await renew(patient.ports, patient.act, vault, [LABS], { given: await all() });
    expect(new Set(nonces()).size).toBe(2);
  });

  it('made on another device is learnt, and two at once do not both count', async () => {
    const [anna] = readers as [Device];
    await shareWith(anna);
    const other = new Device(world, person('patient'), peer);
    const otherVault = await unlockWithWallet(other.ports, other.act, '');
    const expected = countOf((await patient.ports.chain.account(vault.account)).own);
    const mine = await prepareRotation(patient.ports, vault, LABS, { expected, keep: await all() });
    await renew(other.ports, other.act, otherVault, [LABS], { given: await all(other, otherVault) });
    expect(await codeOf(send(patient.ports, patient.act, mine.call))).toBe('chain/reverted');
    await learnEpochs(patient.ports.chain, vault);
    expect(vault.folder(LABS).recipient).toBe(otherVault.folder(LABS).recipient);
    expect(await whoReads()).toEqual(new Set([anna.wallet.account]));
  });

  it('goes together with taking back: one transaction for several folders', async () => {
    const [anna, bob] = readers as [Device, Device];
    const { access } = await shareWith(anna);
    await shareWith(bob);
    const keep = (await all()).filter((g) => g.access !== access);
    const count = countOf((await patient.ports.chain.account(vault.account)).own);
    const calls = [{ name: 'revoke', args: { grantee: anna.wallet.account, access } } as const];
    const labs = await prepareRotation(patient.ports, vault, LABS, { expected: count + 1, keep });
    const imaging = await prepareRotation(patient.ports, vault, idOf('imaging'), { expected: count + 2, keep });
    expect(imaging.bundle).toBeNull();
    const sent = world.sent.length;
    await send(patient.ports, patient.act, together([...calls, labs.call, imaging.call]), { record: labs.bundle! });
    expect(world.sent.length).toBe(sent + 1);
    expect(await due()).toEqual([]);
    expect(await whoReads()).toEqual(new Set([bob.wallet.account]));
  });
});

/** What may happen, in any order. */
type Step =
  | { do: 'share'; who: number; until: number; rights: 'read' | 'write'; hidden: boolean }
  | { do: 'revoke'; who: number }
  | { do: 'wait'; seconds: number }
  | { do: 'renew' }
  | { do: 'interrupt'; how: 'decline' | 'drop' | 'revert' | 'reload'; resume: 'outbox' | 'renew' };
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constant('share' as const),
    who: fc.nat(2),
    until: fc.constantFrom(0, 0, 40),
    rights: fc.constantFrom('read' as const, 'read' as const, 'write' as const),
    hidden: fc.boolean(),
  }),
  fc.record({ do: fc.constant('revoke' as const), who: fc.nat(2) }),
  fc.record({ do: fc.constant('wait' as const), seconds: fc.constantFrom(10, 60) }),
  fc.record({ do: fc.constant('renew' as const) }),
  fc.record({
    do: fc.constant('interrupt' as const),
    how: fc.constantFrom('decline' as const, 'drop' as const, 'revert' as const, 'reload' as const),
    resume: fc.constantFrom('outbox' as const, 'renew' as const),
  }),
);

/** A renewal that does not come to its end, and what the person does about it after a reload. */
const interrupted = async ({ how, resume: by }: Extract<Step, { do: 'interrupt' }>): Promise<void> => {
  const g = await all();
  patient.act.turnBackAt = how === 'decline' ? (p) => p.kind === 'transaction' : null;
  if (how === 'drop' || how === 'revert') world.next.push(how);
  if (how === 'reload') world.automine = false;
  const work = renew(patient.ports, patient.act, vault, [LABS], { given: g }).catch(() => undefined);
  if (how === 'reload') {
    while (world.sent.at(-1)?.receipt !== null) await new Promise((go) => setImmediate(go));
    patient.act.controller.abort();
  }
  await work;
  world.automine = true;
  world.next.length = 0;
  patient = patient.reloaded();
  vault = await unlockWithWallet(patient.ports, patient.act, '');
  world.mine();
  const [entry] = await outbox(patient.cabinet).list();
  if (by === 'outbox' && entry) await resume(patient.ports, patient.act, entry).catch(() => undefined);
  await takeUpRotation(patient.ports, patient.act, vault);
};

describe('any sequence of sharing, taking back, expiring, rotating and reloading', () => {
  it('leaves exactly the live readers able to open what is sealed next', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 9 }), async (steps) => {
        await setUp();
        for (const s of steps) {
          if (s.do === 'share')
            await shareWith(readers[s.who]!, {
              rights: s.rights,
              until: s.until && world.time + s.until,
              hidden: s.hidden,
            });
          else if (s.do === 'revoke') {
            await revoke(readers[s.who]!);
            for (const g of await all())
              if (g.grantee === null && g.state === 'live' && granteeOf(g) === readers[s.who]!.wallet.account)
                await send(patient.ports, patient.act, {
                  name: 'revoke',
                  args: { grantee: `0x${'0'.repeat(40)}`, access: g.access },
                });
          } else if (s.do === 'wait') world.time += s.seconds;
          else if (s.do === 'renew') await renewAll();
          else await interrupted(s);
          // whoever is let in now can read, at every moment: nobody is ever locked out
          const can = await whoReads();
          for (const who of await entitled()) expect(can).toContain(who);
        }
        await renewAll();
        expect(await whoReads()).toEqual(await entitled());
        expect(await due()).toEqual([]);
        expect(await outbox(patient.cabinet).list()).toEqual([]);
      }),
      { numRuns: 20 },
    );
  });
});
