import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../../src/core/bytes.ts';
import { isPhraseWord, phraseFromSeed, seedFromPhrase, wordsOf } from '../../../src/crypto/keyring.ts';
import published from '../../vectors/bip39.json' with { type: 'json' };
import { RUNS } from './support.ts';

const vectors = published.vectors as [string, string][];
const refusal = (phrase: string): Record<string, unknown> => {
  try {
    seedFromPhrase(phrase);
  } catch (error) {
    expect((error as { code: string }).code).toBe('crypto/bad-phrase');
    return (error as { details: Record<string, unknown> }).details;
  }
  return expect.fail('was accepted');
};

test.each(vectors)('BIP-39: %s', (entropy, phrase) => {
  expect(phraseFromSeed(fromHex(entropy))).toBe(phrase);
  expect(toHex(seedFromPhrase(phrase))).toBe(`0x${entropy}`);
});

test('every seed survives being written down', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
      (seed) => toHex(seedFromPhrase(phraseFromSeed(seed))) === toHex(seed),
    ),
    RUNS,
  );
});

describe('as people type', () => {
  const [entropy, phrase] = vectors[4] as [string, string];

  test('capitals, commas, line breaks and spaces do not matter', () => {
    const typed = `  ${phrase.toUpperCase().split(' ').join(',\n  ')} \n`;
    expect(toHex(seedFromPhrase(typed))).toBe(`0x${entropy}`);
    expect(wordsOf(typed).length).toBe(24);
  });

  test('a missing word is counted, a mistyped one is located, and neither is quoted', () => {
    const words = phrase.split(' ');
    expect(refusal(words.slice(1).join(' '))).toMatchObject({ count: 23, unknown: [] });
    const details = refusal(words.with(2, 'vann').with(23, 'benefits').join(' '));
    expect(details).toMatchObject({ count: 24, unknown: [3, 24] });
    expect(JSON.stringify(details)).not.toContain('vann');
    expect(isPhraseWord('van')).toBe(true);
    expect(isPhraseWord('vann')).toBe(false);
  });

  test('two words swapped, or one replaced by another of the list, fail the checksum', () => {
    const words = phrase.split(' ');
    expect(
      refusal(
        words
          .with(0, words[1] as string)
          .with(1, words[0] as string)
          .join(' '),
      ),
    ).toMatchObject({ checksum: false });
    expect(refusal(words.with(5, 'zoo').join(' '))).toMatchObject({ checksum: false });
  });

  test('twelve words are another wallet’s', () => {
    expect(refusal('abandon '.repeat(11) + 'about')).toMatchObject({ count: 12 });
  });
});

test('a seed has 32 bytes', () => {
  expect(() => phraseFromSeed(new Uint8Array(16))).toThrow(expect.objectContaining({ code: 'input/invalid' }));
});
