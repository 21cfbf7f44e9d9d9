/** The fake that flows are tested on does what the contract does, as far as flows can see it. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Call, Chain, Entry } from '../../../src/flows/ports/chain.ts';
import { FakeWorld, type Person } from '../../fakes/chain.ts';
import { accredit, add, book, digest, enroll, people, startLocal, type Local } from './support.ts';

const { alice, bob, doctor, hospitals } = people;
const FEE = 10n ** 15n;
const DAY = 86_400;
let local: Local;
beforeAll(async () => {
  local = await startLocal();
});
afterAll(() => local.stop());

const attest = (id: bigint) => ({ name: 'attest', args: { id } }) as const;
const byId = (name: 'cancel' | 'release' | 'reclaim', id: bigint): Call => ({ name, args: { id } });
const accept = (id: bigint): Call => ({ name: 'accept', args: { id, note: digest(8) } });
const addVia = (patient: Person, n: number, via: bigint): Call => ({
  name: 'add',
  args: { patient: patient.account, record: digest(n), via, hint: '0x0a0b0c0d' },
});
/** A visit completed, disputed and given back. */
const givenBack = (id: bigint, until: number): [Person, Call][] => [
  [alice, book(3, until, FEE)],
  [doctor, { name: 'complete', args: { id, record: digest(18), hint: '0x0a0b0c0d' } }],
  [alice, { name: 'dispute', args: { id, reason: digest(12) } }],
  [doctor, { name: 'decline', args: { id, reason: digest(19) } }],
];
/** Visits 8 and 9: attested together, the first then disputed and divided. */
const judged = (until: number): [Person, Call][] => [
  [alice, book(3, until, FEE)],
  [doctor, accept(8n)],
  [alice, book(3, until, FEE)],
  [doctor, accept(9n)],
  [hospitals[0]!, { name: 'multicall', args: { calls: [attest(8n), attest(9n)] } }],
  [doctor, { name: 'complete', args: { id: 8n, record: digest(21), hint: '0x0a0b0c0d' } }],
  [alice, { name: 'dispute', args: { id: 8n, reason: digest(22) } }],
  [hospitals[0]!, { name: 'resolve', args: { id: 8n, refund: FEE / 3n, reason: digest(23) } }],
  [alice, { name: 'rate', args: { id: 8n, score: 2, comment: digest(0) } }],
];
const propose = (subject: Person, admit: boolean, statement = 0): Call => ({
  name: 'propose',
  args: { subject: subject.account, admit, statement: digest(statement) },
});
const confirm = (proposal: bigint, subject: Person, admit: boolean): Call => ({
  name: 'confirm',
  args: { proposal, subject: subject.account, admit },
});
/** A fourth hospital comes, the third goes, and a proposal dies of it. */
const votes: [Person, Call][] = [
  [hospitals[0]!, propose(hospitals[3]!, true, 24)],
  [hospitals[1]!, confirm(1n, hospitals[3]!, true)],
  [hospitals[3]!, { name: 'accredit', args: { account: bob.account, role: 'nurse', licence: digest(0) } }],
  [hospitals[0]!, propose(bob, true)],
  [hospitals[0]!, propose(hospitals[2]!, false, 25)],
  [hospitals[1]!, confirm(3n, hospitals[2]!, false)],
  [hospitals[2]!, accredit(doctor)],
  [hospitals[3]!, confirm(3n, hospitals[2]!, false)],
  [hospitals[1]!, propose(hospitals[1]!, false)],
];
const scenario = (until: number): [Person, Call][] => [
  [alice, enroll(1)],
  [doctor, enroll(3, 0, digest(77))],
  [hospitals[0]!, accredit(doctor)],
  [hospitals[1]!, accredit(doctor)],
  [doctor, { name: 'setFee', args: { fee: FEE, open: true } }],
  [doctor, { name: 'setProfile', args: { profile: digest(78) } }],
  [alice, { name: 'setKeyring', args: { expected: 1, keyring: new Uint8Array(50).fill(8) } }],
  [alice, add(alice, 1)],
  [doctor, add(alice, 2)],
  [alice, book(3, until, FEE)],
  [doctor, accept(1n)],
  [doctor, { name: 'complete', args: { id: 1n, record: digest(9), hint: '0x0a0b0c0d' } }],
  [alice, { name: 'rate', args: { id: 1n, score: 4, comment: digest(0) } }],
  [alice, book(3, until, FEE)],
  [alice, byId('cancel', 2n)],
  [alice, book(3, until, FEE)],
  [doctor, { name: 'decline', args: { id: 3n, reason: digest(0) } }],
  [alice, book(3, until, FEE)],
  [doctor, { name: 'complete', args: { id: 4n, record: digest(10), hint: '0x0a0b0c0d' } }],
  [alice, byId('release', 4n)],
  [alice, { name: 'rate', args: { id: 4n, score: 5, comment: digest(6) } }],
  [alice, book(3, until, FEE)],
  [doctor, { name: 'complete', args: { id: 5n, record: digest(11), hint: '0x0a0b0c0d' } }],
  [alice, { name: 'dispute', args: { id: 5n, reason: digest(12) } }],
  [doctor, addVia(alice, 13, 5n)],
  [alice, byId('release', 5n)],
  [alice, book(3, until, FEE)],
  [hospitals[0]!, { name: 'suspend', args: { account: doctor.account, reason: digest(4) } }],
  [hospitals[1]!, { name: 'suspend', args: { account: doctor.account, reason: digest(4) } }],
  [alice, byId('reclaim', 6n)],
  [hospitals[0]!, accredit(doctor)],
  ...givenBack(7n, until),
  [doctor, addVia(alice, 20, 7n)],
  ...judged(until),
  [hospitals[0]!, { name: 'suspend', args: { account: doctor.account, reason: digest(4) } }],
  [doctor, addVia(alice, 14, 5n)],
  [doctor, addVia(doctor, 15, 5n)],
  [alice, addVia(alice, 16, 6n)],
  [hospitals[0]!, add(alice, 17)],
  [doctor, { name: 'withdraw', args: { to: doctor.account } }],
  ...votes,
];
const refusedCalls = (until: number): [Person, Call][] => [
  [bob, book(3, until, FEE)],
  [alice, book(4, until, FEE)],
  [alice, book(3, until, FEE)],
  [alice, accept(1n)],
  [doctor, addVia(alice, 1, 3n)],
  [doctor, addVia(alice, 1, 7n)],
  [doctor, addVia(bob, 1, 5n)],
  [bob, addVia(bob, 1, 5n)],
  [bob, { ...enroll(2), args: { ...(enroll(2).args as object), keyring: new Uint8Array(16_385) } } as Call],
  [alice, byId('release', 99n)],
  [alice, byId('cancel', 1n)],
  [bob, accredit(bob)],
  [hospitals[0]!, accredit(bob)],
  [hospitals[0]!, accredit(hospitals[0]!)],
  [hospitals[2]!, accredit(alice)],
  [hospitals[0]!, attest(1n)],
  [hospitals[0]!, attest(2n)],
  [hospitals[0]!, attest(8n)],
  [hospitals[1]!, attest(4n)],
  [hospitals[3]!, attest(9n)],
  [alice, attest(9n)],
  [hospitals[0]!, { name: 'multicall', args: { calls: [attest(8n)] } }],
  [hospitals[0]!, { name: 'resolve', args: { id: 9n, refund: 0n, reason: digest(0) } }],
  [alice, { name: 'resolve', args: { id: 9n, refund: 0n, reason: digest(0) } }],
  [hospitals[2]!, propose(bob, true)],
  [hospitals[0]!, propose(hospitals[3]!, true)],
  [hospitals[0]!, propose(bob, false)],
  [hospitals[0]!, confirm(2n, bob, true)],
  [hospitals[0]!, confirm(4n, hospitals[1]!, true)],
  [hospitals[1]!, confirm(4n, hospitals[1]!, false)],
  [hospitals[0]!, confirm(9n, bob, true)],
  [bob, { name: 'withdraw', args: { to: bob.account } }],
  [alice, enroll(1, 0)],
];

