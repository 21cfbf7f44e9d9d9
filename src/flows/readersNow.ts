/**
 * Whom one seals to when adding to another's folder: looked up at that moment, not when the form was opened. Who was taken out meanwhile
 * still has the keys of the epoch before.
 */
import { SalusError } from '../core/errors.ts';
import type { Hex } from '../core/bytes.ts';
import { grantKey, type Grant } from './grants.ts';
import type { ReadPorts } from './ports/index.ts';
import { receivedFrom, type Received } from './received.ts';
import type { Vault } from './vault.ts';

type Ports = Pick<ReadPorts, 'chain' | 'storage' | 'cabinet' | 'clock'>;

/** @returns the right as it is now, opened @throws record/ended with its state, why it could not be opened, chain/unreachable */
export const rightNow = async (ports: Ports, vault: Vault, grant: Grant): Promise<Received> => {
  const { patient } = grant;
  const { received } = await receivedFrom(ports, vault, patient, grant.grantee === null);
  const now = received.find((r) => grantKey(r.grant) === grantKey(grant));
  if (now?.grant.state !== 'live')
    throw new SalusError('record/ended', { state: now?.grant.state ?? 'unknown', patient });
  if (!now.capability) throw now.error ?? new SalusError('record/ended', { state: 'unknown', patient });
  return now;
};

/**
 * The folder's current public key, as far as the right tells. Null where its owner has newer keys that did not arrive, or a rotation's bundle is
 * out of reach: then nothing is sealed to the keys from before, the owner alone gets it and files it.
 */
export const recipientIn = ({
  capability,
  stale,
  missed,
}: Pick<Received, 'capability' | 'stale' | 'missed'>): string | null =>
  capability?.kind === 'folder' && !stale && missed.length === 0 ? capability.recipient : null;

/** The folder's readers for what is said about one of its records; null for the patient alone. @throws as {@link rightNow} */
export const readersNow = async (
  ports: Ports,
  vault: Vault,
  right: Pick<Received, 'grant'> | null,
): Promise<{ recipient: string; id: Hex } | null> => {
  if (!right) return null;
  const now = await rightNow(ports, vault, right.grant);
  const recipient = recipientIn(now);
  return recipient && now.capability?.kind === 'folder' ? { recipient, id: now.capability.folder } : null;
};
