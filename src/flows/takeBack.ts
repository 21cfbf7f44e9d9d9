/**
 * Taking back: one transaction that ends the grants and begins a new epoch of every folder that their holders could read, however many
 * others stay. What was read or copied before stays with whoever has it.
 */
import type { Digest } from '../core/bytes.ts';
import type { Act } from './act.ts';
import { planBack, type Back, type BackPlan } from './backPlan.ts';
import { settleAttempts } from './bundles.ts';
import { countOf } from './calls.ts';
import { learnEpochs } from './earlier.ts';
import type { Inner } from './gifts.ts';
import { orOutdated } from './outdated.ts';
import type { Entry, Ports } from './ports/index.ts';
import { takeUpRotation } from './renew.ts';
import { together } from './adding.ts';
import { prepareRotation } from './rotate.ts';
import { send } from './send.ts';
import type { Vault } from './vault.ts';

/**
 * The calls of a plan. Nothing is sent.
 * @param how.from own count of this account when the first of them runs @param how.without as {@link takeBack} has it
 * @param how.nonces takes up those of every epoch that was prepared, also when one cannot be
 */
export const callsOf = async (
  ports: Ports,
  vault: Vault,
  { revokes, folders, staying }: Pick<BackPlan, 'revokes' | 'folders' | 'staying'>,
  how: { from: number; without?: readonly string[]; nonces: Digest[] },
): Promise<{ calls: Inner[]; bundles: Digest[] }> => {
  const calls: Inner[] = [...revokes];
  const bundles: Digest[] = [];
  for (const folder of folders) {
    const expected = how.from + calls.length;
    const prepared = await prepareRotation(ports, vault, folder, {
      expected,
      keep: staying,
      without: how.without ?? [],
    });
    how.nonces.push(prepared.epoch.nonce);
    calls.push(prepared.call);
    if (prepared.bundle) bundles.push(prepared.bundle);
  }
  return { calls, bundles };
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
    const nonces: Digest[] = [];
    try {
      if (plan.folders.length > 0) act.stage('encrypt');
      const { calls, bundles } = await callsOf(ports, vault, plan, { from: count, without, nonces });
      const [record, ...also] = bundles;
      const entry = await send(ports, act, together(calls), record ? { record, also } : {});
      await learnEpochs(ports.chain, vault);
      return entry;
    } finally {
      await settleAttempts(ports, nonces).catch(() => undefined);
    }
  });
