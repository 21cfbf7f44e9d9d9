/** Why a place did not take a record, in words: the error of a push carries the place's own. */
import { SalusError, type ErrorCode } from '../../core/errors.ts';
import { advice, knownCodes } from '../shared/errors.ts';

/** @param error storage/push-failed, or what a place said @returns null when there is nothing to add to that no place holds it */
export const placeTrouble = (error: SalusError): string | null => {
  if (error.code !== 'storage/push-failed') return advice(error).what;
  const why = error.details['why'];
  const known = knownCodes.find((code): code is ErrorCode => code === why);
  return known && known !== 'storage/push-failed' ? advice(new SalusError(known, error.details)).what : null;
};
