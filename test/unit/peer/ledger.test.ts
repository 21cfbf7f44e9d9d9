/** The peer and the page compute alike which tokens are live, whatever happened in whatever order. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Address, Hex } from '../../../src/core/bytes.ts';
import { NO_DIGEST } from '../../../src/core/bytes.ts';
import { grantsOf } from '../../../src/flows/grants.ts';
import type { Entry } from '../../../src/flows/ports/chain.ts';
import { standing } from '../../../src/peer/liveness.ts';

const NOW = 1000;
const address = (n: number): Address => `0x${String(n).padStart(40, '0')}`;
const access = (n: number): Hex => `0x${String(n).padStart(64, '0')}`;
const patient = address(9);

type Act = { kind: 'share' | 'revoke' | 'delegate'; by: number; to: number; token: number; until: number };
const anyAct: fc.Arbitrary<Act> = fc.record({
  kind: fc.constantFrom('share', 'revoke', 'delegate'),
  by: fc.integer({ min: 1, max: 3 }),
  to: fc.integer({ min: 1, max: 3 }),
  token: fc.integer({ min: 0, max: 3 }),
  until: fc.constantFrom(0, 0, NOW - 1, NOW, NOW + 1, NOW + 2),
});

/** Two tokens for each reader, which are nobody else's: a page makes a new one for every reader. */
const ofReader = (to: number, token: number): Hex => access(2 * to - (token % 2));
const passedOn = (token: number): Hex => access(10 + token);
const TOKENS = [1, 2, 3, 4, 5, 6, 10, 11, 12, 13].map(access);

/** The patient and three readers. Readers share with nobody; what they revoke is what they passed on. */
const entryOf = ({ kind, by, to, token, until }: Act, n: number): Entry => {
  const place = { block: 10 + (n >> 1), logIndex: n & 1, tx: access(1000 + n), ownCount: n, inboxCount: n, count: n };
  const entry = (event: string, author: Address, subject: Address, more: object): Entry =>
    ({ ...place, event, author, subject, args: { author, subject, ...more } }) as Entry;
  const given = { capability: access(50 + n), until, re: 0 };
  if (kind === 'share') return entry('Shared', patient, address(to), { ...given, access: ofReader(to, token) });
  const taken = { access: token === 0 ? NO_DIGEST : token === 3 ? passedOn(by) : ofReader(to, token) };
  if (kind === 'revoke') return entry('Revoked', until === 0 ? patient : address(by), address(to), taken);
  const other = address(to === by ? (by % 3) + 1 : to);
  return entry('Delegated', address(by), patient, { ...given, other, access: passedOn(token) });
};

/** A reader is given something after something of theirs was taken back. */
const isGivenAgain = (acts: Act[]): boolean =>
  acts.some(({ kind, to }, i) => kind === 'share' && acts.slice(0, i).some((a) => a.kind === 'revoke' && a.to === to));

it('says live of the same tokens as the ledger does', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyAct, { maxLength: 14 }), async (acts) => {
      const events = acts.map(entryOf);
      const ledger = grantsOf(events, patient, NOW);
      const books = {
        own: events.filter((e) => e.author === patient),
        inbox: events.filter((e) => e.subject === patient && e.author !== patient),
        actsOf: async (a: Address) => events.filter((e) => e.author === a),
        heirsOf: async (a: Address) => [a],
      };
      for (const token of TOKENS) {
        const live = ledger.filter((g) => g.access === token && g.state === 'live');
        const { state, until } = await standing(token, books, NOW);
        // what was taken back and given again revives nothing here
        if (state === 'live' || !isGivenAgain(acts)) expect(state === 'live', token).toBe(live.length > 0);
        if (state !== 'live') continue;
        expect(until).toBe(live.some((g) => g.ends === 0) ? 0 : Math.max(...live.map((g) => g.ends)));
      }
    }),
    { numRuns: 3000, seed: 4 },
  );
});
