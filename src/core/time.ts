/** Time and randomness are parameters: what is pure stays testable. */

/** Milliseconds since the epoch. */
export type Clock = () => number;
/** @param length bytes wanted @returns that many from a cryptographic source */
export type Random = (length: number) => Uint8Array<ArrayBuffer>;

/** Seconds since the epoch, as the contract counts. */
export const seconds = (clock: Clock): number => Math.floor(clock() / 1000);

/** ISO 8601 with the zone's offset (RFC 3339), to the second. @param offsetMinutes east of UTC */
export const isoWithZone = (ms: number, offsetMinutes: number): string => {
  const local = new Date(ms + offsetMinutes * 60_000).toISOString().slice(0, 19);
  const sign = offsetMinutes < 0 ? '-' : '+';
  const abs = Math.abs(offsetMinutes);
  const pad = (n: number) => String(n).padStart(2, '0');
  return `${local}${sign}${pad(Math.floor(abs / 60))}:${pad(abs % 60)}`;
};
