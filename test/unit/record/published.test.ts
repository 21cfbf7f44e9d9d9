/** Words that are published about others: read from strangers, shown beside the buttons that decide. */
import { expect, it } from 'vitest';
import { utf8, type Address } from '../../../src/core/bytes.ts';
import { encodeLicence, parseLicence } from '../../../src/record/licence.ts';
import { readNamed } from '../../../src/record/salusNumber.ts';
import { encodeStatement, parseStatement } from '../../../src/record/statement.ts';

const SENT = '2026-01-01T00:00:00+01:00';

it('a statement cannot turn its own direction', () => {
  expect(parseStatement(encodeStatement(SENT, 'admit \u202eton\u202c them\u0007'))).toBe('admit ton them');
  expect(() => parseStatement(encodeStatement(SENT, '\u202e\u2066'))).toThrow();
  expect(() => parseStatement(utf8('{}'))).toThrow();
});

it('a licence is one plain line', () => {
  expect(parseLicence(encodeLicence('HR-\u202e21\u202c\n 7'))).toBe('HR-21 7');
});

const network = { chainId: 1, contract: `0x${'1'.repeat(40)}` as Address };
// from EIP-55
const CHECKED = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed';

it('an address whose checksum does not hold names nobody', () => {
  const account = CHECKED.toLowerCase();
  for (const typed of [CHECKED, account, `0x${CHECKED.slice(2).toUpperCase()}`])
    expect(readNamed(network, typed)).toEqual({ kind: 'account', account });
  for (const typed of [CHECKED.replace('5aA', '5Aa'), CHECKED.replace('6053', '6052'), CHECKED.replace('Aed', 'aed')])
    expect(() => readNamed(network, typed)).toThrow(
      expect.objectContaining({ details: { what: 'code', why: 'mistyped' } }),
    );
});
