/**
 * Tables for spreadsheets. What a stranger wrote (a name, a reason, a note) must stay text there: a cell that begins like a
 * formula would be run by the program that opens the file.
 */

/** Numbers and bigints are written as they are; text is defused; null is an empty cell. */
export type Cell = string | number | bigint | null;

/** How formulas begin, in spreadsheets of any script; blanks before them are skipped by some programs. */
const FORMULA = /^[\s\u00a0\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/;

/** Text that no spreadsheet takes for a formula: an apostrophe before what begins like one. @see https://owasp.org/www-community/attacks/CSV_Injection */
export const defused = (text: string): string => (FORMULA.test(text) ? `'${text}` : text);

const written = (cell: Cell): string => {
  if (cell === null) return '';
  if (typeof cell !== 'string') return Number.isNaN(cell) ? '' : String(cell);
  const text = defused(cell);
  return /[",;\r\n\t']/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/**
 * One table as CSV, with a byte order mark: without it some programs take UTF-8 for something else.
 * @param head names of the columns, defused too
 * @see RFC 4180
 */
export const toCsv = (head: string[], rows: Cell[][]): string =>
  `\ufeff${[head, ...rows].map((row) => `${row.map(written).join(',')}\r\n`).join('')}`;
