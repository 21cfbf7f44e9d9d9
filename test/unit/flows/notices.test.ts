/** Which events ring for whom, what waits for an answer, where each leads, and what hostile fields can do. */
import { describe, expect, it } from 'vitest';
import type { Address, Hex } from '../../../src/core/bytes.ts';
import { ending, expiring, keyChanges, renewals, votes } from '../../../src/flows/dueNotices.ts';
import {
  allMarked,
  compacted,
  isRead,
  keepMarks,
  marked,
  merged,
  readMarks,
  ringing,
  STRANGERS,
  type Marks,
} from '../../../src/flows/noticeMarks.ts';
import { MOST, MOST_STRANGERS, notices, type Notice } from '../../../src/flows/notices.ts';
import type { Entry, Proposal } from '../../../src/flows/ports/index.ts';
import { foldVisits } from '../../../src/flows/visits.ts';
import { utf8 } from '../../../src/core/bytes.ts';
import { dump, FakeCabinet } from '../../fakes/cabinet.ts';

const account = (n: number): Address => `0x${n.toString(16).padStart(40, '0')}`;
const [me, doctor, hospital, friend, lab] = [1, 2, 3, 4, 5].map(account) as [
  Address,
  Address,
  Address,
  Address,
  Address,
];
const word = (n: number): Hex => `0x${n.toString(16).padStart(64, '0')}`;
const NONE = word(0);
const DAY = 86_400;
const NOW = 1_760_000_000;

/** Tells events one after the other, a block each, and counts them as the contract does. */
const story = (whose = me) => {
  const events: Entry[] = [];
  const counts = { own: 0, inbox: 0 };
  const tell = (event: string, author: Address, subject: Address, args: Record<string, unknown> = {}): Entry => {
    const kind = author === whose ? 'own' : 'inbox';
    const block = events.length + 1;
    const where = { count: ++counts[kind], ownCount: null, inboxCount: null, block, logIndex: 0, tx: word(block) };
    const entry = { event, author, subject, args: { author, subject, ...args }, ...where } as unknown as Entry;
    events.push(entry);
    return entry;
  };
  const visit = (id: bigint, patient: Address, at: Address) =>
    tell('Booked', patient, at, { id, arbiter: hospital, request: word(9), fee: 10n, until: NOW + DAY });
  const all = (whole = true): Notice[] => notices(events, whose, foldVisits(events), whole);
  return { events, tell, visit, all };
};
const kinds = (all: Notice[]) => all.map((n) => n.kind);
const shared = (access: Hex, until = 0, re = 0) => ({ access, capability: word(77), until, re });

