/** Numbers, sizes, times and amounts as people read them, by `Intl` in the page's language. */
import { locale } from './index.ts';

/** Decimals of the chain's own coin: 1 ether = 10^18 wei. */
const DECIMALS = 18;

/** Exact decimal spelling of `wei`, without trailing zeros. */
export const decimal = (wei: bigint): string => {
  const digits = (wei < 0n ? -wei : wei).toString().padStart(DECIMALS + 1, '0');
  const fraction = digits.slice(-DECIMALS).replace(/0+$/, '');
  return `${wei < 0n ? '-' : ''}${digits.slice(0, -DECIMALS)}${fraction ? `.${fraction}` : ''}`;
};

/**
 * An amount for reading: at most `places` decimals, rounded up (a cost is never shown smaller than it is).
 * Exact amounts keep all their digits with `places` 18.
 */
export const coins = (wei: bigint, places = 6): string => {
  const unit = 10n ** BigInt(DECIMALS - places);
  const rounded = wei % unit === 0n ? wei : (wei / unit + 1n) * unit;
  return new Intl.NumberFormat(locale(), { maximumFractionDigits: DECIMALS }).format(
    decimal(rounded) as unknown as number,
  );
};

/**
 * Reads what a person typed into an amount field. Comma and point are both taken for the decimal sign.
 * @returns wei, or null when it is not an amount of at most 18 decimals
 */
export const parseCoins = (text: string): bigint | null => {
  const match = /^(\d{0,12})(?:[.,](\d{0,18}))?$/.exec(text.trim());
  if (!match || (!match[1] && !match[2])) return null;
  return BigInt(match[1] || '0') * 10n ** BigInt(DECIMALS) + BigInt((match[2] ?? '').padEnd(DECIMALS, '0'));
};

/** 1234.5 → “1,234.5”. */
export const number = (value: number, options?: Intl.NumberFormatOptions): string =>
  new Intl.NumberFormat(locale(), options).format(value);

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

/** Bytes in decimal units: 67108864 → “67.1 MB”. */
export const size = (bytes: number): string => {
  const step = bytes < 1000 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** step;
  return number(value, {
    style: 'unit',
    unit: UNITS[step],
    unitDisplay: step === 0 ? 'long' : 'short',
    maximumFractionDigits: step === 0 || value >= 100 ? 0 : 1,
  });
};

/** Unix seconds → “20 November 2026, 14:05”. */
export const dateTime = (unix: number, style: 'long' | 'medium' | 'short' = 'medium'): string =>
  new Intl.DateTimeFormat(locale(), { dateStyle: style, timeStyle: 'short' }).format(unix * 1000);

/** Unix seconds → “20 Nov 2026”. */
export const date = (unix: number, style: 'long' | 'medium' = 'medium'): string =>
  new Intl.DateTimeFormat(locale(), { dateStyle: style }).format(unix * 1000);

/** Unix seconds → “20 Nov”. */
export const shortDate = (unix: number): string =>
  new Intl.DateTimeFormat(locale(), { day: 'numeric', month: 'short' }).format(unix * 1000);

/** Unix seconds → “Nov 2026”. */
export const month = (unix: number): string =>
  new Intl.DateTimeFormat(locale(), { month: 'short', year: 'numeric' }).format(unix * 1000);

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_557_600],
  ['month', 2_629_800],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
];

/** “3 hours ago”, “in 2 days”, to the nearest; under a minute “now”. */
export const relative = (unix: number, now: number): string => {
  const gap = Math.abs(unix - now);
  const format = new Intl.RelativeTimeFormat(locale(), { numeric: 'auto' });
  for (const [i, [name, length]] of STEPS.entries()) {
    // what would be said as sixty minutes is said as an hour
    const nearly = (STEPS[i + 1]?.[1] ?? 0) / 2;
    if (gap >= length - nearly)
      return format.format(Math.sign(unix - now) * Math.max(1, Math.round(gap / length)), name);
  }
  return format.format(0, 'second');
};

/** How long there is, never rounded to weeks: “in 7 days”, “in 5 hours”, “3 days ago”; under a minute “now”. */
export const countdown = (unix: number, now: number): string => {
  const gap = unix - now;
  const format = new Intl.RelativeTimeFormat(locale(), { numeric: 'always' });
  for (const [unit, length] of STEPS.slice(3))
    if (Math.abs(gap) >= (unit === 'day' ? 2 * length : length)) return format.format(Math.trunc(gap / length), unit);
  return relative(unix, now);
};

/** Made once: a long directory asks for thousands of names. */
const languages = new Map<string, string>();

/** A language tag's name in the page's language: “de” → “German”. */
export const languageName = (tag: string): string => {
  const key = `${locale()} ${tag}`;
  const known = languages.get(key);
  if (known !== undefined) return known;
  let name = tag;
  try {
    name = new Intl.DisplayNames(locale(), { type: 'language' }).of(tag) ?? tag;
  } catch {
    // no language tag: shown as it was written
  }
  if (languages.size < 1_000) languages.set(key, name);
  return name;
};

/** “a, b and c”. */
export const list = (items: string[]): string => new Intl.ListFormat(locale(), { type: 'conjunction' }).format(items);

/** 0x1234…cdef */
export const shortHex = (hex: string, head = 6, tail = 4): string =>
  hex.length <= head + tail + 1 ? hex : `${hex.slice(0, head)}…${hex.slice(-tail)}`;
