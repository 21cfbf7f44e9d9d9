/** Reads the frames that a WebSocket client sends (RFC 6455 §5.2), uncompressed. */
export class Unmasker {
  #rest: Buffer = Buffer.alloc(0);

  /** @param bytes as they came, frames cut anywhere @returns the payloads of the frames now complete, joined */
  push(bytes: Buffer): Buffer {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    const payloads: Buffer[] = [];
    for (let frame = this.#next(); frame; frame = this.#next()) payloads.push(frame);
    return Buffer.concat(payloads);
  }

  #next(): Buffer | null {
    const b = this.#rest;
    if (b.length < 2) return null;
    const masked = ((b[1] as number) & 0x80) !== 0;
    let length = (b[1] as number) & 0x7f;
    let at = 2;
    if (length === 126) {
      if (b.length < 4) return null;
      length = b.readUInt16BE(2);
      at = 4;
    } else if (length === 127) {
      if (b.length < 10) return null;
      length = Number(b.readBigUInt64BE(2));
      at = 10;
    }
    const start = at + (masked ? 4 : 0);
    if (b.length < start + length) return null;
    const payload = Buffer.from(b.subarray(start, start + length));
    if (masked) for (let i = 0; i < length; i++) payload[i] = (payload[i] as number) ^ (b[at + (i % 4)] as number);
    this.#rest = b.subarray(start + length);
    return payload;
  }
}