describe('a patient is told', () => {
  it('what becomes of a booking, and what waits', () => {
    const { tell, visit, all } = story();
    visit(1n, me, doctor);
    tell('Accepted', doctor, me, { id: 1n, note: NONE });
    tell('Completed', doctor, me, { id: 1n, record: word(5), hint: '0x00000000' });
    expect(all().map((n) => [n.kind, n.asks, n.to])).toEqual([
      ['prescribed', true, { screen: 'appointment', params: { id: '1' } }],
      ['accepted', false, { screen: 'appointment', params: { id: '1' } }],
    ]);
    tell('Attested', hospital, doctor, { id: 1n, other: me });
    tell('Rated', me, doctor, { id: 1n, score: 5, comment: NONE, released: 10n });
    expect(all().map((n) => [n.kind, n.asks])).toEqual([
      ['attested', false],
      ['prescribed', false],
      ['accepted', false],
    ]);
  });

  it('of a refusal, of money that came back after the answer, of a decision, and of what others released', () => {
    const { tell, visit, all } = story();
    visit(1n, me, doctor);
    tell('Declined', doctor, me, { id: 1n, reason: NONE });
    for (const id of [2n, 3n, 4n]) {
      visit(id, me, doctor);
      tell('Completed', doctor, me, { id, record: word(5), hint: '0x00000000' });
    }
    tell('Declined', doctor, me, { id: 2n, reason: NONE });
    tell('Disputed', me, doctor, { id: 3n, reason: NONE, other: hospital });
    tell('Resolved', hospital, doctor, { id: 3n, refund: 4n, reason: NONE, other: me });
    tell('Released', lab, doctor, { id: 4n, amount: 10n, other: me });
    expect(kinds(all()).filter((k) => k !== 'prescribed')).toEqual(['released', 'resolved', 'returned', 'declined']);
  });

  it('of records under an appointment or by whom it let in, never by unknown senders', () => {
    const { tell, all } = story();
    const add = (by: Address, via: bigint, n: number) =>
      tell('Added', by, me, { via, record: word(n), hint: '0x00000000' });
    add(lab, 0n, 1);
    expect(all()).toEqual([]);
    add(doctor, 7n, 2);
    tell('Shared', me, lab, shared(word(50)));
    add(lab, 0n, 3);
    tell('Revoked', me, lab, { access: NONE });
    add(lab, 0n, 4);
    expect(all().map((n) => [n.kind, n.to.params.digest])).toEqual([
      ['report', word(3)],
      ['report', word(2)],
    ]);
    // whom a reader brought in writes with that right
    tell('Shared', me, doctor, shared(word(60)));
    tell('Delegated', doctor, me, { other: friend, capability: word(3), access: word(61), until: 0 });
    add(friend, 0n, 5);
    expect(kinds(all()).slice(0, 2)).toEqual(['report', 'delegated']);
  });

  it('of requests until they are answered, of the right one alone', () => {
    const { tell, all } = story();
    const first = tell('AccessRequested', doctor, me, { reason: word(1) });
    tell('AccessRequested', lab, me, { reason: word(2) });
    expect(all().map((n) => [n.who, n.asks])).toEqual([
      [lab, true],
      [doctor, true],
    ]);
    expect(all()[1]?.to).toEqual({ screen: 'request', params: { patient: me, re: String(first.count) } });
    tell('Refused', me, doctor, { re: first.count, reason: NONE });
    // no such request: answers nothing
    tell('Shared', me, lab, shared(word(1), 0, 4_000_000_000));
    expect(all().map((n) => [n.who, n.asks])).toEqual([
      [lab, true],
      [doctor, false],
    ]);
  });

  it('of an assignment until it is answered or the doctor let in, and of every delegation of its file', () => {
    const { tell, all } = story();
    tell('Assigned', hospital, me, { other: doctor, note: NONE });
    expect(all()[0]).toMatchObject({ kind: 'assigned', asks: true, about: doctor, who: hospital });
    tell('Shared', me, doctor, shared(word(50)));
    expect(all()[0]).toMatchObject({ kind: 'assigned', asks: false });
    tell('Delegated', doctor, me, { other: lab, capability: word(3), access: word(51), until: 0 });
    expect(all()[0]).toMatchObject({ kind: 'delegated', about: lab, stranger: false, to: { screen: 'access' } });
    tell('Delegated', friend, me, { other: lab, capability: word(3), access: word(52), until: 0 });
    expect(all()[0]).toMatchObject({ kind: 'delegated', who: friend, stranger: true });
  });

  it('of what the other side says to a dispute, once there is one', () => {
    const { tell, visit, all } = story();
    visit(1n, me, doctor);
    tell('Completed', doctor, me, { id: 1n, record: word(5), hint: '0x00000000' });
    tell('Added', doctor, me, { via: 1n, record: word(6), hint: '0x00000000' });
    tell('Disputed', me, doctor, { id: 1n, reason: NONE, other: hospital });
    tell('Added', doctor, me, { via: 1n, record: word(7), hint: '0x00000000' });
    expect(
      all()
        .slice(0, 2)
        .map((n) => [n.kind, n.to.screen]),
    ).toEqual([
      ['stated', 'appointment'],
      ['report', 'record'],
    ]);
  });

  it('of what others share, take back and move', () => {
    const { tell, all } = story();
    tell('Shared', friend, me, shared(word(1)));
    tell('Revoked', friend, me, { access: word(1) });
    tell('Succeeded', lab, me, { credit: 0n });
    expect(all().map((n) => [n.kind, n.stranger, n.to.screen])).toEqual([
      ['moved', false, 'settings'],
      ['revoked', true, 'receivedFrom'],
      ['shared', true, 'receivedFrom'],
    ]);
  });
});

