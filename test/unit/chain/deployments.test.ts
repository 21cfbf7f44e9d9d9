import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { loadDeployments, parseDeployments } from '../../../src/chain/deployments.ts';

const address = (n: number) => `0x${n.toString(16).padStart(40, '0')}`;
const chain = {
  name: 'Local',
  contract: address(0xabcdef).toUpperCase().replace('0X', '0x'),
  block: 1,
  founders: [address(1), address(2), address(3)],
  predecessors: [],
  rpcs: ['http://127.0.0.1:8545/'],
  explorer: '',
  peers: [{ name: 'Local peer', url: 'http://127.0.0.1:4001' }],
  gateways: [],
  currency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
};
const file = (change: object = {}, id = '31337') => ({ version: 1, chains: { [id]: { ...chain, ...change } } });

describe('deployments.json', () => {
  it('is read with addresses in lower case and URLs without a final slash', () => {
    expect(parseDeployments(file())).toEqual([
      { ...chain, chainId: 31_337, contract: address(0xabcdef), rpcs: ['http://127.0.0.1:8545'], explorer: null },
    ]);
  });

  it.each([
    ['a newer version', { ...file(), version: 2 }, '.version'],
    ['no chains', { version: 1 }, '.chains'],
    ['a chain id that is none', file({}, '0x1'), '.chains.0x1'],
    ['a contract that is none', file({ contract: '0x12' }), '.chains.31337.contract'],
    ['the zero address', file({ contract: address(0) }), '.chains.31337.contract'],
    ['two founders', file({ founders: chain.founders.slice(1) }), '.chains.31337.founders'],
    ['one founder twice', file({ founders: [address(1), address(2), address(1)] }), '.chains.31337.founders'],
    ['no node', file({ rpcs: [] }), '.chains.31337.rpcs'],
    ['a node that is no URL', file({ rpcs: ['127.0.0.1:8545'] }), '.chains.31337.rpcs[0]'],
    ['a script for an explorer', file({ explorer: 'javascript:alert(1)' }), '.chains.31337.explorer'],
    [
      'an explorer that anybody on the way can alter',
      file({ explorer: 'http://explorer.example' }),
      '.chains.31337.explorer',
    ],
    [
      'an explorer that only begins like this machine',
      file({ explorer: 'http://localhost.example' }),
      '.chains.31337.explorer',
    ],
    ['a password in a URL', file({ rpcs: ['https://me:secret@node.example'] }), '.chains.31337.rpcs[0]'],
    ['a peer without a name', file({ peers: [{ url: 'https://x.example' }] }), '.chains.31337.peers[0].name'],
    ['a field nobody knows', file({ rpc: 'x' }), '.chains.31337.rpc'],
    ['a missing field', file({ currency: undefined }), '.chains.31337.currency'],
  ])('is refused with %s, naming the place', (_, json, path) => {
    expect(() => parseDeployments(json)).toThrow(
      expect.objectContaining({
        code: 'input/invalid',
        details: expect.objectContaining({ file: 'deployments.json', path }),
      }),
    );
  });

  it.each(['https://explorer.example/x', 'http://127.0.0.1:4000', 'http://localhost', 'http://[::1]:80/e'])(
    'takes %s for an explorer',
    (explorer) => {
      expect(parseDeployments(file({ explorer }))[0]?.explorer).toBe(explorer);
    },
  );

  it('lies beside the page, wherever that is', async () => {
    const server = createServer((request, response) => {
      if (request.url === '/ipfs/cid/deployments.json') response.end(JSON.stringify(file()));
      else if (request.url === '/broken/deployments.json') response.end('<html>');
      else if (request.url === '/empty/deployments.json') response.end(JSON.stringify({ version: 1, chains: {} }));
      else response.writeHead(404).end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    expect((await loadDeployments(`${base}/ipfs/cid/index.html`)).map((d) => d.name)).toEqual(['Local']);
    await expect(loadDeployments(`${base}/broken/`)).rejects.toMatchObject({ code: 'input/invalid' });
    await expect(loadDeployments(`${base}/empty/`)).rejects.toMatchObject({ code: 'chain/not-deployed' });
    await expect(loadDeployments(`${base}/none/`)).rejects.toMatchObject({ code: 'chain/not-deployed' });
    server.close();
    server.closeAllConnections();
  });
});
