/** Foreign errors of IndexedDB, Helia and fetch, wrapped once, where they enter (DESIGN §7, Errors). */
import { SalusError } from '../core/errors.ts';
import type { ErrorCode } from '../core/errors.ts';

/** The stores of `js-stores` keep the cause as text only, so the names are looked for in the message too. */
const CODES: [RegExp, ErrorCode][] = [
  [/QuotaExceeded/, 'storage/quota'],
  [/TimeoutError/, 'storage/timeout'],
  [/AbortError|aborted/, 'storage/aborted'],
  [/OpenFailed|SecurityError|InvalidStateError|needs to be opened|IndexedDB|VersionError/i, 'storage/unavailable'],
  [/NotFound|No block brokers/, 'storage/not-found'],
  [/NotReadableError/, 'input/invalid'],
];

const textOf = (error: unknown): string =>
  error instanceof Error ? `${error.name} ${error.message} ${error.cause ? textOf(error.cause) : ''}` : String(error);

/** @returns `error` if it is ours, else a {@link SalusError} whose code is read from the foreign one's name */
export const storageError = (error: unknown): SalusError => {
  if (error instanceof SalusError) return error;
  const text = textOf(error);
  const found = CODES.find(([pattern]) => pattern.test(text));
  return new SalusError(found ? found[1] : 'app/unexpected', {}, error);
};

/** @throws storage/aborted when the signal has fired, or the SalusError it was aborted with */
export const throwIfAborted = (signal?: AbortSignal): void => {
  if (!signal?.aborted) return;
  const reason: unknown = signal.reason;
  throw reason instanceof SalusError ? reason : new SalusError('storage/aborted', {}, reason);
};
