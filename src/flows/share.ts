/**
 * Giving access: folders and records to one person, in one transaction and with one prompt. What is refused is refused before anything is
 * sealed, stored or paid. Each thing given has a token of its own, so that one can be cut alone.
 */
import type { Address, Digest } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import type { FolderId } from '../record/folders.ts';
import type { Act } from './act.ts';
import { settleAttempts } from './bundles.ts';
import { countOf } from './calls.ts';
import { copyRecord } from './copy.ts';
import { learnEpochs } from './earlier.ts';
import { sealFiling } from './filing.ts';
import { given } from './given.ts';
import { giveFolder, giveRecord, type FolderGift, type Inner, type Terms as GiftTerms } from './gifts.ts';
import { granteeKey } from './grantee.ts';
import { recordsOf } from './handOver.ts';
import { setLabel } from './labels.ts';
import type { OpenRecord } from './openRecord.ts';
import { orOutdated } from './outdated.ts';
import type { Entry, Ports } from './ports/index.ts';
import { takeUpRotation } from './renew.ts';
import { together } from './adding.ts';
import { requestsOf, standingsOf } from './requests.ts';
import { prepareRotation } from './rotate.ts';
import { send } from './send.ts';
import { checkGift, type Sorted, type Terms } from './shareTerms.ts';
import { rememberKey } from './trust.ts';
import type { Vault } from './vault.ts';
import { eventsOf } from './visits.ts';

export type ShareInput = {
  to: Address;
  /** the chain does not say to whom */
  unaddressed: boolean;
  /** what the person calls them, where they publish no name; kept sealed here */
  name: string;
  folders: readonly FolderId[];
  /** of folders: what is in them already goes along; else only what is sealed from now on */
  history: boolean;
  /** opened, of one's own file */
  records: readonly OpenRecord[];
  /** what several records are called together, as their reader sees it */
  title: string;
  terms: Terms;
  /** the request it answers, by its count in the own inbox, 0 = none */
  re: number;
  /** the person confirmed once more that something very restricted goes along */
  veryRestricted: boolean;
};

/**
 * @returns the entry of the last thing given, in the verified timeline
 * @throws input/invalid (`at`, `why`: {@link checkGift}), share/self, share/moved, share/not-enrolled, share/no-request, share/outdated,
 * chain/key-unproven, chain/key-changed (of the grantee, or of a reader who stays), chain/not-accredited (asked and suspended since),
 * storage/no-guard, storage/push-failed
 */
export const share = (ports: Ports, act: Act, vault: Vault, input: ShareInput): Promise<Entry> =>
  orOutdated(ports, async () => {
    act.stage('prepare');
    const { chain, cabinet } = ports;
    await takeUpRotation(ports, act, vault);
    const now = await chain.now();
    const sorted = checkGift(input, vault.account, now);
    await checkRequest(ports, vault, input, now);
    await learnEpochs(chain, vault);
    if (input.folders.some((f) => !vault.known().includes(f)))
      throw new SalusError('input/invalid', { at: 'what', why: 'folder' });
    const key = await granteeKey(ports, vault.account, input.to);
    const { until, delegable } = input.terms;
    const terms = { key, unaddressed: input.unaddressed, until, delegable, re: input.re };
    const nonces: Digest[] = [];
    try {
      const calls = [
        ...(await giveFolders(ports, act, vault, input, terms, now)),
        ...(await giveRecords(ports, act, vault, input, terms, sorted)),
      ];
      for (const call of calls) if (call.name === 'rotate') nonces.push(call.args.nonce);
      await rememberKey(ports, key);
      if (input.name.trim()) await setLabel(cabinet, input.to, input.name);
      const [record, ...also] = [...new Set([...recordsOf(together(calls)), ...(await onlyHere(ports, sorted))])];
      const entry = await send(ports, act, together(calls), { ...(record ? { record } : {}), also });
      await learnEpochs(chain, vault);
      return entry;
    } finally {
      await settleAttempts(ports, nonces).catch(() => undefined);
    }
  });

/** @throws share/no-request, chain/not-accredited */
const checkRequest = async (ports: Ports, vault: Vault, { re, to, unaddressed }: ShareInput, now: number) => {
  if (re === 0) return;
  // an answer names the request, and that names who asked
  if (unaddressed) throw new SalusError('input/invalid', { at: 'whom', why: 'answer' });
  const asked = requestsOf(await eventsOf(ports, vault.account), now).find(
    (r) => r.patient === vault.account && r.re === re,
  );
  if (asked?.asker !== to || asked.state === 'withdrawn' || asked.state === 'declined')
    throw new SalusError('share/no-request', { re });
  if (!(await standingsOf(ports, [to])).get(to)?.good) throw new SalusError('chain/not-accredited', { account: to });
};

/** Without history a folder begins a new epoch in the same transaction: the current one's key would open all that is sealed to it already. */
const giveFolders = async (
  ports: Ports,
  act: Act,
  vault: Vault,
  { folders, history, terms: { rights } }: ShareInput,
  terms: GiftTerms,
  now: number,
): Promise<Inner[]> => {
  const [rotations, shares]: [Inner[], Inner[]] = [[], []];
  const anew = !history && rights !== 'write' && folders.length > 0;
  const keep = anew ? await given(ports, vault, now, { signal: act.signal }) : [];
  const count = countOf((await ports.chain.account(vault.account)).own);
  for (const folder of folders) {
    const newest = vault.folder(folder);
    let gift: FolderGift = { folder, rights, epochs: [], recipient: newest.recipient };
    if (anew) {
      const rotation = await prepareRotation(ports, vault, folder, { expected: count + rotations.length, keep });
      rotations.push(rotation.call);
      gift = { ...gift, epochs: [rotation.epoch], recipient: rotation.epoch.identity.recipient };
    } else if (rights !== 'write') gift = { ...gift, epochs: vault.epochs(folder).toReversed() };
    shares.push(await giveFolder(ports, vault, terms, gift));
  }
  return [...rotations, ...shares];
};

/** N: one by its own key, several by a selection · R: each by itself, at guarded places alone, never passed on · V: each as a copy of its own. */
const giveRecords = async (
  ports: Ports,
  act: Act,
  vault: Vault,
  { to, title }: ShareInput,
  terms: GiftTerms,
  { N, R, V }: Sorted,
): Promise<Inner[]> => {
  const calls: Inner[] = [];
  const own = { ...terms, delegable: false };
  for (const { ref, key } of R) {
    act.stage('store');
    const options = { signal: act.signal, onProgress: act.progress.bind(act), guard: vault.account };
    await ports.storage.push(ref.digest, options);
    calls.push(await giveRecord(ports, vault, own, { digest: ref.digest, key }));
  }
  for (const record of V) {
    const copy = await copyRecord(ports, act, vault, record, { for: to });
    calls.push(copy.call, await giveRecord(ports, vault, own, copy));
  }
  const [first, ...more] = N;
  if (first && more.length === 0)
    calls.push(await giveRecord(ports, vault, terms, { digest: first.ref.digest, key: first.key }));
  else if (first) {
    const selection = await sealFiling(ports, act, vault, { folder: null, title: title.trim(), records: N });
    calls.push(selection.call, await giveRecord(ports, vault, terms, selection));
  }
  return calls;
};

/** What is given and no other place has yet: brought along, since nobody could open it. */
const onlyHere = async ({ storage }: Ports, { N }: Sorted) => {
  const here = await storage.onlyHere();
  return N.map((r) => r.ref.digest).filter((d) => here.includes(d));
};
