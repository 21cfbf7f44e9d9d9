import { expect, it } from 'vitest';
import { plainLine, plainText } from '../../../src/core/plainText.ts';
import { encodePublished, parsePublished } from '../../../src/record/profile.ts';

it.each([
  ['a space of no width', '\u200b'],
  ['a filler', '\u3164'],
  ['a filler of another width', '\uffa0\u115f\u1160'],
  ['an invisible operator', '\u2062\u2063'],
  ['a soft hyphen', '\u00ad'],
  ['joiners and selectors alone', '\u200d\ufe0f\u200c'],
  ['an empty cell of braille', '\u2800'],
  ['selectors beyond the basic plane', '\u{e0100}\u{e01ef}'],
])('%s is nothing to be seen', (_, text) => {
  expect(plainText(text)).toBe('');
  expect(plainText(` ${text} \n ${text}`)).toBe('');
});

it('a name cannot be told from another by what nobody sees', () => {
  for (const unseen of ['\u200b', '\u00ad', '\u2060', '\u034f', '\u{e0101}'])
    expect(plainLine(`Dr. A${unseen}da${unseen} Byron`)).toBe('Dr. Ada Byron');
});

it('a profile needs a name that is seen', () => {
  const hospital = { kind: 'hospital', city: '', phone: '' } as const;
  const read = (name: string) =>
    parsePublished(encodePublished({ profile: { ...hospital, name }, photo: null, replies: [] })).profile;
  expect(() => read('\u3164\u200b')).toThrow();
  expect(read('General\u200b').name).toBe('General');
});

it('joiners stay where letters and pictures need them', () => {
  for (const text of ['می‌خواهم', '👩‍⚕️ 👍🏽', 'क्‍ष', '⠓⠑⠇⠇⠕']) expect(plainText(text)).toBe(text);
});
