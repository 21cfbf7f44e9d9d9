/** How readers, and what they were given, are called. */
import { plainLine } from '../../core/plainText.ts';
import type { App } from '../../state/app.svelte.ts';
import { keyOf, type Given, type Indexed } from '../../state/types.ts';
import type { Address, Digest } from '../../core/bytes.ts';
import { folderName } from '../folders/names.ts';
import { countdown, date, shortHex } from '../shared/i18n/format.ts';
import { t } from '../shared/i18n/index.ts';

/** True for somebody who may have published a profile: looking others up would only tell a node about them. */
const isPublic = (app: App, account: Address): boolean => {
  const known = app.access.accounts.get(account);
  return known !== undefined && (known.role !== 'none' || known.hospital !== null);
};

/** Reactive. What they published, else what the person calls them, else the short address. */
export const accountName = (app: App, account: Address): string =>
  (isPublic(app, account) ? app.people.of(account).name : null) ?? app.access.labels.get(account) ?? shortHex(account);

/** Reactive. Who got it; whoever has the key, where nobody says. */
export const readerName = (app: App, account: Address | null): string =>
  account === null ? t('access.whoever') : accountName(app, account);

/** Reactive. What is known of one's own record, which nobody else can have written. */
const knownOf = (app: App, digest: Digest): Indexed | null => {
  const me = app.vault.current?.account;
  return app.records.item(digest)?.known ?? (me && app.records.index?.get(keyOf({ digest, author: me }))) ?? null;
};

/** Reactive. The title of one's own record, from the sealed index; what is very restricted keeps its own to itself. */
export const recordName = (app: App, digest: Digest): string => {
  const known = knownOf(app, digest);
  return plainLine(known?.title ?? '') || t(known?.confidentiality === 'V' ? 'folders.hidden' : 'access.aRecord');
};

/** Reactive. R or V, null for what is as usual or not known. */
export const careOf = (app: App, { what }: Given): 'R' | 'V' | null => {
  const known = what?.kind === 'record' ? knownOf(app, what.record) : null;
  return known && known.confidentiality !== 'N' ? known.confidentiality : null;
};

/** Reactive. What a grant opens, in words. */
export const whatOf = (app: App, given: Given): string => {
  if (given.what?.kind === 'folder') return folderName(app, given.what.folder);
  if (given.what?.kind === 'record') return recordName(app, given.what.record);
  return t(given.error ? 'access.sealed' : 'access.noRight');
};

/** “Can read · earlier records too · may bring in colleagues”. */
export const rightsOf = (given: Given): string[] => {
  const { what } = given;
  if (!what) return [];
  const folder = what.kind === 'folder';
  const rights = folder ? what.rights : 'read';
  return [
    t(`access.rights.${rights}`),
    ...(folder && rights !== 'write' ? [t(what.history ? 'access.history' : 'access.noHistory')] : []),
    ...(what.delegable ? [t('access.delegable')] : []),
  ];
};

/** “until 3 May 2027 (in 4 days)”. @param now Unix seconds */
export const untilOf = ({ ends }: Given, now: number): string =>
  ends === 0 ? t('access.untilTakenBack') : t('access.until', { date: date(ends), left: countdown(ends, now) });
