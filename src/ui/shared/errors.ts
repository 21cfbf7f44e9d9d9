/** The one table from an error's code to its severity, its sentence for people, what was kept, and the next step. */
import type { ErrorCode, SalusError } from '../../core/errors.ts';
import { first } from './i18n/en/first.ts';
import { t, type Key } from './i18n/index.ts';

/** `info` is not a failure (a declined prompt), `warning` can be put right here, `error` stopped the act. */
export type Severity = 'info' | 'warning' | 'error';
type Row = { severity: Severity; slug: keyof typeof first.error };

const row = (severity: Severity, slug: keyof typeof first.error): Row => ({ severity, slug });

const table: Record<ErrorCode, Row> = {
  'input/invalid': row('warning', 'inputInvalid'),
  'input/too-large': row('warning', 'inputTooLarge'),
  'input/already-enrolled': row('info', 'alreadyEnrolled'),
  'input/already-sent': row('warning', 'alreadySent'),
  'crypto/corrupt': row('error', 'corrupt'),
  'crypto/not-for-you': row('warning', 'notForYou'),
  'crypto/foreign-stanza': row('error', 'foreignStanza'),
  'crypto/keyring-corrupt': row('error', 'keyringCorrupt'),
  'crypto/wrong-unlock': row('warning', 'wrongUnlock'),
  'crypto/unrepeatable-signature': row('warning', 'unrepeatable'),
  'crypto/bad-signature': row('error', 'badSignature'),
  'crypto/bad-phrase': row('warning', 'badPhrase'),
  'crypto/locked': row('info', 'locked'),
  'crypto/unsupported': row('error', 'unsupported'),
  'record/malformed': row('error', 'malformed'),
  'record/mismatch': row('error', 'mismatch'),
  'record/not-listed': row('error', 'notListed'),
  'record/file-mismatch': row('error', 'fileMismatch'),
  'record/newer-version': row('warning', 'newerVersion'),
  'record/too-open': row('warning', 'tooOpen'),
  'record/ended': row('warning', 'ended'),
  'chain/unreachable': row('warning', 'unreachable'),
  'chain/wrong-chain': row('warning', 'wrongChain'),
  'chain/not-deployed': row('error', 'notDeployed'),
  'chain/timeline-broken': row('error', 'timelineBroken'),
  'chain/stale-head': row('error', 'staleHead'),
  'chain/key-unproven': row('error', 'keyUnproven'),
  'chain/key-changed': row('error', 'keyChanged'),
  'chain/not-accredited': row('error', 'notAccredited'),
  'chain/reverted': row('error', 'reverted'),
  'chain/insufficient-funds': row('warning', 'insufficientFunds'),
  'chain/stuck': row('warning', 'stuck'),
  'chain/replaced': row('warning', 'replaced'),
  'chain/not-found': row('warning', 'chainNotFound'),
  'wallet/declined': row('info', 'declined'),
  'wallet/none': row('warning', 'noWallet'),
  'wallet/locked': row('warning', 'walletLocked'),
  'wallet/pending': row('warning', 'walletPending'),
  'wallet/account-changed': row('warning', 'accountChanged'),
  'wallet/failed': row('error', 'walletFailed'),
  'wallet/device-locked': row('warning', 'deviceLocked'),
  'wallet/device-app': row('warning', 'deviceApp'),
  'wallet/device-blind': row('warning', 'deviceBlind'),
  'wallet/device-gone': row('warning', 'deviceGone'),
  'storage/unavailable': row('error', 'storageUnavailable'),
  'storage/quota': row('error', 'quota'),
  'storage/not-found': row('warning', 'notFound'),
  'storage/corrupt': row('error', 'storageCorrupt'),
  'storage/timeout': row('warning', 'timeout'),
  'storage/push-failed': row('warning', 'pushFailed'),
  'storage/no-guard': row('warning', 'noGuard'),
  'storage/not-let-in': row('warning', 'notLetIn'),
  'storage/aborted': row('info', 'aborted'),
  'share/not-enrolled': row('warning', 'shareNotEnrolled'),
  'share/moved': row('warning', 'shareMoved'),
  'share/self': row('warning', 'shareSelf'),
  'share/no-request': row('warning', 'shareNoRequest'),
  'share/outdated': row('warning', 'shareOutdated'),
  'share/gone': row('info', 'shareGone'),
  'car/damaged': row('error', 'carDamaged'),
  'car/incomplete': row('warning', 'carIncomplete'),
  'car/foreign': row('warning', 'carForeign'),
  'pinning/token': row('warning', 'pinningToken'),
  'pinning/funds': row('warning', 'pinningFunds'),
  'pinning/refused': row('warning', 'pinningRefused'),
  'pinning/down': row('warning', 'pinningDown'),
  'pinning/blocked': row('warning', 'pinningBlocked'),
  'pinning/malformed': row('error', 'pinningMalformed'),
  'pinning/failed': row('warning', 'pinningFailed'),
  'pinning/no-way-in': row('warning', 'pinningNoWayIn'),
  'pinning/not-held': row('error', 'pinningNotHeld'),
  'app/other-tab': row('warning', 'otherTab'),
  'app/framed': row('error', 'framed'),
  'app/part-missing': row('warning', 'partMissing'),
  'app/unexpected': row('error', 'unexpected'),
};

/** What a person reads of an error: what happened, what was kept, what to do next. */
export type Advice = { severity: Severity; what: string; kept: string; next: string };

const reverts = first.revert as Record<string, string>;

/** @returns the sentence for one of the contract's own errors, or null for an unknown name */
export const revertSentence = (name: unknown): string | null =>
  typeof name === 'string' && Object.hasOwn(reverts, name) ? t(`revert.${name}` as Key) : null;

/** Values of `details` that a sentence may use; anything else is left out. */
const words = (details: Record<string, unknown>): Record<string, string | number> =>
  Object.fromEntries(
    Object.entries(details)
      .filter(([, v]) => ['string', 'number', 'bigint', 'boolean'].includes(typeof v))
      .map(([k, v]) => [k, typeof v === 'number' ? v : String(v)]),
  );

/** Looks an error up. An unknown code reads as `app/unexpected`. */
export const advice = (error: SalusError): Advice => {
  const { severity, slug } = table[error.code] ?? table['app/unexpected'];
  const said = Object.entries(words(error.details)).filter(([, v]) => v !== '');
  // a place that is not known by name, and one that says nothing
  const vars = { place: t('pinning.theService'), reason: t('pinning.noReason'), ...Object.fromEntries(said) };
  const own = error.code === 'chain/reverted' ? revertSentence(error.details['name']) : null;
  return {
    severity,
    what: own ?? t(`error.${slug}.what` as Key, vars),
    kept: t(`error.${slug}.kept` as Key, vars),
    next: t(`error.${slug}.next` as Key, vars),
  };
};

/** The codes the table knows, for the test that holds it complete. */
export const knownCodes = Object.keys(table) as ErrorCode[];
