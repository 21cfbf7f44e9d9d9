import { expect, it } from 'vitest';
import { utf8 } from '../../../src/core/bytes.ts';
import { keepDuration, readDurations, type Duration } from '../../../src/flows/durations.ts';
import { FakeCabinet } from '../../fakes/cabinet.ts';

const account = `0x${'11'.repeat(20)}` as const;
const open = async (): Promise<FakeCabinet> => {
  const cabinet = new FakeCabinet();
  await cabinet.unlock(account, new Uint8Array(32).fill(7));
  return cabinet;
};
const act = (at: number): Duration => ({ kind: 'book', at, stages: [{ stage: 'encrypt', ms: 12 + at }] });

it('keeps the newest thirty acts, newest first', async () => {
  const cabinet = await open();
  for (let at = 1; at <= 35; at++) await keepDuration({ cabinet }, act(at));
  const kept = await readDurations({ cabinet });
  expect(kept.map((d) => d.at)).toEqual(Array.from({ length: 30 }, (_, i) => 35 - i));
});

it('keeps them sealed, and for the open vault alone', async () => {
  const cabinet = await open();
  await keepDuration({ cabinet }, act(1));
  for (const { box, title } of cabinet.kept.values())
    expect(Buffer.concat([box, title]).toString('latin1')).not.toMatch(/book|encrypt|durations/);
  cabinet.lock();
  await expect(readDurations({ cabinet })).rejects.toMatchObject({ code: 'crypto/locked' });
});

it('refuses what is none, and begins anew over it', async () => {
  const cabinet = await open();
  expect(await readDurations({ cabinet })).toEqual([]);
  await cabinet.set('durations', utf8('[{"kind":"book","at":-1,"stages":[]}]'));
  await expect(readDurations({ cabinet })).rejects.toMatchObject({ code: 'record/malformed' });
  expect(await keepDuration({ cabinet }, act(2))).toEqual([act(2)]);
});
