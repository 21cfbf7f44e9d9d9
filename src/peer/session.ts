/**
 * Who is talking, by a wallet's session (ERC-4361) and a fresh proof, for this peer alone, by the device it names. Signatures
 * are recovered here, no node is asked; what one peer is shown is of no use at another.
 * @see https://eips.ethereum.org/EIPS/eip-4361 · https://eips.ethereum.org/EIPS/eip-191 · storage/session.ts
 */
import { ed25519 } from '@noble/curves/ed25519.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { base58btc } from 'multiformats/bases/base58';
import { createHash } from 'node:crypto';
import { concat, fromHex, toHex, utf8 } from '../core/bytes.ts';
import type { Address } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import type { Clock } from '../core/time.ts';
import { proofText } from '../storage/session.ts';
import type { Shown } from '../storage/session.ts';

/** Milliseconds: of a session, of a proof, and by how much clocks may differ. */
const LIFE = 7 * 24 * 3_600_000;
const PROOF_LIFE = 3_600_000;
const SKEW = 5 * 60_000;
/** PeerIds of Ed25519 keys: identity multihash of 36 bytes, then a protobuf that ends in the key's 32 bytes. */
const PEER_ID = fromHex('002408011220');
const MESSAGE = new RegExp(
  String.raw`^([^\s/]+) wants you to sign in with your Ethereum account:\n(0x[0-9a-fA-F]{40})\n\n[^\n]+\n\n` +
    String.raw`URI: (\S+)\nVersion: 1\nChain ID: \d+\nNonce: [0-9A-Za-z]{8,64}\nIssued At: (\S+)\nExpiration Time: (\S+)\n` +
    String.raw`Resources:\n- p2p:([1-9A-HJ-NP-Za-km-z]{40,70})$`,
);

export const refuse = (why: string, cause?: unknown): never => {
  throw new SalusError('crypto/bad-signature', { at: 'session', why }, cause);
};

/** @param signature 65 bytes: r, s, and 27 or 28 @returns who signed the text with `personal_sign` */
const signerOf = (text: string, signature: Uint8Array): Address => {
  const message = utf8(text);
  const hash = keccak_256(concat(utf8(`\x19Ethereum Signed Message:\n${message.length}`), message));
  const parsed = secp256k1.Signature.fromBytes(signature.slice(0, 64), 'compact');
  if (parsed.hasHighS()) return refuse('high s');
  const point = parsed.addRecoveryBit((signature[64] as number) - 27).recoverPublicKey(hash);
  return toHex(keccak_256(point.toBytes(false).subarray(1)).subarray(12));
};

/** @returns the 32-byte Ed25519 key that a PeerId is */
const keyOf = (peerId: string): Uint8Array => {
  const bytes = base58btc.decode(`z${peerId}`);
  if (bytes.length !== 38 || toHex(bytes.subarray(0, 6)) !== toHex(PEER_ID)) return refuse('PeerId');
  return bytes.subarray(6);
};

/** What the wallet signed. */
const readMessage = (message: string, signature: string, now: number): { account: Address; peerId: string } => {
  const [, domain, account = '', uri = '', issued = '', expires = '', peerId = ''] =
    message.match(MESSAGE) ?? refuse('message');
  const [from, until] = [Date.parse(issued), Date.parse(expires)];
  if (new URL(uri).host !== domain) refuse('uri');
  if (!(from <= now + SKEW && now < until && until - from <= LIFE)) refuse('expired');
  const bytes = fromHex(signature);
  const claimed = account.toLowerCase() as Address;
  if (bytes.length !== 65 || signerOf(message, bytes) !== claimed) refuse('signature');
  return { account: claimed, peerId };
};

/**
 * @param bearer base64url of what `bearerFor` of storage makes
 * @param hosts `host:port` under which this peer is known @returns the account that signed in @throws crypto/bad-signature
 */
export const readSession = (bearer: string, hosts: string[], clock: Clock): Address =>
  readShown(bearer, hosts, clock).account;

/** As {@link readSession}, with the voucher that was shown beside it, unread. */
export const readShown = (bearer: string, hosts: string[], clock: Clock): { account: Address; voucher?: string } => {
  try {
    const { message, signature, proof, voucher } = JSON.parse(
      Buffer.from(bearer, 'base64url').toString('utf8'),
    ) as Shown;
    const { account, peerId } = readMessage(message, signature, clock());
    const age = clock() - proof.at;
    if (!Number.isSafeInteger(proof.at) || age > PROOF_LIFE || age < -SKEW) refuse('proof expired');
    const digest = `0x${createHash('sha256').update(message).digest('hex')}`;
    const [made, key] = [fromHex(proof.signature), keyOf(peerId)];
    const mine = hosts.some((host) => ed25519.verify(made, proofText(host, proof.at, digest), key));
    if (!mine) return refuse('not for this peer');
    return { account, ...(typeof voucher === 'string' ? { voucher } : {}) };
  } catch (error) {
    return error instanceof SalusError ? refuse(String(error.details.why)) : refuse('malformed', error);
  }
};
