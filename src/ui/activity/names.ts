/** Names of people in the log. A patient has published none: looking one up would only tell a node about the patient. */
import type { App } from '../../state/app.svelte.ts';
import type { Entry } from '../../state/types.ts';

type Address = Entry['author'];

const BY_PATIENTS = new Set(['Booked', 'Cancelled', 'Disputed', 'Reclaimed', 'Rated', 'Shared', 'Revoked', 'Refused']);
const ABOUT_PATIENTS = new Set([
  'Accepted',
  'Declined',
  'Completed',
  'Added',
  'Assigned',
  'Delegated',
  'AccessRequested',
]);

const isPatient = (e: Entry, address: Address): boolean =>
  (e.author === address && BY_PATIENTS.has(e.event)) || (e.subject === address && ABOUT_PATIENTS.has(e.event));

/** Reactive. @returns what the page knows somebody by, null for nothing */
export const nameIn = (app: App, e: Entry, address: Address): string | null =>
  isPatient(e, address) ? app.patients.nameOf(address) : app.people.of(address).name;
