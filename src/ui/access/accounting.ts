/** The accounting of disclosures as a table: for a spreadsheet, and for paper. */
import { plainLine } from '../../core/plainText.ts';
import type { Cell } from '../../core/csv.ts';
import type { App } from '../../state/app.svelte.ts';
import type { Disclosure, Noted } from '../../state/types.ts';
import { t } from '../shared/i18n/index.ts';
import { nameOf } from '../shared/names.ts';
import { accountName, recordName, rightsOf, whatOf } from './words.ts';

/** Columns of the table, in order. */
export const COLUMNS = [
  'when',
  'kind',
  'to',
  'account',
  'what',
  'rights',
  'until',
  'ended',
  'endedAt',
  'endedBy',
  'by',
  'purpose',
  'times',
  'place',
  'proof',
] as const;
/** Those that fit on paper. */
export const ON_PAPER = ['when', 'kind', 'to', 'what', 'rights', 'until', 'ended', 'purpose'] as const;
export type Column = (typeof COLUMNS)[number];
/** `seconds`: Unix, null where the node does not tell */
export type Row = { seconds: number | null; cells: Record<Column, Cell> };

/** `2027-05-03 12:00:00`, UTC: what spreadsheets take for a time. @param seconds Unix */
const utc = (seconds: number | null): string =>
  seconds === null ? '' : new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ');

/** Who is behind a note that names none of one's own keys. */
export const strangerOf = ({ reason, access }: Noted): string => {
  if (reason === 'deposit') return t('access.depositor');
  return t(access ? 'access.unknownKey' : 'access.somebody');
};

/** By what right it was given out, or why not; what one opened oneself needs none. */
const noteOf = ({ outcome, reason }: Noted): string =>
  outcome === 'served' && reason === 'session' ? '' : t(`access.reason.${reason}`);

const named = (app: App, d: Disclosure): string => {
  if (d.kind === 'visit' && d.to) return nameOf(app.people.of(d.to));
  if (d.noted && d.to === null) return strangerOf(d.noted);
  if (d.to === null) return t('access.whoever');
  return d.to === app.vault.current?.account ? t('access.byYou') : accountName(app, d.to);
};

const whatIs = (app: App, d: Disclosure): string => {
  if (d.noted) return recordName(app, d.noted.record);
  return d.visit ? t('access.visit', { id: String(d.visit.id) }) : d.given ? whatOf(app, d.given) : '';
};

const purposeOf = (app: App, { given }: Disclosure): string => {
  const request = given && given.re > 0 ? app.requests.get(given.patient, String(given.re)) : null;
  const asked = request && app.requests.view(request).asked;
  return asked ? `${t(`requests.purposes.${asked.purpose}`)} (${asked.purpose})` : '';
};

const giverOf = (app: App, { by }: Disclosure): string =>
  by === null ? '' : by === app.vault.current?.account ? t('access.byYou') : accountName(app, by);

/** Reactive; the times of the blocks are known by now. */
export const rowOf = (app: App, d: Disclosure): Row => {
  const secondsOf = (block: number): number | null => app.times.at(block).seconds;
  const seconds = d.entry ? secondsOf(d.entry.block) : d.at === null ? null : Math.floor(d.at / 1000);
  // of a note the grant is only whose key it was
  const given = d.noted ? null : d.given;
  const over = given !== null && given.state !== 'live';
  const end = given?.ended ?? null;
  return {
    seconds,
    cells: {
      when: utc(seconds),
      kind: t(`access.kind.${d.kind}`),
      to: plainLine(named(app, d)),
      account: d.to,
      what: whatIs(app, d),
      rights: given ? rightsOf(given).join(', ') : d.noted ? noteOf(d.noted) : '',
      until: given ? (given.ends === 0 ? t('access.untilTakenBack') : utc(given.ends)) : '',
      ended: given && over ? t(`access.state.${given.state}`) : '',
      endedAt: end ? utc(secondsOf(end.block)) : given && over && given.ends ? utc(given.ends) : '',
      endedBy: end
        ? end.author === app.vault.current?.account
          ? t('access.byYou')
          : accountName(app, end.author)
        : '',
      by: giverOf(app, d),
      purpose: purposeOf(app, d),
      times: d.noted ? d.noted.count : null,
      place: d.noted ? d.noted.url : null,
      proof: d.entry?.tx ?? null,
    },
  };
};
