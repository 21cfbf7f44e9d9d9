/** Which of several tabs follows how closely. */
import { expect, it } from 'vitest';
import type { Address } from '../../../src/core/bytes.ts';
import { attentive, type Surroundings } from '../../../src/state/attention.ts';
import type { Pace } from '../../../src/flows/ports/index.ts';

const ME: Address = `0x${'1'.repeat(40)}`;

/** Locks of one browser, one at a time by name, in the order they were asked for. */
const browser = () => {
  const queues = new Map<string, Promise<unknown>>();
  const locks = {
    request: async (name: string, { signal }: { signal: AbortSignal }, work: () => Promise<unknown>) => {
      const before = queues.get(name) ?? Promise.resolve();
      const run = before.then(() => (signal.aborted ? undefined : work()));
      queues.set(name, run);
      return run;
    },
  } as unknown as Surroundings['locks'];
  const tab = (hidden: boolean) => {
    const paces: Pace[] = [];
    let look = () => {};
    const state = { hidden };
    const end = attentive({
      hidden: () => state.hidden,
      onReturn: (listener) => {
        look = listener;
        return () => (look = () => {});
      },
      locks,
    })(ME, (pace) => paces.push(pace));
    const turn = (now: boolean) => ((state.hidden = now), look());
    return { paces, turn, end, now: () => paces.at(-1) };
  };
  return { tab };
};
const settled = () => new Promise((resolve) => setTimeout(resolve));

it('lets one of the hidden tabs keep watch, and hands it on', async () => {
  const { tab } = browser();
  const tabs = [tab(true), tab(true), tab(true)];
  await settled();
  expect(tabs.map((t) => t.now())).toEqual(['idle', 'rest', 'rest']);
  tabs[0]?.turn(false);
  await settled();
  expect(tabs.map((t) => t.now())).toEqual(['eager', 'idle', 'rest']);
  tabs[1]?.end();
  await settled();
  expect(tabs.map((t) => t.now())).toEqual(['eager', 'idle', 'idle']);
  tabs[0]?.turn(true);
  await settled();
  expect(tabs[0]?.now()).toBe('rest');
});

it('looks at once whenever something came back, hidden or not', async () => {
  const { tab } = browser();
  const one = tab(false);
  one.turn(false);
  one.turn(false);
  expect(one.paces).toEqual(['eager', 'eager', 'eager']);
});

it('keeps watch alone where a browser has no locks', () => {
  const paces: Pace[] = [];
  attentive({ hidden: () => true, onReturn: () => () => {}, locks: null })(ME, (p) => paces.push(p));
  expect(paces).toEqual(['idle']);
});
