import { expect, it } from 'vitest';
import { dialable } from '../../../src/storage/delegates.ts';

const ID = '12D3KooWGoodGoodGoodGood';

it.each([
  `/dns4/service.example/tcp/443/wss/p2p/${ID}`,
  `/dns6/service.example/tcp/443/tls/ws/p2p/${ID}`,
  `/ip4/203.0.113.7/tcp/4002/tls/sni/203-0-113-7.k51.libp2p.direct/ws/p2p/${ID}`,
  `/ip6/2001:db8::1/tcp/443/wss/p2p/${ID}`,
  `/ip4/127.0.0.1/tcp/4002/ws/p2p/${ID}`,
  `/dns4/localhost/tcp/4002/ws/p2p/${ID}`,
])('%s may be dialled', (address) => expect(dialable([address])).toEqual([address]));

it.each([
  ['unencrypted, elsewhere', `/ip4/10.0.0.1/tcp/4002/ws/p2p/${ID}`],
  ['unencrypted, by name', `/dns4/service.example/tcp/80/ws/p2p/${ID}`],
  ['a name that only looks local', `/dns4/localhost.example/tcp/80/ws/p2p/${ID}`],
  ['plain TCP', `/ip4/203.0.113.7/tcp/4001/p2p/${ID}`],
  ['QUIC', `/ip4/203.0.113.7/udp/4001/quic-v1/p2p/${ID}`],
  ['a relay', `/dns4/relay.example/tcp/443/wss/p2p/${ID}/p2p-circuit/p2p/${ID}`],
  ['a name to be looked up at somebody', `/dnsaddr/service.example/p2p/${ID}`],
  ['nobody in particular', '/dns4/service.example/tcp/443/wss'],
  ['noise', 'javascript:alert(1)'],
  ['nothing', ''],
])('%s may not', (_, address) => expect(dialable([address])).toEqual([]));

it('tries no more than eight', () => {
  const many = Array.from({ length: 50 }, (_, i) => `/dns4/a${i}.example/tcp/443/wss/p2p/${ID}`);
  expect(dialable(many)).toEqual(many.slice(0, 8));
});
