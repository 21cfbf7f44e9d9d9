/** The accredited, as anyone may read them. */
import { SalusError } from '../core/errors.ts';
import type { Account, Hospital, ReadPorts } from './ports/index.ts';

/** Accounts of the first page, which is one small answer, and of each later one. */
const FIRST = 40;
const PAGE = 250;
const MOST_PAGES = 1000;

/** Every account that was ever accredited, whatever its standing now, page by page. @throws chain/timeline-broken when the node never comes to an end */
export async function* accreditedPages(chain: ReadPorts['chain']): AsyncGenerator<Account[]> {
  const seen = new Set<bigint>();
  let cursor = 0n;
  do {
    // a node that never comes to an end, or goes round, would be asked for ever
    if (seen.has(cursor) || seen.size >= MOST_PAGES)
      throw new SalusError('chain/timeline-broken', { reason: 'directory' });
    seen.add(cursor);
    const { entries, next } = await chain.directory(cursor, cursor === 0n ? FIRST : PAGE);
    yield entries;
    cursor = next;
  } while (cursor !== 0n);
}

/** All pages of {@link accreditedPages}. */
export const everyAccredited = async (chain: ReadPorts['chain']): Promise<Account[]> => {
  const all: Account[] = [];
  for await (const page of accreditedPages(chain)) all.push(...page);
  return all;
};

const isDoctor = (a: Account): boolean => a.role === 'doctor' && a.accredited;

/** Every doctor that an active hospital vouches for, in the order of their first accreditation: those found so far, after each page. */
export async function* doctorPages({ chain }: Pick<ReadPorts, 'chain'>): AsyncGenerator<Account[]> {
  const all: Account[] = [];
  for await (const page of accreditedPages(chain)) {
    all.push(...page.filter(isDoctor));
    yield [...all];
  }
}

/** Every doctor that an active hospital vouches for. */
export const doctors = async ({ chain }: Pick<ReadPorts, 'chain'>): Promise<Account[]> =>
  (await everyAccredited(chain)).filter(isDoctor);

/** Everyone a hospital vouches for. */
export const staff = async ({ chain }: Pick<ReadPorts, 'chain'>, hospital: number): Promise<Account[]> =>
  (await everyAccredited(chain)).filter((a) => a.vouchedBy.includes(hospital));

/** The active hospitals that vouch for an account. */
export const vouching = (account: Account, hospitals: Hospital[]): Hospital[] =>
  hospitals.filter((h) => h.active && account.vouchedBy.includes(h.number));
