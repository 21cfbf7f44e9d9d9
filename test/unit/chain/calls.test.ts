import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Call } from '../../../src/flows/ports/chain.ts';
import { accredit, add, book, digest, enroll, keyOf, lyingNode, people, startLocal, type Local } from './support.ts';

const { alice, bob, doctor, hospitals, nobody } = people;
const FEE = 10n ** 16n;
const DAY = 86_400;
let local: Local;
let until: number;
const stops: (() => void)[] = [];

beforeAll(async () => {
  local = await startLocal();
  await local.send(alice, enroll(1));
  await local.send(doctor, enroll(3));
  await local.send(hospitals[0]!, accredit(doctor));
  await local.send(doctor, { name: 'setFee', args: { fee: FEE, open: true } });
  until = (await local.open().now()) + 30 * DAY;
});
afterAll(async () => {
  stops.forEach((stop) => stop());
  await local.stop();
});

const reverted = (name: string, ...args: unknown[]) => ({ code: 'chain/reverted', details: { name, args } });

describe('a quote', () => {
  it('says what a call costs at most, and what the account has', async () => {
    const chain = local.open();
    const quote = await chain.quote(alice.account, book(3, until, FEE));
    expect(quote.value).toBe(FEE);
    expect(quote.balance).toBe(await chain.balance(alice.account));
    expect(quote.gas).toBeGreaterThan(90_000n);
    expect(quote.gas).toBeLessThan(150_000n);
    expect(quote.maxFee % quote.gas).toBe(0n);
    const hash = await local.send(alice, book(3, until, FEE));
    const { gasUsed } = await local.rpc<{ gasUsed: string }>('eth_getTransactionReceipt', [hash]);
    expect(BigInt(gasUsed)).toBeLessThanOrEqual(quote.gas);
  });

  it.each<[string, Call, () => typeof alice, () => ReturnType<typeof reverted>]>([
    ['a stale count', enroll(9), () => alice, () => reverted('Stale', 0, 2)],
    [
      'a short key',
      { ...enroll(9), args: { ...(enroll(9).args as object), recipient: keyOf(9).slice(1) } } as Call,
      () => bob,
      () => reverted('BadRecipient', 1215n),
    ],
    [
      'nobody enrolled',
      { name: 'setProfile', args: { profile: digest(1) } },
      () => nobody,
      () => reverted('NotEnrolled', nobody.account),
    ],
    ['no hospital', accredit(bob), () => alice, () => reverted('NotHospital', alice.account)],
    ['no accreditation', add(bob, 5), () => alice, () => reverted('NotAccredited', alice.account)],
    [
      'no such appointment',
      { name: 'accept', args: { id: 99n, note: digest(0) } },
      () => doctor,
      () => reverted('UnknownAppointment', 99n),
    ],
    [
      "another's appointment",
      { name: 'accept', args: { id: 1n, note: digest(0) } },
      () => bob,
      () => reverted('NotYours', 1n, bob.account),
    ],
    ['no digest', add(alice, 0), () => alice, () => reverted('ZeroDigest')],
  ])("refuses %s with the contract's own error", async (_, call, who, error) => {
    await expect(local.open().quote(who().account, call)).rejects.toMatchObject(error());
  });

  it('refuses another fee, key or time than the contract wants', async () => {
    const chain = local.open();
    await expect(chain.quote(alice.account, book(3, until, FEE - 1n))).rejects.toMatchObject(
      reverted('WrongFee', FEE - 1n, FEE),
    );
    await expect(chain.quote(alice.account, book(4, until, FEE))).rejects.toMatchObject({
      details: { name: 'KeyChanged' },
    });
    await expect(chain.quote(alice.account, book(3, until + 400 * DAY, FEE))).rejects.toMatchObject({
      details: { name: 'BadDeadline' },
    });
  });

  it('refuses what the account cannot pay', async () => {
    await local.send(bob, enroll(2));
    await local.rpc('anvil_setBalance', [bob.account, '0x1']);
    const chain = local.open();
    const poor = { code: 'chain/insufficient-funds', details: expect.objectContaining({ balance: 1n }) };
    await expect(chain.quote(bob.account, book(3, until, FEE))).rejects.toMatchObject(poor);
    await expect(chain.quote(bob.account, add(bob, 1))).rejects.toMatchObject(poor);
  });

  it('finds the reason also where the node hides it from estimates', async () => {
    const node = await lyingNode(local.rpc, ({ method }) =>
      method === 'eth_estimateGas' ? new Error('execution reverted') : undefined,
    );
    stops.push(node.stop);
    const chain = local.open({ rpcs: [node.url] });
    await expect(chain.quote(alice.account, enroll(9))).rejects.toMatchObject(reverted('Stale', 0, 2));
  });

  it('refuses values that do not fit', async () => {
    const call: Call = { name: 'add', args: { patient: alice.account, record: '0x12', via: 0n, hint: '0x00' } };
    await expect(local.open().quote(alice.account, call)).rejects.toMatchObject({
      code: 'input/invalid',
      details: { call: 'add' },
    });
  });
});

