import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Address } from '../../../src/core/bytes.ts';
import { toHex } from '../../../src/core/bytes.ts';
import {
  formatCode,
  formatNumber,
  parseCode,
  parseNumber,
  readNamed,
  withNumber,
} from '../../../src/record/salusNumber.ts';
import { code as errorOf } from '../code.ts';

const network = { chainId: 31337, contract: `0x${'11'.repeat(20)}` as Address };
const address = fc.uint8Array({ minLength: 20, maxLength: 20 }).map((b) => toHex(b));
const SYMBOLS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

const vectors: [Address, string, string][] = [
  [`0x${'00'.repeat(20)}`, 'SLS-K274-EKSJ-23Y2-T4YV', 'salus1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqpcxdl5sekxtzh'],
  [`0x${'ff'.repeat(20)}`, 'SLS-2KD7-WTNJ-9P1P-SHP4', 'salus1llllllllllllllllllllllllllllllllpcxdl5s9cfdg8'],
  [
    '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266',
    'SLS-Y4KJ-E8XH-M1KQ-9A1A',
    'salus17w0adeg64ky0daxwd2ugyuneellmjgnxpcxdl5sdml04v',
  ],
];

describe('the Salus number', () => {
  it.each(vectors)('of %s is %s', (account, number, code) => {
    expect(formatNumber(network, account)).toBe(number);
    expect(formatCode(network, account)).toBe(code);
    expect(parseCode(network, code)).toBe(account);
  });

  it('is another on another chain, and for another contract', () => {
    const [account, number] = vectors[2] as (typeof vectors)[0];
    expect(formatNumber({ ...network, chainId: 1 }, account)).not.toBe(number);
    expect(formatNumber({ ...network, contract: account }, account)).not.toBe(number);
  });

  it.each(['SLS-Y4KJ-E8XH-M1KQ-9A1A', 'y4kj e8xh m1kq 9a1a', ' sls y4kje8xhmlkq9aia ', 'SLS–Y4KJ–E8XH–MIKQ–9AlA'])(
    'is read however it is written: %s',
    (typed) => {
      expect(parseNumber(typed)).toBe('SLS-Y4KJ-E8XH-M1KQ-9A1A');
    },
  );

  it('is 15 symbols and a check that is an ordinary one, for every account', () => {
    fc.assert(
      fc.property(address, (account) => {
        const number = formatNumber(network, account);
        expect(number).toMatch(/^SLS(-[0-9A-HJKMNP-TV-Z]{4}){4}$/);
        expect(parseNumber(number)).toBe(number);
      }),
    );
  });

  it('notices every single wrong character, and every two that changed places', () => {
    const bare = 'Y4KJE8XHM1KQ9A1A';
    for (let i = 0; i < bare.length; i++) {
      for (const c of SYMBOLS)
        if (c !== bare[i]) expect(parseNumber(bare.slice(0, i) + c + bare.slice(i + 1))).toBeNull();
      for (let j = i + 1; j < bare.length; j++) {
        const swapped = [...bare];
        [swapped[i], swapped[j]] = [swapped[j] as string, swapped[i] as string];
        if (swapped.join('') !== bare) expect(parseNumber(swapped.join(''))).toBeNull();
      }
    }
  });

  it.each(['', 'SLS', '0'.repeat(15), '0'.repeat(17), 'U'.repeat(16), '<script>', 'x'.repeat(1e5)])(
    'is not %s',
    (typed) => expect(parseNumber(typed)).toBeNull(),
  );

  it('finds accounts among those that are known, and says when there are two', () => {
    const [a, b] = [vectors[0]?.[0] as Address, vectors[2]?.[0] as Address];
    expect(withNumber(network, 'SLS-Y4KJ-E8XH-M1KQ-9A1A', [a, b, b])).toEqual([b]);
    expect(withNumber(network, 'SLS-Y4KJ-E8XH-M1KQ-9A1A', [a])).toEqual([]);
  });
});

describe('the code', () => {
  it('gives every account back, in either case', () => {
    fc.assert(
      fc.property(address, fc.boolean(), (account, upper) => {
        const code = formatCode(network, account);
        expect(parseCode(network, upper ? code.toUpperCase() : code)).toBe(account);
      }),
    );
  });

  it('refuses another network, and says so', () => {
    const code = formatCode({ ...network, chainId: 1 }, vectors[2]?.[0] as Address);
    expect(() => parseCode(network, code)).toThrow(
      expect.objectContaining({ details: { what: 'code', why: 'other-network' } }),
    );
  });

  it('notices up to four wrong characters', () => {
    const code = vectors[2]?.[2] as string;
    const letters = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
    const wrong = fc.uniqueArray(fc.integer({ min: 6, max: code.length - 1 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(wrong, fc.integer({ min: 1, max: 31 }), (places, by) => {
        const typed = [...code];
        for (const p of places) typed[p] = letters[(letters.indexOf(typed[p] as string) + by) % 32] as string;
        expect(errorOf(() => parseCode(network, typed.join('')))).toBe('input/invalid');
      }),
    );
  });

  it('is read beside addresses and numbers', () => {
    const [account, number, code] = vectors[2] as (typeof vectors)[0];
    const named = { kind: 'account', account };
    expect(readNamed(network, code)).toEqual(named);
    expect(readNamed(network, ` ${account.toUpperCase().replace('0X', '0x')} `)).toEqual(named);
    expect(readNamed(network, number)).toEqual({ kind: 'number', number });
    expect(readNamed(network, 'Dr. Ada')).toBeNull();
    expect(() => readNamed(network, `${code}q`)).toThrow();
  });
});
