/** Every screen: its path, who may see it, and its chunk. The entry loads the landing page alone. */
import type { Component } from 'svelte';
import type { Persona } from '../../state/vault.svelte.ts';
import type { Key } from '../shared/i18n/index.ts';
import { fillPath, matchPath, type Params } from '../shared/router.svelte.ts';

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- screens differ in their params
type Screen = () => Promise<{ default: Component<any> }>;
/** `open`: the vault must be open · `wallet`: a connected account on the right network is enough · `public`: anybody */
export type Access = 'open' | 'wallet' | 'public';
/** One screen. */
export type Route = { pattern: string; title: Key; access: Access; load: Screen; who?: readonly Persona[] };

const everyone: readonly Persona[] = ['patient', 'doctor', 'hospital'];

/** Screens by name. `home` differs by persona. */
export const routes = {
  enrol: { pattern: '/enrol', title: 'enrol.title', access: 'wallet', load: () => import('../account/Enrol.svelte') },
  enrolAs: {
    pattern: '/enrol/:role',
    title: 'enrol.title',
    access: 'wallet',
    load: () => import('../account/Enrol.svelte'),
  },
  join: {
    pattern: '/join/:role/:hospital/:about',
    title: 'join.title',
    access: 'public',
    load: () => import('../hospital/Join.svelte'),
  },
  enrolInvited: {
    pattern: '/enrol/:role/:hospital/:about',
    title: 'enrol.title',
    access: 'wallet',
    load: () => import('../account/Enrol.svelte'),
  },
  directory: {
    pattern: '/directory',
    title: 'directory.title',
    access: 'public',
    load: () => import('../directory/Directory.svelte'),
  },
  directoryOf: {
    pattern: '/directory/:address',
    title: 'directory.one',
    access: 'public',
    load: () => import('../directory/DirectoryPage.svelte'),
  },
  takeVoucher: {
    pattern: '/voucher/:voucher',
    title: 'voucher.title',
    access: 'open',
    load: () => import('../places/TakeVoucher.svelte'),
  },
  home: { pattern: '/home', title: 'nav.home', access: 'open', load: () => import('./Home.svelte') },
  doctors: {
    pattern: '/doctors',
    title: 'nav.doctors',
    access: 'open',
    load: () => import('../patient/Doctors.svelte'),
  },
  doctor: {
    pattern: '/doctors/:address',
    title: 'doctors.one',
    access: 'open',
    load: () => import('../patient/Doctor.svelte'),
  },
  book: {
    pattern: '/doctors/:address/book',
    title: 'book.title',
    access: 'open',
    who: ['patient'],
    load: () => import('../patient/Book.svelte'),
  },
  appointments: {
    pattern: '/appointments',
    title: 'nav.appointments',
    access: 'open',
    load: () => import('../patient/Appointments.svelte'),
  },
  appointment: {
    pattern: '/appointments/:id',
    title: 'visit.title',
    access: 'open',
    load: () => import('../visit/Visit.svelte'),
  },
  records: {
    pattern: '/records',
    title: 'nav.records',
    access: 'open',
    who: ['patient'],
    load: () => import('../records/Records.svelte'),
  },
  addRecord: {
    pattern: '/records/new',
    title: 'records.addTitle',
    access: 'open',
    who: ['patient'],
    load: () => import('../records/AddRecord.svelte'),
  },
  record: {
    pattern: '/records/:digest',
    title: 'records.one',
    access: 'open',
    who: ['patient'],
    load: () => import('../records/Record.svelte'),
  },
  correctRecord: {
    pattern: '/records/:digest/correct',
    title: 'records.correctTitle',
    access: 'open',
    who: ['patient'],
    load: () => import('../records/CorrectRecord.svelte'),
  },
  reseal: {
    pattern: '/folders/:id/reseal',
    title: 'reseal.title',
    access: 'open',
    who: ['patient'],
    load: () => import('../folders/Reseal.svelte'),
  },
  share: {
    pattern: '/share',
    title: 'share.title',
    access: 'open',
    who: ['patient'],
    load: () => import('../access/Share.svelte'),
  },
  shareWith: {
    pattern: '/share/:wish',
    title: 'share.title',
    access: 'open',
    who: ['patient'],
    load: () => import('../access/Share.svelte'),
  },
  shareAnswer: {
    pattern: '/share/answer/:re',
    title: 'share.title',
    access: 'open',
    who: ['patient'],
    load: () => import('../access/Share.svelte'),
  },
  access: {
    pattern: '/access',
    title: 'access.title',
    access: 'open',
    who: ['patient'],
    load: () => import('../access/Access.svelte'),
  },
  requests: {
    pattern: '/requests',
    title: 'requests.title',
    access: 'open',
    load: () => import('../requests/Requests.svelte'),
  },
  askAccess: {
    pattern: '/requests/new',
    title: 'requests.ask.title',
    access: 'open',
    who: ['doctor', 'hospital'],
    load: () => import('../requests/Ask.svelte'),
  },
  askAccessOf: {
    pattern: '/requests/new/:patient',
    title: 'requests.ask.title',
    access: 'open',
    who: ['doctor', 'hospital'],
    load: () => import('../requests/Ask.svelte'),
  },
  request: {
    pattern: '/requests/:patient/:re',
    title: 'requests.one',
    access: 'open',
    load: () => import('../requests/Request.svelte'),
  },
  card: {
    pattern: '/card',
    title: 'card.title',
    access: 'open',
    who: ['patient'],
    load: () => import('../patient/CardPage.svelte'),
  },
  prescribe: {
    pattern: '/appointments/:id/prescribe',
    title: 'prescribe.title',
    access: 'open',
    who: ['doctor'],
    load: () => import('../doctor/Prescribe.svelte'),
  },
  queue: {
    pattern: '/queue',
    title: 'nav.queue',
    access: 'open',
    who: ['doctor'],
    load: () => import('../doctor/Queue.svelte'),
  },
  correct: {
    pattern: '/appointments/:id/correct',
    title: 'correct.title',
    access: 'open',
    who: ['doctor'],
    load: () => import('../doctor/Correct.svelte'),
  },
  patients: {
    pattern: '/patients',
    title: 'nav.patients',
    access: 'open',
    who: ['doctor'],
    load: () => import('../doctor/Patients.svelte'),
  },
  patient: {
    pattern: '/patients/:address',
    title: 'patients.one',
    access: 'open',
    who: ['doctor'],
    load: () => import('../doctor/Patient.svelte'),
  },
  report: {
    pattern: '/patients/:address/report',
    title: 'report.title',
    access: 'open',
    who: ['doctor'],
    load: () => import('../doctor/AddReport.svelte'),
  },
  reportOfVisit: {
    pattern: '/patients/:address/report/:visit',
    title: 'report.title',
    access: 'open',
    who: ['doctor'],
    load: () => import('../doctor/AddReport.svelte'),
  },
  earnings: {
    pattern: '/earnings',
    title: 'nav.earnings',
    access: 'open',
    who: ['doctor'],
    load: () => import('../doctor/Earnings.svelte'),
  },
  profile: {
    pattern: '/profile',
    title: 'nav.profile',
    access: 'open',
    who: ['doctor', 'hospital'],
    load: () => import('../doctor/Profile.svelte'),
  },
  reviews: {
    pattern: '/reviews',
    title: 'reviews.mine',
    access: 'open',
    who: ['doctor'],
    load: () => import('../doctor/Reviews.svelte'),
  },
  staff: {
    pattern: '/staff',
    title: 'nav.staff',
    access: 'open',
    who: ['hospital'],
    load: () => import('../hospital/Staff.svelte'),
  },
  oversight: {
    pattern: '/oversight',
    title: 'oversight.title',
    access: 'open',
    who: ['hospital'],
    load: () => import('../hospital/Oversight.svelte'),
  },
  invite: {
    pattern: '/invite',
    title: 'invite.title',
    access: 'open',
    who: ['hospital'],
    load: () => import('../hospital/Invite.svelte'),
  },
  inviteAs: {
    pattern: '/invite/:role',
    title: 'invite.title',
    access: 'open',
    who: ['hospital'],
    load: () => import('../hospital/Invite.svelte'),
  },
  yourPatient: {
    pattern: '/your-patient/:address',
    title: 'assign.title',
    access: 'open',
    who: ['hospital'],
    load: () => import('../hospital/YourPatient.svelte'),
  },
  colleagueAs: {
    pattern: '/staff/:address/:role',
    title: 'colleague.title',
    access: 'open',
    who: ['hospital'],
    load: () => import('../hospital/Colleague.svelte'),
  },
  colleague: {
    pattern: '/staff/:address',
    title: 'colleague.title',
    access: 'open',
    who: ['hospital'],
    load: () => import('../hospital/Colleague.svelte'),
  },
  attests: {
    pattern: '/visits',
    title: 'nav.attests',
    access: 'open',
    who: ['hospital'],
    load: () => import('../hospital/Attests.svelte'),
  },
  disputes: {
    pattern: '/disputes',
    title: 'nav.disputes',
    access: 'open',
    who: ['hospital'],
    load: () => import('../hospital/Disputes.svelte'),
  },
  dispute: {
    pattern: '/disputes/:id',
    title: 'nav.disputes',
    access: 'open',
    who: ['hospital'],
    load: () => import('../hospital/Dispute.svelte'),
  },
  consortium: {
    pattern: '/consortium',
    title: 'nav.consortium',
    access: 'open',
    who: ['hospital'],
    load: () => import('../hospital/Consortium.svelte'),
  },
  propose: {
    pattern: '/consortium/propose',
    title: 'propose.title',
    access: 'open',
    who: ['hospital'],
    load: () => import('../hospital/Propose.svelte'),
  },
  proposeAbout: {
    pattern: '/consortium/propose/:address',
    title: 'propose.title',
    access: 'open',
    who: ['hospital'],
    load: () => import('../hospital/Propose.svelte'),
  },
  proposal: {
    pattern: '/consortium/:id',
    title: 'nav.consortium',
    access: 'open',
    who: ['hospital'],
    load: () => import('../hospital/Proposal.svelte'),
  },
  standing: {
    pattern: '/standing',
    title: 'standing.title',
    access: 'open',
    who: ['doctor'],
    load: () => import('../hospital/Standing.svelte'),
  },
  received: {
    pattern: '/received',
    title: 'received.title',
    access: 'open',
    load: () => import('../received/Received.svelte'),
  },
  receivedFrom: {
    pattern: '/received/:patient',
    title: 'received.title',
    access: 'open',
    load: () => import('../received/ReceivedFrom.svelte'),
  },
  receivedRecord: {
    pattern: '/received/:patient/:digest',
    title: 'records.one',
    access: 'open',
    load: () => import('../received/ReceivedRecord.svelte'),
  },
  amendShared: {
    pattern: '/received/:patient/:digest/amend',
    title: 'reviewed.amendTitle',
    access: 'open',
    who: ['doctor', 'hospital'],
    load: () => import('../received/AmendShared.svelte'),
  },
  bringIn: {
    pattern: '/received/:patient/bring/:access',
    title: 'bring.title',
    access: 'open',
    who: ['doctor', 'hospital'],
    load: () => import('../received/BringIn.svelte'),
  },
  addTo: {
    pattern: '/received/:patient/add/:access',
    title: 'drop.title',
    access: 'open',
    load: () => import('../received/AddTo.svelte'),
  },
  activity: {
    pattern: '/activity',
    title: 'nav.activity',
    access: 'open',
    who: everyone,
    load: () => import('../account/Activity.svelte'),
  },
  notices: {
    pattern: '/notices',
    title: 'bell.title',
    access: 'open',
    who: everyone,
    load: () => import('../notices/Notices.svelte'),
  },
  performance: {
    pattern: '/performance',
    title: 'performance.title',
    access: 'public',
    load: () => import('../public/Performance.svelte'),
  },
  import: {
    pattern: '/import',
    title: 'handed.title',
    access: 'wallet',
    load: () => import('../records/Import.svelte'),
  },
  settings: {
    pattern: '/settings',
    title: 'nav.settings',
    access: 'wallet',
    load: () => import('../account/Settings.svelte'),
  },
} as const satisfies Record<string, Route>;

/** Name of a screen. */
export type RouteName = keyof typeof routes;

/** `#/doctors/0x…` for a link. */
export const href = (name: RouteName, params: Params = {}): string => `#${fillPath(routes[name].pattern, params)}`;

/** @returns the screen of a path and its params, null when there is none */
export const findRoute = (path: string): { name: RouteName; route: Route; params: Params } | null => {
  for (const name of Object.keys(routes) as RouteName[]) {
    const params = matchPath(routes[name].pattern, path);
    if (params) return { name, route: routes[name], params };
  }
  return null;
};
