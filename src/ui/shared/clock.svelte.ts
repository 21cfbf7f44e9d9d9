/** The page's clock, in whole seconds, ticking twice a minute while something shows it. */
import { createSubscriber } from 'svelte/reactivity';

class Clock {
  #track = createSubscriber((update) => {
    const timer = setInterval(update, 30_000);
    return () => clearInterval(timer);
  });

  /** Unix seconds. */
  get now(): number {
    this.#track();
    return Math.floor(Date.now() / 1000);
  }
}

/** The one clock. */
export const clock = new Clock();
