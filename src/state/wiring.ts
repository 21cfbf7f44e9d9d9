/** What `main.ts` hands to the page's state. */
import type { Clock, Random } from '../core/time.ts';
import type { Cabinet, Chain, Deployment, Storage, WalletConnector } from '../flows/ports/index.ts';
import type { Measurer } from '../flows/ports/measure.ts';
import type { Sessions } from '../flows/ports/session.ts';
import type { Site } from '../flows/signIn.ts';
import type { Attention } from './attention.ts';
import type { Networks } from './networks.svelte.ts';
import type { Shelf } from './places.svelte.ts';

/** What is loaded lazily once a network is needed. */
export type Backend = {
  chain: Chain;
  storage: Storage;
  cabinet: Cabinet;
  connector: WalletConnector;
  /** in a chunk of its own */
  sessions: () => Promise<Sessions>;
};

/** One at a time in all tabs of this browser. @throws app/other-tab when another has it and `wait` is false */
export type Exclusive = <T>(name: string, work: () => Promise<T>, wait: boolean, signal: AbortSignal) => Promise<T>;

/** Everything that is not the page's own: networks, workers, the disk, time, chance, and other tabs. */
export type Wiring = {
  networks: Networks;
  /** Loads the chunks for chain, wallets and storage, once. */
  backend: (deployment: Deployment) => Promise<Backend>;
  /** a worker of its own that times ciphers */
  measurer: () => Measurer;
  shelf: Shelf;
  clock: Clock;
  random: Random;
  zone: () => number;
  site: Site;
  exclusive: Exclusive;
  attention: Attention;
};
