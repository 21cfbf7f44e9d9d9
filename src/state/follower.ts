/**
 * What a new block leads to. Most blocks hold nothing of an account: then one view of the contract is asked, and nothing is read
 * again. One look at a time: blocks that come meanwhile are one more look, however many they are.
 */
import type { Clock } from '../core/time.ts';
import type { Account } from '../flows/ports/index.ts';

type Follows = {
  /** false: whatever comes, all is read (it is not known whole, or it failed before) */
  settled: () => boolean;
  /** milliseconds after which all is read again, though nothing happened to the account: acts of others may show in it */
  every: () => number;
  /** as it was read last */
  before: () => Account | null;
  /** as it is now; null when it cannot be had */
  now: () => Promise<Account | null>;
  /** reads everything again */
  read: () => Promise<void>;
  /** what asks no node */
  glance: () => Promise<void>;
  clock: Clock;
};

const plainly = (account: Account): string =>
  JSON.stringify(account, (_, v: unknown) => (typeof v === 'bigint' ? `${v}` : v));

export class Follower {
  readonly #follows: Follows;
  #read = Number.NEGATIVE_INFINITY;
  #looking = false;
  #missed = false;

  constructor(follows: Follows) {
    this.#follows = follows;
  }

  /** Everything was read just now, for whatever reason. */
  note(): void {
    this.#read = this.#follows.clock();
  }

  /** A new block, or a while without one. */
  look = async (): Promise<void> => {
    this.#missed = true;
    if (this.#looking) return;
    this.#looking = true;
    try {
      while (this.#missed) {
        this.#missed = false;
        await ((await this.#still()) ? this.#follows.glance() : this.#follows.read());
      }
    } finally {
      this.#looking = false;
    }
  };

  async #still(): Promise<boolean> {
    const { settled, every, before, now, clock } = this.#follows;
    const was = before();
    if (!was || !settled() || clock() - this.#read >= every()) return false;
    const is = await now();
    return is !== null && plainly(is) === plainly(was);
  }
}
