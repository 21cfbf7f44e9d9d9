/** A reorganised tip, or a node whose parts stand at different heights, looks like a lie for a moment, and passes by itself. */
import { isSalusError } from '../core/errors.ts';

/** Tries before what looks broken counts as broken. */
const TRIES = 3;

/** Asks again while the answer is `chain/timeline-broken`. @param pause milliseconds before the second try */
export const whileBroken = async <T>(pause: number, ask: () => Promise<T>): Promise<T> => {
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask();
    } catch (error) {
      if (attempt === TRIES || !isSalusError(error, 'chain/timeline-broken')) throw error;
      await new Promise((resolve) => setTimeout(resolve, pause * attempt));
    }
  }
};
