/** Narrowing, extending or ending later what was given: a newer gift with the same token takes the place of the older one. */
import { SalusError } from '../core/errors.ts';
import type { Capability, RecordCapability } from '../crypto/capability.ts';
import type { Act } from './act.ts';
import { openGrant } from './capabilities.ts';
import { learnEpochs } from './earlier.ts';
import { giveFolder, giveRecord, type Terms as GiftTerms } from './gifts.ts';
import { givenOf, granteeOf } from './given.ts';
import { grantKey, grantsOf, type Grant } from './grants.ts';
import { grantEvents } from './grantEvents.ts';
import { granteeKey } from './grantee.ts';
import { openRecord } from './openRecord.ts';
import type { Entry, Ports } from './ports/index.ts';
import { fileOf } from './records.ts';
import { send } from './send.ts';
import { checkUntil, type Rights } from './shareTerms.ts';
import { rememberKey } from './trust.ts';
import type { Vault } from './vault.ts';
import { eventsOf } from './visits.ts';

/** `rights`: of a folder, and only between reading and reading with writing: what else is given anew, or taken back */
export type Change = { until: number; delegable: boolean; rights: Rights };

/**
 * @param grant one's own, live
 * @returns the Shared entry
 * @throws share/gone when it is given no more, input/invalid (`at`, `why`), share/moved, chain/key-unproven, chain/key-changed, and why the
 * capability could not be opened
 */
export const changeGrant = async (
  ports: Ports,
  act: Act,
  vault: Vault,
  grant: Pick<Grant, 'entry'>,
  change: Change,
): Promise<Entry> => {
  act.stage('prepare');
  const now = await ports.chain.now();
  const events = await grantEvents(ports, vault.account, act.signal);
  const live = grantsOf(events, vault.account, now).find((g) => grantKey(g) === grantKey(grant));
  if (live?.state !== 'live') throw new SalusError('share/gone');
  if (live.giver !== vault.account) throw new SalusError('input/invalid', { at: 'grant', why: 'passed-on' });
  await learnEpochs(ports.chain, vault);
  const capability = await openGrant(ports, vault, live, { signal: act.signal });
  await check(ports, vault, capability, change, now);
  const [given] = await givenOf(ports, vault, [live]);
  const to = given && granteeOf(given);
  if (!to) throw new SalusError('input/invalid', { at: 'grant', why: 'nobody' });
  const key = await granteeKey(ports, vault.account, to);
  const { until, delegable } = change;
  const terms = { key, unaddressed: live.grantee === null, until, delegable, re: live.re, token: capability.token };
  const call = await again(ports, vault, terms, capability, change);
  await rememberKey(ports, key);
  return send(ports, act, call, { record: call.args.capability });
};

/** @throws input/invalid `at: 'rights'` or `at: 'until'` */
const check = async (
  ports: Ports,
  vault: Vault,
  capability: Capability,
  change: Change,
  now: number,
): Promise<void> => {
  const confidential = capability.kind === 'record' ? await confidentialityOf(ports, vault, capability) : 'N';
  checkUntil(change.until, now, confidential === 'R');
  const rights = capability.kind === 'folder' ? capability.rights : 'read';
  const bad = (why: string) => new SalusError('input/invalid', { at: 'rights', why });
  if ((rights === 'write') !== (change.rights === 'write')) throw bad('write');
  if (capability.kind === 'record' && change.rights !== 'read') throw bad('record');
  if (change.delegable && (rights === 'write' || confidential !== 'N')) throw bad('delegable');
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
