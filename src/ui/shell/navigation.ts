/** What stands in the navigation, by persona, and where each begins. */
import type { Persona } from '../../state/vault.svelte.ts';
import type { IconName } from '../shared/icons.ts';
import type { Key } from '../shared/i18n/index.ts';
import type { RouteName } from './routes.ts';

/** One entry of the navigation. */
type NavItem = { name: RouteName; label: Key; icon: IconName };

const settings: NavItem = { name: 'settings', label: 'nav.settings', icon: 'settings' };

/** At most five each: they are the phone's bottom bar too. Activity is everyone's, in the account menu. */
export const navigation: Record<Persona, NavItem[]> = {
  patient: [
    { name: 'home', label: 'nav.home', icon: 'home' },
    { name: 'doctors', label: 'nav.doctors', icon: 'doctor' },
    { name: 'appointments', label: 'nav.appointments', icon: 'calendar' },
    { name: 'records', label: 'nav.records', icon: 'file' },
    settings,
  ],
  doctor: [
    { name: 'queue', label: 'nav.queue', icon: 'queue' },
    { name: 'patients', label: 'nav.patients', icon: 'staff' },
    { name: 'earnings', label: 'nav.earnings', icon: 'coins' },
    { name: 'profile', label: 'nav.profile', icon: 'person' },
    settings,
  ],
  hospital: [
    { name: 'staff', label: 'nav.staff', icon: 'staff' },
    { name: 'disputes', label: 'nav.disputes', icon: 'scales' },
    { name: 'consortium', label: 'nav.consortium', icon: 'hospital' },
    { name: 'profile', label: 'nav.profile', icon: 'person' },
    settings,
  ],
};

/** Of those whom nobody books: no queue and no fees, but what patients gave them. */
const unbookedNavigation: NavItem[] = [
  { name: 'received', label: 'nav.received', icon: 'download' },
  { name: 'requests', label: 'nav.requests', icon: 'key' },
  { name: 'profile', label: 'nav.profile', icon: 'person' },
  settings,
];

/** Who looks at the page: `unbooked` of those at work whom nobody books. */
export type Viewer = { persona: Persona; unbooked: boolean };

/** @returns the entries of the navigation */
export const itemsOf = ({ persona, unbooked }: Viewer): NavItem[] =>
  unbooked ? unbookedNavigation : navigation[persona];

/** Where somebody starts. */
export const startOf = (viewer: Viewer): RouteName => itemsOf(viewer)[0]?.name ?? 'settings';
