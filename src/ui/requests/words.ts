/** How a request is spoken of: its state as people see it, and whoever asks or is asked. */
import type { App } from '../../state/app.svelte.ts';
import type { RequestView } from '../../state/requests.svelte.ts';
import type { KeyRequest } from '../../state/types.ts';
import { shortHex } from '../shared/i18n/format.ts';
import { t } from '../shared/i18n/index.ts';
import { nameOf } from '../shared/names.ts';

/** `part`, `ended` and `expired` are seen only once it was opened. */
export type Seen = KeyRequest['state'] | 'expired' | 'part' | 'ended';

/** @param now Unix seconds */
export const seenState = ({ state, grants }: KeyRequest, { asked, extent }: RequestView, now: number): Seen => {
  if (state === 'open' && asked && asked.until <= now) return 'expired';
  if (state !== 'answered') return state;
  if (grants.every((g) => g.state !== 'live')) return 'ended';
  return extent === 'part' ? 'part' : 'answered';
};

/** Colour of a state's mark. */
export const toneOf = (seen: Seen): 'neutral' | 'accent' | 'good' | 'warn' =>
  (
    ({
      open: 'warn',
      answered: 'good',
      part: 'good',
      expired: 'neutral',
      ended: 'neutral',
      declined: 'neutral',
      withdrawn: 'neutral',
    }) as const
  )[seen];

/** The other side by name. A patient has published none: theirs is known from what they sealed to this account, if anything. */
export const otherName = (app: App, request: KeyRequest): string =>
  request.patient === app.vault.current?.account
    ? nameOf(app.people.of(request.asker))
    : (app.patients.nameOf(request.patient) ?? t('queue.patient', { address: shortHex(request.patient) }));
