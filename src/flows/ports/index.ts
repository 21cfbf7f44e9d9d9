/** Everything a flow may touch of the world, wired once in `main.ts`. */
import type { Clock, Random } from '../../core/time.ts';
import type { Chain, Wallet } from './chain.ts';
import type { Cabinet, Storage } from './storage.ts';

export type Ports = {
  chain: Chain;
  wallet: Wallet;
  storage: Storage;
  cabinet: Cabinet;
  clock: Clock;
  random: Random;
  /** minutes east of UTC, for `created` */
  zone: () => number;
};
/** Reading needs no wallet. */
export type ReadPorts = Omit<Ports, 'wallet'>;

export type * from './chain.ts';
export type * from './storage.ts';
export type * from './wallet.ts';
