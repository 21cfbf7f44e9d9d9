/** The peer and a second, foreign Helia node, over WebSockets: what any other IPFS program would do with it. */
import { noise } from '@chainsafe/libp2p-noise';
import { yamux } from '@chainsafe/libp2p-yamux';
import { withBitswap } from '@helia/bitswap';
import { withLibp2pLight } from '@helia/libp2p';
import { unixfs } from '@helia/unixfs';
import { circuitRelayTransport } from '@libp2p/circuit-relay-v2';
import { identify } from '@libp2p/identify';
import { ping } from '@libp2p/ping';
import { webSockets } from '@libp2p/websockets';
import { multiaddr } from '@multiformats/multiaddr';
import { createHeliaLight } from 'helia';
import { CID } from 'multiformats/cid';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { all, bytes, memoryService, record } from '../storage/memory.ts';
import { running, until } from './running.ts';
import type { Running } from './running.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 }); // megabytes, on machines that have other work

const foreign = async (listen: string[] = []) => {
  const helia = withBitswap(
    withLibp2pLight(createHeliaLight(), {
      addresses: { listen },
      transports: [webSockets(), circuitRelayTransport()],
      connectionEncrypters: [noise()],
      streamMuxers: [yamux()],
      connectionGater: { denyDialMultiaddr: () => false },
      services: { identify: identify(), ping: ping() },
    }),
  );
  await helia.start();
  return helia;
};

let peer: Running;
beforeAll(async () => (peer = await running()));
afterAll(() => peer.end());
const signal = () => AbortSignal.timeout(20_000);

describe('bitswap over WebSockets', () => {
  it('gives a pushed record to a foreign node', async () => {
    const { storage, node } = await memoryService();
    await storage.configure({ peers: [peer.url], gateways: [] });
    const { digest, cid } = await record(storage);
    await storage.push(digest);
    const other = await foreign();
    await other.libp2p.dial(multiaddr(peer.multiaddrs[0]!), { signal: signal() });
    const fs = unixfs(other);
    const [entry] = (await all(fs.ls(CID.parse(cid), { signal: signal() }))).filter((e) => e.name === '1.age');
    const theirs = Buffer.concat(await all(fs.cat(entry!.cid, { signal: signal() })));
    expect(theirs.equals(Buffer.concat(await all(node.fs.cat(entry!.cid))))).toBe(true);
    await other.stop();
  });

  it('fetches what it is asked to pin from the origin that is named', async () => {
    const origin = await foreign(['/ip4/127.0.0.1/tcp/0/ws']);
    const cid = await unixfs(origin).addBytes(bytes(3_000_000, 5));
    const body = JSON.stringify({ cid: cid.toString(), origins: origin.libp2p.getMultiaddrs().map(String) });
    const answer = await fetch(`${peer.url}/pins`, { method: 'POST', body });
    const { requestid, delegates } = (await answer.json()) as { requestid: string; delegates: string[] };
    expect(delegates).toEqual(peer.multiaddrs);
    const status = async () => (await (await fetch(`${peer.url}/pins/${requestid}`)).json()) as { status: string };
    await until(status, (pin) => pin.status === 'pinned');
    await origin.stop();
    const block = await fetch(`${peer.url}/ipfs/${cid}?format=car`);
    expect((await block.arrayBuffer()).byteLength).toBeGreaterThan(3_000_000);
  });

  it('relays between two nodes that cannot reach each other', async () => {
    const one = await foreign([`${peer.multiaddrs[0]}/p2p-circuit`]);
    const [address] = await until(
      async () => one.libp2p.getMultiaddrs(),
      (all) => all.length > 0,
    );
    const two = await foreign();
    const connection = await two.libp2p.dial(address!, { signal: signal() });
    expect(connection.remoteAddr.toString()).toContain(`${peer.id}/p2p-circuit`);
    expect(connection.remotePeer.equals(one.libp2p.peerId)).toBe(true);
    await one.stop();
    await two.stop();
  });
});
