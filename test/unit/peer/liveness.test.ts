import { describe, expect, it } from 'vitest';
import type { Address, Hex } from '../../../src/core/bytes.ts';
import { Grants } from '../../../src/peer/grants.ts';
import { standing, type Books, type Event } from '../../../src/peer/liveness.ts';
import { NO_DIGEST } from '../../../src/core/bytes.ts';
import { people, readerOf, token, worldOf } from './guarding.ts';

const NOW = 1000;
const account = (n: number): Address => `0x${String(n).padStart(40, '0')}`;
const [patient, moved, drA, drA2, drB, nobody] = [1, 2, 3, 4, 5, 0].map(account) as Address[] as [
  Address,
  Address,
  Address,
  Address,
  Address,
  Address,
];
const access = (n: number): Hex => token(n).access;

/** Events in the order in which they happened. */
class Story {
  readonly #all: Event[] = [];
  readonly heirs = new Map<Address, Address[]>();

  #add(event: string, author: Address, subject: Address, args: Record<string, unknown>): this {
    const n = this.#all.length;
    this.#all.push({
      event,
      author,
      subject,
      args: { author, subject, ...args },
      block: 10 + (n >> 1),
      logIndex: n & 1,
    });
    return this;
  }
  share = (author: Address, subject: Address, n: number, until = 0) =>
    this.#add('Shared', author, subject, { access: access(n), until });
  revoke = (author: Address, subject: Address, n: number | null = null) =>
    this.#add('Revoked', author, subject, { access: n === null ? NO_DIGEST : access(n) });
  delegate = (author: Address, other: Address, n: number, until = 0) =>
    this.#add('Delegated', author, patient, { other, access: access(n), until });
  succeed = (author: Address, old: Address) => {
    this.heirs.set(old, [old, author]);
    return this.#add('Succeeded', author, old, {});
  };

  books(own: Address[] = [patient]): Books {
    const by = (a: Address) => this.#all.filter(({ author }) => author === a);
    return {
      own: this.#all.filter(({ author }) => own.includes(author)),
      inbox: this.#all.filter(({ author, subject }) => own.includes(subject) && !own.includes(author)),
      actsOf: async (a) => by(a),
      heirsOf: async (a) => this.heirs.get(a) ?? [a],
    };
  }
  of = async (n: number, own?: Address[], now = NOW) => (await standing(access(n), this.books(own), now)).state;
}
const story = () => new Story();

describe('a token', () => {
  it('is unknown until it is given, and from before its time to its very end', async () => {
    expect(await story().of(1)).toBe('unknown');
    expect(await story().share(patient, drA, 2).of(1)).toBe('unknown');
    const given = story().share(patient, drA, 1, NOW + 1);
    expect([await given.of(1), await given.of(1, [patient], NOW + 1)]).toEqual(['live', 'expired']);
    expect(await story().share(drB, drA, 1).of(1)).toBe('unknown'); // another patient's
  });

  it('ends by its own revocation whoever had it, and by that of all its reader had, but not by an earlier one', async () => {
    expect(await story().share(patient, drA, 1).revoke(patient, drA, 1).of(1)).toBe('revoked');
    expect(await story().share(patient, nobody, 1).revoke(patient, nobody, 1).of(1)).toBe('revoked');
    expect(await story().share(patient, drA, 1).revoke(patient, drA).of(1)).toBe('revoked');
    expect(await story().share(patient, drA, 1).revoke(patient, drA, 2).of(1)).toBe('live');
    expect(await story().share(patient, drA, 1).revoke(patient, drB).of(1)).toBe('live');
    expect(await story().revoke(patient, drA).share(patient, drA, 1).of(1)).toBe('live');
    expect(await story().share(patient, drA, 1).revoke(drB, drA, 1).of(1)).toBe('live'); // not the giver's
    expect(await story().share(patient, drA, 1).revoke(patient, drA, 1).share(patient, drB, 1).of(1)).toBe('live');
    expect(
      await story()
        .share(patient, drA, 1)
        .share(patient, drA, 1, NOW - 1)
        .of(1),
    ).toBe('expired');
  });

  it('follows moves: of the reader, and of the patient', async () => {
    const reader = story().share(patient, drA, 1).succeed(drA2, drA);
    expect(await reader.of(1)).toBe('live');
    expect(await reader.revoke(patient, drA2).of(1)).toBe('revoked');
    const both = [patient, moved];
    const own = story().share(patient, drA, 1).succeed(moved, patient);
    expect(await own.of(1, both)).toBe('live');
    expect(await own.revoke(moved, drA).of(1, both)).toBe('revoked');
  });
});

