import { mnemonicToEntropy } from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/english.js';

/** @returns the 32 bytes that 24 words stand for */
export const entropyOf = (phrase: string[]): Uint8Array => mnemonicToEntropy(phrase.join(' '), wordlist);
