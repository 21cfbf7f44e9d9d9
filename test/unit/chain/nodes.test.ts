import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { httpNode, providerNode } from '../../../src/chain/node.ts';
import { Nodes } from '../../../src/chain/nodes.ts';
import { enroll, lyingNode, people, startLocal, type Local } from './support.ts';

const { alice } = people;
let local: Local;
let hanging: Server;
let hangs = '';
let now = 0;
const clock = () => now;
const stops: (() => void)[] = [];

beforeAll(async () => {
  local = await startLocal();
  await local.send(alice, enroll(1));
  // answers its headers, and then nothing more
  hanging = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.write('{');
  }).listen(0, '127.0.0.1');
  await once(hanging, 'listening');
  hangs = `http://127.0.0.1:${(hanging.address() as AddressInfo).port}`;
});
afterAll(async () => {
  stops.forEach((stop) => stop());
  hanging.closeAllConnections();
  hanging.close();
  await local.stop();
});

describe('nodes', () => {
  it('that hang in the middle of an answer are given up, and rest', async () => {
    const slow = httpNode(hangs, { timeout: 30 });
    const nodes = new Nodes([slow, httpNode(local.url)], 31_337, clock);
    expect(await nodes.first('eth_chainId', [])).toBe('0x7a69');
    expect(slow.restsUntil).toBeGreaterThan(now);
    expect(await nodes.first('eth_chainId', [])).toBe('0x7a69');
    await expect(new Nodes([slow], 31_337, clock).first('eth_blockNumber', [])).rejects.toMatchObject({
      code: 'chain/unreachable',
      details: { nodes: [new URL(hangs).host] },
    });
  });

  it('are asked again once they rested', async () => {
    let away = true;
    const node = await lyingNode(local.rpc, () => (away ? new Error('away') : undefined));
    stops.push(node.stop);
    const nodes = new Nodes([httpNode(node.url, { retryDelay: 1 }), httpNode(local.url)], 31_337, clock);
    const others = () => node.asked.length;
    await nodes.first('eth_blockNumber', []);
    const before = others();
    await nodes.first('eth_blockNumber', []);
    expect(others()).toBe(before);
    away = false;
    now += 31_000;
    await nodes.first('eth_blockNumber', []);
    expect(others()).toBeGreaterThan(before);
  });

  it('stop when the reader does not want the answer any more', async () => {
    const stop = new AbortController();
    const asked = httpNode(hangs, { timeout: 60_000 }).request('eth_chainId', [], stop.signal);
    stop.abort();
    await expect(asked).rejects.toMatchObject({ code: 'storage/aborted' });
  });

  it('on another chain are left out', async () => {
    const other = await lyingNode(local.rpc, ({ method }) => (method === 'eth_chainId' ? '0x1' : undefined));
    stops.push(other.stop);
    const nodes = new Nodes([httpNode(other.url), httpNode(local.url)], 31_337, clock);
    expect(await nodes.each(async (n) => n.name)).toEqual([
      expect.objectContaining({ value: new URL(local.url).host }),
    ]);
  });

  it('may be a provider in the page, called as the method it is', async () => {
    class Provider {
      id = '0x7a69';
      async request() {
        return this.id;
      }
    }
    expect(await providerNode('wallet', new Provider()).request('eth_chainId', [])).toBe('0x7a69');
  });
});
