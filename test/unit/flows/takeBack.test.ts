/** Taking back: one transaction however many stay, nobody locked out, nobody kept by mistake, from however many tabs and devices. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { SalusError } from '../../../src/core/errors.ts';
import { indexKey } from '../../../src/crypto/identity.ts';
import { delegate } from '../../../src/flows/delegate.ts';
import { planBack, type Back } from '../../../src/flows/backPlan.ts';
import { learnEpochs } from '../../../src/flows/earlier.ts';
import { granteeOf, gives } from '../../../src/flows/given.ts';
import { grantKey } from '../../../src/flows/grants.ts';
import { outbox } from '../../../src/flows/outbox.ts';
import { receivedFrom } from '../../../src/flows/received.ts';
import { forget, resume } from '../../../src/flows/send.ts';
import { share } from '../../../src/flows/share.ts';
import { takeBack } from '../../../src/flows/takeBack.ts';
import { unlockWithWallet } from '../../../src/flows/unlock.ts';
import { idOf } from '../../../src/record/folders.ts';
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
  await keep(patient, 'old');
});

const give = (to: Side, over: Parameters<typeof gift>[1] = {}, from = patient) =>
  share(from.device.ports, from.device.act, from.vault, gift(to, over));
const back = (what: Back, from = patient, without: string[] = []) =>
  takeBack(from.device.ports, from.device.act, from.vault, what, without);
const everything = (who: Side): Back => ({ everythingOf: who.vault.account });
const sends = (side = patient) => side.device.wallet.prompts.flatMap((p) => (p.kind === 'send' ? [p.call] : []));
/** The same person at another browser. */
const elsewhere = async (): Promise<Side> => {
  const device = new Device(all.world, patient.device.person, all.peer);
  return { device, vault: await unlockWithWallet(device.ports, device.act, '') };
};

