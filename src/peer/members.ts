/**
 * Who may put something here: anybody, whoever holds the peer's token, or whoever signed in with a wallet (ERC-4361). A session
 * is `base64url({"message", "signature"})`, shown as a bearer; the signature is recovered here, no node is asked.
 * @see https://eips.ethereum.org/EIPS/eip-4361 · https://eips.ethereum.org/EIPS/eip-191
 */
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { concat, fromHex, toHex, utf8 } from '../core/bytes.ts';
import type { Address } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import type { Clock } from '../core/time.ts';

/** @property members those alone, of the ones who signed in; empty: whoever did */
export type Guard = { token: string | null; requireSession: boolean; members: Address[]; clock: Clock };

const LIFE = 7 * 24 * 3_600_000;
const SKEW = 5 * 60_000;
const MESSAGE = new RegExp(
  String.raw`^([^\s/]+) wants you to sign in with your Ethereum account:\n(0x[0-9a-fA-F]{40})\n\n[^\n]+\n\n` +
    String.raw`URI: (\S+)\nVersion: 1\nChain ID: \d+\nNonce: [0-9A-Za-z]{8,64}\nIssued At: (\S+)\nExpiration Time: (\S+)\n` +
    String.raw`Resources:\n- p2p:[1-9A-HJ-NP-Za-km-z]{40,70}$`,
);

const refuse = (why: string, cause?: unknown): never => {
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

/** @returns the account that signed in @throws crypto/bad-signature */
export const readSession = (bearer: string, clock: Clock): Address => {
  try {
    const session = JSON.parse(Buffer.from(bearer, 'base64url').toString('utf8')) as {
      message: string;
      signature: string;
    };
    const [, domain, account, uri, issued, expires] = session.message.match(MESSAGE) ?? refuse('message');
    const [from, until] = [Date.parse(issued as string), Date.parse(expires as string)];
    if (new URL(uri as string).host !== domain) refuse('uri');
    if (!(from <= clock() + SKEW && clock() < until && until - from <= LIFE)) refuse('expired');
    const signature = fromHex(session.signature);
    if (signature.length !== 65 || signerOf(session.message, signature) !== account?.toLowerCase()) refuse('signature');
    return account?.toLowerCase() as Address;
  } catch (error) {
    return error instanceof SalusError ? refuse(String(error.details.why)) : refuse('malformed', error);
  }
};

const same = (a: string, b: string): boolean => {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
};

/** @returns a check for each request that would put or remove something */
export const authorizer =
  ({ token, requireSession, members, clock }: Guard) =>
  (request: IncomingMessage): void => {
    if (token === null && !requireSession) return;
    const bearer =
      /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? refuse('a bearer token is wanted');
    if (token !== null && same(bearer, token)) return;
    if (!requireSession) refuse('wrong token');
    const account = readSession(bearer, clock);
    if (members.length > 0 && !members.includes(account)) refuse('not a member');
  };