describe('a delegated token', () => {
  const given = (until = 0) => story().share(patient, drA, 1, until).delegate(drA, drB, 2);

  it('lives by a right that was there before it, and ever since', async () => {
    expect(await given().of(2)).toBe('live');
    expect(await story().delegate(drA, drB, 2).of(2)).toBe('revoked');
    expect(await story().delegate(drA, drB, 2).share(patient, drA, 1).of(2)).toBe('revoked');
    expect(await given().revoke(patient, drA).share(patient, drA, 3).of(2)).toBe('revoked');
    expect(await given(NOW - 1).of(2)).toBe('expired');
    expect(await given(NOW + 1).of(2)).toBe('live');
  });

  it('ends at the earlier end, and by the patient’s or the delegator’s word, nobody else’s', async () => {
    const ends = async (right: number, own: number) =>
      (await standing(access(2), story().share(patient, drA, 1, right).delegate(drA, drB, 2, own).books(), NOW)).until;
    expect([await ends(0, 0), await ends(NOW + 5, 0), await ends(0, NOW + 6), await ends(NOW + 9, NOW + 7)]).toEqual([
      0,
      NOW + 5,
      NOW + 6,
      NOW + 7,
    ]);
    for (const who of [patient, drA]) {
      expect(await given().revoke(who, drB).of(2)).toBe('revoked');
      expect(await given().revoke(who, drB, 2).of(2)).toBe('revoked');
    }
    expect(await given().revoke(drB, drB, 2).of(2)).toBe('live');
    expect(await given().revoke(patient, drA, 1).of(2)).toBe('revoked');
  });

  it('follows a right that is given again with the same token, to the earlier of both ends', async () => {
    const shortened = given().share(patient, drA, 1, NOW + 50);
    expect([await shortened.of(2), await shortened.of(2, [patient], NOW + 50)]).toEqual(['live', 'expired']);
    const longer = given(NOW + 5).share(patient, drA, 1);
    expect([await longer.of(2), await longer.of(2, [patient], NOW + 5)]).toEqual(['live', 'expired']);
    expect(await longer.of(1, [patient], NOW + 5)).toBe('live');
    expect(
      await given()
        .share(patient, drA, 1, NOW + 50)
        .revoke(patient, drA, 1)
        .of(2),
    ).toBe('revoked');
    expect(await given().revoke(patient, drA, 1).share(patient, drA, 1).of(2)).toBe('revoked');
  });

  it('follows a delegator who moved before, and the best of several rights', async () => {
    const after = story().share(patient, drA, 1).succeed(drA2, drA).delegate(drA2, drB, 2);
    expect(await after.of(2)).toBe('live');
    expect(await after.revoke(patient, drA2).of(2)).toBe('revoked');
    const two = story()
      .share(patient, drA, 1, NOW - 1)
      .share(patient, drA, 3)
      .delegate(drA, drB, 2);
    expect(await two.of(2)).toBe('live');
    expect(await two.revoke(patient, drA, 3).of(2)).toBe('expired');
  });
});

describe('what the chain says', () => {
  const counting = async (age: number) => {
    const made = worldOf();
    await made.enroll(people.alice);
    const state = { down: false, calls: 0 };
    const reader = readerOf(made, state);
    const counted = new Proxy(reader, {
      get: (target, name) => {
        if (name === 'timeline') state.calls++;
        return Reflect.get(target, name) as unknown;
      },
    });
    let time = Date.now();
    const clock = { now: () => time, pass: (ms: number) => void (time += ms) };
    return { made, state, clock, grants: new Grants(async () => counted, clock.now, age) };
  };

  it('is read once for however many invented tokens, and again when it is old', async () => {
    const { made, state, clock, grants } = await counting(5000);
    const { account: alice } = people.alice;
    for (let n = 0; n < 50; n++) expect((await grants.standing(alice, access(n))).state).toBe('unknown');
    const first = state.calls;
    expect(first).toBeLessThanOrEqual(2);
    made.share(people.alice, people.drA.account, access(1));
    expect((await grants.standing(alice, access(1))).state).toBe('unknown');
    clock.pass(5000);
    expect((await grants.standing(alice, access(1))).state).toBe('live');
    expect(state.calls).toBe(2 * first);
  });

  it('is not taken from yesterday: an old answer is no answer once the chain is away', async () => {
    const { made, state, clock, grants } = await counting(5000);
    made.share(people.alice, people.drA.account, access(1));
    expect((await grants.standing(people.alice.account, access(1))).state).toBe('live');
    state.down = true;
    clock.pass(5000);
    await expect(grants.standing(people.alice.account, access(1))).rejects.toMatchObject({ code: 'chain/unreachable' });
    state.down = false;
    expect((await grants.standing(people.alice.account, access(1))).state).toBe('live');
  });

  it('cannot stop time: a chain that stands still prolongs nothing', async () => {
    const { made, clock, grants } = await counting(0);
    made.share(people.alice, people.drA.account, access(1), made.world.time + 60);
    expect((await grants.standing(people.alice.account, access(1))).state).toBe('live');
    clock.pass(120_000);
    expect((await grants.standing(people.alice.account, access(1))).state).toBe('expired');
  });
});
