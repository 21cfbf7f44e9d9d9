/** What the tests of faults share: a person reads what happened, what was kept and the next step; and nothing was sent meanwhile. */
import { expect, type Locator, type Page } from '@playwright/test';
import { chain } from './chain.ts';
import type { Account } from './people.ts';
import type { Person } from './person.ts';
import { words } from './words.ts';

export const bookingOf = (doctor: Account): string => `#/doctors/${doctor.address}/book`;

export const nonce = (person: Person): Promise<number> =>
  chain().getTransactionCount({ address: person.wallet?.address as `0x${string}` });

/** CARs that were sent to a peer. */
export const uploaded = (person: Person): number =>
  person.proxy.sent.filter((s) => s.method === 'POST' && s.url.includes('/car')).length;

/** All three sentences of an error are there. @param what in place of the code's own first sentence: the contract's */
export const reads = async (at: Page | Locator, slug: string, what = words(`error.${slug}.what`)): Promise<void> => {
  await expect(at.getByText(what).first()).toBeVisible({ timeout: 60_000 });
  for (const part of ['kept', 'next'])
    await expect(at.getByText(words(`error.${slug}.${part}`)).first(), `${slug}.${part}`).toBeVisible();
};
