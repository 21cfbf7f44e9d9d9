/** Everything about keyrings in one place to import from: the format, the seeds inside, and the ways in. */
export { openWithPhrase, isPhraseWord, phraseFromSeed, seedFromPhrase, wordsOf } from './phrase.ts';
export { newKeyring, nextSeeds, openSeeds } from './seeds.ts';
export type { Seeds } from './seeds.ts';
export {
  SCRYPT_LOG_N,
  checkRepeated,
  checkSignature,
  openWithWallet,
  personalHash,
  unlockText,
  walletWay,
  wrapWithWallet,
} from './wallet.ts';
export type { WalletOptions } from './wallet.ts';
export { decodeKeyring, encodeKeyring } from './wraps.ts';
export type { Keyring, PasskeyWrap, UnknownWrap, WalletWrap, Wrap } from './wraps.ts';
