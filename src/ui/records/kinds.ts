/** Records as people tell them apart: a sign and a line for each. */
import type { Kind } from '../../record/manifest.ts';
import { kindOf, type RecordItem } from '../../state/records.svelte.ts';
import { plainLine } from '../../core/plainText.ts';
import type { IconName } from '../shared/icons.ts';
import { t } from '../shared/i18n/index.ts';

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
