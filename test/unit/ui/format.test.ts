import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  coins,
  decimal,
  languageName,
  parseCoins,
  relative,
  shortHex,
  size,
} from '../../../src/ui/shared/i18n/format.ts';

const amount = fc.bigInt({ min: 0n, max: 10n ** 26n });

describe('amounts', () => {
  it.each([
    [0n, '0'],
    [1n, '0.000000000000000001'],
    [10n ** 18n, '1'],
    [1_500_000_000_000_000_000n, '1.5'],
    [-25n * 10n ** 16n, '-0.25'],
  ])('spells %s wei exactly', (wei, text) => expect(decimal(wei)).toBe(text));

  it('reads back what it spells', () => {
    fc.assert(fc.property(amount, (wei) => parseCoins(decimal(wei)) === wei));
  });

  it('never shows a cost smaller than it is', () => {
    fc.assert(
      fc.property(amount, fc.integer({ min: 0, max: 18 }), (wei, places) => {
        const shown = parseCoins(coins(wei, places).replaceAll(',', ''));
        return shown !== null && shown >= wei && shown - wei < 10n ** BigInt(18 - places);
      }),
    );
  });

  it.each(['', '.', 'abc', '1e3', '-1', '0x10', '1.2.3', '1.0000000000000000001', ' '])('refuses %j', (text) =>
    expect(parseCoins(text)).toBeNull(),
  );
  it.each([
    ['0,05', 5n * 10n ** 16n],
    [' .5 ', 5n * 10n ** 17n],
    ['7', 7n * 10n ** 18n],
    ['2.', 2n * 10n ** 18n],
  ])('takes %j', (text, wei) => expect(parseCoins(text)).toBe(wei));
});

describe('other figures', () => {
  it.each([
    [0, '0 bytes'],
    [1, '1 byte'],
    [999, '999 bytes'],
    [1000, '1 kB'],
    [67_108_864, '67.1 MB'],
    [4e9, '4 GB'],
  ])('%d bytes', (bytes, text) => expect(size(bytes)).toBe(text));

  it('says how long ago, and how long still', () => {
    expect(relative(1000, 1010)).toBe('now');
    expect(relative(0, 7200)).toBe('2 hours ago');
    expect(relative(86_400 * 2, 0)).toBe('in 2 days');
    expect(relative(86_400 * 5 - 60, 0)).toBe('in 5 days');
    expect(relative(0, 86_400 * 2 - 3600)).toBe('2 days ago');
    expect(relative(0, 3599)).toBe('1 hour ago');
    expect(relative(0, 59)).toBe('now');
    expect(relative(0, 31_557_600 / 2)).toBe('6 months ago');
  });

  it('names languages, and leaves what is no tag alone', () => {
    expect(languageName('de')).toBe('German');
    expect(languageName('Swiss German')).toBe('Swiss German');
  });

  it('shortens what is long', () => {
    expect(shortHex('0x1234567890abcdef')).toBe('0x1234…cdef');
    expect(shortHex('0x1234')).toBe('0x1234');
  });
});
