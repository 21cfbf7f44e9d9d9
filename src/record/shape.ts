/** Small readers for JSON from strangers: each takes a value and its path, and returns it typed or throws record/malformed. */
import { SalusError } from '../core/errors.ts';

export type Reader<T> = (value: unknown, at: string) => T;

const refuse = (at: string): never => {
  throw new SalusError('record/malformed', { at });
};

/** A string matching `rule`, or of at most `rule` characters. */
export const text =
  (rule: RegExp | number): Reader<string> =>
  (v, at) =>
    typeof v === 'string' && (typeof rule === 'number' ? v.length <= rule : rule.test(v)) ? v : refuse(at);

/** One of a fixed list. */
export const oneOf =
  <T extends string>(values: readonly T[]): Reader<T> =>
  (v, at) =>
    values.find((x) => x === v) ?? refuse(at);

/** A CIDv1 in base32, as Helia prints it. Its bytes are checked by whoever fetches it. */
export const isCid = text(/^b[a-z2-7]{50,120}$/);

/** ISO 8601 to the second, with a zone. */
export const isoDate: Reader<string> = (v, at) =>
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(String(v)) && !Number.isNaN(Date.parse(String(v)))
    ? (v as string)
    : refuse(at);

/** Reads the fields of an object. @throws record/malformed unless `value` is a plain object */
export const shape = (value: unknown, at: string) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return refuse(at);
  const own = (key: string): unknown =>
    Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
  const path = (key: string) => `${at}.${key}`;
  return {
    read: <T>(key: string, reader: Reader<T>): T => reader(own(key), path(key)),
    text: (key: string, max: number): string => text(max)(own(key), path(key)),
    /** a safe non-negative integer */
    number: (key: string): number => {
      const v = own(key);
      return typeof v === 'number' && Number.isSafeInteger(v) && v >= 0 ? v : refuse(path(key));
    },
    /** null and absent are the same */
    optional: <T>(key: string, reader: Reader<T>): T | null => {
      const v = own(key);
      return v === null || v === undefined ? null : reader(v, path(key));
    },
    list: <T>(key: string, max: number, reader: Reader<T>): T[] => {
      const v = own(key);
      if (!Array.isArray(v) || v.length > max) return refuse(path(key));
      return v.map((x, i) => reader(x, `${path(key)}[${i}]`));
    },
  };
};
