/** What a pinning service's refusal means. @see https://ipfs.github.io/pinning-services-api-spec/ (Failure) */
import type { Bytes } from '../core/bytes.ts';
import { SalusError, isSalusError } from '../core/errors.ts';
import type { ErrorCode } from '../core/errors.ts';
import { plainLine } from '../core/plainText.ts';
import { isObject, isOptional, isText, parseJson } from '../core/json.ts';

const isFailure = isObject(
  { error: isObject({ reason: isText(200), details: isOptional(isText(2000)) }, { open: true }) },
  { open: true },
);
/** Bytes of a body that is looked at. */
const MOST = 64 * 1024;
/** Of what the service says, shown to people. */
const SHOWN = 200;

/** What a service says, for showing. */
export const said = (text: string): string => plainLine(text).slice(0, SHOWN);

/** The service's own words, one line of plain text; empty when there are none. */
export const wordsOf = (body: Bytes): string => {
  try {
    const { error } = isFailure(parseJson(body, { maxBytes: MOST, maxDepth: 6 }));
    return said([error.reason, error.details].filter(Boolean).join(': '));
  } catch {
    return '';
  }
};

const codeOf = (status: number): ErrorCode => {
  if (status === 401 || status === 403) return 'pinning/token';
  if (status === 409) return 'pinning/funds';
  return status >= 500 || status === 429 ? 'pinning/down' : 'pinning/refused';
};

/** @param status of HTTP, not 2xx @returns the error, with the service's words as `reason` */
export const refusal = (place: string, status: number, body: Bytes): SalusError =>
  new SalusError(codeOf(status), { place, status, reason: wordsOf(body) || `HTTP ${status}` });

/** True for a refusal with this status. */
export const isRefusal = (error: unknown, status: number): error is SalusError =>
  isSalusError(error) && error.details['status'] === status;

/** Worth asking again in a while: the service, or the way to it, may come back. */
export const mayPass = (error: unknown): boolean =>
  isSalusError(error, 'pinning/down') ||
  isSalusError(error, 'pinning/blocked') ||
  isSalusError(error, 'storage/timeout');
