/**
 * One error type for the whole page. Foreign errors are wrapped once, where they enter; one table
 * (`ui/shared/errors.ts`) gives each code its severity, its sentence for people and the next step.
 */
export type ErrorCode =
  // input
  | 'input/invalid'
  | 'input/too-large'
  | 'input/already-enrolled'
  | 'input/already-sent' //       an earlier try had arrived; later changes are kept as a draft
  // crypto
  | 'crypto/corrupt' //            a ciphertext or header does not verify
  | 'crypto/not-for-you' //        no stanza opens with the given identities
  | 'crypto/foreign-stanza' //     a shared file carries a stanza that is not the hybrid one, or more than 64
  | 'crypto/keyring-corrupt'
  | 'crypto/wrong-unlock' //       the signature, passphrase or phrase opens no wrap of this keyring
  | 'crypto/unrepeatable-signature'
  | 'crypto/bad-signature'
  | 'crypto/bad-phrase'
  | 'crypto/locked'
  | 'crypto/unsupported'
  // record
  | 'record/malformed'
  | 'record/mismatch' //           a manifest or capability names another author, patient, chain, contract or record than the event
  | 'record/not-listed'
  | 'record/file-mismatch'
  | 'record/newer-version'
  | 'record/too-open' //          something restricted that came in a way in which it must not; details.field says which
  | 'record/ended' //              the right to read it has ended; details.state says how
  // chain
  | 'chain/unreachable'
  | 'chain/wrong-chain'
  | 'chain/not-deployed'
  | 'chain/timeline-broken' //     a log was altered, dropped or reordered by the node
  | 'chain/stale-head'
  | 'chain/key-unproven' //        a public key could not be proven to be its account's
  | 'chain/key-changed'
  | 'chain/not-accredited'
  | 'chain/reverted' //            details.name, details.args: the contract's own error
  | 'chain/insufficient-funds'
  | 'chain/stuck'
  | 'chain/replaced'
  | 'chain/not-found'
  // wallet
  | 'wallet/declined' //           not an error to people: nothing was sent
  | 'wallet/none'
  | 'wallet/locked'
  | 'wallet/pending' //            the wallet already shows a prompt
  | 'wallet/account-changed'
  | 'wallet/failed'
  | 'wallet/device-locked' //      a hardware device behind the wallet, and the next three
  | 'wallet/device-app' //         its Ethereum app is not open
  | 'wallet/device-blind' //       its setting for calls that it cannot read is off
  | 'wallet/device-gone' //        disconnected, asleep, or held by another program
  // storage
  | 'storage/unavailable' //       IndexedDB blocked
  | 'storage/quota'
  | 'storage/not-found' //         no place had the block in time
  | 'storage/corrupt' //           a place served bytes that do not match their CID
  | 'storage/timeout'
  | 'storage/push-failed'
  | 'storage/no-guard' //          a record for guarded places only, and none of ours checks tokens
  | 'storage/not-let-in' //        a place guards it: details.reason none, unknown, revoked, expired, session or chain
  | 'storage/aborted'
  // giving and taking back
  | 'share/not-enrolled' //        nobody with this address ever enrolled: there is no key to seal to
  | 'share/moved' //               the account went on at another address (details.to)
  | 'share/self'
  | 'share/no-request' //          the request it answers was withdrawn, answered elsewhere, or is another's
  | 'share/outdated' //            another device or tab acted in between; what was prepared no longer fits
  | 'share/gone' //                what was to be taken back or changed is no longer given
  // a file handed over
  | 'car/damaged' //               no CAR, cut short, or a block is not what its name says
  | 'car/incomplete' //            a record in it lacks parts that are not here either
  | 'car/foreign' //               a sound CAR that holds no record
  // pinning services; details: place, and reason and details as the service words them
  | 'pinning/token' //             401, 403
  | 'pinning/funds' //             409 INSUFFICIENT_FUNDS
  | 'pinning/refused' //           any other 4xx
  | 'pinning/down' //              5xx
  | 'pinning/blocked' //           no answer that a page may read: gone, no CORS, or http
  | 'pinning/malformed' //         an answer that the standard does not know
  | 'pinning/failed' //            the service gave the pin up
  | 'pinning/no-way-in' //         no address of the service that a browser can reach
  | 'pinning/not-held' //          it says pinned, and it cannot be read back
  // everything else
  | 'app/framed'
  | 'app/other-tab' //             another tab of this browser is at an act of the same account
  | 'app/part-missing' //          a part of the page did not arrive: no connection, or a newer build stands in its place
  | 'app/unexpected';

/** @property code stable name · @property details values for the sentence, never keys or plaintext · @property cause the foreign error */
export class SalusError extends Error {
  readonly code: ErrorCode;
  readonly details: Record<string, unknown>;

  constructor(code: ErrorCode, details: Record<string, unknown> = {}, cause?: unknown) {
    super(code, cause === undefined ? undefined : { cause });
    this.name = 'SalusError';
    this.code = code;
    this.details = details;
  }
}

/** True when `error` is a {@link SalusError}, of the given code if one is given. */
export const isSalusError = (error: unknown, code?: ErrorCode): error is SalusError =>
  error instanceof SalusError && (code === undefined || error.code === code);

/** How browsers say that an `import()` found nothing: Chromium, Firefox, Safari. No other sign tells it from a mistake of ours. */
const PART_MISSING = /dynamically imported module|importing a module script failed/i;

/** Wraps anything that is not one already. @returns a {@link SalusError} whose `cause` is the original */
export const asSalusError = (error: unknown, code: ErrorCode = 'app/unexpected'): SalusError => {
  if (error instanceof SalusError) return error;
  const missing = error instanceof TypeError && PART_MISSING.test(error.message);
  return new SalusError(missing ? 'app/part-missing' : code, {}, error);
};

/** What crosses a worker boundary, where classes do not survive. */
export type PlainError = { code: ErrorCode; details: Record<string, unknown>; message: string };

/** @returns a structured-clonable copy; the cause's message is kept, its stack is not */
export const toPlainError = (error: unknown): PlainError => {
  const e = asSalusError(error);
  return { code: e.code, details: e.details, message: e.cause instanceof Error ? e.cause.message : e.message };
};

/** The inverse of {@link toPlainError}. */
export const fromPlainError = (e: PlainError): SalusError => new SalusError(e.code, e.details, new Error(e.message));
