/** Head words: `block(40) | count(40) | acc(176)`. One word names a whole timeline up to one entry (DESIGN §3). */
import { encodeAbiParameters, keccak256, type Hex } from 'viem';

const ACC = (1n << 176n) - 1n;
const FORTY = (1n << 40n) - 1n;
const PAIR = [{ type: 'uint256' }, { type: 'bytes32' }] as const;

/** Height of the block that holds the entry. */
export const blockOf = (word: bigint): number => Number(word >> 216n);
/** Entries in the timeline, this one included. */
export const countOf = (word: bigint): number => Number((word >> 176n) & FORTY);

/**
 * The word that an entry makes of the one before it, as the contract computes it.
 * @param prev word before the entry, 0 for the first
 * @param hash 32 bytes over the entry's selector and fields
 * @param block height at which it was made
 */
export const advance = (prev: bigint, hash: Hex, block: number): bigint =>
  (BigInt(block) << 216n) |
  (BigInt(countOf(prev) + 1) << 176n) |
  (BigInt(keccak256(encodeAbiParameters(PAIR, [prev, hash]))) & ACC);
