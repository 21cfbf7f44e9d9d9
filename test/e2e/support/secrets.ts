/** What must not be found anywhere, and all the ways in which it might be spelled. */

/** Something secret. `name` is what a failing test calls it. */
export type Secret = { name: string; text?: string; bytes?: Uint8Array };
/** One spelling of one secret. */
export type Pattern = { name: string; as: string; bytes: Buffer };
/** Where a pattern was found. */
export type Hit = { secret: string; as: string; where: string };

/**
 * Base64 spells the same bytes in three ways, by where they begin in a group of three.
 * @returns each way, without the characters that also depend on the bytes beside
 */
const base64 = (bytes: Buffer): string[] =>
  [0, 1, 2].map((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const first = [0, 2, 3][shift] as number;
    const whole = Math.floor(((shift + bytes.length) * 8) / 6);
    return text.slice(first, whole);
  });

const spellings = (bytes: Buffer): [string, string][] => [
  ['hex', bytes.toString('hex')],
  ['HEX', bytes.toString('hex').toUpperCase()],
  ...base64(bytes).flatMap((text): [string, string][] => [
    ['base64', text],
    ['base64url', text.replaceAll('+', '-').replaceAll('/', '_')],
  ]),
];

/** @returns all spellings of the secrets, each at least 8 bytes long and there once */
export const patterns = (secrets: Secret[]): Pattern[] => {
  const found = new Map<string, Pattern>();
  for (const { name, text, bytes } of secrets) {
    const add = (as: string, value: Buffer): void => {
      if (value.length >= 8) found.set(`${name} ${value.toString('latin1')}`, { name, as, bytes: value });
    };
    const raw = text === undefined ? Buffer.from(bytes ?? []) : Buffer.from(text);
    add(text === undefined ? 'raw' : 'utf8', raw);
    for (const [as, spelling] of spellings(raw)) add(as, Buffer.from(spelling));
    if (text === undefined) continue;
    const big = Buffer.from(text, 'utf16le').swap16();
    add('utf16le', Buffer.from(text, 'utf16le'));
    add('utf16be', big);
    add('percent', Buffer.from(encodeURIComponent(text)));
    add('form', Buffer.from(new URLSearchParams({ x: text }).toString().slice(2)));
    add('json', Buffer.from([...big.toString('hex').matchAll(/..../g)].map((m) => `\\u${m[0]}`).join('')));
  }
  return [...found.values()];
};

/** @returns a hit for each pattern that is in `bytes` */
export const search = (where: string, bytes: Buffer, wanted: Pattern[]): Hit[] =>
  wanted.filter((p) => bytes.includes(p.bytes)).map((p) => ({ secret: p.name, as: p.as, where }));
