import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Address, Hex } from '../../../src/core/bytes.ts';
import { delegators, grantsOf, type Grant } from '../../../src/flows/grants.ts';
import type { Entry } from '../../../src/flows/ports/index.ts';

const who = (n: number): Address => `0x${n.toString(16).padStart(40, '0')}`;
const word = (n: number): Hex => `0x${n.toString(16).padStart(64, '0')}`;
const [patient, anna, bob, carl] = [who(1), who(2), who(3), who(4)];
const NOW = 1_000;

let block = 0;
const event = (name: string, author: Address, subject: Address, args: object): Entry => ({
  event: name,
  args: { author, subject, ...args },
  author,
  subject,
  ownCount: null,
  inboxCount: null,
  count: ++block,
  block,
  logIndex: 0,
  tx: word(block),
});
const shared = (grantee: Address, token: number, until = 0) =>
  event('Shared', patient, grantee, { capability: word(token + 100), access: word(token), until, re: 0 });
const delegated = (giver: Address, other: Address, token: number, until = 0) =>
  event('Delegated', giver, patient, { other, capability: word(token + 100), access: word(token), until });
const revoked = (author: Address, subject: Address, token = 0) =>
  event('Revoked', author, subject, { access: word(token) });
const states = (events: Entry[], now = NOW) =>
  grantsOf(events, patient, now)
    .reverse()
    .map((g) => g.state);

