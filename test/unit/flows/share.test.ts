/** Giving access: what opens for whom, what is refused before it costs anything, and what the chain shows of it. */
import { beforeEach, describe, expect, it } from 'vitest';
import { toHex, utf8 } from '../../../src/core/bytes.ts';
import type { SalusError } from '../../../src/core/errors.ts';
import { indexKey } from '../../../src/crypto/identity.ts';
import { suspend } from '../../../src/flows/accredit.ts';
import { changeGrant } from '../../../src/flows/changeGrant.ts';
import { delegate } from '../../../src/flows/delegate.ts';
import { learnEpochs } from '../../../src/flows/earlier.ts';
import { granteeOf } from '../../../src/flows/given.ts';
import { readLabels } from '../../../src/flows/labels.ts';
import { lookAt } from '../../../src/flows/grantee.ts';
import { receivedFrom } from '../../../src/flows/received.ts';
import { requestDraft } from '../../../src/flows/draft.ts';
import { ask, withdrawRequests } from '../../../src/flows/request.ts';
import { forget, resume } from '../../../src/flows/send.ts';
import { outbox } from '../../../src/flows/outbox.ts';
import { share } from '../../../src/flows/share.ts';
import { RESTRICTED_MOST } from '../../../src/flows/restricted.ts';
import { acceptKey } from '../../../src/flows/trust.ts';
import { openDraft } from '../../../src/flows/writing.ts';
import type { AccessRequest } from '../../../src/record/accessRequest.ts';
import { idOf, newFolderId } from '../../../src/record/folders.ts';
import { dump } from '../../fakes/cabinet.ts';
import { person } from '../../fakes/chain.ts';
import { Device } from '../../fakes/device.ts';
import { codeOf } from '../code.ts';
import { cast, gift, givenBy, keep, opens, type Cast, type Side } from './sharing.ts';

let all: Cast;
let patient: Side;
let anna: Side;
let bob: Side;

beforeEach(async () => {
  all = await cast();
  ({ patient, anna, bob } = all);
});

const give = (...args: Parameters<typeof gift>) =>
  share(patient.device.ports, patient.device.act, patient.vault, gift(...args));
const prompts = () => patient.device.wallet.prompts.filter((p) => p.kind === 'send').length;
/** What fails is refused without a prompt and leaves nothing behind. */
const refused = async (work: () => Promise<unknown>): Promise<[string, unknown]> => {
  const [before, stored] = [prompts(), patient.device.storage.here.size];
  try {
    await work();
  } catch (error) {
    expect(prompts()).toBe(before);
    expect(patient.device.storage.here.size).toBe(stored);
    expect(await outbox(patient.device.cabinet).list()).toEqual([]);
    const { code, details } = error as SalusError;
    return [code, details.why ?? details.to ?? null];
  }
  throw new Error('nothing was thrown');
};

