/** What stays on the disk, in plain, of places that the person uses. */
import { describe, expect, it } from 'vitest';
import { MemoryDatastore } from 'datastore-core';
import { fromUtf8 } from '../../../src/core/bytes.ts';
import { SalusError } from '../../../src/core/errors.ts';
import { Health } from '../../../src/storage/health.ts';
import { carriesKey } from '../../../src/state/nodes.svelte.ts';

const URL_OF = 'https://service.example/psa';

describe('how a place was last found', () => {
  const kept = async (datastore: MemoryDatastore): Promise<string> => {
    let all = '';
    for await (const { key, value } of datastore.query({})) all += `${key}${fromUtf8(new Uint8Array(value))}`;
    return all;
  };

  it('is kept without the place’s own words: they may repeat the token that it was shown', async () => {
    const datastore = new MemoryDatastore();
    const health = new Health({ datastore: datastore as never }, () => 5);
    const reason = 'UNAUTHORIZED: token eyJsecret.of.mine is not valid here';
    await health.failed(URL_OF, new SalusError('pinning/token', { place: 'service.example', reason }));
    expect(await kept(datastore)).not.toContain('eyJsecret');
    expect((await health.of(URL_OF)).failed).toMatchObject({ code: 'pinning/token', reason });
    const afterwards = new Health({ datastore: datastore as never });
    expect((await afterwards.of(URL_OF)).failed).toEqual({ at: 5, code: 'pinning/token', reason: '' });
  });
});

describe('a node whose address is a secret', () => {
  it.each([
    'https://mainnet.example/v3/0123456789abcdef0123456789abcdef',
    'https://lb.example/ogrpc?network=ethereum&dkey=abc',
    'https://0123456789abcdef0123456789abcdef.eth.rpc.example/',
    'https://a1b2c3d4-e5f6-4a1b-8c2d-0123456789ab.node.example',
    'https://mainnet.example/rpc/QWxhZGRpbjpvcGVuIHNlc2FtZQ',
    'https://mainnet.example/rpc/abcdefghijklmnopqrstuvwxyzabcdef',
    'https://mainnet.example/rpc/12345678901234567890123456789012',
  ])('%s is sealed', (url) => expect(carriesKey(url)).toBe(true));

  it.each([
    'https://ethereum-sepolia-rpc.publicnode.example',
    'https://rpc.example/sepolia',
    'https://rpc.example/v1/ethereum-mainnet',
    'http://127.0.0.1:8545',
    'http://localhost:8545/',
    'https://eth-mainnet.public.blastapi.example/rpc',
  ])('%s is not', (url) => expect(carriesKey(url)).toBe(false));
});
