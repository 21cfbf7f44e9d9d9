/** Limits that forms show and lower layers hold. */

/** Characters of a passphrase that locks a file for keeping outside. Fewer are guessed. */
export const SHORTEST_PASSPHRASE = 12;
