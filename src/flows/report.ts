/** A report for a patient: sealed to the patient's proven key and the author's vault, named in the patient's inbox under one of their visits. */
import { SalusError } from '../core/errors.ts';
import { isoWithZone } from '../core/time.ts';
import type { Address } from '../core/bytes.ts';
import { accountIdentifier } from '../record/fhir.ts';
import { reportResource, type ReportWords } from '../record/report.ts';
import type { Act } from './act.ts';
import type { Draft } from './draft.ts';
import { isFinished, isReportable } from './patients.ts';
import type { Chain, Entry, Ports } from './ports/index.ts';
import { distinct, hintFor, sealDraft } from './seal.ts';
import { earlier, send } from './send.ts';
import { rememberKey, trustedKey } from './trust.ts';
import type { Vault } from './vault.ts';
import type { Visit } from './visits.ts';

/** What the author types. `via`: decimal id of the visit it belongs to. */
export type ReportFields = ReportWords & { via: string };
export type ReportInput = {
  patient: Address;
  visit: Visit;
  draft: Draft<ReportFields>;
};

/** Whoever completed the visit may add to it for ever; before that only an accredited account may. @throws chain/not-accredited */
export const requireStanding = async (chain: Chain, visit: Visit, author: Address): Promise<void> => {
  if (isFinished(visit)) return;
  const me = await chain.account(author);
  if (!me.accredited && !me.hospital?.active) throw new SalusError('chain/not-accredited', { account: author });
};

/** @throws input/invalid when the visit is not theirs or nothing was written */
const check = ({ patient, visit, draft }: ReportInput, author: Address): ReportWords => {
  const { kind, via } = draft.fields;
  const [title, words] = [draft.fields.title.trim(), draft.fields.words.trim()];
  const theirs = visit.patient === patient && String(visit.id) === via;
  if (!theirs || !isReportable(visit, author)) throw new SalusError('input/invalid', { at: 'visit' });
  if (!title || (!words && draft.files.length === 0)) throw new SalusError('input/invalid', { at: 'report' });
  return { kind, title, words };
};

/**
 * @returns the Added entry, in the verified timeline
 * @throws input/invalid, chain/not-accredited (suspended meanwhile), chain/key-unproven, chain/key-changed, chain/reverted
 */
export const addReport = async (ports: Ports, act: Act, vault: Vault, input: ReportInput): Promise<Entry> => {
  const { visit, draft } = input;
  act.stage('prepare');
  const before = await earlier(ports, act, draft);
  if ('done' in before) return before.done;

  const report = check(input, vault.account);
  await requireStanding(ports.chain, visit, vault.account);
  const { chainId } = ports.chain;
  // who took an account over is a node's word until it is proven: nothing is sealed to another account by it
  const { patient } = visit;
  const key = await trustedKey(ports, patient);
  const about = {
    patient: accountIdentifier(chainId, patient),
    author: accountIdentifier(chainId, vault.account),
    written: isoWithZone(ports.clock(), ports.zone()),
  };
  const record = await sealDraft(
    ports,
    act,
    draft,
    {
      kind: 'report',
      title: report.title,
      patient,
      appointment: String(visit.id),
      resources: [reportResource(report, about, draft.files)],
    },
    distinct([key.recipient, vault.identity.recipient]),
    before.asked,
  );
  await rememberKey(ports, key);
  return send(
    ports,
    act,
    { name: 'add', args: { patient, record, via: visit.id, hint: hintFor(key.recipient, record) } },
    { record, draft: draft.name, again: before.asked },
  );
};
