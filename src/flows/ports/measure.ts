/** Timing of ciphers, away from the main thread. `src/workers` implements it; tests have a fake. */

/** What is compared: ours whole, its cipher by the browser and by @noble/ciphers, and what the papers used. */
export const METHODS = [
  'envelope',
  'chachaNative',
  'chachaNoble',
  'aes256',
  'aes128',
  'rsaHybrid',
  'rsaBlocks',
] as const;
/** One of {@link METHODS}. */
export type MethodName = (typeof METHODS)[number];
/** Both ways. */
export const DIRECTIONS = ['encrypt', 'decrypt'] as const;
/** One of {@link DIRECTIONS}. */
export type Direction = (typeof DIRECTIONS)[number];

/** `count` records of `bytes` bytes each, one after the other. */
export type Load = { method: MethodName; direction: Direction; bytes: number; count: number };

export interface Measurer {
  /** One pass. What it decrypts was encrypted before, unmeasured, and is compared. @returns milliseconds @throws crypto/unsupported where the browser lacks the cipher */
  time(load: Load): Promise<number>;
  /** Ends it at once, a pass under way included, which then throws storage/aborted. */
  close(): void;
}
