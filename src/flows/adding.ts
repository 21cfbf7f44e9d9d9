/** What every own record has in common: whom it is sealed to, and the call that names it. */
import type { Digest } from '../core/bytes.ts';
import type { FolderId } from '../record/folders.ts';
import type { Confidentiality } from '../record/manifest.ts';
import type { Act } from './act.ts';
import { learnEpochs } from './earlier.ts';
import { outbox } from './outbox.ts';
import type { Call, Entry, Multicall, Ports } from './ports/index.ts';
import { distinct, hintFor } from './seal.ts';
import { send } from './send.ts';
import type { Vault } from './vault.ts';

/** The call that adds a record. */
export type AddCall = Extract<Call, { name: 'add' }>;
/** A record that lies sealed in storage and that no event names yet. `key`: the 16-byte file key of its manifest, in hex. */
export type Sealed = { digest: Digest; key: `0x${string}`; call: AddCall };

/**
 * A normal record is sealed to its folder and the vault: who may read the folder opens it. What is restricted is sealed to the vault alone
 * and shared one by one. @returns age recipients, the first gives the hint
 */
export const recipientsFor = (vault: Vault, folder: FolderId | null, confidentiality: Confidentiality): string[] =>
  distinct([
    folder !== null && confidentiality === 'N' ? vault.folder(folder).recipient : null,
    vault.identity.recipient,
  ]);

/**
 * The same by the newest epoch there is: another device may have begun it a moment ago, and nothing is sealed any more to the one before.
 * @throws chain/timeline-broken, chain/unreachable
 */
export const currentRecipients = async (
  { chain }: Pick<Ports, 'chain'>,
  vault: Vault,
  folder: FolderId | null,
  confidentiality: Confidentiality,
): Promise<string[]> => {
  await learnEpochs(chain, vault);
  if (folder !== null) await vault.know([folder]);
  return recipientsFor(vault, folder, confidentiality);
};

/** @param recipients of the record, as {@link recipientsFor} gives them @param via an appointment of the patient's, 0 for none */
export const addCall = (vault: Vault, record: Digest, recipients: string[], via = 0n): AddCall => ({
  name: 'add',
  args: { patient: vault.account, record, via, hint: hintFor(recipients[0] as string, record) },
});

/** Several calls in one transaction; one stands for itself. */
export const together = (calls: Multicall['args']['calls']): Call =>
  calls.length === 1 ? (calls[0] as Call) : { name: 'multicall', args: { calls } };

/** Sends what was sealed, in one transaction. What the wallet was never asked for is let go of. @returns the last one's entry @throws what `send` throws */
export const sendSealed = async (ports: Ports, act: Act, sealed: readonly Sealed[]): Promise<Entry> => {
  const [first, ...rest] = sealed.map((s) => s.digest);
  try {
    return await send(ports, act, together(sealed.map((s) => s.call)), { record: first as Digest, also: rest });
  } catch (error) {
    await letGo(ports, sealed);
    throw error;
  }
};

/** Discards what no act under way names. */
export const letGo = async ({ cabinet, storage }: Ports, sealed: readonly Sealed[]): Promise<void> => {
  const under = new Set((await outbox(cabinet).list()).flatMap((e) => [e.record, ...(e.also ?? [])]));
  for (const { digest } of sealed) if (!under.has(digest)) await storage.discard(digest).catch(() => undefined);
};
