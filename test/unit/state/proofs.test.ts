import { beforeEach, describe, expect, it } from 'vitest';
import { SalusError } from '../../../src/core/errors.ts';
import type { Entry, Options } from '../../../src/flows/ports/index.ts';
import { Proofs } from '../../../src/state/proofs.svelte.ts';
import { FakeWorld, person } from '../../fakes/chain.ts';
import { Device } from '../../fakes/device.ts';

let device: Device;
let world: FakeWorld;
let proofs: Proofs;
let entries: Entry[];

beforeEach(async () => {
  world = new FakeWorld();
  device = new Device(world, world.founders[0]!, new Map());
  await device.enroll({ profile: { kind: 'hospital', name: 'General', city: 'Zagreb', phone: '' } });
  const doctor = new Device(world, person('doctor'), new Map());
  await doctor.enroll();
  entries = (await device.ports.chain.timeline(device.wallet.account, 'own')).entries;
  proofs = new Proofs(async () => device.ports);
});

/** Every fetch waits until it is let go, or left. */
const stuck = (): void => {
  device.storage.inspect = (_, { signal }: Options = {}) =>
    new Promise((__, reject) =>
      signal?.addEventListener('abort', () => reject(new SalusError('storage/aborted')), { once: true }),
    );
};

describe('a proof on the screen', () => {
  it('is none before it is asked for, and one for each entry', async () => {
    const entry = entries[0] as Entry;
    const proof = proofs.proof(entry);
    expect(proofs.proof({ ...entry })).toBe(proof);
    expect(proof.verdict).toBeNull();
    const made = proof.run();
    expect(proof.run()).toBe(made);
    await made;
    expect(proof.verdict).toBe('proven');
    expect(proof.steps.map((s) => s.status)).toEqual(['passed', 'passed', 'passed', 'passed']);
  });

  it('fails as soon as one step did, and is made anew when asked again', async () => {
    world.lies.add('dropped');
    const proof = proofs.proof(entries[0] as Entry);
    await proof.run();
    expect(proof.verdict).toBe('failed');
    world.lies.clear();
    await proof.run();
    expect(proof.verdict).toBe('proven');
  });

  it('that was left is neither proven nor failed', async () => {
    stuck();
    const proof = proofs.proof(entries[0] as Entry);
    const made = proof.run();
    await expect.poll(() => proof.steps.at(-1)?.status).toBe('running');
    proof.cancel();
    await made;
    expect(proof.verdict).toBe('unchecked');
    expect(proof.running).toBe(false);
  });

  it('can be made for a whole page, one after the other, and stopped', async () => {
    const two = [entries[0], { ...(entries[0] as Entry), logIndex: 9 }] as Entry[];
    await proofs.verifyAll(two);
    expect(two.map((e) => proofs.proof(e).verdict)).toEqual(['proven', 'proven']);
    expect(proofs.batch).toBeNull();
    proofs.clear();
    stuck();
    const all = proofs.verifyAll(two);
    await expect.poll(() => proofs.proof(two[0] as Entry).steps.at(-1)?.status).toBe('running');
    expect(proofs.batch).toEqual({ done: 0, of: 2 });
    proofs.stop();
    await all;
    expect(proofs.proof(two[1] as Entry).verdict).toBeNull();
  });

  it('and its receipt are forgotten on lock', async () => {
    const entry = entries[0] as Entry;
    const receipt = proofs.receipt(entry);
    await receipt.load();
    expect(receipt.full?.receipt.tx).toBe(entry.tx);
    proofs.clear();
    expect(proofs.receipt(entry).full).toBeNull();
    world.lies.add('receipt');
    const again = proofs.receipt(entry);
    await again.load();
    expect(again.error?.code).toBe('chain/not-found');
  });
});
