import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { utf8 } from '../../../src/core/bytes.ts';
import {
  isBoolean,
  isHex,
  isInteger,
  isList,
  isMatch,
  isNullable,
  isObject,
  isOneOf,
  isOptional,
  isText,
  parseJson,
} from '../../../src/core/json.ts';

vi.setConfig({ testTimeout: 60_000 });
const limits = { maxBytes: 20_000_000, maxDepth: 20 };
const parse = (text: string, some = limits) => parseJson(utf8(text), some);
const malformed = expect.objectContaining({ code: 'record/malformed' });

describe('parseJson', () => {
  test('reads what JSON.parse reads', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 15, noUnicodeString: false } as fc.JsonSharedConstraints), (text) => {
        const value: unknown = JSON.parse(text);
        fc.pre(!/__proto__|constructor|prototype/.test(text));
        expect(parse(text)).toEqual(value);
      }),
      { numRuns: 1000 },
    );
  });

  test('reads over padding', () => expect(parse(`{"a":[1]}${' '.repeat(5000)}`)).toEqual({ a: [1] }));

  test.each(['__proto__', 'constructor', 'prototype'])(
    'refuses the name %s, wherever it is and however it is written',
    (name) => {
      const escaped = `\\u00${name.charCodeAt(0).toString(16)}${name.slice(1)}`;
      for (const n of [name, escaped])
        for (const text of [`{"${n}":1}`, `[[{"a":{"${n}":{}}}]]`, `{"a":1,"${n}":null}`])
          expect(() => parse(text)).toThrow(malformed);
      expect(parse(`["${name}"]`)).toEqual([name]);
      expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    },
  );

  test('counts depth outside strings only', () => {
    expect(parse('[["[[[[[[\\"[[{{"]]', { ...limits, maxDepth: 2 })).toEqual([['[[[[[["[[{{']]);
    expect(parse('1', { ...limits, maxDepth: 0 })).toBe(1);
    expect(() => parse('[]', { ...limits, maxDepth: 0 })).toThrow(malformed);
    expect(() => parse('{"a":{"b":{}}}', { ...limits, maxDepth: 2 })).toThrow(malformed);
    expect(parse('[[],[],[]]', { ...limits, maxDepth: 2 })).toEqual([[], [], []]);
  });

  test('10 MB of nesting, closed or not, of arrays or objects, is refused at once', () => {
    const start = performance.now();
    for (const text of [
      '['.repeat(10_000_000),
      '{"a":'.repeat(2_000_000),
      '['.repeat(5_000_000) + ']'.repeat(5_000_000),
    ])
      expect(() => parse(text)).toThrow(malformed);
    expect(performance.now() - start).toBeLessThan(15_000);
  });

  test('a wide value of 10 MB is walked without recursion', () => {
    const wide = `[${'{"a":[]},'.repeat(1_000_000)}1]`;
    expect((parse(wide) as unknown[]).length).toBe(1_000_001);
  });

  test('refuses what is too large, not UTF-8 or not JSON, and quotes none of it', () => {
    expect(() => parse('[1,2,3]', { ...limits, maxBytes: 6 })).toThrow(malformed);
    expect(() => parseJson(Uint8Array.of(0x22, 0xff, 0x22), limits)).toThrow(malformed);
    for (const text of ['', ' ', '{', '[1,]', "{'a':1}", 'undefined', 'NaN', '{"a":1}x', '"diagnosis']) {
      const error = (() => {
        try {
          return parse(text);
        } catch (e) {
          return e;
        }
      })() as Error;
      expect(error).toEqual(malformed);
      expect(`${JSON.stringify(error)} ${String(error.cause)}`).not.toContain('diagnosis');
    }
  });
});

describe('checks', () => {
  const shape = isObject({
    name: isText(5),
    age: isInteger(0, 150),
    admin: isBoolean,
    id: isHex(2),
    tags: isList(isOneOf('a', 'b'), 2),
    note: isNullable(isText(3)),
    code: isOptional(isMatch(/^[A-Z]+$/, 3)),
  });
  const good = { name: 'Ann', age: 30, admin: false, id: '0x00ff', tags: ['a', 'b'], note: null };

  test('pass what fits and nothing else of it', () => {
    expect(shape(good)).toEqual(good);
    expect(shape({ ...good, code: 'ABC' })).toEqual({ ...good, code: 'ABC' });
    expect(isObject({ a: isBoolean }, { open: true })({ a: true, b: 1 })).toEqual({ a: true });
  });

  test.each([
    ['name', 'Anneliese'],
    ['name', 3],
    ['age', 30.5],
    ['age', '30'],
    ['age', -1],
    ['age', Number.NaN],
    ['admin', 'false'],
    ['id', '0x00FF'],
    ['id', '0x00ff00'],
    ['id', '00ff'],
    ['tags', ['c']],
    ['tags', ['a', 'a', 'a']],
    ['tags', { 0: 'a', length: 1 }],
    ['note', undefined],
    ['note', 'long'],
    ['code', 'abc'],
    ['code', null],
    ['more', 1],
  ])('refuse %s = %j and say where', (name, value) => {
    const error = (() => {
      try {
        return shape({ ...good, [name]: value });
      } catch (e) {
        return e;
      }
    })();
    expect(error).toMatchObject({ code: 'record/malformed' });
    expect((error as { details: { path: string } }).details.path).toContain(`.${name}`);
  });

  test('an inherited property is not there', () => {
    expect(() => shape(Object.create(good))).toThrow(malformed);
    expect(() => isObject({ toString: isText(100) })({})).toThrow(malformed);
  });

  test.each([null, [], 'x', 1, undefined])('%j is no object', (value) => expect(() => shape(value)).toThrow(malformed));
});
