/** An account that is a contract: its owners decide when, and in which transaction, what it was asked for is carried out. */
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { accredit } from '../../../src/flows/accredit.ts';
import { outbox } from '../../../src/flows/outbox.ts';
import { forget, resume, send } from '../../../src/flows/send.ts';
import { isFollowed } from '../../../src/flows/settle.ts';
import { unlockWays, unlockWithPhrase } from '../../../src/flows/unlock.ts';
import type { Call, Entry } from '../../../src/flows/ports/index.ts';
import { FakeWorld, person } from '../../fakes/chain.ts';
import { Device } from '../../fakes/device.ts';

const PROFILE = { kind: 'hospital', name: 'General', city: '', phone: '' } as const;
let world: FakeWorld;
let hospital: Device;
const account = () => hospital.wallet.account;
const accreditation = (): Call => ({
  name: 'accredit',
  args: { account: person('nurse').account, role: 'nurse', licence: `0x${'1'.repeat(64)}` },
});
const entries = () => outbox(hospital.ports.cabinet).list();
/** Until the wallet has been handed the next call. */
const handed = (count: number) =>
  vi.waitFor(() => expect(hospital.wallet.prompts.filter((p) => p.kind === 'send')).toHaveLength(count));
const settled = async (stage: string) => vi.waitFor(async () => expect((await entries())[0]?.stage).toBe(stage));

beforeEach(async () => {
  world = new FakeWorld();
  hospital = new Device(world, world.founders[0]!, new Map());
  world.contracts.add(account());
  world.balances.set(account(), 0n);
  const enrolling = hospital.enroll({ profile: PROFILE, way: 'phrase' });
  await handed(1);
  await settled('sent');
  world.carryOut();
  await enrolling;
});

describe('a contract account', () => {
  it('enrols by the words alone, and owns no ether', async () => {
    expect(await unlockWays(hospital.ports)).toEqual({ wallet: false, passphrase: false });
    expect((await unlockWithPhrase(hospital.ports, hospital.words.join(' '))).account).toBe(account());
    expect(hospital.wallet.prompts.map((p) => p.kind)).toEqual(['send']);
  });

  it('is never asked for a signature that could not open anything', async () => {
    const other = new Device(world, world.founders[1]!, new Map());
    world.contracts.add(other.wallet.account);
    await expect(other.enroll({ profile: PROFILE, way: 'wallet' })).rejects.toMatchObject({
      code: 'crypto/unrepeatable-signature',
      details: { contract: true },
    });
    expect(other.wallet.prompts).toEqual([]);
  });

  it('has done what stands in its timeline, under whatever transaction, however long its owners took', async () => {
    const colleague = new Device(world, person('nurse'), new Map());
    await colleague.enroll();
    const nurse = await hospital.ports.chain.account(colleague.wallet.account);
    const sending = accredit(hospital.ports, hospital.act, nurse, 'nurse', '1');
    await handed(2);
    await settled('sent');
    const [waiting] = await entries();
    for (let block = 0; block < 5; block++) world.mine();
    expect(await entries()).toMatchObject([{ stage: 'sent', contract: true }]);
    const tx = world.carryOut();
    expect(tx).not.toBe(waiting?.tx);
    expect(((await sending) as Entry).tx).toBe(tx);
    expect(await entries()).toEqual([]);
  });

  it('is told so before the wallet opens, and nothing is asked of its balance', async () => {
    const sending = send(hospital.ports, hospital.act, accreditation());
    await handed(2);
    expect(hospital.act.prompts.at(-1)).toMatchObject({ quote: { contract: true, balance: 0n } });
    await settled('sent');
    world.carryOut();
    await sending;
  });

  it('finds after a reload what was carried out meanwhile, and asks the wallet nothing', async () => {
    const sending = send(hospital.ports, hospital.act, accreditation());
    await handed(2);
    await settled('sent');
    hospital.act.controller.abort();
    await expect(sending).rejects.toMatchObject({ code: 'storage/aborted' });
    expect(await isFollowed(hospital.ports, (await entries())[0]!)).toBe(false);
    const tx = world.carryOut();
    expect(await isFollowed(hospital.ports, (await entries())[0]!)).toBe(true);
    const again = hospital.reloaded();
    const vault = await unlockWithPhrase(again.ports, hospital.words.join(' '));
    expect(vault.account).toBe(account());
    const [entry] = await outbox(again.ports.cabinet).list();
    expect((await resume(again.ports, again.act, entry!)).tx).toBe(tx);
    expect(again.wallet.prompts).toEqual([]);
  });

  it('may be told to forget what its owners will not carry out, but not what they did', async () => {
    const sending = send(hospital.ports, hospital.act, accreditation());
    await handed(2);
    await settled('sent');
    hospital.act.controller.abort();
    await expect(sending).rejects.toMatchObject({ code: 'storage/aborted' });
    const [entry] = await entries();
    const kept = structuredClone(entry!);
    await forget(hospital.ports, entry!);
    expect(await entries()).toEqual([]);
    world.carryOut();
    await expect(forget(hospital.ports, kept)).rejects.toMatchObject({ code: 'input/invalid' });
  });
});