describe('a folder is given', () => {
  it('with what is in it and what is added later, in one prompt', async () => {
    await keep(patient, 'old');
    await keep(patient, 'elsewhere', 'imaging');
    const before = prompts();
    const entry = await give(anna);
    expect(prompts()).toBe(before + 1);
    expect(entry.event).toBe('Shared');
    await keep(patient, 'new');
    expect(await opens(anna, patient)).toEqual(['new', 'old']);
    expect(await opens(bob, patient)).toEqual([]);
  });

  it('without its history: only what is sealed from now on, and who read before reads on', async () => {
    await keep(patient, 'old');
    await give(bob);
    const before = prompts();
    await give(anna, { history: false });
    expect(prompts()).toBe(before + 1);
    await keep(patient, 'new');
    expect(await opens(anna, patient)).toEqual(['new']);
    expect(await opens(bob, patient)).toEqual(['new', 'old']);
    expect((await givenBy(patient)).map((g) => g.what?.kind === 'folder' && g.what.history)).toEqual([false, true]);
  });

  it('several at once, each with a token of its own', async () => {
    await keep(patient, 'lab');
    await keep(patient, 'image', 'imaging');
    await give(anna, { folders: [idOf('labs'), idOf('imaging')], history: false });
    await keep(patient, 'later', 'imaging');
    expect(await opens(anna, patient)).toEqual(['later']);
    await give(bob, { folders: [idOf('labs'), idOf('imaging')] });
    expect(await opens(bob, patient)).toEqual(['image', 'lab', 'later']);
    expect(new Set((await givenBy(patient)).map((g) => g.access)).size).toBe(4);
  });

  it('of one’s own like any other, once it is known', async () => {
    const own = newFolderId(patient.device.ports.random);
    expect(await refused(() => give(anna, { folders: [own] }))).toEqual(['input/invalid', 'folder']);
    await patient.vault.know([own]);
    await give(anna, { folders: [own], history: false });
    expect((await givenBy(patient))[0]?.what).toMatchObject({ kind: 'folder', folder: own, history: false });
  });

  it('as a drop box: nothing in it opens for whoever may only add', async () => {
    await keep(patient, 'old');
    await give(anna, { terms: { until: 0, delegable: false, rights: 'write' } });
    await keep(patient, 'new');
    expect(await opens(anna, patient)).toEqual([]);
    const { received } = await receivedFrom(anna.device.ports, anna.vault, patient.vault.account, false);
    const [got] = received;
    expect(got?.capability).toMatchObject({
      rights: 'write',
      epochs: [],
      recipient: patient.vault.folder('labs').recipient,
    });
  });

  it('until a date: afterwards nothing opens', async () => {
    await keep(patient, 'old');
    await give(anna, { terms: { until: all.world.time + 1000, delegable: true, rights: 'read' } });
    expect(await opens(anna, patient)).toEqual(['old']);
    all.world.time += 1000;
    all.world.mine();
    expect(await opens(anna, patient)).toEqual([]);
  });

  it('unaddressed: the chain does not say to whom, its giver knows, and nobody else opens it', async () => {
    await keep(patient, 'old');
    const entry = await give(all.carl, { unaddressed: true, name: 'MARKER my son' });
    expect(entry.subject).toBe(`0x${'0'.repeat(40)}`);
    expect(JSON.stringify(entry.args)).not.toContain(all.carl.vault.account.slice(2));
    expect(await opens(all.carl, patient, true)).toEqual(['old']);
    expect(await opens(anna, patient, true)).toEqual([]);
    const [grant] = await givenBy(patient);
    expect(grant && granteeOf(grant)).toBe(all.carl.vault.account);
    expect(await readLabels(patient.device.cabinet)).toEqual(new Map([[all.carl.vault.account, 'MARKER my son']]));
    expect(dump(patient.device.cabinet)).not.toContain('MARKER');
  });
});

