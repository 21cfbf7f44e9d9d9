/** The ways into a vault that a person chooses between, without any cryptography. */

/** `words`: the 24 words alone, which open every keyring. */
export type Way = 'passphrase' | 'wallet' | 'words';

/** True when going from one way to another closes one, so that a new seed, and new words, are needed. A passphrase taken off only opens more. */
export const replacesSeed = (from: Way, to: Way): boolean => !(from === 'words' || to === 'wallet');
