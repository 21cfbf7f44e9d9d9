/**
 * The wallet's way to the seed: a `personal_sign` of a fixed text, whose r‖s (and the passphrase, when there is one) is
 * the key of a wrap. Only wallets that repeat their signatures (RFC 6979) can be used; the page asks twice and compares.
 */
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { scryptAsync } from '@noble/hashes/scrypt.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import type { Address, Bytes } from '../core/bytes.ts';
import { concat, equal, uintBytes, utf8 } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import type { Random } from '../core/time.ts';
import { openBox, sealBox } from './box.ts';
import { derive } from './hkdf.ts';
import { addressOf } from './identity.ts';
import type { Seeds } from './seeds.ts';
import { openSeeds } from './seeds.ts';
import type { Keyring, WalletWrap } from './wraps.ts';
import { wrapContext } from './wraps.ts';

/** scrypt's cost for new wraps: N = 2^17, r = 8: 128 MiB, about a second. */
export const SCRYPT_LOG_N = 17;
const MIN_LOG_N = 10;
const MAX_LOG_N = 20;
const WALLET_KIND = 1;

/** @property logN scrypt's cost for a new wrap · @property onProgress 0 to 1 while scrypt works */
export type WalletOptions = { logN?: number; onProgress?: (done: number) => void };

/** What the wallet signs: at most 250 ASCII characters. @param number the keyring's */
export const unlockText = (account: Address, number: number): string =>
  [
    'Salus: open my health records',
    '',
    `Account: ${account}`,
    `Keyring: ${number}`,
    '',
    'This signature is the key to your records.',
    'Sign it only in Salus; never sign this on another site.',
  ].join('\n');

/** @returns the hash that `personal_sign` signs, 32 bytes @see EIP-191, version 0x45 */
export const personalHash = (text: string): Bytes => {
  const message = utf8(text);
  return keccak_256(concat(utf8(`\x19Ethereum Signed Message:\n${message.length}`), message));
};

/**
 * Checks a wallet's answer. `v` is not trusted: wallets have changed it between versions, and r‖s alone is the key.
 * @param signature r (32) ‖ s (32) ‖ v (1)
 * @returns r‖s, 64 bytes
 * @throws crypto/bad-signature unless it is 65 bytes, has a low s, and recovers to `account`
 * @see EIP-2 (low s), SEC 1 §4.1.6 (recovery)
 */
export const checkSignature = (account: Address, text: string, signature: Uint8Array): Bytes => {
  const bad = (why: string, cause?: unknown) =>
    new SalusError('crypto/bad-signature', { why, length: signature.length }, cause);
  if (signature.length !== 65) throw bad('length');
  const rs = signature.slice(0, 64) as Bytes;
  const hash = personalHash(text);
  let signers: Address[];
  try {
    const parsed = secp256k1.Signature.fromBytes(rs, 'compact');
    if (parsed.hasHighS()) throw bad('high s');
    signers = [0, 1].map((bit) => addressOf(parsed.addRecoveryBit(bit).recoverPublicKey(hash).toBytes(false)));
  } catch (cause) {
    throw cause instanceof SalusError ? cause : bad('malformed', cause);
  }
  if (!signers.includes(account)) throw bad('another account');
  return rs;
};

/** @throws crypto/unrepeatable-signature unless both answers to the same text are the same @param first r‖s @param second r‖s */
export const checkRepeated = (first: Uint8Array, second: Uint8Array): void => {
  if (!equal(first, second)) throw new SalusError('crypto/unrepeatable-signature');
};

type Scheduler = { postTask<T>(work: () => Promise<T>, options: { priority: 'background' }): Promise<T> };

/**
 * noble gives way by `scheduler.yield` where there is one, whose continuations outrank timers and messages, so that these
 * would starve; continuations of a background task do not.
 */
const gently = <T>(work: () => Promise<T>): Promise<T> => {
  const { scheduler } = globalThis as { scheduler?: Scheduler };
  return scheduler === undefined ? work() : scheduler.postTask(work, { priority: 'background' });
};

const wrapKey = async (
  rs: Uint8Array,
  context: Bytes,
  logN: number | null,
  salt: Bytes,
  passphrase: string | undefined,
  onProgress?: (done: number) => void,
): Promise<Bytes> => {
  if (rs.length !== 64) throw new SalusError('input/invalid', { what: 'r‖s', length: rs.length });
  if (logN === null) return derive(concat(rs, keccak_256(context)), 'wallet', 32);
  const stretched = await gently(() =>
    scryptAsync(utf8((passphrase ?? '').normalize('NFKC')), salt, {
      N: 2 ** logN,
      r: 8,
      p: 1,
      dkLen: 32,
      asyncTick: 10, // milliseconds until others have their turn
      maxmem: 2 ** (logN + 11),
      ...(onProgress && { onProgress }),
    }),
  );
  return derive(concat(rs, stretched, keccak_256(context)), 'wallet-passphrase', 32);
};

const contextOf = (account: Address, number: number, logN: number | null, salt: Bytes): Bytes =>
  wrapContext(account, number, WALLET_KIND, uintBytes(logN ?? 0, 1), salt);

/**
 * @param o `seed` 32 bytes, `rs` from {@link checkSignature} over {@link unlockText} of the same account and number
 * @returns the wrap for a keyring of that number
 */
export const wrapWithWallet = async (
  o: { seed: Uint8Array; account: Address; number: number; rs: Uint8Array; passphrase?: string; random: Random },
  options: WalletOptions = {},
): Promise<WalletWrap> => {
  const logN = o.passphrase === undefined ? null : (options.logN ?? SCRYPT_LOG_N);
  const salt = o.random(16);
  const context = contextOf(o.account, o.number, logN, salt);
  const key = await wrapKey(o.rs, context, logN, salt, o.passphrase, options.onProgress);
  return { kind: 'wallet', scrypt: logN, salt, box: sealBox(key, o.seed, context, o.random) };
};

/** Whether the wallet alone opens it, only with the passphrase, or not at all. */
export const walletWay = (keyring: Keyring): 'plain' | 'passphrase' | 'none' => {
  const wallets = keyring.wraps.filter((w) => w.kind === 'wallet');
  if (wallets.length === 0) return 'none';
  return wallets.some((w) => w.scrypt === null) ? 'plain' : 'passphrase';
};

/**
 * Tries every wallet wrap of the keyring.
 * @throws crypto/wrong-unlock when none opens; crypto/unsupported when scrypt's cost is out of bounds
 */
export const openWithWallet = async (
  keyring: Keyring,
  account: Address,
  rs: Uint8Array,
  passphrase?: string,
  options: WalletOptions = {},
): Promise<Seeds> => {
  for (const wrap of keyring.wraps) {
    if (wrap.kind !== 'wallet' || (wrap.scrypt !== null && passphrase === undefined)) continue;
    if (wrap.scrypt !== null && (wrap.scrypt < MIN_LOG_N || wrap.scrypt > MAX_LOG_N))
      throw new SalusError('crypto/unsupported', { what: 'scrypt', logN: wrap.scrypt });
    const context = contextOf(account, keyring.number, wrap.scrypt, wrap.salt);
    const key = await wrapKey(rs, context, wrap.scrypt, wrap.salt, passphrase, options.onProgress);
    let seed: Bytes;
    try {
      seed = openBox(key, wrap.box, context);
    } catch {
      continue;
    }
    return openSeeds(keyring, account, seed);
  }
  throw new SalusError('crypto/wrong-unlock', {
    passphrase: walletWay(keyring) === 'passphrase' && passphrase === undefined,
  });
};
