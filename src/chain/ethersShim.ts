/**
 * What `siwe` takes from ethers, so that its 200 KB stay out (`vite.config.ts` aliases `ethers` to this file). siwe builds and
 * parses; signatures are verified by viem, in `session.ts`, so its own ways of verifying are closed here.
 */
import { getAddress, hashMessage } from 'viem';

const closed = (): never => {
  throw new Error('viem verifies signatures');
};

export const verifyMessage = closed;
/** @param _args as ethers' own */
export class Contract {
  constructor(..._args: unknown[]) {
    closed();
  }
}
export { getAddress, hashMessage };
export const ethers = { getAddress, hashMessage, verifyMessage };
