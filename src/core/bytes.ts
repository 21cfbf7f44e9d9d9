/** Bytes and their spellings. Nothing here knows what the bytes mean. */

/** `Uint8Array` over its own `ArrayBuffer`, as WebCrypto and IndexedDB want it. */
export type Bytes = Uint8Array<ArrayBuffer>;
/** Lower-case hexadecimal with `0x`. */
export type Hex = `0x${string}`;
/** 20 bytes, lower-case hex: addresses are compared as strings, so there is one spelling inside the page. */
export type Address = Hex;
/** 32 bytes: the sha2-256 digest of a CIDv1 dag-pb UnixFS directory. */
export type Digest = Hex;
/** Stands for "none" where the contract takes a digest. */
export const NO_DIGEST: Digest = `0x${'0'.repeat(64)}`;
/** Stands for "nobody" where the contract takes an address: the other side of an unaddressed grant. */
export const NO_ADDRESS: Address = `0x${'0'.repeat(40)}`;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/** UTF-8 encoding. */
export const utf8 = (text: string): Bytes => encoder.encode(text);
/** UTF-8 decoding. @throws TypeError when the bytes are not UTF-8 */
export const fromUtf8 = (bytes: Uint8Array): string => decoder.decode(bytes);

/** One array out of many. */
export const concat = (...parts: Uint8Array[]): Bytes => {
  const out = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const p of parts) {
    out.set(p, at);
    at += p.length;
  }
  return out;
};

/** Hexadecimal spelling with `0x`. */
export const toHex = (bytes: Uint8Array): Hex =>
  `0x${Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('')}`;

/** @throws RangeError unless `hex` is an even number of hexadecimal digits, with or without `0x` */
export const fromHex = (hex: string): Bytes => {
  const digits = hex.startsWith('0x') ? hex.slice(2) : hex;
  if (digits.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(digits)) throw new RangeError('not hexadecimal');
  const out = new Uint8Array(digits.length / 2);
  for (let i = 0; i < out.length; i++) out[i] = Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16);
  return out;
};

/** Compares in time that depends on the lengths only. */
export const equal = (a: Uint8Array, b: Uint8Array): boolean => {
  if (a.length !== b.length) return false;
  let diff = 0;
  for (let i = 0; i < a.length; i++) diff |= (a[i] as number) ^ (b[i] as number);
  return diff === 0;
};

/** Big-endian unsigned integer of `length` bytes. @throws RangeError when it does not fit */
export const uintBytes = (value: bigint | number, length: number): Bytes => {
  let v = BigInt(value);
  if (v < 0n || v >= 1n << BigInt(8 * length)) throw new RangeError(`does not fit ${length} bytes`);
  const out = new Uint8Array(length);
  for (let i = length - 1; i >= 0; i--, v >>= 8n) out[i] = Number(v & 0xffn);
  return out;
};

/** A copy that owns its whole buffer: views keep (and leak) the memory beside them. */
export const owned = (bytes: Uint8Array): Bytes =>
  bytes.byteLength === bytes.buffer.byteLength && bytes.buffer instanceof ArrayBuffer
    ? (bytes as Bytes)
    : new Uint8Array(bytes);

/** Overwrites with zeros. Best effort: the engine may have moved copies. */
export const wipe = (...arrays: Uint8Array[]): void => arrays.forEach((a) => a.fill(0));

/** Standard base64 (RFC 4648 §4). */
export const toBase64 = (bytes: Uint8Array): string => {
  let s = '';
  for (let i = 0; i < bytes.length; i += 0x8000) s += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(s);
};

/** @throws when `text` is not base64 */
export const fromBase64 = (text: string): Bytes => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
