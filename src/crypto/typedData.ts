/**
 * Structured data that wallets sign, hashed and recovered without a wallet's library: flat types, as `core/voucher.ts` defines them.
 * @see https://eips.ethereum.org/EIPS/eip-712
 */
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import type { Address, Bytes } from '../core/bytes.ts';
import { concat, fromHex, uintBytes, utf8 } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import type { TypedData } from '../core/voucher.ts';
import { addressOf } from './identity.ts';

/** By the last byte of a signature. */
const RECOVERY = new Map([
  [0, 0],
  [1, 1],
  [27, 0],
  [28, 1],
]);

type Fields = readonly { name: string; type: string }[];

const word = (bytes: Uint8Array): Bytes => concat(new Uint8Array(32 - bytes.length), bytes);

const encoded = (type: string, value: string | number): Bytes => {
  if (type === 'address') return word(fromHex(value as string));
  if (type === 'string') return new Uint8Array(keccak_256(utf8(value as string)));
  if (/^uint\d+$/.test(type)) return uintBytes(value as number, 32);
  throw new SalusError('input/invalid', { type });
};

const hashStruct = (name: string, fields: Fields, values: Record<string, string | number>): Bytes => {
  const signature = `${name}(${fields.map((field) => `${field.type} ${field.name}`).join(',')})`;
  const parts = fields.map((field) => encoded(field.type, values[field.name] as string | number));
  return new Uint8Array(keccak_256(concat(keccak_256(utf8(signature)), ...parts)));
};

/** @returns the two hashes that hardware devices show of it, 32 bytes each */
export const typedHashes = ({ domain, types, primaryType, message }: TypedData): { domain: Bytes; message: Bytes } => ({
  domain: hashStruct('EIP712Domain', types['EIP712Domain'] ?? [], domain),
  message: hashStruct(primaryType, types[primaryType] ?? [], message),
});

/** @returns 32 bytes, what the wallet signs */
export const typedHash = (data: TypedData): Bytes => {
  const { domain, message } = typedHashes(data);
  return new Uint8Array(keccak_256(concat(Uint8Array.of(0x19, 0x01), domain, message)));
};

/** @param signature r ‖ s ‖ v, 65 bytes, v 27 or 28 (or 0 or 1), low s @returns who signed it, null when nobody can have */
export const typedSigner = (data: TypedData, signature: Uint8Array): Address | null => {
  const recovery = RECOVERY.get(signature[64] as number);
  if (signature.length !== 65 || recovery === undefined) return null;
  try {
    const parsed = secp256k1.Signature.fromBytes(signature.slice(0, 64), 'compact');
    if (parsed.hasHighS()) return null;
    return addressOf(parsed.addRecoveryBit(recovery).recoverPublicKey(typedHash(data)).toBytes(false));
  } catch {
    return null;
  }
};
