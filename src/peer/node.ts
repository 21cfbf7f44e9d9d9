/** The peer's Helia: blocks on disk, bitswap over WebSockets, a relay for browsers. Asks nobody it was not told of. */
import { noise } from '@chainsafe/libp2p-noise';
import { yamux } from '@chainsafe/libp2p-yamux';
import { withBitswap } from '@helia/bitswap';
import { withLibp2pLight } from '@helia/libp2p';
import { unixfs } from '@helia/unixfs';
import { circuitRelayServer } from '@libp2p/circuit-relay-v2';
import { identify } from '@libp2p/identify';
import { ping } from '@libp2p/ping';
import { webSockets } from '@libp2p/websockets';
import { FsBlockstore } from 'blockstore-fs';
import { FsDatastore } from 'datastore-fs';
import { createHeliaLight } from 'helia';
import { join } from 'node:path';
import type { Node } from '../storage/node.ts';

/** A node with libp2p. `helia.blockstore` may ask other peers; `blockstore` is what lies on the disk here. */
export type PeerNode = Node & { helia: ReturnType<typeof withHelia> };

const withHelia = (stores: { blockstore: FsBlockstore; datastore: FsDatastore }, listen: string[]) =>
  withBitswap(
    withLibp2pLight(createHeliaLight(stores), {
      addresses: { listen },
      transports: [webSockets()],
      connectionEncrypters: [noise()],
      streamMuxers: [yamux()],
      // the default gater refuses plain WebSockets and private addresses, which is where clinics are
      connectionGater: { denyDialMultiaddr: () => false },
      services: {
        identify: identify(),
        ping: ping(),
        relay: circuitRelayServer({ reservations: { maxReservations: 256 } }),
      },
    }),
  );

/** @param folder kept between runs: blocks, pins and the peer's identity @param wsPort 0 for any */
export const openPeerNode = async (folder: string, host: string, wsPort: number): Promise<PeerNode> => {
  const blockstore = new FsBlockstore(join(folder, 'blocks'));
  const datastore = new FsDatastore(join(folder, 'data'));
  await blockstore.open();
  await datastore.open();
  const family = host.includes(':') ? 'ip6' : 'ip4';
  const helia = withHelia({ blockstore, datastore }, [`/${family}/${host}/tcp/${wsPort}/ws`]);
  await helia.start();
  const close = async (): Promise<void> => {
    await helia.stop();
    await datastore.close();
    await blockstore.close();
  };
  return { helia, blockstore, datastore, fs: unixfs({ blockstore }), close };
};
