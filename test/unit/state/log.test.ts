import { describe, expect, it } from 'vitest';
import type { Address } from '../../../src/core/bytes.ts';
import type { Entry } from '../../../src/flows/ports/index.ts';
import { formatCode, formatNumber } from '../../../src/record/salusNumber.ts';
import { COLUMNS, logCsv, matches, NO_FILTER, peopleOf, type LogFilter } from '../../../src/state/log.ts';

const account = (n: number): Address => `0x${n.toString(16).padStart(40, '0')}`;
const [me, doctor, hospital, nobody] = [account(1), account(2), account(3), account(0)];
const network = { chainId: 31_337, contract: account(9) };

const entry = (event: string, author: Address, subject: Address, args: object = {}, block = 1): Entry => ({
  event,
  args: { author, subject, ...args },
  author,
  subject,
  ownCount: null,
  inboxCount: null,
  count: 1,
  block,
  logIndex: 0,
  tx: `0x${'ab'.repeat(32)}`,
});

const booked = entry('Booked', me, doctor, { id: 7n, arbiter: hospital, request: `0x${'cd'.repeat(32)}` });
const enrolled = entry('Enrolled', me, me, { recipient: `0x${'ef'.repeat(1216)}` });
const day = new Date('2026-11-20T12:00:00').getTime() / 1000;

const fits = (e: Entry, filter: Partial<LogFilter>, at: number | null = day, words = '') =>
  matches(e, { ...NO_FILTER, ...filter }, me, network, { at, words });

describe('the log’s filters', () => {
  it.each<[Partial<LogFilter>, boolean]>([
    [{}, true],
    [{ kind: 'Booked' }, true],
    [{ kind: 'Rated' }, false],
    [{ person: doctor }, true],
    [{ person: hospital }, true],
    [{ person: account(5) }, false],
    [{ visit: '7' }, true],
    [{ visit: '77' }, false],
    [{ who: 'me' }, true],
    [{ who: 'others' }, false],
    [{ from: '2026-11-20', to: '2026-11-20' }, true],
    [{ from: '2026-11-21' }, false],
    [{ to: '2026-11-19' }, false],
    [{ text: 'booked' }, true],
    [{ text: 'cdcdcdcd' }, true],
    [{ text: 'booked nonsense' }, false],
    [{ text: doctor }, true],
    [{ text: formatNumber(network, doctor) }, true],
    [{ text: formatCode(network, hospital) }, true],
    [{ text: formatNumber(network, account(5)) }, false],
    [{ text: 'salus1mistyped' }, false],
  ])('%j leaves a booking: %s', (filter, expected) => expect(fits(booked, filter)).toBe(expected));

  it('search what people read, and keep what has no time yet', () => {
    expect(fits(booked, { text: 'ada ferri' }, day, 'Dr. Ada Ferri')).toBe(true);
    expect(fits(booked, { from: '2030-01-01' }, null)).toBe(true);
  });

  it('do not search keys', () => expect(fits(enrolled, { text: 'efefefef' })).toBe(false));

  it('know everyone an entry names, once, and nobody as nobody', () => {
    expect(peopleOf(booked)).toEqual([me, doctor, hospital]);
    expect(peopleOf(entry('Shared', me, nobody))).toEqual([me]);
    expect(peopleOf(enrolled)).toEqual([me]);
  });
});

describe('the log as a table', () => {
  it('has a cell for every column, and leaves keys out', () => {
    const csv = logCsv([...COLUMNS], [booked, enrolled], network, () => ({ at: day, words: '=HYPERLINK("x")' }));
    const [head, first, second] = csv.replace('\ufeff', '').split('\r\n');
    expect(head?.split(',')).toHaveLength(COLUMNS.length);
    expect(first).toContain(formatNumber(network, doctor));
    expect(first).toContain(`'=HYPERLINK`);
    expect(second).not.toContain('efef');
  });
});
