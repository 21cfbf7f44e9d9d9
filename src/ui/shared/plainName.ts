/**
 * A file's name for showing, without the invisible characters that override direction: with them a name could read as
 * another kind of file than it is. Right-to-left letters keep their own direction. Saving keeps the name as it was given.
 * @see https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing
 */
export const plainName = (name: string): string => name.replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '');
