/** A public statement of the consortium: why a hospital is to be admitted or expelled. Published on purpose, read from strangers. */
import type { Communication } from '@medplum/fhirtypes';
import { utf8, type Bytes } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import { parseJson } from '../core/json.ts';
import { plainText } from '../core/plainText.ts';
import { communication, readWords } from './fhir.ts';

export const STATEMENT_FILE = 'statement.json';
/** UTF-16 units of a statement's text */
export const MAX_STATEMENT = 4000;
export const MAX_STATEMENT_BYTES = 32 * 1024;
/** How many statements of either side of a dispute are shown. */
export const MAX_STATEMENTS = 8;

/** @returns the bytes of `statement.json` @throws input/too-large @see https://hl7.org/fhir/R4/communication.html */
export const encodeStatement = (sent: string, text: string): Bytes => {
  if (text.length > MAX_STATEMENT) throw new SalusError('input/too-large', { limit: MAX_STATEMENT });
  return utf8(JSON.stringify(communication(sent, text)));
};

/** @returns its words as plain text, cut to {@link MAX_STATEMENT} @throws record/malformed when it is no Communication with words */
export const parseStatement = (bytes: Bytes): string => {
  const value = parseJson(bytes, { maxBytes: MAX_STATEMENT_BYTES, maxDepth: 16 }) as Communication | null;
  const words = typeof value === 'object' && value !== null ? plainText(readWords([value])) : '';
  if (!words) throw new SalusError('record/malformed', { at: 'statement' });
  return words.slice(0, MAX_STATEMENT);
};
