/**
 * libp2p, for as long as a pinning service fetches: a fresh identity each time, WebSockets out, nothing listens, nobody is
 * asked whom we were not told of. In a chunk of its own: it is loaded when somebody uses a pinning service.
 */
import { noise } from '@chainsafe/libp2p-noise';
import { yamux } from '@chainsafe/libp2p-yamux';
import { withBitswap } from '@helia/bitswap';
import { withLibp2pLight } from '@helia/libp2p';
import { identify } from '@libp2p/identify';
import { webSockets } from '@libp2p/websockets';
import { multiaddr } from '@multiformats/multiaddr';
import { createHeliaLight } from 'helia';
import type { HeliaInit } from 'helia';
import type { CID } from 'multiformats/cid';
import type { Bytes } from '../core/bytes.ts';
import { readBlock } from './blocks.ts';
import type { Blocks } from './blocks.ts';

type Blockstore = NonNullable<HeliaInit['blockstore']>;

export interface BitswapNode {
  /** libp2p PeerId, of this node alone */
  readonly id: string;
  /** Peers we are connected to. */
  peers(): number;
  /** Tries all of them ({@link dialable} says which), one connection a peer; who cannot be reached is passed over. @returns peers we are connected to */
  dial(addresses: string[], signal: AbortSignal): Promise<number>;
  /** Asks the connected peers. The signal is the only end of its waiting. */
  fetch(cid: CID, signal: AbortSignal): Promise<Bytes | null>;
  stop(): Promise<void>;
}

/** A message may take as long as an uplink of 1 Mbit/s needs for 32 MiB. Milliseconds. */
const SENDING = 300_000;
/** Blocks one peer may want at once: they are all read before they are sent. */
const MOST_WANTED = 128;
const DIAL = 10_000;

/** @param blocks what may be given away, and nothing else; none: asks only */
export const openBitswap = async (blocks?: Blocks): Promise<BitswapNode> => {
  const asked = new Set<string>();
  const helia = withBitswap(
    withLibp2pLight(createHeliaLight(blocks ? { blockstore: blocks as Blockstore } : {}), {
      addresses: { listen: [] },
      transports: [webSockets()],
      connectionEncrypters: [noise()],
      streamMuxers: [yamux()],
      // the default gater refuses plain WebSockets on this machine too; whoever dials decides, and peers lead to no others
      connectionGater: { denyDialMultiaddr: (address) => !asked.has(`${address}`) },
      services: { identify: identify() },
    }),
    // the code reads `maxWantListSize`, its type says `maxWantlistSize` (@helia/bitswap 4.0.19)
    { messageSendTimeout: SENDING, messageReceiveTimeout: SENDING, ...{ maxWantListSize: MOST_WANTED } },
  );
  await helia.start();
  const { libp2p } = helia;
  return {
    id: libp2p.peerId.toString(),
    peers: () => libp2p.getPeers().length,
    dial: async (addresses, signal) => {
      const one = async (text: string) => {
        const address = multiaddr(text);
        asked.add(`${address}`);
        await libp2p.dial(address, { signal: AbortSignal.any([signal, AbortSignal.timeout(DIAL)]) });
      };
      await Promise.allSettled(addresses.map(one));
      return libp2p.getPeers().length;
    },
    fetch: async (cid, signal) => {
      for await (const _ of helia.blockstore.get(cid, { signal }));
      return readBlock(helia.blockstore as Blocks, cid);
    },
    stop: async () => void (await helia.stop()),
  };
};
