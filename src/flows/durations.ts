/** How long the account's own acts took, stage by stage: kept sealed, newest first, for the person alone. */
import { utf8 } from '../core/bytes.ts';
import { isInteger, isList, isObject, isText, parseJson, type Checked } from '../core/json.ts';
import type { Cabinet } from './ports/index.ts';

const NAME = 'durations';
const KEPT = 30;
const ms = isInteger(0, Number.MAX_SAFE_INTEGER);
const shape = isList(
  isObject({
    kind: isText(40),
    /** Unix ms of its end */
    at: ms,
    /** milliseconds of each stage, in order; `wallet` is the person and the wallet */
    stages: isList(isObject({ stage: isText(40), ms }), 40),
  }),
  KEPT,
);

/** One act's stages. */
export type Duration = Checked<typeof shape>[number];

/** @returns newest first @throws crypto/locked, record/malformed */
export const readDurations = async ({ cabinet }: { cabinet: Cabinet }): Promise<Duration[]> => {
  const kept = await cabinet.get(NAME);
  return kept ? shape(parseJson(kept, { maxBytes: 1 << 20, maxDepth: 8 })) : [];
};

/** Adds one; the oldest goes. @throws crypto/locked */
export const keepDuration = async ({ cabinet }: { cabinet: Cabinet }, duration: Duration): Promise<Duration[]> => {
  const all = [duration, ...(await readDurations({ cabinet }).catch(() => []))].slice(0, KEPT);
  await cabinet.set(NAME, utf8(JSON.stringify(all)));
  return all;
};
