/**
 * The accreditation number: a short name for one hospital's word about one account, to be printed on a card and read aloud. It is
 * computed from what the verified timelines say and from nothing else, so that whoever follows the card finds the same number, or
 * knows that the card is made up. No secret, and it decides nothing: the account's own page does.
 * @see https://www.crockford.com/base32.html (alphabet, misreadings)
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { concat, fromHex, uintBytes, utf8, type Address } from '../core/bytes.ts';
import type { Network } from './salusNumber.ts';

/** One `Accredited` event, by what its timeline proves. `hospital`: its number, 0–255 · `block`: of the event, below 2^40 */
export type Vouch = { hospital: number; block: number; account: Address };

/** As it is read off a card. `mark`: four characters that follow from the account. */
export type AccreditationNumber = { hospital: number; block: number; mark: string };

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const PREFIX = 'H';
const MARK = 4;

/** 20 bits of a hash over network, hospital, block and account: tells two of one block apart, and notices what was mistyped. */
const markOf = ({ chainId, contract }: Network, { hospital, block, account }: Vouch): string => {
  const hash = sha256(
    concat(
      utf8('salus/v1/accreditation'),
      new Uint8Array(1),
      uintBytes(chainId, 8),
      fromHex(contract),
      uintBytes(hospital, 1),
      uintBytes(block, 5),
      fromHex(account),
    ),
  );
  const bits = ((hash[0] as number) << 12) | ((hash[1] as number) << 4) | ((hash[2] as number) >> 4);
  return Array.from({ length: MARK }, (_, i) => ALPHABET[(bits >> (15 - 5 * i)) & 31]).join('');
};

/**
 * `H2-19422871-K7QX`: the hospital's number, the block in which it gave its word, and four characters for the account.
 * @param vouch of the event that stands; a newer word of the same hospital gives a newer number
 */
export const accreditationNumber = (network: Network, vouch: Vouch): string =>
  `${PREFIX}${vouch.hospital}-${vouch.block}-${markOf(network, vouch)}`;

/**
 * @param typed in any case, with spaces or other dashes; in the mark I and L are read as 1, O as 0
 * @returns null when it is no accreditation number
 */
export const readAccreditationNumber = (typed: string): AccreditationNumber | null => {
  if (typed.length > 64) return null;
  const bare = typed
    .normalize('NFKC')
    .toUpperCase()
    .trim()
    .replace(/[\s\u2010-\u2015._-]+/g, '-');
  const [, hospital, block, last] = /^H(\d{1,3})-(\d{1,13})-([0-9A-Z]{4})$/.exec(bare) ?? [];
  if (!hospital || !block || !last || Number(hospital) > 255 || Number(block) >= 2 ** 40) return null;
  const mark = last.replaceAll(/[IL]/g, '1').replaceAll('O', '0');
  return [...mark].every((c) => ALPHABET.includes(c))
    ? { hospital: Number(hospital), block: Number(block), mark }
    : null;
};

/** True when the number names this very word. */
export const isNumberOf = (network: Network, number: AccreditationNumber, vouch: Vouch): boolean =>
  number.hospital === vouch.hospital && number.block === vouch.block && number.mark === markOf(network, vouch);