describe('grants', () => {
  it('live until their date, or until taken back, one token or everything of one person', () => {
    const all = [shared(anna, 1), shared(anna, 2, NOW), shared(anna, 3, NOW + 1), shared(bob, 4)];
    expect(states(all)).toEqual(['live', 'expired', 'live', 'live']);
    expect(states([...all, revoked(patient, anna, 1)])).toEqual(['revoked', 'expired', 'live', 'live']);
    expect(states([...all, revoked(patient, anna)])).toEqual(['revoked', 'revoked', 'revoked', 'live']);
  });

  it('are not ended by what came before them, nor twice', () => {
    expect(states([revoked(patient, anna), shared(anna, 1)])).toEqual(['live']);
    const [first, after] = [shared(anna, 6), revoked(patient, anna, 6)];
    expect(grantsOf([first, after, revoked(patient, anna)], patient, NOW)[0]?.ended).toBe(after);
  });

  it('are narrowed by a newer one with the same token', () => {
    expect(states([shared(anna, 1), shared(anna, 1, NOW + 5)])).toEqual(['replaced', 'live']);
    // a stranger's delegation with a token that is seen on chain replaces nothing of the patient's
    expect(states([shared(anna, 1), shared(bob, 2), delegated(bob, carl, 1)])).toEqual(['live', 'live', 'live']);
  });

  it('that were passed on end with the right they came from', () => {
    const right = shared(anna, 1, NOW + 100);
    const all = [right, delegated(anna, bob, 2, NOW + 500)];
    const [passed] = grantsOf(all, patient, NOW) as [Grant];
    expect([passed.state, passed.ends, passed.until]).toEqual(['live', NOW + 100, NOW + 500]);
    expect(states(all, NOW + 100)).toEqual(['expired', 'outlived']);
    expect(states([...all, revoked(patient, anna)])).toEqual(['revoked', 'outlived']);
    expect(states([...all, revoked(patient, bob)])).toEqual(['live', 'revoked']);
    expect(states([...all, revoked(anna, bob, 2)])).toEqual(['live', 'revoked']);
    expect(delegators(all, patient)).toEqual([anna]);
  });

  it('that were passed on live on when the right they came from is given again with another end', () => {
    const all = [shared(anna, 1), delegated(anna, bob, 2), shared(anna, 1, NOW + 50)];
    expect(states(all)).toEqual(['replaced', 'live', 'live']);
    expect(grantsOf(all, patient, NOW).find((g) => g.delegated)?.ends).toBe(NOW + 50);
    expect(states(all, NOW + 50)).toEqual(['replaced', 'outlived', 'expired']);
    expect(states([...all, revoked(patient, anna, 1)])).toEqual(['revoked', 'outlived', 'revoked']);
    // what was given for longer since is longer for its holder alone
    const longer = [shared(anna, 1, NOW + 5), delegated(anna, bob, 2), shared(anna, 1)];
    expect(states(longer)).toEqual(['replaced', 'live', 'live']);
    expect(states(longer, NOW + 5)).toEqual(['replaced', 'outlived', 'live']);
  });

  it('that were passed on after all was taken back stay without a right, though the token is given again', () => {
    const over = [shared(anna, 1), shared(anna, 1), revoked(patient, anna)];
    expect(states([...over, delegated(anna, bob, 2), shared(anna, 1)])).toEqual([
      'revoked',
      'revoked',
      'outlived',
      'live',
    ]);
    // what ended by a date in between stays ended
    const ended = [shared(anna, 1), delegated(anna, bob, 2), shared(anna, 1, NOW), shared(anna, 1)];
    expect(states(ended)).toEqual(['replaced', 'outlived', 'replaced', 'live']);
    // a token that was given to somebody else next is no right of the first
    const turn = [shared(anna, 1), delegated(anna, bob, 2), shared(carl, 1)];
    expect(states(turn)).toEqual(['replaced', 'outlived', 'live']);
  });

  it('that were passed on without a right, or before it, are none', () => {
    expect(states([delegated(anna, bob, 2)])).toEqual(['outlived']);
    expect(states([delegated(anna, bob, 2), shared(anna, 1)])).toEqual(['outlived', 'live']);
    // depth is one: who was brought in brings in nobody
    expect(states([shared(anna, 1), delegated(anna, bob, 2), delegated(bob, carl, 3)])).toEqual([
      'live',
      'live',
      'outlived',
    ]);
  });

  it('taken back bring nothing to life that was passed on since, when they are given again', () => {
    const all = [shared(anna, 1), shared(anna, 1), revoked(patient, anna), delegated(anna, bob, 2), shared(anna, 1)];
    expect(states(all)).toEqual(['revoked', 'revoked', 'outlived', 'live']);
  });

  it('of others are ended by nobody but their giver and the patient', () => {
    const all = [shared(anna, 1), shared(bob, 2)];
    expect(states([...all, revoked(anna, bob), revoked(anna, bob, 2), revoked(bob, patient, 1)])).toEqual([
      'live',
      'live',
    ]);
  });

  it('to nobody in particular end by their token alone', () => {
    const open = shared(who(0), 7);
    expect(grantsOf([open], patient, NOW)[0]?.grantee).toBeNull();
    expect(states([open, revoked(patient, anna)])).toEqual(['live']);
    expect(states([open, revoked(patient, who(0))])).toEqual(['revoked']);
    expect(states([shared(who(0), 8), revoked(patient, who(0), 8)])).toEqual(['revoked']);
  });

  it('never come to life again as events are added or time goes on', () => {
    const act = fc.record({
      kind: fc.constantFrom('share', 'delegate', 'revoke'),
      a: fc.integer({ min: 1, max: 4 }),
      b: fc.integer({ min: 0, max: 4 }),
      token: fc.integer({ min: 0, max: 3 }),
      until: fc.constantFrom(0, NOW - 1, NOW + 1, NOW + 2),
    });
    fc.assert(
      fc.property(fc.array(act, { maxLength: 12 }), (acts) => {
        const events = acts.map(({ kind, a, b, token, until }) =>
          kind === 'share'
            ? shared(who(b), token, until)
            : kind === 'delegate'
              ? delegated(who(a), who(b), token, until)
              : revoked(who(a), who(b), token),
        );
        const dead = new Set<Entry>();
        for (let n = 1; n <= events.length; n++)
          for (const g of grantsOf(events.slice(0, n), patient, NOW + n / 10)) {
            if (dead.has(g.entry)) expect(g.state).not.toBe('live');
            if (g.state !== 'live') dead.add(g.entry);
          }
      }),
      { numRuns: 500 },
    );
  });
});
