/** A notice in words, its sign, and the screen it leads to. */
import type { App } from '../../state/app.svelte.ts';
import type { Notice, NoticeKind } from '../../state/types.ts';
import type { Persona } from '../../state/vault.svelte.ts';
import { nameIn } from '../activity/names.ts';
import { clock } from '../shared/clock.svelte.ts';
import { countdown, shortHex } from '../shared/i18n/format.ts';
import { t } from '../shared/i18n/index.ts';
import type { IconName } from '../shared/icons.ts';
import { href, routes, type RouteName } from '../shell/routes.ts';

type Group = 'visit' | 'money' | 'record' | 'access' | 'standing' | 'vote' | 'account';
const kinds: Record<NoticeKind, [Group, IconName]> = {
  booked: ['visit', 'calendar'],
  accepted: ['visit', 'check'],
  declined: ['visit', 'close'],
  returned: ['money', 'coins'],
  cancelled: ['visit', 'close'],
  reclaimed: ['money', 'coins'],
  prescribed: ['visit', 'pill'],
  paid: ['money', 'coins'],
  released: ['money', 'coins'],
  rated: ['visit', 'good'],
  reviewed: ['visit', 'good'],
  disputed: ['money', 'scales'],
  toDecide: ['money', 'scales'],
  resolved: ['money', 'scales'],
  attested: ['visit', 'shield'],
  stated: ['money', 'scales'],
  report: ['record', 'file'],
  asked: ['access', 'key'],
  assigned: ['access', 'doctor'],
  assignedTo: ['access', 'person'],
  delegated: ['access', 'staff'],
  broughtIn: ['access', 'staff'],
  shared: ['access', 'unlock'],
  keyArrived: ['access', 'unlock'],
  revoked: ['access', 'lock'],
  refused: ['access', 'close'],
  accredited: ['standing', 'shield'],
  suspended: ['standing', 'warning'],
  proposed: ['vote', 'hospital'],
  voted: ['vote', 'hospital'],
  admitted: ['vote', 'hospital'],
  expelled: ['vote', 'warning'],
  moved: ['account', 'key'],
  expiring: ['access', 'clock'],
  ending: ['access', 'clock'],
  renew: ['access', 'key'],
  keyChanged: ['access', 'key'],
  vote: ['vote', 'hospital'],
};

/** What sort of thing it is: all that leaves the page. */
export const groupOf = ({ kind }: Notice): Group => kinds[kind][0];
/** Its sign. */
export const iconOf = ({ kind }: Notice): IconName => kinds[kind][1];

/** Patients have published no name: what the page knows of them their own bookings said. */
const OF_PATIENTS: ReadonlySet<NoticeKind> = new Set(['ending']);

const nameOf = (app: App, n: Notice, address: Notice['who']): string => {
  if (address === null) return '';
  const patient = OF_PATIENTS.has(n.kind);
  const name = n.entry
    ? nameIn(app, n.entry, address)
    : patient
      ? app.patients.nameOf(address)
      : app.people.of(address).name;
  return name ?? shortHex(address);
};

/** Reactive. The sentence. */
export const sayNotice = (app: App, n: Notice): string => {
  // what waits for nobody any more does not go on asking
  const over = n.kind === 'toDecide' && !n.asks ? 'wasToDecide' : n.kind;
  const kind = n.kind === 'expiring' && n.who === null ? 'expiringUnnamed' : over;
  return t(`notice.${kind}`, {
    who: nameOf(app, n, n.who),
    about: nameOf(app, n, n.about),
    count: n.times,
    score: Number(n.entry?.args.score ?? 0),
    when: n.at === null ? '' : countdown(n.at, clock.now),
  });
};

/** Where it leads; to the log where this persona has no such screen. */
export const leadsTo = ({ to }: Notice, persona: Persona): string => {
  const name = Object.hasOwn(routes, to.screen) ? (to.screen as RouteName) : 'activity';
  const route = routes[name];
  const allowed = !('who' in route) || (route.who as readonly Persona[]).includes(persona);
  return allowed ? href(name, to.params) : href('activity');
};
