/** Narrowing, extending or ending later what was given: a newer gift with the same token takes the place of the older one. */
import type { Digest } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import type { Capability, RecordCapability } from '../crypto/capability.ts';
import type { Act } from './act.ts';
import { planBack } from './backPlan.ts';
import { settleAttempts } from './bundles.ts';
import { countOf } from './calls.ts';
import { openGrant } from './capabilities.ts';
import { learnEpochs } from './earlier.ts';
import { giveFolder, giveRecord, type Terms as GiftTerms } from './gifts.ts';
import { given, granteeOf, type Given } from './given.ts';
import { granteeKey } from './grantee.ts';
import { grantKey, type Grant } from './grants.ts';
import { openRecord } from './openRecord.ts';
import { orOutdated } from './outdated.ts';
import { isSame } from './passedOn.ts';
import type { Entry, Ports } from './ports/index.ts';
import { fileOf } from './records.ts';
import { takeUpRotation } from './renew.ts';
import { together } from './adding.ts';
import { send } from './send.ts';
import { checkUntil, type Rights } from './shareTerms.ts';
import { callsOf } from './takeBack.ts';
import { rememberKey } from './trust.ts';
import type { Vault } from './vault.ts';
import { eventsOf } from './visits.ts';

/** `rights`: of a folder, and only between reading and reading with writing: what else is given anew, or taken back */
export type Change = { until: number; delegable: boolean; rights: Rights };

/**
 * What its holder passed on ends with it where it would outlast the change; then the folder begins a new epoch in the same transaction.
 * @param grant one's own, live
 * @returns the entry of the last call
 * @throws share/gone when it is given no more, share/outdated, input/invalid (`at`, `why`), share/moved, chain/key-unproven, chain/key-changed,
 * and why the capability could not be opened
 */
export const changeGrant = (
  ports: Ports,
  act: Act,
  vault: Vault,
  grant: Pick<Grant, 'entry'>,
  change: Change,
): Promise<Entry> =>
  orOutdated(ports, async () => {
    act.stage('prepare');
    await takeUpRotation(ports, act, vault);
    await learnEpochs(ports.chain, vault);
    const count = countOf((await ports.chain.account(vault.account)).own);
    const now = await ports.chain.now();
    const all = await given(ports, vault, now, { signal: act.signal });
    const live = all.find((g) => grantKey(g) === grantKey(grant));
    if (live?.state !== 'live') throw new SalusError('share/gone');
    if (live.giver !== vault.account) throw new SalusError('input/invalid', { at: 'grant', why: 'passed-on' });
    const to = granteeOf(live);
    if (!to) throw live.error ?? new SalusError('input/invalid', { at: 'grant', why: 'nobody' });
    const capability = await openGrant(ports, vault, live, { signal: act.signal });
    await check(ports, vault, capability, { ...change, unaddressed: live.grantee === null }, now);
    const key = await granteeKey(ports, vault.account, to);
    const { until, delegable } = change;
    const terms = { key, unaddressed: live.grantee === null, until, delegable, re: live.re, token: capability.token };
    const nonces: Digest[] = [];
    try {
      const call = await again(ports, vault, terms, capability, change);
      const { calls, bundles } = await ending(ports, act, vault, { all, live, change, from: count + 1, nonces });
      await rememberKey(ports, key);
      const entry = await send(ports, act, together([call, ...calls]), { record: call.args.capability, also: bundles });
      await learnEpochs(ports.chain, vault);
      return entry;
    } finally {
      await settleAttempts(ports, nonces).catch(() => undefined);
    }
  });

type Ending = { all: readonly Given[]; live: Given; change: Change; from: number; nonces: Digest[] };

/** Takes back what was passed on of this and would outlast the change. Who stays is sealed to as it will be given. */
const ending = async (ports: Ports, act: Act, vault: Vault, { all, live, change, from, nonces }: Ending) => {
  const outlasts = (g: Given): boolean =>
    !change.delegable || (change.until !== 0 && (g.ends === 0 || g.ends > change.until));
  const over = all.filter((g) => g.state === 'live' && g.delegated && g.giver === granteeOf(live) && isSame(g, live));
  const grants = over.filter(outlasts).map(grantKey);
  if (grants.length === 0) return { calls: [], bundles: [] };
  const plan = await planBack(ports, vault, { grants }, { signal: act.signal });
  const staying = plan.staying.map((g) =>
    grantKey(g) === grantKey(live) && g.what
      ? { ...g, until: change.until, what: { ...g.what, delegable: change.delegable, rights: change.rights } }
      : g,
  );
  return callsOf(ports, vault, { ...plan, staying }, { from, nonces });
};

/** @throws input/invalid `at: 'rights'` or `at: 'until'` */
const check = async (
  ports: Ports,
  vault: Vault,
  capability: Capability,
  change: Change & { unaddressed: boolean },
  now: number,
): Promise<void> => {
  const confidential = capability.kind === 'record' ? await confidentialityOf(ports, vault, capability) : 'N';
  checkUntil(change.until, now, confidential === 'R');
  const rights = capability.kind === 'folder' ? capability.rights : 'read';
  const bad = (why: string) => new SalusError('input/invalid', { at: 'rights', why });
  if ((rights === 'write') !== (change.rights === 'write')) throw bad('write');
  if (capability.kind === 'record' && change.rights !== 'read') throw bad('record');
  if (change.delegable && (rights === 'write' || confidential !== 'N' || change.unaddressed)) throw bad('delegable');
};

/** The record is opened again: a capability says only which it is. */
const confidentialityOf = async (ports: Ports, vault: Vault, { record, manifestKey }: RecordCapability) => {
  const filed = fileOf(await eventsOf(ports, vault.account), vault.account).find((f) => f.ref.digest === record);
  if (!filed) return 'N';
  return (await openRecord(ports, vault, { ...filed.ref, key: manifestKey })).manifest.confidentiality;
};

/** What was given before, with the epochs that began since: they came by the bundles of rotations. */
const again = (ports: Ports, vault: Vault, terms: GiftTerms, capability: Capability, { rights }: Change) => {
  if (capability.kind === 'record')
    return giveRecord(ports, vault, terms, { digest: capability.record, key: capability.manifestKey });
  const { folder } = capability;
  const [oldest] = capability.epochs;
  const all = vault.epochs(folder).toReversed();
  const epochs = oldest ? all.slice(all.findIndex((e) => e.nonce === oldest.nonce)) : [];
  const { recipient } = vault.folder(folder);
  return giveFolder(ports, vault, terms, { folder, rights, epochs, recipient });
};
