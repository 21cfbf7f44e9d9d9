/** The recovery phrase: the seed itself, spelled in 24 English words. @see BIP-39 */
import { entropyToMnemonic, mnemonicToEntropy } from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import type { Address, Bytes } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import type { Seeds } from './seeds.ts';
import { openSeeds } from './seeds.ts';
import type { Keyring } from './wraps.ts';

/** @param seed 32 bytes @returns 24 words, one space between them */
export const phraseFromSeed = (seed: Uint8Array): string => {
  if (seed.length !== 32) throw new SalusError('input/invalid', { what: 'seed', length: seed.length });
  return entropyToMnemonic(seed, wordlist);
};

/** @returns the words as typed, lower case, without the spaces, commas and line breaks between them */
export const wordsOf = (typed: string): string[] =>
  typed
    .normalize('NFKD')
    .toLowerCase()
    .split(/[\s,;]+/)
    .filter((word) => word !== '');

/** True for a word of the list: lets a form mark the mistyped one. */
export const isPhraseWord = (word: string): boolean => wordlist.includes(word);

/**
 * @param words as typed
 * @returns the seed, 32 bytes
 * @throws crypto/bad-phrase with the `count` of words, the positions (from 1) of `unknown` ones, or a wrong `checksum`; never the words
 */
export const seedFromPhrase = (words: string): Bytes => {
  const list = wordsOf(words);
  const unknown = list.flatMap((word, i) => (isPhraseWord(word) ? [] : [i + 1]));
  if (list.length !== 24 || unknown.length > 0)
    throw new SalusError('crypto/bad-phrase', { count: list.length, unknown });
  try {
    return mnemonicToEntropy(list.join(' '), wordlist);
  } catch {
    throw new SalusError('crypto/bad-phrase', { count: 24, unknown: [], checksum: false });
  }
};

/** @throws crypto/bad-phrase, crypto/wrong-unlock when the phrase is another keyring's */
export const openWithPhrase = (keyring: Keyring, account: Address, words: string): Seeds =>
  openSeeds(keyring, account, seedFromPhrase(words));
