/**
 * Taking back: one transaction that ends the grants and begins a new epoch of every folder that their holders could read, however many
 * others stay. What was read or copied before stays with whoever has it.
 */
import type { Address, Digest, Hex } from '../core/bytes.ts';
import { NO_DIGEST } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import { idOf, type FolderId } from '../record/folders.ts';
import type { Act } from './act.ts';
import { settleAttempts } from './bundles.ts';
import { countOf } from './calls.ts';
import { learnEpochs } from './earlier.ts';
import { givenOf, granteeOf, type Given } from './given.ts';
import { grantEvents } from './grantEvents.ts';
import { grantKey, grantsOf } from './grants.ts';
import type { Inner } from './gifts.ts';
import { orOutdated } from './outdated.ts';
import type { Entry, Options, Ports, ReadPorts } from './ports/index.ts';
import { takeUpRotation, together } from './renew.ts';
import { keysOf, prepareRotation, type Left } from './rotate.ts';
import { send } from './send.ts';
import type { Vault } from './vault.ts';

/** What is to be taken back: grants by {@link grantKey}, or everything of one person, passed on to them by others included. */
export type Back = { grants: readonly string[] } | { everythingOf: Address };

/**
 * What a taking back does, before anybody is asked. `ending`: the grants it ends, those passed on by their holders among them · `folders`: those
 * that begin a new epoch · `staying`: everything that stays · `left`: who stays and could not be given a folder's new keys
 */
export type BackPlan = { ending: Given[]; folders: FolderId[]; staying: Given[]; left: Left[]; revokes: Revoke[] };

type Revoke = { name: 'revoke'; args: { grantee: Address; access: Hex } };
type Planning = Pick<ReadPorts, 'chain' | 'storage' | 'cabinet'>;

const NOBODY: Address = `0x${'0'.repeat(40)}`;

/** A token ends one grant; one without, everything addressed to a person. Who holds several of them loses them all at once. */
const revokesFor = (chosen: readonly Given[], all: Address | null): Revoke[] => {
  const revoke = (grantee: Address | null, access: Hex): Revoke => ({
    name: 'revoke',
    args: { grantee: grantee ?? NOBODY, access },
  });
  const addressed = chosen.filter((g) => all !== null && g.grantee === all);
  const rest = chosen.filter((g) => !addressed.includes(g));
  return [
    ...(all !== null && addressed.length > 0 ? [revoke(all, NO_DIGEST)] : []),
    ...rest.map((g) => revoke(g.grantee, g.access)),
  ];
};

/** The events as they will be once these calls are in: every grant that ends with them is found by the same rules as ever. */
const after = (events: readonly Entry[], me: Address, revokes: readonly Revoke[]): Entry[] => {
  const last = events.at(-1);
  return [
    ...events,
    ...revokes.map(({ args }, i) => ({
      event: 'Revoked',
      args: { author: me, subject: args.grantee, access: args.access },
      author: me,
      subject: args.grantee,
      ownCount: null,
      inboxCount: null,
      count: 0,
      block: (last?.block ?? 0) + 1,
      logIndex: i,
      tx: NO_DIGEST,
    })),
  ];
};

/**
 * Looks what a taking back does. Nothing is sealed or sent.
 * @throws share/gone when nothing of it is given any more; why the capability of what is taken back could not be opened, where it may be a folder's
 */
export const planBack = async (ports: Planning, vault: Vault, back: Back, options: Options = {}): Promise<BackPlan> => {
  const [events, now] = await Promise.all([grantEvents(ports, vault.account, options.signal), ports.chain.now()]);
  const before = await givenOf(ports, vault, grantsOf(events, vault.account, now), options);
  const live = before.filter((g) => g.state === 'live');
  const everythingOf = 'everythingOf' in back ? back.everythingOf : null;
  const chosen = live.filter((g) =>
    'grants' in back ? back.grants.includes(grantKey(g)) : granteeOf(g) === back.everythingOf,
  );
  if (chosen.length === 0) throw new SalusError('share/gone');
  const revokes = revokesFor(chosen, everythingOf);
  const then = new Map(
    grantsOf(after(events, vault.account, revokes), vault.account, now).map((g) => [grantKey(g), g]),
  );
  const ends = (g: Given): boolean => then.get(grantKey(g))?.state !== 'live';
  const [ending, staying] = [live.filter(ends), live.filter((g) => !ends(g))];
  const folders = await toRenew(vault, ending, staying);
  const left: Left[] = [];
  for (const folder of folders)
    for (const l of (await keysOf(ports, staying, folder)).left)
      if (!left.some((x) => grantKey(x.given) === grantKey(l.given))) left.push(l);
  return { ending, folders, staying, left, revokes };
};

/**
 * The folders whose current keys somebody holds who is not entitled to them any more. Where nobody can tell what a grant opened, it may have
 * been any of them.
 */
const toRenew = async (vault: Vault, ending: readonly Given[], staying: readonly Given[]): Promise<FolderId[]> => {
  const reading = (g: Given): FolderId | null =>
    g.what?.kind === 'folder' && g.what.rights !== 'write' ? g.what.folder : null;
  const entitled = (folder: FolderId, g: Given): boolean =>
    staying.some((s) => reading(s) === folder && granteeOf(s) === granteeOf(g));
  const folders = new Set<FolderId>();
  for (const g of ending) {
    const folder = reading(g);
    if (folder && !entitled(folder, g)) folders.add(folder);
    if (g.what === null && g.error !== null)
      for (const id of vault.known()) if (id !== idOf('very-restricted')) folders.add(id);
  }
  await vault.know([...folders]);
  return [...folders];
};

/**
 * @param without {@link grantKey}s of readers who stay and are knowingly left without the new keys (of {@link BackPlan} `left`)
 * @returns the entry of the last call @throws share/gone, share/outdated, chain/key-changed or chain/key-unproven of a reader who stays,
 * wallet/pending while an earlier one may still be sent
 */
export const takeBack = (
  ports: Ports,
  act: Act,
  vault: Vault,
  back: Back,
  without: readonly string[] = [],
): Promise<Entry> =>
  orOutdated(ports, async () => {
    act.stage('prepare');
    await takeUpRotation(ports, act, vault);
    await learnEpochs(ports.chain, vault);
    // the count first: what comes in between makes the act fail instead of being overlooked
    const count = countOf((await ports.chain.account(vault.account)).own);
    const plan = await planBack(ports, vault, back, { signal: act.signal });
    const calls: Inner[] = [...plan.revokes];
    const [nonces, bundles]: [Digest[], Digest[]] = [[], []];
    try {
      if (plan.folders.length > 0) act.stage('encrypt');
      for (const folder of plan.folders) {
        const how = { expected: count + calls.length, keep: plan.staying, without };
        const { call, bundle, epoch } = await prepareRotation(ports, vault, folder, how);
        calls.push(call);
        nonces.push(epoch.nonce);
        if (bundle) bundles.push(bundle);
      }
      const [record, ...also] = bundles;
      const entry = await send(ports, act, together(calls), record ? { record, also } : {});
      await learnEpochs(ports.chain, vault);
      return entry;
    } finally {
      await settleAttempts(ports, nonces).catch(() => undefined);
    }
  });
