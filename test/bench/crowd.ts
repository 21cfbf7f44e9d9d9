/** One account among many: its entries, each in a block of its own, with others' between them; a directory of doctors; an inbox that strangers fill. */
import { randomBytes } from 'node:crypto';
import { toHex } from 'viem';
import { owned, type Address, type Digest, type Hex } from '../../src/core/bytes.ts';
import type { Call, Multicall } from '../../src/flows/ports/index.ts';
import { founders, type FastChain, type Sent } from './anvil.ts';

const random = (length: number): Hex => toHex(randomBytes(length));
export const digest = (): Digest => random(32);
const stranger = (): Address => random(20);
/** Calls in one transaction: what a block of a real chain would take. */
const AT_ONCE = 120;
const GAS = 16_000_000n;

export const enrolment = (): Call => ({
  name: 'enroll',
  args: {
    expected: 0,
    recipient: owned(randomBytes(1216)),
    keyring: owned(randomBytes(139)),
    successor: stranger(),
    nonce: digest(),
    profile: digest(),
  },
});
export const addition = (patient: Address): Extract<Call, { name: 'add' }> => ({
  name: 'add',
  args: { patient, record: digest(), via: 0n, hint: random(4) },
});

/** @returns an account of so many entries, each in its own block, with others' enrolments spread evenly between them */
export const fill = async (chain: FastChain, entries: number, others: number): Promise<Address> => {
  const account = stranger();
  const enrol = enrolment();
  let made = 0;
  let last: Hex[] = [];
  for (let n = 1; n <= entries; n++) {
    const mine: Sent = { from: account, call: n === 1 ? enrolment() : addition(account) };
    const more = Math.floor((others * n) / entries) - made;
    made += more;
    const theirs = Array.from({ length: more }, (): Sent => ({ from: stranger(), call: enrol }));
    last = await chain.mine([mine, ...theirs]);
  }
  await chain.check(last);
  return account;
};

/** By the first hospital, many in one transaction. */
const inBatches = async (chain: FastChain, from: Address, calls: Multicall['args']['calls']): Promise<void> => {
  for (let i = 0; i < calls.length; i += AT_ONCE) {
    const call: Call = { name: 'multicall', args: { calls: calls.slice(i, i + AT_ONCE) } };
    await chain.check(await chain.mine([{ from, call, gas: GAS }]));
  }
};

/** The first hospital accredits so many. */
export const accreditMany = (chain: FastChain, count: number): Promise<void> => {
  const accredit = () =>
    ({ name: 'accredit', args: { account: stranger(), role: 'doctor', licence: digest() } }) as const;
  return inBatches(chain, founders[0] as Address, Array.from({ length: count }, accredit));
};

/** An accredited stranger writes so many entries into an account's inbox. */
export const flood = async (chain: FastChain, account: Address, count: number): Promise<void> => {
  const from = stranger();
  const hospital = founders[0] as Address;
  await chain.mine([
    { from: hospital, call: { name: 'accredit', args: { account: from, role: 'doctor', licence: digest() } } },
  ]);
  await inBatches(
    chain,
    from,
    Array.from({ length: count }, () => addition(account)),
  );
};
