/**
 * Text of strangers, for showing: without the characters that nobody sees and that change how others are read. Letters of every
 * script keep their own direction.
 * @see https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing
 */

/** Marks, embeddings, overrides and isolates of direction. */
const DIRECTION = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
/** Control characters but tab and line feed, the byte order mark, separators of lines and paragraphs. */
// eslint-disable-next-line no-control-regex -- these are what is taken out
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\ufeff\ufff9-\ufffb]/g;
/** What no font draws: soft hyphens, spaces of no width, fillers, invisible operators, tags. Joiners stay, scripts and emoji need them. @see Default_Ignorable_Code_Point */
const UNDRAWN =
  /[\u00ad\u115f\u1160\u180e\u200b\u2060-\u2065\u206a-\u206f\u3164\uffa0]|\u034f|\u17b4|\u17b5|\udb40[\udc00-\uddef]/g;
/** Nothing to be seen: a name of these would be no name. */
const BLANK = /^(?:[\s\u2800]|\u200c|\u200d|[\ufe00-\ufe0f])*$/;

/** Several lines; at most two line ends in a row. */
export const plainText = (text: string): string => {
  const plain = text
    .replace(/\r\n?/g, '\n')
    .replace(CONTROLS, '')
    .replace(UNDRAWN, '')
    .replace(DIRECTION, '')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
  return BLANK.test(plain) ? '' : plain;
};

/** One line: a name, a title, a file's name where it is shown. Saving keeps the name as it was given. */
export const plainLine = (text: string): string => plainText(text).replace(/\s+/g, ' ');

/** One line of at most `max` characters; what is left out is said by “…”. */
export const shortLine = (text: string, max: number): string => {
  const letters = [...plainLine(text.slice(0, 4 * max))];
  return letters.length > max ? `${letters.slice(0, max - 1).join('')}…` : letters.join('');
};
