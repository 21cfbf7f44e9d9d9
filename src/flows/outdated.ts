/** Two devices of one account may act at once: the contract lets the first through and refuses the other, which then knows no longer what stands. */
import { isSalusError, SalusError } from '../core/errors.ts';
import { rotating } from './bundles.ts';
import type { Ports } from './ports/index.ts';
import { forget } from './send.ts';

/**
 * What failed on the chain can never come about: nothing of it waits to be taken up.
 * @returns what `work` returns @throws share/outdated where another device was first: nothing was changed, and a new try prepares everything anew
 */
export const orOutdated = async <T>(ports: Ports, work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    if (!isSalusError(error, 'chain/reverted') || error.details.name !== 'Stale') throw error;
    const failed = (await rotating(ports.cabinet)).filter((e) => e.stage === 'asked' && e.lost !== null);
    // one that may still be mined, as far as anybody can tell, stays in the journal
    for (const entry of failed) await forget(ports, entry).catch(() => undefined);
    throw new SalusError('share/outdated', {}, error);
  }
};
