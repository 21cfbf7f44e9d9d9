/** The log of an account, as much of it as the person wants to see. */
import { toCsv } from '../core/csv.ts';
import type { Address } from '../core/bytes.ts';
import type { Entry } from '../flows/ports/index.ts';
import { formatNumber, readNamed, withNumber, type Network } from '../record/salusNumber.ts';

/** Entries on one page. */
export const PAGE = 25;

/** `kind`, `person`, `visit`: '' for all · `who`: by whom · `from`, `to`: days as `yyyy-mm-dd`, '' for open · `text`: what any of its words, fields or accounts hold */
export type LogFilter = {
  kind: string;
  person: string;
  visit: string;
  who: 'all' | 'me' | 'others';
  from: string;
  to: string;
  text: string;
};

export const NO_FILTER: LogFilter = { kind: '', person: '', visit: '', who: 'all', from: '', to: '', text: '' };

/** Everyone an entry names. */
export const peopleOf = (e: Entry): Address[] => [
  ...new Set([e.author, e.subject, e.args.other, e.args.arbiter].filter((a): a is Address => isAccount(a))),
];

const isAccount = (v: unknown): boolean => typeof v === 'string' && /^0x[0-9a-f]{40}$/.test(v) && BigInt(v) !== 0n;

const plain = (v: unknown): string => (typeof v === 'bigint' ? String(v) : String(v ?? ''));
/** Keys and keyrings are not searched. Characters. */
const LONGEST = 200;

/** @param at Unix seconds of the entry's block, null while not known · @param words how people read the entry */
export type Reading = { at: number | null; words: string };

/** The day's first second, in the browser's time zone. */
const startOf = (day: string): number => new Date(`${day}T00:00:00`).getTime() / 1000;
const DAY = 86_400;

/** True when an entry is among those wanted. Entries whose time is not known yet are kept until it is. */
export const matches = (e: Entry, f: LogFilter, me: Address | null, network: Network, read: Reading): boolean => {
  if (f.kind && e.event !== f.kind) return false;
  if (f.person && !peopleOf(e).includes(f.person as Address)) return false;
  if (f.visit && plain(e.args.id) !== f.visit) return false;
  if (f.who !== 'all' && (e.author === me) !== (f.who === 'me')) return false;
  if (read.at !== null && f.from && read.at < startOf(f.from)) return false;
  if (read.at !== null && f.to && read.at >= startOf(f.to) + DAY) return false;
  return f.text.trim() === '' || holds(e, f.text.trim(), network, read);
};

const holds = (e: Entry, text: string, network: Network, read: Reading): boolean => {
  const named = tryNamed(network, text);
  if (named?.kind === 'account') return peopleOf(e).includes(named.account);
  if (named?.kind === 'number') return withNumber(network, named.number, peopleOf(e)).length > 0;
  const fields = Object.values(e.args)
    .map(plain)
    .filter((v) => v.length < LONGEST);
  const all = [read.words, e.event, e.tx, String(e.block), ...fields].join(' ').toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((w) => all.includes(w));
};

const tryNamed = (network: Network, text: string) => {
  try {
    return readNamed(network, text);
  } catch {
    return null;
  }
};

/** What a spreadsheet gets of the log: a row an entry, a column a thing that all have, the other fields in the last. @param head names of the columns, {@link COLUMNS} of them */
export const logCsv = (head: string[], entries: Entry[], network: Network, reading: (e: Entry) => Reading): string =>
  toCsv(
    head,
    entries.map((e) => {
      const { at, words } = reading(e);
      const { author: _a, subject: _s, ...rest } = e.args;
      const fields = Object.entries(rest).filter(([, v]) => plain(v).length < LONGEST);
      return [
        at === null ? null : new Date(at * 1000).toISOString(),
        words,
        e.event,
        e.author,
        formatNumber(network, e.author),
        e.subject,
        formatNumber(network, e.subject),
        typeof e.args.id === 'bigint' ? e.args.id : null,
        e.block,
        e.logIndex,
        e.tx,
        fields.map(([k, v]) => `${k}=${plain(v)}`).join('; '),
      ];
    }),
  );
/** Names of the columns of {@link logCsv}, to be said in words. */
export const COLUMNS = [
  'time',
  'what',
  'event',
  'author',
  'authorNumber',
  'subject',
  'subjectNumber',
  'visit',
  'block',
  'log',
  'tx',
  'fields',
] as const;