describe('staff and hospitals are told', () => {
  it('of bookings that wait, of what patients make of them', () => {
    const { tell, visit, all } = story();
    for (const id of [1n, 2n, 3n, 4n]) visit(id, friend, me);
    expect(all().every((n) => n.kind === 'booked' && n.asks && n.who === friend)).toBe(true);
    tell('Cancelled', friend, me, { id: 1n });
    tell('Reclaimed', friend, me, { id: 2n });
    for (const id of [3n, 4n]) tell('Completed', me, friend, { id, record: word(5), hint: '0x00000000' });
    tell('Disputed', friend, me, { id: 3n, reason: NONE, other: hospital });
    tell('Released', friend, me, { id: 4n, amount: 10n, other: friend });
    tell('Rated', friend, me, { id: 4n, score: 4, comment: word(8), released: 0n });
    expect(all().filter((n) => n.asks)).toEqual([]);
    expect(
      all()
        .slice(0, 5)
        .map((n) => [n.kind, n.to.screen]),
    ).toEqual([
      ['reviewed', 'reviews'],
      ['paid', 'appointment'],
      ['disputed', 'appointment'],
      ['reclaimed', 'appointment'],
      ['cancelled', 'appointment'],
    ]);
  });

  it('of standing, of the answer to their own request alone, of being brought in', () => {
    const { tell, all } = story();
    tell('Accredited', hospital, me, { hospital: 0, role: 3, licence: NONE });
    tell('Refused', friend, me, { re: 1, reason: NONE });
    tell('Shared', friend, me, shared(word(1), 0, 3));
    tell('AccessRequested', me, friend, { reason: word(2) });
    tell('Shared', friend, me, shared(word(2), 0, 3));
    tell('Refused', friend, me, { re: 4, reason: NONE });
    tell('Delegated', doctor, friend, { other: me, capability: word(3), access: word(4), until: 0 });
    tell('Assigned', hospital, friend, { other: me, note: NONE });
    tell('Suspended', hospital, me, { hospital: 0, reason: NONE });
    expect(all().map((n) => [n.kind, n.to])).toEqual([
      ['suspended', { screen: 'standing', params: {} }],
      ['assignedTo', { screen: 'patients', params: {} }],
      ['broughtIn', { screen: 'receivedFrom', params: { patient: friend } }],
      ['refused', { screen: 'requests', params: {} }],
      ['keyArrived', { screen: 'receivedFrom', params: { patient: friend } }],
      ['shared', { screen: 'receivedFrom', params: { patient: friend } }],
      ['accredited', { screen: 'standing', params: {} }],
    ]);
  });

  it('of disputes to decide while they are open, and of proposals about them', () => {
    const { events, tell, all } = story();
    const disputed = tell('Disputed', friend, doctor, { id: 9n, reason: NONE, other: me });
    const args = { ...disputed.args, fee: 1n, until: 0, arbiter: me };
    const visit = { ...foldVisits([{ ...disputed, args, event: 'Booked' }])[0]!, status: 'disputed' as const };
    expect(notices(events, me, [visit])[0]).toMatchObject({
      kind: 'toDecide',
      asks: true,
      to: { screen: 'dispute', params: { id: '9' } },
    });
    expect(notices(events, me, [{ ...visit, status: 'split' }])[0]).toMatchObject({ asks: false });
    tell('Proposed', hospital, me, { proposal: 2n, admit: false, version: 0, statement: NONE });
    tell('Confirmed', hospital, me, { proposal: 2n, confirmations: 1, executed: false, hospital: 0 });
    tell('Confirmed', lab, me, { proposal: 2n, confirmations: 2, executed: true, hospital: 3 });
    expect(kinds(all())).toEqual(['expelled', 'voted', 'proposed', 'toDecide']);
    const open = { id: 5n, subject: friend } as Proposal;
    expect(votes([open])[0]).toMatchObject({ id: 'vote/5', asks: true, who: friend, to: { params: { id: '5' } } });
  });
});

describe('what no event tells', () => {
  it('access that ends within a week, one notice a person, on either side', () => {
    const { events, tell } = story();
    tell('Shared', me, doctor, shared(word(1), NOW + 6 * DAY));
    tell('Shared', me, doctor, shared(word(2), NOW + 2 * DAY));
    tell('Shared', me, lab, shared(word(3), NOW + 30 * DAY));
    tell('Shared', me, lab, shared(word(4), NOW + 3 * DAY));
    tell('Revoked', me, lab, { access: word(4) });
    tell('Shared', friend, me, shared(word(5), NOW + DAY));
    tell('Shared', hospital, me, shared(word(6), 2 ** 40 - 1));
    expect(expiring(events, me, NOW).map((n) => [n.who, n.at, n.times])).toEqual([[doctor, NOW + 2 * DAY, 2]]);
    expect(ending(events, me, NOW).map((n) => [n.who, n.at])).toEqual([[friend, NOW + DAY]]);
    expect(expiring(events, me, NOW + 7 * DAY)).toEqual([]);
  });

  it('keys that changed or are due, by names that change with them', () => {
    expect(keyChanges([{ account: doctor, now: '0xaa' }])[0]).toMatchObject({ id: `key/${doctor}/0xaa`, asks: true });
    expect(renewals([])).toEqual([]);
    expect(renewals(['0xb', '0xa'])[0]).toMatchObject({ id: 'renew/0xa.0xb', times: 2 });
  });
});