describe('views', () => {
  it("speak the port's language", async () => {
    const chain = local.open();
    expect(await chain.account(doctor.account)).toMatchObject({
      address: doctor.account,
      role: 'doctor',
      accredited: true,
      open: true,
      fee: FEE,
      vouchedBy: [0],
      hospital: null,
      movedTo: null,
      rating: { count: 0, sum: 0, attestedCount: 0, attestedSum: 0 },
    });
    expect((await chain.account(hospitals[2]!.account)).hospital).toEqual({ number: 2, active: true });
    expect((await chain.accounts([alice.account, doctor.account])).map((a) => a.role)).toEqual(['none', 'doctor']);
    expect(await chain.hospitals()).toEqual(
      hospitals.slice(0, 3).map((h, number) => ({ address: h.account, number, active: true })),
    );
    const { entries, next } = await chain.directory(0n, 10);
    expect([entries.map((e) => e.address), next]).toEqual([[doctor.account], 0n]);
    expect(await chain.appointment(1n)).toEqual({
      id: 1n,
      patient: alice.account,
      doctor: doctor.account,
      arbiter: hospitals[0]!.account,
      fee: FEE,
      until,
      since: 0,
      status: 'booked',
      attested: false,
      score: 0,
    });
    expect(await chain.credit(doctor.account)).toBe(0n);
    await expect(chain.appointment(77n)).rejects.toMatchObject({ code: 'chain/not-found' });
  });

  it('tell the time of a block', async () => {
    const chain = local.open();
    const height = Number(await local.rpc('eth_blockNumber'));
    expect(await chain.timeOf(height)).toBe(await chain.now());
    await expect(chain.timeOf(height + 100)).rejects.toMatchObject({ code: 'chain/not-found' });
  });

  it('say plainly when there is no contract, another chain, or no node', async () => {
    const { deployment } = local;
    const { SalusChain } = await import('../../../src/chain/salusChain.ts');
    const fast = { retryDelay: 1, timeout: 2_000 };
    const nowhere = new SalusChain({ ...deployment, contract: nobody.account }, fast);
    await expect(nowhere.account(alice.account)).rejects.toMatchObject({ code: 'chain/not-deployed' });
    await expect(nowhere.hospitals()).rejects.toMatchObject({ code: 'chain/not-deployed' });
    const elsewhere = new SalusChain({ ...deployment, chainId: 1 }, fast);
    await expect(elsewhere.account(alice.account)).rejects.toMatchObject({ code: 'chain/wrong-chain' });
    const dead = new SalusChain({ ...deployment, rpcs: ['http://127.0.0.1:1'] }, fast);
    await expect(dead.account(alice.account)).rejects.toMatchObject({ code: 'chain/unreachable' });
    const onceMore = new SalusChain({ ...deployment, rpcs: ['http://127.0.0.1:1', local.url] }, fast);
    expect((await onceMore.account(alice.account)).address).toBe(alice.account);
    expect((await onceMore.hospitals()).length).toBe(3);
  });

  it('end when they are asked to', async () => {
    const stopped = AbortSignal.abort();
    await expect(local.open().timeline(alice.account, 'own', { signal: stopped })).rejects.toMatchObject({
      code: 'storage/aborted',
    });
  });
});
