/** The directory of thousands: a small first page, then large ones. */
import { expect, it } from 'vitest';
import { doctorPages, everyAccredited } from '../../../src/flows/directory.ts';
import type { Account, Chain } from '../../../src/flows/ports/index.ts';

const accounts = Array.from({ length: 600 }, (_, n) => ({
  address: `0x${n.toString(16).padStart(40, '0')}`,
  role: n % 3 === 0 ? 'nurse' : 'doctor',
  accredited: n % 5 !== 0,
})) as unknown as Account[];

/** Serves pages as the contract does, at most 256 at once. */
const serving = () => {
  const limits: number[] = [];
  const directory: Chain['directory'] = async (cursor, limit) => {
    limits.push(limit);
    const end = Number(cursor) + Math.min(limit, 256);
    return { entries: accounts.slice(Number(cursor), end), next: end < accounts.length ? BigInt(end) : 0n };
  };
  return { chain: { directory } as unknown as Chain, limits };
};

it('shows its first page after one call, and grows with each further one', async () => {
  const { chain, limits } = serving();
  const seen: number[] = [];
  for await (const list of doctorPages({ chain })) {
    seen.push(list.length);
    expect(limits).toHaveLength(seen.length);
  }
  expect(limits).toEqual([40, 250, 250, 250]);
  expect(seen).toEqual([21, 155, 288, 320]);
  expect(await everyAccredited(serving().chain)).toEqual(accounts);
});

it('ends where a node goes round', async () => {
  const chain = { directory: async () => ({ entries: [], next: 7n }) } as unknown as Chain;
  await expect(everyAccredited(chain)).rejects.toMatchObject({ details: { reason: 'directory' } });
});
