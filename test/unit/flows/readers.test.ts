/** Who can read what, as the access page puts it together, and the accounting of it. */
import { beforeEach, describe, expect, it } from 'vitest';
import { toCsv } from '../../../src/core/csv.ts';
import type { Address } from '../../../src/core/bytes.ts';
import { disclosuresOf, grantOfToken, type Noted } from '../../../src/flows/disclosures.ts';
import { liveByFolder, liveByRecord, readerOf, readersIn, throughVisits, unclear } from '../../../src/flows/readers.ts';
import { share } from '../../../src/flows/share.ts';
import { takeBack } from '../../../src/flows/takeBack.ts';
import type { Visit } from '../../../src/flows/visits.ts';
import { idOf } from '../../../src/record/folders.ts';
import { cast, gift, givenBy, keep, type Cast } from './sharing.ts';

let all: Cast;
beforeEach(async () => {
  all = await cast();
});
const give = (over: Parameters<typeof gift>[1] & { to?: Address }, to = all.anna) =>
  share(all.patient.device.ports, all.patient.device.act, all.patient.vault, gift(to, over));

describe('readers', () => {
  it('are put together by person, whoever can read now first', async () => {
    await give({});
    await give({
      folders: [idOf('imaging')],
      terms: { until: all.world.time + 86_400, delegable: false, rights: 'read' },
    });
    await give({}, all.bob);
    await takeBack(all.patient.device.ports, all.patient.device.act, all.patient.vault, {
      everythingOf: all.bob.vault.account,
    });
    const record = await keep(all.patient, 'Scan');
    await give({ folders: [], records: [record], unaddressed: true }, all.carl);
    const given = await givenBy(all.patient);
    const readers = readersIn(given);
    expect(readers.map((r) => [r.account, r.live.length, r.ended.length])).toEqual([
      [all.carl.vault.account, 1, 0],
      [all.anna.vault.account, 2, 0],
      [all.bob.vault.account, 0, 1],
    ]);
    // the chain does not say so; the capability does
    expect([given[0]?.grantee, readerOf(given[0]!)]).toEqual([null, all.carl.vault.account]);
    expect(liveByFolder(given).get(idOf('labs'))?.map(readerOf)).toEqual([all.anna.vault.account]);
    expect([...liveByRecord(given).keys()]).toEqual([record.ref.digest]);
    expect(unclear(given)).toEqual([]);
    all.world.time += 2 * 86_400;
    const later = readersIn(await givenBy(all.patient)).find((r) => r.account === all.anna.vault.account);
    expect([later?.live.length, later?.ended[0]?.state]).toEqual([1, 'expired']);
  });

  it('are nobody at first', async () => {
    expect(readersIn(await givenBy(all.patient))).toEqual([]);
  });

  it('hold what was sent with a visit, the doctor and the hospital of a dispute', () => {
    const [me, doctor, hospital] = [all.patient, all.anna, all.hospital].map((s) => s.vault.account) as Address[];
    const visit = (id: bigint, history: string[]): Visit =>
      ({
        id,
        patient: me,
        doctor,
        arbiter: hospital,
        history: history.map((event) => ({ event, args: { other: hospital } })),
      }) as unknown as Visit;
    const visits = [visit(2n, ['Booked', 'Completed', 'Disputed']), visit(1n, ['Booked'])];
    expect(throughVisits(visits, me as Address).map((t) => [t.account, t.as, t.visits.map((v) => v.id)])).toEqual([
      [doctor, 'doctor', [2n, 1n]],
      [hospital, 'hospital', [2n]],
    ]);
    expect(throughVisits(visits, doctor as Address)).toEqual([]);
  });
});

describe('an accounting of disclosures', () => {
  it('has every grant, ended ones too, and what places noted, by whose key it was', async () => {
    await give({ to: all.anna.vault.account });
    await takeBack(all.patient.device.ports, all.patient.device.act, all.patient.vault, {
      everythingOf: all.anna.vault.account,
    });
    const given = await givenBy(all.patient);
    const note = (over: Partial<Noted>): Noted => ({
      at: 1,
      record: `0x${'1'.repeat(64)}`,
      access: given[0]!.access,
      outcome: 'served',
      reason: 'token',
      count: 1,
      peer: '12D3',
      name: 'peer',
      url: 'http://peer.example',
      ...over,
    });
    const noted = [
      note({}),
      note({ outcome: 'refused', reason: 'revoked' }),
      note({ access: `0x${'9'.repeat(64)}`, outcome: 'refused', reason: 'unknown' }),
      note({ access: null, reason: 'session' }),
      note({ access: null, outcome: 'refused', reason: 'none' }),
    ];
    const lines = disclosuresOf(given, [], noted, all.patient.vault.account);
    expect(lines.map((l) => [l.kind, l.to])).toEqual([
      ['given', all.anna.vault.account],
      ['served', all.anna.vault.account],
      ['refused', all.anna.vault.account],
      ['refused', null],
      ['served', all.patient.vault.account],
      ['refused', null],
    ]);
    expect(lines[0]?.given?.state).toBe('revoked');
    expect(grantOfToken(given, null)).toBeNull();
  });

  it('is no formula to a spreadsheet, whatever names strangers chose', () => {
    const csv = toCsv(
      ['Who', 'What'],
      [
        ['=HYPERLINK("http://x")', '+1'],
        ['@SUM(A1)', '-2'],
        [' =1', '\t=1'],
      ],
    );
    for (const line of csv.split('\r\n').slice(1, -1)) for (const cell of line.split(',')) expect(cell).toMatch(/^"?'/);
  });
});