describe('records are given', () => {
  it('one by its own key, several together, and nothing besides', async () => {
    const [one, two] = [await keep(patient, 'one'), await keep(patient, 'two', 'imaging')];
    await keep(patient, 'three');
    await give(anna, { folders: [], records: [one] });
    expect(await opens(anna, patient)).toEqual(['one']);
    const before = prompts();
    await give(bob, { folders: [], records: [one, two], title: 'the knee' });
    expect(prompts()).toBe(before + 1);
    expect(await opens(bob, patient)).toEqual(['one', 'two']);
  });

  it('restricted: never with a folder, for 30 days at most, never to be passed on, and only through a place that checks', async () => {
    const secret = await keep(patient, 'secret', 'labs', 'R');
    await give(bob);
    expect(await opens(bob, patient)).toEqual([]);
    const records = { folders: [], records: [secret] };
    const terms = (until: number) => ({ until, delegable: true, rights: 'read' as const });
    expect(await refused(() => give(anna, { ...records, terms: terms(0) }))).toEqual(['input/invalid', 'restricted']);
    const late = all.world.time + RESTRICTED_MOST + 60;
    expect(await refused(() => give(anna, { ...records, terms: terms(late) }))).toEqual([
      'input/invalid',
      'restricted',
    ]);
    const guarded: unknown[] = [];
    const push = patient.device.storage.push.bind(patient.device.storage);
    patient.device.storage.push = (digest, options?: { guard?: string }) => {
      guarded.push([digest, options?.guard]);
      return push(digest);
    };
    await give(anna, { ...records, terms: terms(all.world.time + RESTRICTED_MOST - 60) });
    expect(guarded[0]).toEqual([secret.ref.digest, patient.vault.account]);
    const { received } = await receivedFrom(anna.device.ports, anna.vault, patient.vault.account, false);
    expect(received[0]?.capability).toMatchObject({ kind: 'record', delegable: false });
    expect(await opens(anna, patient)).toEqual(['secret']);
  });

  it('very restricted: each grantee gets a copy of their own, with keys and files of its own', async () => {
    const secret = await keep(patient, 'secret', 'very-restricted', 'V');
    const records = { folders: [], records: [secret] };
    expect(await refused(() => give(anna, records))).toEqual(['input/invalid', 'unconfirmed']);
    await give(anna, { ...records, veryRestricted: true });
    await give(bob, { ...records, veryRestricted: true });
    expect(await opens(anna, patient)).toEqual(['secret']);
    const [toBob, toAnna] = await givenBy(patient);
    const digests = [toAnna, toBob].map((g) => (g?.what?.kind === 'record' ? g.what.record : null));
    expect(new Set([...digests, secret.ref.digest]).size).toBe(3);
    const { ports } = patient.device;
    const copies = await Promise.all(
      digests.map((d) => ports.storage.openManifest(d!, { identities: patient.vault.identities() })),
    );
    const parsed = copies.map(
      (c) => JSON.parse(new TextDecoder().decode(c.manifest).replace(/\0+$/, '')) as typeof secret.manifest,
    );
    expect(parsed.map((m) => m.copy?.for)).toEqual([anna.vault.account, bob.vault.account]);
    expect(new Set([secret.manifest, ...parsed].flatMap((m) => [m.identity, ...m.files.map((f) => f.cid)])).size).toBe(
      6,
    );
  });
});

describe('what is refused before it costs anything', () => {
  it('nobody there, oneself, somebody who moved', async () => {
    const stranger = new Device(all.world, person('stranger'), all.peer);
    const nobody = { device: stranger, vault: { account: stranger.wallet.account } } as Side;
    expect(await refused(() => give(nobody))).toEqual(['share/not-enrolled', null]);
    expect(await refused(() => give(patient))).toEqual(['share/self', null]);
    all.world.rules.stored(bob.vault.account).account.movedTo = anna.vault.account;
    expect(await refused(() => give(bob))).toEqual(['share/moved', anna.vault.account]);
  });

  it('a date in the past, nothing at all, a folder that is none, more than there may be', async () => {
    const until = (at: number) => ({ terms: { until: at, delegable: false, rights: 'read' as const } });
    expect(await refused(() => give(anna, until(all.world.time - 1)))).toEqual(['input/invalid', 'past']);
    expect(await refused(() => give(anna, until(2 ** 40)))).toEqual(['input/invalid', 'late']);
    expect(await refused(() => give(anna, { folders: [] }))).toEqual(['input/invalid', 'nothing']);
    const bad = [[idOf('very-restricted')], [newFolderId(patient.device.ports.random)]];
    for (const folders of bad)
      expect(await refused(() => give(anna, { folders }))).toEqual(['input/invalid', 'folder']);
    const many = Array.from({ length: 17 }, () => newFolderId(patient.device.ports.random));
    expect(await refused(() => give(anna, { folders: many }))).toEqual(['input/invalid', 'too-many']);
    const drop = { until: 0, delegable: true, rights: 'write' as const };
    expect(await refused(() => give(anna, { terms: drop }))).toEqual(['input/invalid', 'write']);
    const quiet = { until: 0, delegable: true, rights: 'read' as const };
    expect(await refused(() => give(anna, { terms: quiet, unaddressed: true }))).toEqual([
      'input/invalid',
      'unaddressed',
    ]);
  });

  it('a key that changed, until the person has accepted it', async () => {
    await give(anna);
    // what was used before is another's
    const before = utf8(toHex(bob.vault.identity.publicKey));
    await patient.device.cabinet.set(`key/${anna.vault.account}`, before);
    const seen = await lookAt(patient.device.ports, patient.vault.account, anna.vault.account);
    expect(seen.key.state).toBe('changed');
    expect((await refused(() => give(anna)))[0]).toBe('chain/key-changed');
    await acceptKey(patient.device.ports, anna.vault.account, seen.key.hash);
    expect((await give(anna)).event).toBe('Shared');
  });

  it('a key that is not the account’s own', async () => {
    all.world.swapped.add(anna.vault.account);
    expect((await refused(() => give(anna)))[0]).toBe('chain/key-unproven');
  });

  it('shows who vouches for somebody, and who was sealed to before', async () => {
    const look = () => lookAt(patient.device.ports, patient.vault.account, anna.vault.account);
    expect(await look()).toMatchObject({ key: { state: 'new' }, doubt: null });
    expect((await look()).vouched.map((h) => h.address)).toContain(all.hospital.vault.account);
    await give(anna);
    expect((await look()).key.state).toBe('known');
    expect((await lookAt(patient.device.ports, patient.vault.account, all.carl.vault.account)).vouched).toEqual([]);
  });
});

