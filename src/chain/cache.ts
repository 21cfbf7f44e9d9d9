/** Verified timelines as bytes. They are public data, but which accounts somebody reads is not: keep them sealed. */
import { utf8, type Bytes, type Hex } from '../core/bytes.ts';
import { isHex, isInteger, isList, isMatch, isNullable, isObject, isOneOf, parseJson } from '../core/json.ts';
import type { TimelineReader } from './timeline.ts';

const word = isMatch(/^0x[0-9a-f]{1,64}$/, 66);
const log = isObject({
  topics: isList(isHex(32), 4, 1),
  data: isMatch(/^0x([0-9a-f]{2})*$/, 1 << 20),
  block: isInteger(0, 2 ** 40),
  index: isInteger(0, 2 ** 32),
  tx: isHex(32),
});
const versioned = isObject({ version: isInteger(1, 2 ** 31) }, { open: true });
const cache = isObject({
  version: isInteger(1, 1),
  origin: isNullable(isHex(32)),
  timelines: isList(
    isObject({
      account: isHex(20),
      kind: isOneOf('own', 'inbox'),
      head: word,
      final: word,
      logs: isList(log, 1 << 20),
    }),
    1 << 16,
  ),
});

const text = (n: bigint): Hex => `0x${n.toString(16)}`;

/** @param origin hash of the block of the deployment, which tells one run of a test chain from another */
export const encodeCache = (origin: Hex | null, readers: TimelineReader[]): Bytes =>
  utf8(
    JSON.stringify({
      version: 1,
      origin,
      timelines: readers
        .filter((r) => r.links.length > 0 || r.final > 0n)
        .map((r) => ({
          account: r.account,
          kind: r.kind,
          head: text(r.links[0]?.word ?? r.final),
          final: text(r.final),
          logs: r.links.map((l) => l.log),
        })),
    }),
  );

/** @returns nothing known, when another version of the page wrote it @throws record/malformed */
export const decodeCache = (bytes: Bytes) => {
  const json = parseJson(bytes, { maxBytes: 256 << 20, maxDepth: 6 });
  if (versioned(json).version !== 1) return { origin: null, timelines: [] };
  const { origin, timelines } = cache(json);
  return {
    origin,
    timelines: timelines.map(({ logs, ...t }) => ({
      ...t,
      head: BigInt(t.head),
      final: BigInt(t.final),
      logs: logs.map((l) => ({ ...l, data: l.data as Hex })),
    })),
  };
};
