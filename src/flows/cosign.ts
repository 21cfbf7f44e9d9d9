/** Amending another's report after having looked it over: the new version takes its place, and its author is shown as co-signer. */
import { SalusError } from '../core/errors.ts';
import { isoWithZone } from '../core/time.ts';
import { accountIdentifier } from '../record/fhir.ts';
import { reportResource, type ReportWords } from '../record/report.ts';
import type { Act } from './act.ts';
import { amend } from './amend.ts';
import type { Draft } from './draft.ts';
import type { OpenRecord } from './openRecord.ts';
import type { Entry, Ports } from './ports/index.ts';
import type { Vault } from './vault.ts';

/** What is typed. `keep`: files of the earlier version that still hold, by index */
export type CosignFields = ReportWords & { reason: string; keep: number[] };

/**
 * @param what the version that was looked over, opened @param review this account's own review of it, opened
 * @param readers age recipient of the folder that it came with, null where it came by itself
 * @returns the Added entry, in the verified timeline
 * @throws input/invalid when it is no report, or nothing or no reason was written; chain/not-accredited, chain/key-changed, chain/reverted
 */
export const cosign = async (
  ports: Ports,
  act: Act,
  vault: Vault,
  what: OpenRecord,
  review: OpenRecord,
  draft: Draft<CosignFields>,
  readers: string | null,
): Promise<Entry> => {
  const { keep, reason, kind } = draft.fields;
  const [title, words] = [draft.fields.title.trim(), draft.fields.words.trim()];
  const { ref, manifest } = what;
  if (manifest.kind !== 'report' || !title || (!words && draft.files.length + keep.length === 0))
    throw new SalusError('input/invalid', { at: 'report' });
  const { chainId } = ports.chain;
  const about = {
    patient: accountIdentifier(chainId, ref.patient),
    author: accountIdentifier(chainId, vault.account),
    written: isoWithZone(ports.clock(), ports.zone()),
  };
  return amend(ports, act, vault, {
    what,
    via: 0n,
    draft,
    reason,
    title,
    keep: keep.filter((i) => manifest.files[i] !== undefined),
    resources: (files) => [reportResource({ kind, title, words }, about, files)],
    review,
    readers,
  });
};
