/**
 * What a peer that asks who is talking is shown. The wallet's session names a device by its PeerId; what is shown is that
 * session and a fresh signature by the device for this one peer, so that no peer can use it at another.
 */
import { ed25519 } from '@noble/curves/ed25519.js';
import { fromBase64, fromHex, fromUtf8, toBase64, toHex, utf8 } from '../core/bytes.ts';
import type { Bytes } from '../core/bytes.ts';

/** `message` and `signature` as the wallet made them (ERC-4361), `key` the 32-byte Ed25519 secret of the device, in hex. */
type Session = { message: string; signature: string; key?: string };
/** @property at ms since the epoch · @property signature 64 bytes in hex, by the device over {@link proofText} */
export type Shown = { message: string; signature: string; proof: { at: number; signature: string }; voucher?: string };

const unpadded = (text: string): string => text.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');

/** What the device signs. @param host of the peer, with its port @param digest sha2-256 of the wallet's message, in hex */
export const proofText = (host: string, at: number, digest: string): Bytes =>
  utf8(`salus/v1/peer-session\n${host}\n${at}\n${digest}`);

/** @returns sha2-256 of the message, in hex */
export const digestOf = async (message: string): Promise<string> =>
  toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', utf8(message))));

/** @param session base64url of a {@link Session} @param host of the peer @param now ms @param voucher for this peer, where there is one @returns the bearer for this peer, null when the session cannot prove its device */
export const bearerFor = async (
  session: string,
  host: string,
  now: number,
  voucher?: string,
): Promise<string | null> => {
  const json = fromUtf8(fromBase64(session.replaceAll('-', '+').replaceAll('_', '/')));
  const { message, signature, key } = JSON.parse(json) as Session;
  if (key === undefined) return null;
  const proof = ed25519.sign(proofText(host, now, await digestOf(message)), fromHex(key));
  const shown: Shown = { message, signature, proof: { at: now, signature: toHex(proof) } };
  if (voucher !== undefined) shown.voucher = voucher;
  return unpadded(toBase64(utf8(JSON.stringify(shown))));
};
