/** Where a hospital looked a licence up, published with its word for the account so that anyone can look there too. */
import { utf8, type Bytes } from '../core/bytes.ts';
import { isInteger, isObject, isText, parseJson } from '../core/json.ts';
import { plainLine } from '../core/plainText.ts';

export const LICENCE_FILE = 'licence.json';
/** UTF-16 units of a licence number */
export const MAX_LICENCE = 100;
export const MAX_LICENCE_BYTES = 1024;

const shape = isObject({ version: isInteger(1, 2 ** 31), licence: isText(MAX_LICENCE) }, { open: true });

/** @returns the bytes of `licence.json` @throws record/malformed when it is too long */
export const encodeLicence = (licence: string): Bytes => utf8(JSON.stringify(shape({ version: 1, licence })));

/** @returns the number as the hospital wrote it, one plain line @throws record/malformed */
export const parseLicence = (bytes: Bytes): string =>
  plainLine(shape(parseJson(bytes, { maxBytes: MAX_LICENCE_BYTES, maxDepth: 4 })).licence);
