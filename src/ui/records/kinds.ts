/** Records as people tell them apart: a sign and a line for each. */
import type { Address } from '../../core/bytes.ts';
import type { Kind } from '../../record/manifest.ts';
import type { App } from '../../state/app.svelte.ts';
import { kindOf, type RecordItem } from '../../state/records.svelte.ts';
import type { Filed } from '../../state/types.ts';
import { plainLine } from '../../core/plainText.ts';
import type { IconName } from '../shared/icons.ts';
import { t } from '../shared/i18n/index.ts';
import { nameOf } from '../shared/names.ts';

const icons: Record<Kind, IconName> = {
  booking: 'calendar',
  prescription: 'pill',
  report: 'file',
  document: 'file',
  card: 'person',
  statement: 'info',
  folder: 'file',
  filing: 'file',
  request: 'key',
  provenance: 'shield',
};

/** The kinds a person may filter by. */
export const FILTERS = ['all', 'document', 'prescription', 'report', 'booking', 'card'] as const;

/** The sign of a kind. */
export const kindIcon = (kind: Kind): IconName => icons[kind];

/** What a record is called in a list: its own title, else what it is and whose. @param name of the other side */
export const titleOf = (item: RecordItem, name: string): string => {
  const kind = kindOf(item);
  if (item.known?.title) return plainLine(item.known.title);
  if (item.known?.confidentiality === 'V') return t('folders.hidden');
  if (kind === 'booking') return t('records.titleBooking', { name });
  if (kind === 'prescription') return t('records.titlePrescription', { name });
  if (kind === 'card') return t('card.title');
  return item.known ? t(`records.kind.${kind}`) : t('records.sealed');
};

/** Whom a record was exchanged with: whoever a booking went to, else its author; null for what one kept oneself. */
export const otherSideOf = ({ origin, ref }: Filed): Address | null => {
  if (origin === 'own') return null;
  return origin === 'booking' ? ref.entry.subject : ref.author;
};

/** Reactive. {@link titleOf}, with the other side's published name. */
export const fullTitleOf = ({ people }: Pick<App, 'people'>, item: RecordItem): string => {
  const other = otherSideOf(item.filed);
  return titleOf(item, other ? nameOf(people.of(other)) : '');
};
