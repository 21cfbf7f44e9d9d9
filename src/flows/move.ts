/**
 * Moving a record to another folder, or changing how confidential it is. One's own is sealed anew, so that whoever reads the old folder does not
 * read it from then on; another's stays as it is and is filed, unless it becomes restricted: then the patient's own copy takes its place.
 */
import type { Digest } from '../core/bytes.ts';
import { idOf, type FolderId } from '../record/folders.ts';
import type { Confidentiality } from '../record/manifest.ts';
import type { Act } from './act.ts';
import { sendSealed } from './adding.ts';
import { copyRecord } from './copy.ts';
import { sealFiling } from './filing.ts';
import type { OpenRecord } from './openRecord.ts';
import type { Cabinet, Entry, Ports, Retired } from './ports/index.ts';
import type { Vault } from './vault.ts';

export type MoveInput = {
  what: OpenRecord;
  folder: FolderId;
  confidentiality: Confidentiality;
  /** what the folder is called, where it is one of the patient's own */
  title: string;
  /** earlier ciphertexts of it, the record's own among them: what a copy takes the place of */
  history: readonly Digest[];
};

/** True where moving makes a copy under new keys, instead of filing the record as it is. */
export const reseals = ({ ref }: Pick<OpenRecord, 'ref'>, confidentiality: Confidentiality): boolean =>
  ref.author === ref.patient || confidentiality !== 'N';

/**
 * @returns the Added entry of the copy or filing; `digest` by which the record goes now
 * @throws input/invalid, storage/not-found, storage/quota, chain/reverted, wallet/declined
 */
export const moveRecord = async (
  ports: Ports,
  act: Act,
  vault: Vault,
  { what, folder, confidentiality: wanted, title, history }: MoveInput,
): Promise<{ entry: Entry; digest: Digest }> => {
  act.stage('prepare');
  const confidentiality = folder === idOf('very-restricted') ? 'V' : wanted;
  if (!reseals(what, confidentiality)) {
    const filing = await sealFiling(ports, act, vault, { folder, title, records: [what] });
    return { entry: await sendSealed(ports, act, [filing]), digest: what.ref.digest };
  }
  const copy = await copyRecord(ports, act, vault, what, { for: null, folder, confidentiality, replaces: history });
  return { entry: await sendSealed(ports, act, [copy]), digest: copy.digest };
};

/** What is left of ciphertexts that were let go of. `left`: places that may still have one of them. */
export type LetGo = { done: number; left: Retired['left'] };

const GONE = 'gone/';

/** The ciphertexts that no place in reach has any more. */
export const readGone = async (cabinet: Cabinet): Promise<Set<Digest>> =>
  new Set((await cabinet.list(GONE)).map((name) => name.slice(GONE.length) as Digest));

/** Lets go of ciphertexts at every place in reach, and here. Never throws for a place. @param options.onProgress how many are done */
export const retireAll = async (
  { storage, cabinet }: Pick<Ports, 'storage' | 'cabinet'>,
  digests: readonly Digest[],
  options: { signal?: AbortSignal; onProgress?: (done: number) => void } = {},
): Promise<LetGo> => {
  const left: Retired['left'] = [];
  let done = 0;
  for (const digest of digests) {
    if (options.signal?.aborted) break;
    const retired = await storage.retire(digest, options.signal ? { signal: options.signal } : {});
    left.push(...retired.left);
    if (retired.left.length === 0) await cabinet.set(GONE + digest, new Uint8Array());
    done++;
    options.onProgress?.(done);
  }
  return { done, left };
};
