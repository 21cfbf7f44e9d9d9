/** The recovery phrase: the seed itself, spelled in 24 English words. @see BIP-39 */
import { entropyToMnemonic, mnemonicToEntropy } from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import type { Address, Bytes } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import type { Keyring, Seeds } from './keyring.ts';
import { openSeeds } from './keyring.ts';

/** @param seed 32 bytes @returns 24 words */
export const phraseFromSeed = (seed: Uint8Array): string[] => {
  if (seed.length !== 32) throw new SalusError('input/invalid', { what: 'seed', length: seed.length });
  return entropyToMnemonic(seed, wordlist).split(' ');
};

/** Spaces, line breaks, numbering-free, any case. @returns the words as typed, lower case */
export const wordsOf = (typed: string): string[] =>
  typed
    .normalize('NFKD')
    .toLowerCase()
    .split(/[\s,;]+/)
    .filter((word) => word !== '');

/** True for a word of the list: lets a form mark the mistyped one. */
export const isPhraseWord = (word: string): boolean => wordlist.includes(word);

/**
 * @param words 24 of them, or as typed
 * @returns the seed, 32 bytes
 * @throws crypto/bad-phrase with the `count` of words, the positions (from 1) of `unknown` ones, or a wrong `checksum`; never the words
 */
export const seedFromPhrase = (words: string | string[]): Bytes => {
  const list = wordsOf(typeof words === 'string' ? words : words.join(' '));
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
export const openWithPhrase = (keyring: Keyring, account: Address, words: string | string[]): Seeds =>
  openSeeds(keyring, account, seedFromPhrase(words));
