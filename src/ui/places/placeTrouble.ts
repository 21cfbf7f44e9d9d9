/** Why a place did not take a record: the error of a push carries the place's own. */
import { SalusError } from '../../core/errors.ts';
import { advice, knownCodes } from '../shared/errors.ts';

/** @returns what the place itself said, or the error as it is when no place said anything */
export const causeOf = (error: SalusError): SalusError => {
  const why = error.code === 'storage/push-failed' ? error.details['why'] : null;
  const code = knownCodes.find((known) => known === why);
  return code ? new SalusError(code, error.details, error) : error;
};

/** @returns what the place said in words, null when there is nothing to add to that no place holds it */
export const placeTrouble = (error: SalusError): string | null => {
  const cause = causeOf(error);
  return cause.code === 'storage/push-failed' ? null : advice(cause).what;
};
