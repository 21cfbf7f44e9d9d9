/**
 * Text of strangers, for showing: without the characters that nobody sees and that change how others are read. Letters of every
 * script keep their own direction.
 * @see https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing
 */

/** Marks, embeddings, overrides and isolates of direction. */
const DIRECTION = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
/** Control characters but tab and line feed, the byte order mark, separators of lines and paragraphs, tags. */
// eslint-disable-next-line no-control-regex -- these are what is taken out
const UNSEEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\ufeff\ufff9-\ufffb]|\udb40[\udc00-\udc7f]/g;

/** Several lines; at most two line ends in a row. */
export const plainText = (text: string): string =>
  text
    .replace(/\r\n?/g, '\n')
    .replace(UNSEEN, '')
    .replace(DIRECTION, '')
    .replace(/\n{3,}/g, '\n\n')
    .trim();

/** One line: a name, a title, a file's name where it is shown. Saving keeps the name as it was given. */
export const plainLine = (text: string): string => plainText(text).replace(/\s+/g, ' ');

/** One line of at most `max` characters; what is left out is said by “…”. */
export const shortLine = (text: string, max: number): string => {
  const letters = [...plainLine(text.slice(0, 4 * max))];
  return letters.length > max ? `${letters.slice(0, max - 1).join('')}…` : letters.join('');
};
