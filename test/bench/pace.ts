/** When blocks come: at exact simulated times, or by anvil's own clock. Seconds, from the beginning of a round. */
import { toHex } from 'viem';
import type { Hex } from '../../src/core/bytes.ts';
import type { FastChain } from './anvil.ts';

/** `next` waits for the next block after `send` was given the chance to send what is due until then. @returns its time */
export type Pace = { next(send: (until: number) => Promise<void>): Promise<number>; end(): Promise<void> };

/** Blocks are mined when told, with timestamps exactly so far apart: nobody waits. */
export const simulated = async (chain: FastChain, blockTime: number): Promise<Pace> => {
  const { timestamp } = await chain.one<{ timestamp: Hex }>('eth_getBlockByNumber', 'latest', false);
  const began = Number(timestamp) + 1;
  let now = 0;
  return {
    next: async (send) => {
      now += blockTime;
      await send(now);
      await chain.one('evm_setNextBlockTimestamp', toHex(began + now));
      await chain.one('evm_mine');
      return now;
    },
    end: async () => undefined,
  };
};

/** Milliseconds between looks at the real chain. */
const LOOK = 50;

/** Anvil mines by itself, in real time; a block's time is when it is seen. */
export const real = async (chain: FastChain, blockTime: number): Promise<Pace> => {
  const height = () => chain.one<Hex>('eth_blockNumber').then(Number);
  await chain.one('evm_setIntervalMining', blockTime);
  let last = await height();
  const began = performance.now();
  const now = () => (performance.now() - began) / 1000;
  return {
    next: async (send) => {
      for (;;) {
        await send(now());
        const at = await height();
        if (at > last) {
          last = at;
          return now();
        }
        await new Promise((resolve) => setTimeout(resolve, LOOK));
      }
    },
    end: () => chain.one('evm_setIntervalMining', 0),
  };
};
