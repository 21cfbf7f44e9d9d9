/** Cuts a stream of pieces of any size into equal ones, copying only where a cut falls between two pieces. */
import type { Bytes } from '../core/bytes.ts';
import { concat } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';

/** What a stream can be read from. */
export type Source = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** Reads pieces off a source one at a time, so that one function can begin and another go on. */
export class Reader {
  readonly #pieces: AsyncIterator<Uint8Array>;
  #unread: Uint8Array | null = null;

  constructor(source: Source) {
    this.#pieces = (async function* () {
      yield* source;
    })();
  }

  /** @returns the next piece, or null at the end */
  async next(): Promise<Uint8Array | null> {
    const kept = this.#unread;
    this.#unread = null;
    if (kept !== null) return kept;
    const { done, value } = await this.#pieces.next();
    return done ? null : value;
  }

  /** Gives back what was not used of the last piece. */
  unread(piece: Uint8Array): void {
    if (piece.length > 0) this.#unread = piece;
  }

  /** @returns exactly `length` bytes, or null when the source ends before */
  async exactly(length: number): Promise<Bytes | null> {
    const out = new Uint8Array(length);
    for (let filled = 0; filled < length;) {
      const piece = await this.next();
      if (piece === null) return null;
      const part = piece.subarray(0, length - filled);
      out.set(part, filled);
      filled += part.length;
      this.unread(piece.subarray(part.length));
    }
    return out;
  }

  /** Everything that is left. Ending it early ends the source. */
  async *rest(): AsyncGenerator<Uint8Array> {
    try {
      for (let piece = await this.next(); piece !== null; piece = await this.next()) yield piece;
    } finally {
      await this.#pieces.return?.();
    }
  }
}

/**
 * Holds the last chunk back until more bytes or the end arrive, so that whoever reads knows which one is last.
 * The chunks may be views of the pieces, which must therefore not be written to after they were given.
 */
export class Cutter {
  readonly #size: number;
  #piece: Uint8Array = new Uint8Array(0);
  #at = 0;
  #held: Uint8Array | null = null;
  #partial: Bytes | null = null;
  #filled = 0;

  /** @param size bytes of every chunk but the last */
  constructor(size: number) {
    this.#size = size;
  }

  /** Gives the next piece. Call {@link next} until it answers null before the next `push`. */
  push(piece: Uint8Array): void {
    this.#piece = piece;
    this.#at = 0;
  }

  /** @returns a full chunk that is surely not the last one, or null when more bytes are needed */
  next(): Uint8Array | null {
    if (this.#at >= this.#piece.length) return null;
    const released = this.#held;
    this.#held = null;
    if (this.#partial === null && this.#piece.length - this.#at >= this.#size) {
      this.#held = this.#piece.subarray(this.#at, (this.#at += this.#size));
    } else {
      this.#partial ??= new Uint8Array(this.#size);
      const part = this.#piece.subarray(this.#at, this.#at + this.#size - this.#filled);
      this.#partial.set(part, this.#filled);
      this.#filled += part.length;
      this.#at += part.length;
      if (this.#filled === this.#size) {
        this.#held = this.#partial;
        this.#partial = null;
        this.#filled = 0;
      }
    }
    return released ?? this.next();
  }

  /** @returns the last chunk: 1 to `size` bytes, or none when nothing was pushed at all */
  end(): Uint8Array {
    return this.#held ?? this.#partial?.subarray(0, this.#filled) ?? new Uint8Array(0);
  }
}

/**
 * Cuts or joins pieces so that each is exactly `size` bytes in a buffer of its own, the last one maybe shorter: what a
 * store of blocks wants.
 */
export async function* repack(source: Source, size: number): AsyncGenerator<Bytes> {
  let piece = new Uint8Array(size);
  let filled = 0;
  for await (const part of source) {
    for (let at = 0; at < part.length;) {
      const taken = part.subarray(at, at + size - filled);
      piece.set(taken, filled);
      at += taken.length;
      filled += taken.length;
      if (filled < size) continue;
      yield piece;
      piece = new Uint8Array(size);
      filled = 0;
    }
  }
  if (filled > 0) yield piece.slice(0, filled);
}

/** All of a source in one array. @param limit bytes @throws input/too-large beyond it */
export const collect = async (source: Source, limit = Number.POSITIVE_INFINITY): Promise<Bytes> => {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of source) {
    length += part.length;
    if (length > limit) throw new SalusError('input/too-large', { limit });
    parts.push(part);
  }
  return concat(...parts);
};
