import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { SalusError, type ErrorCode } from '../../../src/core/errors.ts';
import { advice, knownCodes, revertSentence } from '../../../src/ui/shared/errors.ts';
import { en } from '../../../src/ui/shared/i18n/en/index.ts';
import { loadWords } from '../../../src/ui/shared/i18n/index.ts';

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

describe('the table of errors', () => {
  beforeAll(loadWords);

  it('knows every code of core/errors.ts and no other', () => {
    const codes = [...read('src/core/errors.ts').matchAll(/^\s+\| '([a-z-]+\/[a-z-]+)'/gm)].map((m) => m[1]);
    expect(codes.length).toBeGreaterThan(30);
    expect([...knownCodes].sort()).toEqual(codes.sort());
  });

  it.each(knownCodes)('%s says what happened, what was kept and what to do', (code) => {
    const { what, kept, next } = advice(new SalusError(code));
    for (const sentence of [what, kept, next]) {
      expect(sentence).toMatch(/^[A-Z].*[.]$/s);
      expect(sentence).not.toMatch(/\{\{|error\.\w/);
    }
  });

  it('does not call a declined prompt an error', () => {
    expect(advice(new SalusError('wallet/declined'))).toMatchObject({
      severity: 'info',
      what: 'You declined, nothing was sent.',
    });
  });

  it('says the contract’s own errors in words', () => {
    const names = [
      ...new Set(
        [...read('contracts/interfaces/ISalus.sol').matchAll(/^\s*error (\w+)\(/gm)].map((m) => m[1] as string),
      ),
    ];
    for (const name of names) expect(revertSentence(name), name).toMatch(/[.]$/);
    expect(advice(new SalusError('chain/reverted', { name: 'AlreadyRated' })).what).toBe(en.revert.AlreadyRated);
    expect(advice(new SalusError('chain/reverted', { name: 'toString' })).what).toBe(en.error.reverted.what);
    expect(revertSentence(undefined)).toBeNull();
  });

  it('survives a code from a newer version', () => {
    expect(advice(new SalusError('chain/unheard-of' as ErrorCode)).what).toBe(en.error.unexpected.what);
  });
});
