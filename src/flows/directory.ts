/** The accredited, as anyone may read them. */
import { SalusError } from '../core/errors.ts';
import type { Account, Hospital, ReadPorts } from './ports/index.ts';

const PAGE = 100;
const MOST_PAGES = 1000;

/** Every doctor that an active hospital vouches for, in the order of their first accreditation. */
export const doctors = async ({ chain }: Pick<ReadPorts, 'chain'>): Promise<Account[]> =>
  (await everyAccredited(chain)).filter((a) => a.role === 'doctor' && a.accredited);

/** Everyone a hospital vouches for. */
export const staff = async ({ chain }: Pick<ReadPorts, 'chain'>, hospital: number): Promise<Account[]> =>
  (await everyAccredited(chain)).filter((a) => a.vouchedBy.includes(hospital));

/** Every account that was ever accredited, whatever its standing now. @throws chain/timeline-broken when the node never comes to an end */
export const everyAccredited = async (chain: ReadPorts['chain']): Promise<Account[]> => {
  const all: Account[] = [];
  const seen = new Set<bigint>();
  let cursor = 0n;
  do {
    // a node that never comes to an end, or goes round, would be asked for ever
    if (seen.has(cursor) || seen.size >= MOST_PAGES)
      throw new SalusError('chain/timeline-broken', { reason: 'directory' });
    seen.add(cursor);
    const { entries, next } = await chain.directory(cursor, PAGE);
    all.push(...entries);
    cursor = next;
  } while (cursor !== 0n);
  return all;
};

/** The active hospitals that vouch for an account. */
export const vouching = (account: Account, hospitals: Hospital[]): Hospital[] =>
  hospitals.filter((h) => h.active && account.vouchedBy.includes(h.number));
