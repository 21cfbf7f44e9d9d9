/** The newest blocks are taken back and others come in their place: what was read from them goes with them, and nothing looks like a lie for long. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Timeline } from '../../../src/flows/ports/chain.ts';
import { add, digest, enroll, people, startLocal, type Local } from './support.ts';

const { alice, bob } = people;
let local: Local;

beforeAll(async () => {
  local = await startLocal();
  await local.send(alice, enroll(1));
  await local.send(alice, add(alice, 1));
});
afterAll(() => local.stop());

const records = ({ entries }: Timeline): unknown[] =>
  entries.flatMap((e) => (e.event === 'Added' ? [e.args.record] : []));

it('a timeline that was read loses what the chain took back, and gains what came instead', async () => {
  const chain = local.open();
  const before = await local.rpc<string>('evm_snapshot');
  await local.send(alice, add(alice, 2));
  expect(records(await chain.timeline(alice.account, 'own'))).toEqual([digest(2), digest(1)]);
  await local.rpc('evm_revert', [before]);
  await local.send(bob, enroll(2));
  await local.send(alice, add(alice, 3));
  expect(records(await chain.timeline(alice.account, 'own'))).toEqual([digest(3), digest(1)]);
  // a visit that begins with what was kept before the reorganisation
  const later = local.open();
  await later.importCache(await chain.exportCache());
  expect(records(await later.timeline(alice.account, 'own'))).toEqual([digest(3), digest(1)]);
});

it('what was kept from the blocks that went is dropped, and read anew', async () => {
  const chain = local.open();
  const before = await local.rpc<string>('evm_snapshot');
  await local.send(alice, add(alice, 4));
  await chain.timeline(alice.account, 'own');
  const kept = await chain.exportCache();
  await local.rpc('evm_revert', [before]);
  await local.send(alice, add(alice, 5));
  const later = local.open();
  await later.importCache(kept);
  expect(records(await later.timeline(alice.account, 'own'))[0]).toBe(digest(5));
});

it('a transaction that was confirmed in a block that went is not confirmed any more', async () => {
  let now = 0;
  const chain = local.open({ clock: () => now, patience: 1000 });
  const before = await local.rpc<string>('evm_snapshot');
  const { mined } = await chain.nonces(alice.account);
  const tx = await local.send(alice, add(alice, 6));
  expect(await chain.find(tx, alice.account, mined)).toMatchObject({ state: 'confirmed' });
  await local.rpc('evm_revert', [before]);
  expect(await chain.find(tx, alice.account, mined)).toEqual({ state: 'pending' });
  now += 2000;
  // never pending for ever
  expect(await chain.find(tx, alice.account, mined)).toEqual({ state: 'dropped' });
});
