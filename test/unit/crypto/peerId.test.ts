import { privateKeyFromRaw } from '@libp2p/crypto/keys';
import { peerIdFromPrivateKey } from '@libp2p/peer-id';
import { ed25519 } from '@noble/curves/ed25519.js';
import { expect, it } from 'vitest';
import { concat } from '../../../src/core/bytes.ts';
import { peerIdentity } from '../../../src/crypto/peerId.ts';
import { code } from '../code.ts';

const seed = new Uint8Array(32).fill(7);

it('is the PeerId libp2p itself makes of the key', () => {
  for (let d = 0; d < 8; d++) {
    const { secret, peerId } = peerIdentity(seed, new Uint8Array(16).fill(d));
    const theirs = privateKeyFromRaw(concat(secret, ed25519.getPublicKey(secret)));
    expect(peerIdFromPrivateKey(theirs).toString()).toBe(peerId);
  }
});

it('differs by device and by seed, and refuses a short device id', () => {
  const a = peerIdentity(seed, new Uint8Array(16)).peerId;
  expect(peerIdentity(seed, new Uint8Array(16).fill(1)).peerId).not.toBe(a);
  expect(peerIdentity(new Uint8Array(32), new Uint8Array(16)).peerId).not.toBe(a);
  expect(code(() => peerIdentity(seed, new Uint8Array(4)))).toBe('input/invalid');
});
