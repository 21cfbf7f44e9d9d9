/** Which stages an act will go through, so that its end can be seen from its beginning. */
import type { ActKind, ActState } from '../../state/act.svelte.ts';
import type { ErrorCode } from '../../core/errors.ts';
import type { Stage } from '../../state/types.ts';

const ALL: readonly Stage[] = ['prepare', 'encrypt', 'store', 'wallet', 'sent', 'confirmed', 'verified'];
const SEND: readonly Stage[] = ['prepare', 'wallet', 'sent', 'confirmed', 'verified'];
const PUBLISH: readonly Stage[] = ['prepare', 'store', 'wallet', 'sent', 'confirmed', 'verified'];

const plans: Partial<Record<ActKind, readonly Stage[]>> = {
  unlock: [],
  'sign-in': [],
  reveal: [],
  voucher: [],
  book: ALL,
  card: ALL,
  keep: ALL,
  amend: ALL,
  prescribe: ALL,
  dispute: ALL,
  report: ALL,
  correct: ALL,
  share: ALL,
  change: ALL,
  revoke: ALL,
  rotate: ALL,
  request: ALL,
  refuse: ALL,
  delegate: ALL,
  assign: ALL,
  folder: ALL,
  move: ALL,
  reseal: ALL,
  review: ALL,
  statement: ALL,
  profile: PUBLISH,
  answer: PUBLISH,
  accredit: PUBLISH,
  propose: PUBLISH,
};

/** @param reached stages the act has been in, whether foreseen or not */
export const stagePlan = (kind: ActKind, reached: readonly Stage[]): Stage[] => {
  const plan = plans[kind] ?? SEND;
  if (plan.length === 0) return [];
  return ALL.filter((stage) => plan.includes(stage) || reached.includes(stage));
};

/** Failures that the same act would only meet again, or that need the person's decision first. */
const FINAL = new Set<ErrorCode>([
  'input/invalid',
  'input/too-large',
  'input/already-enrolled',
  'input/already-sent',
  'crypto/unrepeatable-signature',
  'crypto/locked',
  'crypto/unsupported',
  'wallet/account-changed',
  'chain/key-changed',
  'share/not-enrolled',
  'share/moved',
  'share/self',
  'share/no-request',
  'share/gone',
  'chain/not-accredited',
  'chain/replaced',
  'chain/reverted',
]);

/** @returns whether "Try again" is offered for an act that did not come to its end */
export const worthAgain = (act: Pick<ActState, 'error'>): boolean => !act.error || !FINAL.has(act.error.code);