describe('a request is answered', () => {
  const request: AccessRequest = {
    folders: ['labs'],
    about: '',
    purpose: 'TREAT',
    until: 1_790_000_000,
    reason: 'why',
  };
  const asked = async (by: Side): Promise<number> => {
    const { ports, act } = by.device;
    const draft = await openDraft(ports, requestDraft(patient.vault.account), request);
    draft.fields = request;
    return (await ask(ports, act, by.vault, { patient: patient.vault.account, draft })).inboxCount as number;
  };

  it('to whoever asked, in part and the rest later', async () => {
    const re = await asked(anna);
    expect((await refused(() => give(bob, { re })))[0]).toBe('share/no-request');
    expect((await refused(() => give(anna, { re: re + 1 })))[0]).toBe('share/no-request');
    expect(await refused(() => give(anna, { re, unaddressed: true }))).toEqual(['input/invalid', 'answer']);
    expect((await give(anna, { re })).args.re).toBe(re);
    expect((await give(anna, { re, folders: [idOf('imaging')] })).args.re).toBe(re);
  });

  it('not when it was withdrawn, nor when who asked was suspended since', async () => {
    const re = await asked(anna);
    const { ports, act } = anna.device;
    await withdrawRequests(ports, act, patient.vault.account);
    expect((await refused(() => give(anna, { re })))[0]).toBe('share/no-request');
    const second = await asked(bob);
    const { device, vault } = all.hospital;
    await suspend(device.ports, device.act, vault, bob.vault.account, '');
    expect((await refused(() => give(bob, { re: second })))[0]).toBe('chain/not-accredited');
  });
});

