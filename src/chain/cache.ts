/** Verified timelines as bytes. They are public data, but which accounts somebody reads is not: keep them sealed. */
import { utf8, type Bytes, type Hex } from '../core/bytes.ts';
import {
  isHex,
  isInteger,
  isList,
  isMatch,
  isNullable,
  isObject,
  isOneOf,
  isOptional,
  parseJson,
  type Check,
} from '../core/json.ts';
import type { RawLog } from './events.ts';
import type { Link, TimelineReader } from './timeline.ts';

/** Characters of one log's data that are kept: twice 64 KiB, more than a keyring and a key together need. */
const DATA = 1 << 17;
/** Characters of one timeline, and of all: what is beyond is read again, and the words of all heads are kept. */
const TIMELINE = 4 << 20;
const ALL = 32 << 20;

const word = isMatch(/^0x[0-9a-f]{1,64}$/, 66);
const log = isObject({
  topics: isList(isHex(32), 4, 1),
  data: isMatch(/^0x([0-9a-f]{2})*$/, DATA + 2),
  block: isInteger(0, 2 ** 40),
  index: isInteger(0, 2 ** 32),
  tx: isHex(32),
});
/** The words are what protects; logs that do not fit are only read again. */
const logs: Check<RawLog[]> = (v) => {
  try {
    return isList(log, 1 << 20)(v) as RawLog[];
  } catch {
    return [];
  }
};
const versioned = isObject({ version: isInteger(1, 2 ** 31) }, { open: true });
const cache = isObject({
  version: isInteger(1, 1),
  origin: isNullable(isHex(32)),
  membership: isOptional(isInteger(0, 2 ** 32)),
  timelines: isList(
    isObject({ account: isHex(20), kind: isOneOf('own', 'inbox'), head: word, final: word, logs }),
    1 << 16,
  ),
});

const text = (n: bigint): Hex => `0x${n.toString(16)}`;

/** The newest links, as many as fit: always without a gap. */
const logsOf = (links: readonly Link[]): string => {
  const texts: string[] = [];
  let size = 0;
  for (const { log } of links) {
    if (log.data.length > DATA) break;
    const one = JSON.stringify(log);
    size += one.length + 1;
    if (size > TIMELINE) break;
    texts.push(one);
  }
  return `[${texts.join()}]`;
};

/** Writes only what changed since the last time. */
export class CacheWriter {
  #logs = new WeakMap<readonly Link[], string>();
  #last = { text: '', bytes: new Uint8Array() };

  /**
   * @param origin hash of the block of the deployment · @param membership highest proven version of it
   * @returns the same object while nothing changed
   */
  write(origin: Hex | null, membership: number, readers: TimelineReader[]): Bytes {
    let size = 0;
    const timelines = readers
      .filter((r) => r.links.length > 0 || r.final > 0n)
      .map((r) => {
        const kept = this.#logs.get(r.links) ?? logsOf(r.links);
        this.#logs.set(r.links, kept);
        size += kept.length;
        const words = {
          account: r.account,
          kind: r.kind,
          head: text(r.links[0]?.word ?? r.final),
          final: text(r.final),
        };
        return `${JSON.stringify(words).slice(0, -1)},"logs":${size > ALL ? '[]' : kept}}`;
      });
    const start = JSON.stringify({ version: 1, origin, membership }).slice(0, -1);
    const whole = `${start},"timelines":[${timelines.join()}]}`;
    if (whole !== this.#last.text) this.#last = { text: whole, bytes: utf8(whole) };
    return this.#last.bytes;
  }
}

/** @returns nothing known, when another version of the page wrote it @throws record/malformed */
export const decodeCache = (bytes: Bytes) => {
  const json = parseJson(bytes, { maxBytes: 256 << 20, maxDepth: 6 });
  if (versioned(json).version !== 1) return { origin: null, membership: 0, timelines: [] };
  const { origin, membership = 0, timelines } = cache(json);
  return {
    origin,
    membership,
    timelines: timelines.map((t) => ({ ...t, head: BigInt(t.head), final: BigInt(t.final) })),
  };
};
