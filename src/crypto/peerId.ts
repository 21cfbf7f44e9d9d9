/** A device's libp2p identity, derived from the seed: the same device of the same account always talks under one name. */
import { ed25519 } from '@noble/curves/ed25519.js';
import { base58 } from '@scure/base';
import { concat, type Bytes } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import { derive } from './hkdf.ts';

/** identity multihash of 36 bytes · protobuf PublicKey { Type: Ed25519, Data: 32 bytes } */
const PREFIX = Uint8Array.of(0x00, 0x24, 0x08, 0x01, 0x12, 0x20);

/**
 * @param seed 32 bytes @param device 16 random bytes, kept on that device
 * @returns `secret` the 32-byte Ed25519 seed, `peerId` in base58btc (`12D3Koo…`)
 * @see libp2p specs, peer-ids: Keys, PeerIds
 */
export const peerIdentity = (seed: Uint8Array, device: Uint8Array): { secret: Bytes; peerId: string } => {
  if (device.length !== 16) throw new SalusError('input/invalid', { what: 'device id', length: device.length });
  const secret = derive(seed, 'peer', 32, device);
  return { secret, peerId: base58.encode(concat(PREFIX, ed25519.getPublicKey(secret))) };
};
