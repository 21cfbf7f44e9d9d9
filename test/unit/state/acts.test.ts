/** An act on the screen: left, cancelled for a reason, refused while another tab has one. */
import { describe, expect, it } from 'vitest';
import { SalusError } from '../../../src/core/errors.ts';
import type { Act, Prompt } from '../../../src/flows/act.ts';
import { Acts, type ActState, type Alone } from '../../../src/state/act.svelte.ts';
import { DeviceState } from '../../../src/state/device.svelte.ts';

const signature: Prompt = { kind: 'signature', purpose: 'unlock', text: 'x', left: 0 };
const transaction = { kind: 'transaction', left: 0 } as Prompt;
const asks = (prompt: Prompt) => async (act: Act) => {
  await act.prompt(prompt);
  act.signal.throwIfAborted();
  await new Promise((_, reject) =>
    act.signal.addEventListener('abort', () => reject(new SalusError('storage/aborted'))),
  );
};
const begun = async (acts: Acts, prompt: Prompt): Promise<ActState> => {
  void acts.run('accept', asks(prompt));
  await expect.poll(() => acts.current?.status).toBe('asking');
  return acts.current as ActState;
};

describe('an act', () => {
  it('that waits for a transaction may be left alone, and says that it was', async () => {
    const acts = new Acts();
    const act = await begun(acts, transaction);
    expect(act.leavable).toBe(false);
    act.goOn();
    expect([act.cancellable, act.leavable]).toEqual([false, true]);
    expect(act.askedAt).not.toBeNull();
    act.leave();
    await expect.poll(() => act.status).toBe('cancelled');
    expect([act.left, act.error, acts.busy]).toEqual([true, null, false]);
  });

  it('that waits for a signature may be cancelled: nothing can come of it', async () => {
    const act = await begun(new Acts(), signature);
    act.goOn();
    expect([act.cancellable, act.leavable]).toEqual([true, false]);
  });

  it.each([false, true])(
    'whose account went away ends with that as its reason, also while it only explains (%s)',
    async (on) => {
      const acts = new Acts();
      const act = await begun(acts, signature);
      if (on) act.goOn();
      act.cancel(new SalusError('wallet/account-changed'));
      await expect.poll(() => act.status).toBe('failed');
      expect(act.error?.code).toBe('wallet/account-changed');
      expect(acts.busy).toBe(false);
    },
  );

  it('is refused while another tab has one, and holds up nothing', async () => {
    const taken: Alone = async (_, work, wait) => {
      if (wait) return work();
      throw new SalusError('app/other-tab');
    };
    const acts = new Acts(undefined, taken);
    let ran = 0;
    const work = async () => void ran++;
    await acts.run('accept', work);
    expect(acts.current).toMatchObject({ status: 'failed', error: { code: 'app/other-tab' } });
    await acts.run('resume', work, true);
    expect([acts.current?.status, ran]).toEqual(['done', 1]);
  });
});

describe('a hardware device', () => {
  const shelf = (kept: string | null = null) => ({
    get: () => kept,
    set: (_: string, value: string) => void (kept = value),
  });

  it.each([
    ['MetaMask', false],
    ['Rabby Wallet', false],
    ['Ledger', true],
    ['OneKey', true],
    [null, false],
  ])('behind %s is assumed: %s', (name, on) => expect(new DeviceState(shelf(), () => name).on).toBe(on));

  it('is known once it has answered, and what the person says goes before all', () => {
    const device = new DeviceState(shelf(), () => 'MetaMask');
    device.notice(new SalusError('wallet/failed'));
    device.notice(null);
    expect(device.on).toBe(false);
    device.notice(new SalusError('wallet/device-locked'));
    expect(device.on).toBe(true);
    device.choose(false);
    expect(device.on).toBe(false);
    expect(new DeviceState(shelf('yes'), () => 'MetaMask').on).toBe(true);
    expect(new DeviceState(shelf('nonsense'), () => 'MetaMask').on).toBe(false);
  });
});
