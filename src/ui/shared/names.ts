/** How a person is called on a screen. */
import { shortHex } from './i18n/format.ts';
import type { Person } from '../../state/people.svelte.ts';

/** The published name, else the short address. */
export const nameOf = (person: Person): string => person.name ?? shortHex(person.address);
