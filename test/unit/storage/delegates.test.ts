import { expect, it } from 'vitest';
import { dialable } from '../../../src/storage/delegates.ts';

const FAR = 'https://service.example/psa';
const NEAR = 'http://127.0.0.1:5001/psa';
const ID = '12D3KooWGoodGoodGoodGood';

it.each([
  `/dns4/service.example/tcp/443/wss/p2p/${ID}`,
  `/dns6/service.example/tcp/443/tls/ws/p2p/${ID}`,
  `/ip4/203.0.113.7/tcp/4002/tls/sni/203-0-113-7.k51.libp2p.direct/ws/p2p/${ID}`,
  `/ip6/2001:db8::1/tcp/443/wss/p2p/${ID}`,
])('%s may be dialled', (address) => expect(dialable([address], FAR)).toEqual([address]));

const NEARBY = [
  `/ip4/127.0.0.1/tcp/4002/ws/p2p/${ID}`,
  `/dns4/localhost/tcp/4002/ws/p2p/${ID}`,
  ...[
    ...['127.0.0.1', '10.0.0.1', '172.31.0.9', '192.168.1.1', '169.254.169.254', '100.64.0.1', '0.0.0.0', '224.0.0.1'],
    ...['localhost', 'LOCALHOST', 'a.localhost', 'router', 'nas.local', 'db.internal', 'box.lan', 'localhost.'],
    ...['2130706433', '0x7f.1', '127.1'],
  ].map((host) => `/dns4/${host}/tcp/443/wss/p2p/${ID}`),
  ...['::1', '::', 'fd00::1', 'fe80::1', '::ffff:10.0.0.1', '64:ff9b::a00:1'].map(
    (ip) => `/ip6/${ip}/tcp/443/wss/p2p/${ID}`,
  ),
];

it.each(NEARBY)('%s is dialled for a service that is near itself, and for no other', (address) => {
  expect(dialable([address], FAR)).toEqual([]);
  for (const near of [NEAR, 'https://192.168.1.7/psa', 'https://nas.local:8443/psa', 'https://[fd00::7]/psa'])
    expect(dialable([address], near)).toEqual([address]);
});

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
])('%s may not', (_, address) => expect(dialable([address], FAR)).toEqual([]));

it('tries no more than eight', () => {
  const many = Array.from({ length: 50 }, (_, i) => `/dns4/a${i}.example/tcp/443/wss/p2p/${ID}`);
  expect(dialable(many, FAR)).toEqual(many.slice(0, 8));
});
