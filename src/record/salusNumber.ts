/**
 * Two spellings of an account for people. Neither is a secret, and neither decides alone whom anything is sealed to: that is
 * always the account whose key was proven (DESIGN §4, Trust in public keys).
 *
 * - The **number**, `SLS-XXXX-XXXX-XXXX-XXXX`, is for the eye, the phone and paper: 75 bits of a hash over chain, contract and
 *   account, and Crockford's check symbol, which notices every single wrong character and every two that changed places. It is
 *   not reversible: it is looked up among accounts that are known already (the directory, one's own timelines). To make another
 *   account with a given number takes some 2^75 attempts; two numbers of one's own making may be made alike with 2^38. So whoever
 *   finds an account by its number still sees whom they found, and one number never stands for two accounts quietly.
 * - The **code**, `salus1…`, holds the account whole, for scanning and pasting: Bech32m over 20 bytes of the account and a tag of 4
 *   bytes for chain and contract, so that a code of another network is refused. Up to four wrong characters are always noticed.
 * @see https://www.crockford.com/base32.html (alphabet, misreadings, check symbol modulo 37)
 * @see BIP-350 (Bech32m)
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { bech32m } from '@scure/base';
import { concat, equal, fromHex, toHex, uintBytes, utf8, type Address, type Bytes } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';

/** What a number or code is bound to, beside the account. */
export type Network = { chainId: number; contract: Address };

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const PREFIX = 'SLS';
/** Characters with the check symbol. */
const LENGTH = 16;
const CODE_PREFIX = 'salus';
const TAG_BYTES = 4;

const hash = (purpose: string, { chainId, contract }: Network, ...more: Uint8Array[]): Bytes =>
  sha256(concat(utf8(`salus/v1/${purpose}`), new Uint8Array(1), uintBytes(chainId, 8), fromHex(contract), ...more));

const checkOf = (symbols: string): number => [...symbols].reduce((n, c) => (n * 32 + ALPHABET.indexOf(c)) % 37, 0);

/** 15 symbols and their check, which is one of the 32 ordinary ones: hashes whose check would be `*~$=U` are passed over. */
const symbolsOf = (network: Network, account: Address): string => {
  for (let attempt = 0; ; attempt++) {
    let bits = 0n;
    for (const byte of hash('number', network, fromHex(account), uintBytes(attempt, 1)).subarray(0, 10))
      bits = (bits << 8n) | BigInt(byte);
    const symbols = Array.from({ length: LENGTH - 1 }, (_, i) => ALPHABET[Number((bits >> BigInt(75 - 5 * i)) & 31n)]);
    const check = ALPHABET[checkOf(symbols.join(''))];
    if (check) return symbols.join('') + check;
  }
};

/** `SLS-XXXX-XXXX-XXXX-XXXX`, as {@link parseNumber} gives it back. */
export const formatNumber = (network: Network, account: Address): string =>
  [PREFIX, ...(symbolsOf(network, account).match(/.{4}/g) as string[])].join('-');

/**
 * @param typed in any case, with or without prefix, spaces and dashes; I and L are read as 1, O as 0
 * @returns the number in its one spelling, to compare with {@link formatNumber}; null when it is none, or mistyped
 */
export const parseNumber = (typed: string): string | null => {
  if (typed.length > 64) return null;
  const bare = typed
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[\s\u2010-\u2015._-]/g, '');
  const read = bare
    .slice(bare.startsWith(PREFIX) && bare.length > LENGTH ? PREFIX.length : 0)
    .replaceAll(/[IL]/g, '1')
    .replaceAll('O', '0');
  if (read.length !== LENGTH || [...read].some((c) => !ALPHABET.includes(c))) return null;
  if (checkOf(read.slice(0, -1)) !== ALPHABET.indexOf(read.at(-1) as string)) return null;
  return [PREFIX, ...(read.match(/.{4}/g) as string[])].join('-');
};

/** Those of `accounts` that have this number. More than one: somebody made theirs to look like another's, and neither may be chosen for the person. */
export const withNumber = (network: Network, number: string, accounts: Address[]): Address[] =>
  [...new Set(accounts)].filter((a) => formatNumber(network, a) === number);

const tag = (network: Network): Bytes => hash('network', network).slice(0, TAG_BYTES);

/** `salus1…`, 51 characters. In capitals it fits a smaller QR. */
export const formatCode = (network: Network, account: Address): string =>
  bech32m.encode(CODE_PREFIX, bech32m.toWords(concat(fromHex(account), tag(network))));

/**
 * @param typed in one case, spaces around it allowed
 * @throws input/invalid with `why`: `mistyped`, or `other-network`
 */
export const parseCode = (network: Network, typed: string): Address => {
  const bad = (why: 'mistyped' | 'other-network', cause?: unknown) =>
    new SalusError('input/invalid', { what: 'code', why }, cause);
  let bytes: Uint8Array;
  try {
    const { prefix, words } = bech32m.decode(typed.trim() as `${string}1${string}`);
    if (prefix !== CODE_PREFIX) throw bad('mistyped');
    bytes = bech32m.fromWords(words);
  } catch (cause) {
    throw cause instanceof SalusError ? cause : bad('mistyped', cause);
  }
  if (bytes.length !== 20 + TAG_BYTES) throw bad('mistyped');
  if (!equal(bytes.subarray(20), tag(network))) throw bad('other-network');
  return toHex(bytes.subarray(0, 20));
};

/** What somebody may type, paste or scan to name an account. */
export type Named = { kind: 'account'; account: Address } | { kind: 'number'; number: string };

/** An address in mixed case carries a checksum in it; one in a single case carries none. @see EIP-55 */
const isChecked = (digits: string): boolean => {
  const lower = digits.toLowerCase();
  if (digits === lower || digits === digits.toUpperCase()) return true;
  const hash = toHex(keccak_256(utf8(lower))).slice(2);
  return [...lower].every((c, i) => digits[i] === (Number.parseInt(hash[i] as string, 16) >= 8 ? c.toUpperCase() : c));
};

/**
 * Reads an address, a code or a number.
 * @returns null when it is none of them @throws input/invalid for an address or a code that is mistyped, or of another network
 */
export const readNamed = (network: Network, typed: string): Named | null => {
  const text = typed.trim();
  if (/^0x[0-9a-fA-F]{40}$/.test(text)) {
    if (!isChecked(text.slice(2))) throw new SalusError('input/invalid', { what: 'code', why: 'mistyped' });
    return { kind: 'account', account: text.toLowerCase() as Address };
  }
  if (/^salus1/i.test(text)) return { kind: 'account', account: parseCode(network, text) };
  const number = parseNumber(text);
  return number === null ? null : { kind: 'number', number };
};
