/**
 * JSON from strangers. What was inside a valid ciphertext is still whatever its author wanted it to be, so it is
 * measured before it is parsed, cleared of the names that reach prototypes, and taken apart by checks, never by casts.
 */
import type { Hex } from './bytes.ts';
import { fromUtf8 } from './bytes.ts';
import { SalusError } from './errors.ts';

/** @property maxBytes of the UTF-8 text · @property maxDepth of nested arrays and objects; a bare number has depth 0 */
export type JsonLimits = { maxBytes: number; maxDepth: number };

const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype']);

const malformed = (why: string, details: Record<string, unknown> = {}, cause?: unknown): SalusError =>
  new SalusError('record/malformed', { why, ...details }, cause);

/** Reads the text once, without recursion. @returns the deepest nesting of arrays and objects outside strings */
const depthOf = (bytes: Uint8Array, stopAt: number): number => {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let i = 0; i < bytes.length; i++) {
    const c = bytes[i];
    if (inString) {
      if (c === 0x5c) i++;
      else if (c === 0x22) inString = false;
    } else if (c === 0x22) inString = true;
    else if (c === 0x5b || c === 0x7b) {
      if (++depth > deepest) deepest = depth;
      if (deepest > stopAt) return deepest;
    } else if (c === 0x5d || c === 0x7d) depth--;
  }
  return deepest;
};

/** Walks the parsed value with a list instead of the stack. @throws record/malformed on a forbidden name */
const refuseForbiddenNames = (root: unknown): void => {
  const left: unknown[] = [root];
  while (left.length > 0) {
    const value = left.pop();
    if (typeof value !== 'object' || value === null) continue;
    if (!Array.isArray(value))
      for (const name of Object.keys(value)) if (FORBIDDEN.has(name)) throw malformed('forbidden name', { name });
    for (const inner of Object.values(value)) if (typeof inner === 'object' && inner !== null) left.push(inner);
  }
};

/**
 * Parses JSON that may be hostile. Trailing white space (padding) is fine.
 * @param bytes UTF-8
 * @returns the value; every object in it is plain and carries own properties only
 * @throws record/malformed when too large, too deep, not UTF-8, not JSON, or naming `__proto__`, `constructor` or `prototype`
 * @see RFC 8259
 */
export const parseJson = (bytes: Uint8Array, limits: JsonLimits): unknown => {
  if (bytes.length > limits.maxBytes) throw malformed('too large', { bytes: bytes.length, limit: limits.maxBytes });
  if (depthOf(bytes, limits.maxDepth) > limits.maxDepth) throw malformed('too deep', { limit: limits.maxDepth });
  let value: unknown;
  try {
    value = JSON.parse(fromUtf8(bytes));
  } catch (cause) {
    // the engine's message quotes the text, which may be somebody's record
    throw malformed('not JSON', {}, new SyntaxError((cause as Error).name));
  }
  refuseForbiddenNames(value);
  return value;
};

/** Takes an unknown value to a `T`, or refuses it naming where. @throws record/malformed */
export type Check<T> = (value: unknown, path?: string) => T;
/** What a {@link Check} yields. */
export type Checked<C> = C extends Check<infer T> ? T : never;

const wrong = (path: string, wanted: string): never => {
  throw malformed('wrong type', { path: path === '' ? '(root)' : path, wanted });
};

/** A string of at most `max` UTF-16 units. */
export const isText =
  (max: number): Check<string> =>
  (v, path = '') =>
    typeof v === 'string' && v.length <= max ? v : wrong(path, `text of at most ${max}`);

/** A safe integer within the bounds. */
export const isInteger =
  (min: number, max: number): Check<number> =>
  (v, path = '') =>
    Number.isSafeInteger(v) && (v as number) >= min && (v as number) <= max
      ? (v as number)
      : wrong(path, `integer of ${min} to ${max}`);

/** A boolean. */
export const isBoolean: Check<boolean> = (v, path = '') => (typeof v === 'boolean' ? v : wrong(path, 'boolean'));

/** Lower-case hexadecimal with `0x` of exactly `length` bytes. */
export const isHex =
  (length: number): Check<Hex> =>
  (v, path = '') =>
    typeof v === 'string' && v.length === 2 + 2 * length && /^0x[0-9a-f]*$/.test(v)
      ? (v as Hex)
      : wrong(path, `${length} bytes of hexadecimal`);

/** A string that matches `pattern`, which must be anchored by its author. */
export const isMatch =
  (pattern: RegExp, max: number): Check<string> =>
  (v, path = '') =>
    typeof v === 'string' && v.length <= max && pattern.test(v) ? v : wrong(path, `text like ${pattern.source}`);

/** One of a few strings or numbers. */
export const isOneOf =
  <const T extends string | number>(...values: T[]): Check<T> =>
  (v, path = '') =>
    values.includes(v as T) ? (v as T) : wrong(path, `one of ${values.join(', ')}`);

/** An array of `min` to `max` items. */
export const isList =
  <T>(item: Check<T>, max: number, min = 0): Check<T[]> =>
  (v, path = '') =>
    Array.isArray(v) && v.length >= min && v.length <= max
      ? v.map((x: unknown, i) => item(x, `${path}[${i}]`))
      : wrong(path, `list of ${min} to ${max}`);

/** `null`, or what `inner` accepts. */
export const isNullable =
  <T>(inner: Check<T>): Check<T | null> =>
  (v, path = '') =>
    v === null ? null : inner(v, path);

/** Accepts a property that is missing. Use inside {@link isObject} only. */
export const isOptional =
  <T>(inner: Check<T>): Check<T | undefined> =>
  (v, path = '') =>
    v === undefined ? undefined : inner(v, path);

/**
 * An object with the named properties. Others are refused, or, with `open`, left out of the result, so that a newer
 * writer can add some.
 */
export const isObject =
  <S extends Record<string, Check<unknown>>>(
    shape: S,
    { open = false } = {},
  ): Check<{ [K in keyof S]: Checked<S[K]> }> =>
  (v, path = '') => {
    if (typeof v !== 'object' || v === null || Array.isArray(v)) return wrong(path, 'object');
    const out: Record<string, unknown> = {};
    for (const [name, check] of Object.entries(shape)) {
      const value = check(Object.hasOwn(v, name) ? (v as Record<string, unknown>)[name] : undefined, `${path}.${name}`);
      if (value !== undefined) out[name] = value;
    }
    if (!open) for (const name of Object.keys(v)) if (!Object.hasOwn(shape, name)) wrong(`${path}.${name}`, 'nothing');
    return out as { [K in keyof S]: Checked<S[K]> };
  };
