/** Contract events as people read them. */
import { en } from './i18n/en/index.ts';
import type { IconName } from './icons.ts';
import { t, type Key } from './i18n/index.ts';

const icons: Record<string, IconName> = {
  Booked: 'calendar',
  Accepted: 'check',
  Declined: 'close',
  Cancelled: 'close',
  Completed: 'pill',
  Released: 'coins',
  Disputed: 'warning',
  Resolved: 'hospital',
  Reclaimed: 'coins',
  Attested: 'shield',
  Rated: 'good',
  Added: 'file',
  Enrolled: 'key',
  ProfileSet: 'eye',
  FeeSet: 'coins',
  Accredited: 'shield',
  Suspended: 'warning',
  Withdrawn: 'coins',
  Shared: 'key',
  Revoked: 'block',
  Rotated: 'key',
  AccessRequested: 'key',
  Refused: 'close',
  Delegated: 'staff',
  Assigned: 'doctor',
};

/** The event's sign. */
export const eventIcon = (event: string): IconName => icons[event] ?? 'chain';

/** The event's sentence; an unknown one by its own name. */
export const eventTitle = (event: string): string =>
  Object.hasOwn(en.event, event) ? t(`event.${event}` as Key) : event;