describe('what was given is changed', () => {
  it('to end sooner or later, with the same token, and what came since stays open', async () => {
    await keep(patient, 'old');
    await give(anna, { history: false, terms: { until: 0, delegable: true, rights: 'read' } });
    await keep(patient, 'second');
    await give(bob, { history: false });
    await keep(patient, 'third');
    const mine = (await givenBy(patient)).find((g) => g.grantee === anna.vault.account)!;
    const { ports, act } = patient.device;
    const change = { until: all.world.time + 5000, delegable: false, rights: 'read-write' as const };
    const entry = await changeGrant(ports, act, patient.vault, mine, change);
    expect(entry.args).toMatchObject({ access: mine.access, until: change.until });
    expect((await givenBy(patient)).map((g) => g.state)).toEqual(['live', 'live', 'replaced']);
    expect(await opens(anna, patient)).toEqual(['second', 'third']);
    expect(await codeOf(changeGrant(ports, act, patient.vault, mine, change))).toBe('share/gone');
  });

  it('to less: what its holder passed on beyond it ends in the same transaction, and everybody else reads on', async () => {
    await keep(patient, 'old');
    await give(anna, { terms: { until: 0, delegable: true, rights: 'read' } });
    await give(all.carl);
    const { received } = await receivedFrom(anna.device.ports, anna.vault, patient.vault.account, false);
    const pass = (until: number) =>
      delegate(anna.device.ports, anna.device.act, anna.vault, {
        from: received[0]!,
        colleague: bob.vault.account,
        until,
        history: true,
      });
    await pass(all.world.time + 9000);
    const mine = () =>
      givenBy(patient).then((g) => g.find((x) => x.grantee === anna.vault.account && x.state === 'live')!);
    const { ports, act } = patient.device;
    const longer = { until: all.world.time + 10_000, delegable: true, rights: 'read' as const };
    expect((await changeGrant(ports, act, patient.vault, await mine(), longer)).event).toBe('Shared');
    expect(await opens(bob, patient)).toEqual(['old']);
    const shorter = { ...longer, until: all.world.time + 5000 };
    const before = prompts();
    expect((await changeGrant(ports, act, patient.vault, await mine(), shorter)).event).toBe('Rotated');
    expect(prompts()).toBe(before + 1);
    await keep(patient, 'new');
    expect(await opens(bob, patient)).toEqual([]);
    expect(await opens(anna, patient)).toEqual(['new', 'old']);
    expect(await opens(all.carl, patient)).toEqual(['new', 'old']);
  });

  it('not into the past, and a drop box not into reading', async () => {
    await give(anna, { terms: { until: 0, delegable: false, rights: 'write' } });
    const [grant] = await givenBy(patient);
    const { ports, act } = patient.device;
    const change = { until: 0, delegable: false, rights: 'read' as const };
    expect(await codeOf(changeGrant(ports, act, patient.vault, grant!, change))).toBe('input/invalid');
    const past = { ...change, rights: 'write' as const, until: all.world.time };
    expect(await codeOf(changeGrant(ports, act, patient.vault, grant!, past))).toBe('input/invalid');
  });
});

describe('a share that was interrupted', () => {
  it('is undone by forgetting, or taken up after a reload: once, and whole', async () => {
    await keep(patient, 'old');
    await give(bob);
    patient.device.act.turnBackAt = (p) => p.kind === 'transaction';
    expect(await codeOf(give(anna, { history: false }))).toBe('wallet/declined');
    patient.device.act.turnBackAt = null;
    expect(await outbox(patient.device.cabinet).list()).toEqual([]);
    // the wallet sends, and the page is gone before it hears of it
    const { wallet } = patient.device;
    const sending = wallet.send.bind(wallet);
    wallet.send = async (...args) => {
      await sending(...args);
      return new Promise(() => undefined);
    };
    void give(anna, { history: false });
    await expect.poll(async () => (await outbox(patient.device.cabinet).list())[0]?.stage).toBe('asked');
    const reloaded = patient.device.reloaded();
    await reloaded.cabinet.unlock(patient.vault.account, indexKey(patient.vault.seed));
    const [left] = await outbox(reloaded.cabinet).list();
    await expect.poll(() => all.world.sent.filter((s) => s.receipt && s.call.name === 'multicall').length).toBe(1);
    expect(await codeOf(forget(reloaded.ports, left!))).toBe('input/invalid');
    const entry = await resume(reloaded.ports, reloaded.act, left!);
    expect(entry.event).toBe('Shared');
    expect(reloaded.act.prompts).toEqual([]);
    await learnEpochs(reloaded.ports.chain, patient.vault);
    await keep({ device: reloaded, vault: patient.vault }, 'new');
    expect(await opens(anna, patient)).toEqual(['new']);
    expect(await opens(bob, patient)).toEqual(['new', 'old']);
  });

  it('is refused when another device was first, and prepared anew', async () => {
    const act = patient.device.act;
    const prompt = act.prompt.bind(act);
    act.prompt = async (p) => {
      act.prompt = prompt;
      await keep(patient, 'meanwhile');
      return prompt(p);
    };
    expect(await codeOf(give(anna, { history: false }))).toBe('share/outdated');
    expect((await givenBy(patient)).length).toBe(0);
    expect((await give(anna, { history: false })).event).toBe('Shared');
  });
});
