/**
 * A ZIP archive without compression: several files saved as one. The files are not read into memory, but for their checksums.
 * @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT (4.3)
 */
import { concat, utf8, type Bytes } from './bytes.ts';
import { SalusError } from './errors.ts';

/** @property modified Unix seconds */
export type ZipEntry = { name: string; body: Blob; modified: number };
/** Bytes done and in all. */
type Options = { signal?: AbortSignal; onBytes?: (done: number, total: number) => void };

const SLICE = 1 << 20;
/** Sizes and offsets have 32 bits, the number of files 16. */
const MAX_BYTES = 2 ** 32 - 2 ** 24;
const MAX_ENTRIES = 65_000;

const table = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
  return c >>> 0;
});

/** CRC-32 of ISO 3309, in slices so that the page stays awake. */
const crc32 = async (body: Blob, signal: AbortSignal | undefined, onBytes: (n: number) => void): Promise<number> => {
  let crc = 0xffffffff;
  for (let at = 0; at < body.size; at += SLICE) {
    if (signal?.aborted) throw new SalusError('storage/aborted');
    const bytes = new Uint8Array(await body.slice(at, at + SLICE).arrayBuffer());
    for (const byte of bytes) crc = (table[(crc ^ byte) & 255] as number) ^ (crc >>> 8);
    onBytes(bytes.length);
  }
  return (crc ^ 0xffffffff) >>> 0;
};

/** Little-endian numbers of 2 or 4 bytes. */
const fields = (...list: [bytes: 2 | 4, value: number][]): Bytes =>
  concat(...list.map(([n, v]) => Uint8Array.from({ length: n }, (_, i) => (v >>> (8 * i)) & 255)));

/** MS-DOS time and date, UTC. */
const dosTime = (unix: number): [time: number, date: number] => {
  const d = new Date(Math.max(unix, 315_532_800) * 1000);
  return [
    (d.getUTCHours() << 11) | (d.getUTCMinutes() << 5) | (d.getUTCSeconds() >> 1),
    ((d.getUTCFullYear() - 1980) << 9) | ((d.getUTCMonth() + 1) << 5) | d.getUTCDate(),
  ];
};

/**
 * Makes names that no unpacking program takes for a path, a device or a hidden file, each once.
 * @returns as many as given, in the same order
 */
export const safeNames = (names: string[]): string[] => {
  const used = new Set<string>();
  return names.map((name, i) => {
    // separators, what Windows refuses, controls, and what turns the direction of text
    const plain = name.replace(/[/\\:*?"<>|\p{Cc}\p{Bidi_Control}]/gu, '_').replace(/^[.\s]+|[.\s]+$/g, '');
    const device = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(plain);
    const short = (device ? `_${plain}` : plain).slice(-120) || `file-${i + 1}`;
    let free = short;
    const dot = short.lastIndexOf('.');
    const [stem, extension] = dot > 0 ? [short.slice(0, dot), short.slice(dot)] : [short, ''];
    for (let n = 2; used.has(free.toLowerCase()); n++) free = `${stem} (${n})${extension}`;
    used.add(free.toLowerCase());
    return free;
  });
};

/** @returns the archive @throws input/too-large beyond 4 GiB, storage/aborted */
export const zip = async (entries: ZipEntry[], { signal, onBytes }: Options = {}): Promise<Blob> => {
  const total = entries.reduce((n, e) => n + e.body.size, 0);
  if (total > MAX_BYTES || entries.length > MAX_ENTRIES) throw new SalusError('input/too-large', { bytes: total });
  const names = safeNames(entries.map((e) => e.name)).map(utf8);
  const parts: BlobPart[] = [];
  const central: Bytes[] = [];
  let offset = 0;
  let done = 0;
  for (const [i, { body, modified }] of entries.entries()) {
    const name = names[i] as Bytes;
    const crc = await crc32(body, signal, (n) => onBytes?.((done += n), total));
    const [time, date] = dosTime(modified);
    // version 2.0, UTF-8 names, stored
    const shared = fields([2, 20], [2, 0x0800], [2, 0], [2, time], [2, date], [4, crc], [4, body.size], [4, body.size]);
    const local = concat(fields([4, 0x04034b50]), shared, fields([2, name.length], [2, 0]), name);
    const rest = fields([2, name.length], [2, 0], [2, 0], [2, 0], [2, 0], [4, 0], [4, offset]);
    central.push(concat(fields([4, 0x02014b50], [2, 20]), shared, rest, name));
    parts.push(local, body);
    offset += local.length + body.size;
  }
  const index = concat(...central);
  const count = entries.length;
  const end = fields([4, 0x06054b50], [2, 0], [2, 0], [2, count], [2, count], [4, index.length], [4, offset], [2, 0]);
  return new Blob([...parts, index, end], { type: 'application/zip' });
};