describe('strangers and floods', () => {
  it('ring a few at a time, and only once all was read', () => {
    const { tell, all } = story();
    tell('Added', doctor, me, { via: 1n, record: word(1), hint: '0x00000000' });
    for (let n = 0; n < 500; n++) tell('Shared', account(1000 + n), me, shared(word(n)));
    expect(kinds(all(false))).toEqual(['report']);
    expect(all().length).toBe(MOST_STRANGERS + 1);
    expect(all().at(-1)?.kind).toBe('report');
    const nothing: Marks = { upTo: 0, beyond: [], said: [] };
    const rings = ringing(all(), nothing);
    expect(rings.map((n) => n.stranger)).toEqual([...Array<boolean>(STRANGERS).fill(true), false]);
    expect(ringing(all(), allMarked(nothing, all(), 501))).toEqual([]);
  });

  it('one person many times is one notice, however often', () => {
    const { tell, all } = story();
    for (let n = 0; n < 5000; n++) tell('AccessRequested', doctor, me, { reason: word(n) });
    expect(all().map((n) => [n.kind, n.times, n.id, n.to.screen])).toEqual([['asked', 5000, '5000', 'requests']]);
  });

  it('never more than a list can hold, the newest of all kept', () => {
    const { tell, all } = story();
    for (let n = 0; n < 5000; n++) tell('Added', doctor, me, { via: 1n, record: word(n), hint: '0x00000000' });
    expect(all().length).toBe(MOST);
    expect(all()[0]?.to.params.digest).toBe(word(4999));
  });

  it('events of other names, and one’s own, are no notices', () => {
    const { tell, all } = story();
    tell('toString', doctor, me);
    tell('__proto__', doctor, me);
    tell('Shared', me, doctor, shared(word(1)));
    expect(all()).toEqual([]);
  });
});

describe('read marks', () => {
  const { tell, all } = story();
  for (let n = 1; n <= 4; n++) tell('Added', doctor, me, { via: 1n, record: word(n), hint: '0x00000000' });
  const [fourth, third, second, first] = all() as [Notice, Notice, Notice, Notice];
  const nothing: Marks = { upTo: 0, beyond: [], said: [] };

  it('are "all up to here" and a few beyond, in as few words as can be', () => {
    const some = marked(nothing, [first, third]);
    expect(some).toEqual({ upTo: 0, beyond: [1, 3], said: [] });
    expect(compacted(some, all())).toEqual({ upTo: 1, beyond: [3], said: [] });
    expect(ringing(all(), some)).toEqual([fourth, second]);
    expect(compacted(marked(some, [second, fourth]), all())).toEqual({ upTo: 4, beyond: [], said: [] });
  });

  it('of two tabs add up', () => {
    const [a, b] = [marked(nothing, [first]), { upTo: 2, beyond: [4], said: ['vote/1'] }];
    expect(merged(a, b)).toEqual({ upTo: 2, beyond: [4], said: ['vote/1'] });
    expect(isRead(third, merged(a, b))).toBe(false);
  });

  it('are kept sealed, and what is kept is checked', async () => {
    const cabinet = new FakeCabinet();
    await cabinet.unlock(me, new Uint8Array(32).fill(7));
    expect(await readMarks({ cabinet })).toBeNull();
    await keepMarks({ cabinet }, { upTo: 3, beyond: [7], said: ['vote/MARKER'] });
    expect(await readMarks({ cabinet })).toEqual({ upTo: 3, beyond: [7], said: ['vote/MARKER'] });
    expect(dump(cabinet)).not.toContain('MARKER');
    for (const text of ['', 'null', '[]', '{"upTo":"9"}', '{"upTo":1.5}']) {
      await cabinet.set('notices/read', utf8(text));
      expect(await readMarks({ cabinet })).toBeNull();
    }
    const odd = { upTo: 1, beyond: ['x', -1, 5, 1e300], said: [7, 'a'.repeat(500), 'vote/2'] };
    await cabinet.set('notices/read', utf8(JSON.stringify(odd)));
    expect(await readMarks({ cabinet })).toEqual({ upTo: 1, beyond: [5], said: ['vote/2'] });
  });
});
