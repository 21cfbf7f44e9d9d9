/**
 * A signed voucher as it travels: in a link, a QR code, and beside a session. A small binary, so that the code stays readable; whoever
 * reads one has checked nothing but its form.
 */
import type { Address, Bytes } from '../core/bytes.ts';
import { concat, fromBase64, fromHex, fromUtf8, toBase64, toHex, uintBytes, utf8 } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import type { VoucherTerms } from '../core/voucher.ts';

/** @property hospital who signed it, or says so · @property signature 65 bytes of an ordinary account, up to 1024 of a contract */
export type Voucher = VoucherTerms & { hospital: Address; chainId: number; contract: Address; signature: Bytes };

const VERSION = 1;
const MAX_PEER = 120;
const MAX_SIGNATURE = 1024;
/** Characters of the longest one. */
export const MAX_VOUCHER = 1700;
/** version, chain id, contract, hospital, account, until, length of the peer's name */
const FIXED = 1 + 8 + 20 + 20 + 20 + 5 + 1;
/** `host`, or `host:port`. */
const PEER = /^[0-9a-z.\-[\]:]{1,120}$/;

const malformed = (cause?: unknown): SalusError => new SalusError('record/malformed', { what: 'voucher' }, cause);

/** @returns base64url @throws input/invalid when something does not fit */
export const writeVoucher = ({ account, peer, until, hospital, chainId, contract, signature }: Voucher): string => {
  const name = utf8(peer);
  if (!PEER.test(peer) || name.length > MAX_PEER || signature.length > MAX_SIGNATURE || signature.length === 0)
    throw new SalusError('input/invalid', { what: 'voucher', peer: peer.slice(0, 200) });
  const bytes = concat(
    Uint8Array.of(VERSION),
    uintBytes(chainId, 8),
    ...[contract, hospital, account].map((address) => fromHex(address)),
    uintBytes(until, 5),
    Uint8Array.of(name.length),
    name,
    signature,
  );
  return toBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
};

const numberAt = (bytes: Uint8Array, at: number, length: number): number =>
  Number(BigInt(toHex(bytes.subarray(at, at + length))));

/** @param text base64url @throws record/malformed */
export const readVoucher = (text: string): Voucher => {
  if (text.length > MAX_VOUCHER || !/^[0-9A-Za-z_-]+$/.test(text)) throw malformed();
  let voucher: Voucher;
  try {
    const bytes = fromBase64(text.replaceAll('-', '+').replaceAll('_', '/'));
    const length = bytes[FIXED - 1] ?? 0;
    if (bytes[0] !== VERSION || bytes.length <= FIXED + length) throw malformed();
    const address = (at: number): Address => toHex(bytes.subarray(at, at + 20));
    voucher = {
      chainId: numberAt(bytes, 1, 8),
      contract: address(9),
      hospital: address(29),
      account: address(49),
      until: numberAt(bytes, 69, 5),
      peer: fromUtf8(bytes.subarray(FIXED, FIXED + length)),
      signature: bytes.slice(FIXED + length),
    };
  } catch (cause) {
    throw malformed(cause);
  }
  // one spelling only: nothing hides in bits that nobody reads
  try {
    if (Number.isSafeInteger(voucher.chainId) && writeVoucher(voucher) === text) return voucher;
  } catch (cause) {
    throw malformed(cause);
  }
  throw malformed();
};
