/** Bytes as programmers look at them: sixteen a row, in hexadecimal and in what of ASCII can be printed. */
const WIDTH = 16;

/** @returns rows of the offset, the bytes and their letters; what is no letter is a dot */
export const hexDump = (bytes: Uint8Array): { at: string; hex: string; text: string }[] =>
  Array.from({ length: Math.ceil(bytes.length / WIDTH) }, (_, row) => {
    const part = [...bytes.subarray(row * WIDTH, (row + 1) * WIDTH)];
    return {
      at: (row * WIDTH).toString(16).padStart(4, '0'),
      hex: part
        .map((b) => b.toString(16).padStart(2, '0'))
        .join(' ')
        .padEnd(3 * WIDTH - 1),
      text: part.map((b) => (b >= 0x20 && b < 0x7f ? String.fromCharCode(b) : '.')).join(''),
    };
  });
