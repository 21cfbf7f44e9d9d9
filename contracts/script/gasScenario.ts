/**
 * Every call of the contract as a real transaction on a local chain: the first of its kind, into empty timelines and storage, and a later one,
 * which is what the same people pay from then on (a hospital accrediting one more doctor, a patient booking once more).
 */
import { encodeFunctionData } from 'viem';
import { salusAbi } from '../../src/chain/abi.ts';
import { DAY, digest, FEE, openMeter, random, twice, type Measured, type Meter, type Person } from './gasMeter.ts';
import type { Anvil } from './local.ts';

type People = { patient: Person; doctor: Person };
const DOCTOR = 1;
const NURSE = 2;

const accounts = async (m: Meter): Promise<People> => {
  const patient = await m.person();
  await twice(() => m.enroll(patient));
  const doctor = await m.enrolled();
  await twice(() => m.setKeyring(patient));
  await twice(() => m.send(patient, 'setProfile', [digest()]));
  await twice(() => m.send(doctor, 'setFee', [FEE, true]));
  return { patient, doctor };
};

const consortium = async (m: Meter, { patient, doctor }: People): Promise<void> => {
  const [h0, h1, h2] = m.hospitals;
  const [second, nurse, fresh] = [await m.enrolled(), await m.enrolled(), await m.person()];
  await m.quietly(() => m.send(second, 'setFee', [FEE, true]));
  await m.send(h0, 'accredit', [doctor.address, DOCTOR, digest()]);
  await m.send(h0, 'accredit', [second.address, DOCTOR, digest()]);
  await twice(() => m.send(h0, 'assign', [patient.address, doctor.address, digest()]));
  await twice(async () => {
    await m.quietly(() => m.send(h0, 'accredit', [nurse.address, NURSE, digest()]));
    await m.send(h0, 'suspend', [nurse.address, digest()]);
  });
  await twice(() => m.send(h0, 'propose', [fresh.address, true, digest()]));
  await m.send(h1, 'confirm', [1n, fresh.address, true]);
  await m.quietly(() => m.send(h0, 'propose', [fresh.address, false, digest()]));
  await m.quietly(() => m.send(h1, 'confirm', [3n, fresh.address, false]));
  await m.send(h2, 'confirm', [3n, fresh.address, false]);
};

/** Each into the inbox of somebody who never got anything. */
const records = async (m: Meter, { patient, doctor }: People): Promise<void> => {
  const [a, b, c, d, e] = [
    await m.enrolled(),
    await m.enrolled(),
    await m.person(),
    await m.person(),
    await m.person(),
  ];
  const soon = async () => (await m.now()) + DAY;
  await twice(() => m.send(patient, 'add', [patient.address, digest(), 0n, random(4)]));
  await twice(() => m.send(doctor, 'add', [a.address, digest(), 0n, random(4)], { label: 'addFor' }));
  await twice(async () => m.send(patient, 'share', [b.address, digest(), digest(), await soon(), 0]));
  await twice(() => m.send(patient, 'revoke', [b.address, digest()]));
  await twice(async () => m.send(patient, 'rotate', [await m.count(patient), digest(), digest(), digest()]));
  await twice(async () => {
    const revoke = { abi: salusAbi, functionName: 'revoke', args: [b.address, digest()] } as const;
    const next = (await m.count(patient)) + 1;
    const rotate = { abi: salusAbi, functionName: 'rotate', args: [next, digest(), digest(), digest()] } as const;
    await m.send(patient, 'multicall', [[encodeFunctionData(revoke), encodeFunctionData(rotate)]]);
  });
  await twice(() => m.send(doctor, 'requestAccess', [c.address, digest()]));
  await twice(() => m.send(patient, 'refuse', [doctor.address, 1, digest()]));
  await twice(async () => m.send(doctor, 'delegate', [d.address, e.address, digest(), digest(), await soon()]));
};

const care = async (m: Meter, { patient, doctor }: People): Promise<void> => {
  const [hospital] = m.hospitals;
  const complete = (id: bigint) => m.send(doctor, 'complete', [id, digest(), random(4)]);
  for (const who of [await m.enrolled(), patient]) {
    const id = await m.book(who, doctor);
    await m.send(doctor, 'accept', [id, digest()]);
    await complete(id);
    await m.send(doctor, 'add', [who.address, digest(), id, random(4)], { label: 'addForVia' });
    await m.send(who, 'release', [id]);
    await m.send(hospital, 'attest', [id]);
  }
  await m.quietly(() => m.send(doctor, 'withdraw', [doctor.address]));

  /** Twice by one patient: the second time a credit is there already. */
  const ending = async (
    end: (who: Person, id: bigint) => Promise<unknown>,
    ready?: (id: bigint) => Promise<unknown>,
  ) => {
    const who = await m.enrolled();
    await twice(async () => {
      const id = await m.book(who, doctor);
      if (ready) await m.quietly(() => ready(id));
      await end(who, id);
    });
  };
  await ending((_, id) => m.send(doctor, 'decline', [id, digest()]));
  await ending((who, id) => m.send(who, 'cancel', [id]));
  await ending(async (who, id) => {
    await m.pass(31 * DAY);
    await m.send(who, 'reclaim', [id]);
  });
  await ending((who, id) => m.send(who, 'rate', [id, 5, digest()]), complete);
  await ending(async (who, id) => {
    await m.send(who, 'dispute', [id, digest()]);
    await m.send(hospital, 'resolve', [id, FEE / 2n, digest()]);
  }, complete);

  await m.send(doctor, 'withdraw', [doctor.address]);
  await m.quietly(async () => {
    const id = await m.book(patient, doctor);
    await complete(id);
    await m.send(patient, 'release', [id]);
  });
  await m.send(doctor, 'withdraw', [doctor.address]);
};

/**
 * @param anvil a fresh local chain
 * @returns gas by call, `deploy` first; `addFor` is `add` for another, `addForVia` one that names their completed visit
 */
export const measureGas = async (anvil: Anvil): Promise<Map<string, Measured>> => {
  const m = await openMeter(anvil);
  const people = await accounts(m);
  await consortium(m, people);
  await records(m, people);
  await care(m, people);
  await m.succeed(people.patient, await m.person());
  await m.succeed(people.doctor, await m.person());
  return m.measured;
};