describe('taking back', () => {
  it('is one prompt: what is added then opens for those who stay and for nobody else', async () => {
    await give(anna);
    await give(bob);
    await give(all.carl, { unaddressed: true });
    const before = sends().length;
    await back(everything(anna));
    expect(sends().length).toBe(before + 1);
    expect(sends().at(-1)).toMatchObject({
      name: 'multicall',
      args: { calls: [{ name: 'revoke', args: { grantee: anna.vault.account } }, { name: 'rotate' }] },
    });
    await keep(patient, 'new');
    expect(await opens(anna, patient)).toEqual([]);
    expect(await opens(bob, patient)).toEqual(['new', 'old']);
    expect(await opens(all.carl, patient, true)).toEqual(['new', 'old']);
    // the keys that Anna kept for herself open nothing that came since
    const kept = patient.vault.epochs('labs')[1]!.identity.identity;
    const newest = (await patient.device.ports.chain.timeline(patient.vault.account, 'own')).entries[0]!;
    const open = anna.device.ports.storage.openManifest(newest.args.record as `0x${string}`, { identities: [kept] });
    expect(await codeOf(open)).toBe('crypto/not-for-you');
  });

  it('of one grant leaves the others of the same person, and renews no keys that they still have', async () => {
    await give(anna);
    await give(anna, { folders: [idOf('imaging'), idOf('labs')] });
    const labs = (await givenBy(patient)).filter((g) => g.what?.kind === 'folder' && g.what.folder === idOf('labs'));
    await back({ grants: [grantKey(labs[0]!)] });
    expect(sends().at(-1)).toMatchObject({ name: 'revoke', args: { access: labs[0]!.access } });
    expect(await opens(anna, patient)).toEqual(['old']);
    await back({ grants: [grantKey(labs[1]!)] });
    expect(sends().at(-1)).toMatchObject({ name: 'multicall' });
    expect(await opens(anna, patient)).toEqual([]);
    expect((await givenBy(patient)).filter((g) => g.state === 'live')).toHaveLength(1);
  });

  it('of everything ends what names nobody, records and drop boxes too', async () => {
    const one = await keep(patient, 'one', 'imaging');
    await give(anna);
    await give(anna, { folders: [], records: [one] });
    await give(anna, { unaddressed: true, folders: [idOf('vitals')] });
    await give(anna, { folders: [idOf('imaging')], terms: { until: 0, delegable: false, rights: 'write' } });
    const plan = await planBack(patient.device.ports, patient.vault, everything(anna));
    expect(plan.ending).toHaveLength(4);
    // whoever could only add never read: those keys need no renewing
    expect(new Set(plan.folders)).toEqual(new Set([idOf('labs'), idOf('vitals')]));
    await back(everything(anna));
    expect((await givenBy(patient)).map((g) => g.state)).toEqual(['revoked', 'revoked', 'revoked', 'revoked']);
    expect(await opens(anna, patient, true)).toEqual([]);
  });

  it('ends what its holder passed on of it, also while the holder keeps something else', async () => {
    const terms = { until: 0, delegable: true, rights: 'read' as const };
    await give(anna, { terms });
    await give(anna, { terms, folders: [idOf('imaging')] });
    await keep(patient, 'picture', 'imaging');
    const { ports, act } = anna.device;
    const { received } = await receivedFrom(ports, anna.vault, patient.vault.account, false);
    for (const from of received)
      await delegate(ports, act, anna.vault, { from, colleague: bob.vault.account, until: 0, history: true });
    expect(await opens(bob, patient)).toEqual(['old', 'picture']);
    const labs = (await givenBy(patient)).find((g) => !g.delegated && gives(g, idOf('labs')));
    const plan = await planBack(patient.device.ports, patient.vault, { grants: [grantKey(labs!)] });
    expect(plan.ending.map((g) => [granteeOf(g), g.delegated])).toEqual([
      [bob.vault.account, true],
      [anna.vault.account, false],
    ]);
    await back({ grants: [grantKey(labs!)] });
    await keep(patient, 'new');
    expect(await opens(bob, patient)).toEqual(['picture']);
    expect(await opens(anna, patient)).toEqual(['picture']);
    await back(everything(anna));
    expect(await opens(bob, patient)).toEqual([]);
  });

  it('twice, from two tabs, says so and sends nothing', async () => {
    await give(anna);
    await back(everything(anna));
    const before = sends().length;
    expect(await codeOf(back(everything(anna)))).toBe('share/gone');
    expect(sends().length).toBe(before);
  });

  it('from two devices: the second is told, prepares anew, and finds it done', async () => {
    await give(anna);
    await give(bob);
    const other = await elsewhere();
    const { act } = patient.device;
    const prompt = act.prompt.bind(act);
    act.prompt = async (p) => {
      act.prompt = prompt;
      await back(everything(anna), other);
      return prompt(p);
    };
    const error = await back(everything(anna)).catch((e: unknown) => e as SalusError);
    expect(error).toMatchObject({ code: 'share/outdated' });
    // what failed on the chain waits for nobody
    expect(await outbox(patient.device.cabinet).list()).toEqual([]);
    expect(await codeOf(back(everything(anna)))).toBe('share/gone');
    await learnEpochs(patient.device.ports.chain, patient.vault);
    await keep(patient, 'new');
    expect(await opens(anna, patient)).toEqual([]);
    expect(await opens(bob, patient)).toEqual(['new', 'old']);
  });

  it('while another device gives: what was given in between is not overlooked', async () => {
    await give(anna);
    const other = await elsewhere();
    const { act } = patient.device;
    const prompt = act.prompt.bind(act);
    act.prompt = async (p) => {
      act.prompt = prompt;
      await give(bob, {}, other);
      return prompt(p);
    };
    expect(await codeOf(back(everything(anna)))).toBe('share/outdated');
    await back(everything(anna));
    await keep(patient, 'new');
    expect(await opens(bob, patient)).toEqual(['new', 'old']);
    expect(await opens(anna, patient)).toEqual([]);
  });

  it('while the other side is opening: what was asked for before may still show, and nothing after', async () => {
    await give(anna);
    const opening = opens(anna, patient);
    await back(everything(anna));
    expect([[], ['old']]).toContainEqual(await opening);
    expect(await opens(anna, patient)).toEqual([]);
  });

  it('survives a reload at each step: undone, or carried to its end, with nobody locked out', async () => {
    await give(anna);
    await give(bob);
    const { device } = patient;
    // the page goes while it explains
    device.act.prompt = () => new Promise(() => undefined);
    void back(everything(anna));
    await expect.poll(async () => (await outbox(device.cabinet).list())[0]?.stage).toBe('ready');
    const second = device.reloaded();
    await second.cabinet.unlock(patient.vault.account, indexKey(patient.vault.seed));
    const after: Side = { device: second, vault: patient.vault };
    for (const entry of await outbox(second.cabinet).list()) await forget(second.ports, entry);
    expect(await opens(anna, patient)).toEqual(['old']);
    // the page goes while the wallet sends
    const sending = second.wallet.send.bind(second.wallet);
    second.wallet.send = async (...args) => {
      await sending(...args);
      return new Promise(() => undefined);
    };
    void back(everything(anna), after);
    await expect.poll(async () => (await outbox(second.cabinet).list())[0]?.stage).toBe('asked');
    await expect.poll(() => all.world.sent.some((s) => s.receipt && s.call.name === 'multicall')).toBe(true);
    const third = second.reloaded();
    await third.cabinet.unlock(patient.vault.account, indexKey(patient.vault.seed));
    const [left] = await outbox(third.cabinet).list();
    await resume(third.ports, third.act, left!);
    await learnEpochs(third.ports.chain, patient.vault);
    const last: Side = { device: third, vault: patient.vault };
    await keep(last, 'new');
    expect(await opens(anna, patient)).toEqual([]);
    expect(await opens(bob, patient)).toEqual(['new', 'old']);
    expect(await codeOf(back(everything(anna), last))).toBe('share/gone');
    expect(await third.cabinet.list('rotation/')).toEqual([]);
  });

  it('names who cannot be given the new keys, and goes on without them only when told to', async () => {
    await give(anna);
    await give(bob);
    all.world.swapped.add(bob.vault.account);
    const plan = await planBack(patient.device.ports, patient.vault, everything(anna));
    expect(plan.left.map((l) => [l.given.grantee, l.error.code])).toEqual([[bob.vault.account, 'chain/key-unproven']]);
    expect(await codeOf(back(everything(anna)))).toBe('chain/key-unproven');
    expect(await opens(anna, patient)).toEqual(['old']);
    await back(
      everything(anna),
      patient,
      plan.left.map((l) => grantKey(l.given)),
    );
    all.world.swapped.clear();
    await keep(patient, 'new');
    expect(await opens(anna, patient)).toEqual([]);
    expect(await opens(bob, patient)).toEqual(['old']);
  });

  it('of what no place has any more renews every folder: it may have been any', async () => {
    await give(anna);
    const { capability } = (await givenBy(patient))[0]!;
    const other = await elsewhere();
    await other.device.storage.retire(capability);
    const plan = await planBack(other.device.ports, other.vault, everything(anna));
    // the chain names her, so that much is known; what she holds is not
    expect(plan.folders).toEqual(expect.arrayContaining([idOf('labs'), idOf('imaging')]));
    expect(plan.folders).not.toContain(idOf('very-restricted'));
    await back(everything(anna), other);
    await learnEpochs(patient.device.ports.chain, patient.vault);
    await keep(patient, 'new');
    expect(await opens(anna, patient)).toEqual([]);
  });

  it('leaves a dozen readers their access in one transaction', async () => {
    for (let i = 0; i < 12; i++) await give(i % 2 ? bob : all.carl, { unaddressed: i % 3 === 0 });
    await give(anna);
    await back(everything(anna));
    await keep(patient, 'new');
    expect(await opens(bob, patient, true)).toEqual(['new', 'old']);
    expect(await opens(all.carl, patient, true)).toEqual(['new', 'old']);
    expect(await opens(anna, patient)).toEqual([]);
  });
});
