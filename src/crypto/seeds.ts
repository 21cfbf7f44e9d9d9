/** The seeds inside a keyring: the current one, and those it replaced, which still open what was sealed under them. */
import type { Address, Bytes } from '../core/bytes.ts';
import { concat } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import type { Random } from '../core/time.ts';
import { openBox, sealBox } from './box.ts';
import { derive } from './hkdf.ts';
import type { Keyring, Wrap } from './wraps.ts';
import { SEED_BYTES, wrapContext } from './wraps.ts';

/** @property current 32 bytes · @property older newest first */
export type Seeds = { current: Bytes; older: Bytes[] };

const MAX_OLDER = 64;

const seedsKey = (seed: Uint8Array): Bytes => derive(seed, 'keyring-seeds', 32);

/** Puts a keyring together. @param number from 1 @param wraps made for the same account and number */
export const newKeyring = (o: {
  seeds: Seeds;
  account: Address;
  number: number;
  wraps: Wrap[];
  random: Random;
}): Keyring => {
  const { current, older } = o.seeds;
  if ([current, ...older].some((s) => s.length !== SEED_BYTES) || older.length > MAX_OLDER)
    throw new SalusError('input/invalid', { what: 'seeds', older: older.length });
  const seeds = sealBox(seedsKey(current), concat(...older), wrapContext(o.account, o.number, 0), o.random);
  return { version: 1, number: o.number, seeds, wraps: o.wraps };
};

/**
 * From the current seed, however it was reached, to all of them.
 * @throws crypto/wrong-unlock when the seed is not this keyring's
 */
export const openSeeds = (keyring: Keyring, account: Address, current: Uint8Array): Seeds => {
  let joined: Bytes;
  try {
    joined = openBox(seedsKey(current), keyring.seeds, wrapContext(account, keyring.number, 0));
  } catch (cause) {
    throw new SalusError('crypto/wrong-unlock', {}, cause);
  }
  const older = Array.from({ length: joined.length / SEED_BYTES }, (_, i) =>
    joined.slice(i * SEED_BYTES, (i + 1) * SEED_BYTES),
  );
  return { current: new Uint8Array(current), older };
};

/** After a way was removed: a new seed, the old ones kept. */
export const nextSeeds = (seeds: Seeds, random: Random): Seeds => ({
  current: random(SEED_BYTES),
  older: [seeds.current, ...seeds.older],
});
