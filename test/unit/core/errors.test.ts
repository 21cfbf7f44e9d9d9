import { expect, it } from 'vitest';
import { asSalusError, SalusError } from '../../../src/core/errors.ts';

it.each([
  'Failed to fetch dynamically imported module: http://localhost/assets/book-abc.js',
  'error loading dynamically imported module: http://localhost/assets/book-abc.js',
  'Importing a module script failed.',
])('a part of the page that did not arrive is told from a mistake of ours: %s', (message) => {
  expect(asSalusError(new TypeError(message)).code).toBe('app/part-missing');
});

it('anything else is unforeseen, and an error of ours stays what it is', () => {
  expect(asSalusError(new TypeError('x is not a function')).code).toBe('app/unexpected');
  expect(asSalusError(new Error('boom'), 'wallet/failed').code).toBe('wallet/failed');
  const ours = new SalusError('crypto/locked');
  expect(asSalusError(ours)).toBe(ours);
});
