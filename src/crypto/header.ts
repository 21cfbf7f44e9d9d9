/** Where an age header ends. What is in it, and whether it is well formed, is the library's to say. @see https://c2sp.org/age (Header) */
import type { Bytes } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import type { Source } from './chunks.ts';
import { Reader } from './chunks.ts';

/** No header of ours is longer: 64 hybrid stanzas are 99 KiB. Bytes. */
export const MAX_HEADER_BYTES = 1 << 17;
const LF = 0x0a;
const DASH = 0x2d;
/** `--- ` and 32 bytes in base64 without padding. */
const MAC_LINE = 47;

/** @param recipients how many hybrid ones @returns bytes of the header: version line, stanzas (1 argument of 1120 bytes, body of 32), MAC line */
export const headerSize = (recipients: number): number => 22 + recipients * (18 + 1494 + 1 + 43 + 1) + 48;

/**
 * Splits an age file.
 * @returns `header` with its MAC line, `rest` to go on reading: the payload
 * @throws crypto/corrupt when no header ends within {@link MAX_HEADER_BYTES}, or its MAC is not of 32 bytes
 */
export const splitHeader = async (source: Source): Promise<{ header: Bytes; rest: AsyncGenerator<Uint8Array> }> => {
  const reader = new Reader(source);
  const seen = new Uint8Array(MAX_HEADER_BYTES);
  let length = 0;
  let line = 0; // where the current line begins
  for (let piece = await reader.next(); piece !== null; piece = await reader.next()) {
    const part = piece.subarray(0, MAX_HEADER_BYTES - length);
    const before = length;
    seen.set(part, before);
    length += part.length;
    for (let lf = seen.indexOf(LF, before); lf >= 0 && lf < length; lf = seen.indexOf(LF, line)) {
      // neither a stanza nor base64 begins with "---"
      const last = seen[line] === DASH && seen[line + 1] === DASH && seen[line + 2] === DASH;
      if (last && lf - line !== MAC_LINE) throw new SalusError('crypto/corrupt', { what: 'header', why: 'MAC line' });
      line = lf + 1;
      if (!last) continue;
      reader.unread(piece.subarray(line - before));
      return { header: seen.slice(0, line), rest: reader.rest() };
    }
    if (length === MAX_HEADER_BYTES) throw new SalusError('crypto/corrupt', { what: 'header', why: 'too long' });
  }
  throw new SalusError('crypto/corrupt', { what: 'header', why: 'cut short' });
};