const strip = ({ tx: _, block: _b, logIndex: _l, ...e }: Entry) => e;
const seen = async (chain: Chain) => {
  const all = [alice, doctor, bob, ...hospitals].map((p) => p.account);
  const timelines = await Promise.all(
    all.flatMap((a) => (['own', 'inbox'] as const).map(async (k) => (await chain.timeline(a, k)).entries.map(strip))),
  );
  const accounts = (await chain.accounts(all)).map(({ own: _, inbox: _i, ...a }) => a);
  const appointments = await Promise.all([1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n, 9n].map((id) => chain.appointment(id)));
  return {
    timelines,
    accounts,
    appointments: appointments.map(({ since, ...a }) => ({ ...a, ended: since > 0 })),
    credits: await Promise.all(all.map((a) => chain.credit(a))),
    membership: await chain.membership(),
    proposals: (await chain.proposals(0n, 3)).entries.map(({ created: _, ...p }) => p),
    older: (await chain.proposals((await chain.proposals(0n, 3)).next, 3)).entries.map((p) => p.id),
    directory: (await chain.directory(0n, 5)).entries.map((a) => a.address).sort(),
    key: { ...(await chain.provenKey(doctor.account)), tx: null },
  };
};

it('the fake chain leaves the same timelines, views and errors as the contract', async () => {
  const world = new FakeWorld(hospitals.slice(0, 3));
  const chain = local.open();
  world.time = await chain.now();
  const until = world.time + 30 * DAY;
  const fake = world.chain();
  for (const [who, call] of scenario(until)) {
    await local.send(who, call);
    await world.wallet(who).send(call, await fake.quote(who.account, call));
  }
  expect(await seen(fake)).toEqual(await seen(chain));
  for (const [who, call] of refusedCalls(until)) {
    const real = await chain.quote(who.account, call).catch((e: { details: object }) => e.details);
    const faked = await fake.quote(who.account, call).catch((e: { details: object }) => e.details);
    expect(faked).toMatchObject({ name: (real as { name: string }).name });
  }
});
