/**
 * How closely this tab follows the chain. The one that is looked at follows at full pace. Of those that are hidden one keeps watch (it
 * holds a Web Lock), so that ten tabs ask no more than two would. Whoever comes back, from another tab, from sleep or from being offline, looks at once.
 */
import type { Address } from '../core/bytes.ts';
import type { Pace } from '../flows/ports/index.ts';

/** Tells how closely to follow from now on. @returns ends it */
export type Attention = (account: Address, tell: (pace: Pace) => void) => () => void;

/** What a browser says of the page. `onReturn`: shown or hidden, awake again, online again. `locks`: null where there are none */
export type Surroundings = {
  hidden: () => boolean;
  onReturn: (listener: () => void) => () => void;
  locks: Pick<LockManager, 'request'> | null;
};

/** Attention by what the surroundings tell. */
export const attentive =
  ({ hidden, onReturn, locks }: Surroundings): Attention =>
  (account, tell) => {
    /** waits for the watch, or has it */
    let turn: AbortController | null = null;
    let keeps = locks === null;
    const leave = () => {
      turn?.abort();
      turn = null;
    };
    const wait = () => {
      const mine = new AbortController();
      turn = mine;
      const watch = () =>
        new Promise<void>((end) => {
          keeps = true;
          mine.signal.addEventListener('abort', () => ((keeps = false), end()));
          if (mine.signal.aborted) return ((keeps = false), end());
          tell('idle');
        });
      // given up before it was our turn
      locks?.request(`salus.watch.${account}`, { signal: mine.signal }, watch).catch(() => undefined);
    };
    const look = () => {
      if (!hidden()) {
        leave();
        tell('eager');
        return;
      }
      tell(keeps ? 'idle' : 'rest');
      if (locks && !turn) wait();
    };
    const end = onReturn(look);
    look();
    return () => {
      end();
      leave();
    };
  };

/** Milliseconds between two looks at the clock, and by how much more it must have moved for the machine to have slept. */
const BEAT = 10_000;
const SLEPT = 20_000;

/** This browser. */
export const surroundings = (): Surroundings => ({
  hidden: () => document.hidden,
  locks: 'locks' in navigator ? navigator.locks : null,
  onReturn: (listener) => {
    let last = Date.now();
    const timer = setInterval(() => {
      const slept = Date.now() - last > BEAT + SLEPT;
      last = Date.now();
      // hidden pages' clocks are slowed down by the browser: that is no sleep
      if (slept && !document.hidden) listener();
    }, BEAT);
    document.addEventListener('visibilitychange', listener);
    for (const event of ['online', 'pageshow']) addEventListener(event, listener);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', listener);
      for (const event of ['online', 'pageshow']) removeEventListener(event, listener);
    };
  },
});
