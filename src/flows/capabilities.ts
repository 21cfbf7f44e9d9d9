/** Sealed capabilities in storage: what a `Shared` or `Delegated` event names. One directory with one age file; who may open it the file's header says, to nobody else. */
import { fromHex, toHex, type Digest, type Hex } from '../core/bytes.ts';
import type { Random } from '../core/time.ts';
import { accessOf, nameInBundle, openCapability, sealCapability, type Capability } from '../crypto/capability.ts';
import { randomIdentity } from '../crypto/identity.ts';
import type { Grant } from './grants.ts';
import type { Options, ReadPorts } from './ports/index.ts';
import { distinct } from './seal.ts';
import type { Vault } from './vault.ts';

/** The only file of a capability's directory. */
export const CAPABILITY_FILE = 'capability.age';
/** Bytes: no honest one is longer, with all its epochs and a header for three. */
export const MAX_CAPABILITY_BYTES = 256 * 1024;

/** What lets a peer serve, and what the chain shows of it. 32 bytes each, in hex. */
export type Token = { token: Hex; access: Hex };

/** A fresh token: one for each grant, so that one can be cut alone. */
export const newToken = (random: Random): Token => {
  const token = random(32);
  return { token: toHex(token), access: accessOf(token) };
};

/** Stanzas of every capability: who passes something on seals to three, so whoever gives fills up to three, and the files look alike. */
const STANZAS = 3;

/** The recipients, filled up by keys that nobody has. */
const filled = async (random: Random, recipients: (string | null)[]): Promise<string[]> => {
  const all = distinct(recipients);
  while (all.length < STANZAS) all.push((await randomIdentity(random)).recipient);
  return all;
};

/** @param recipients age recipients: the grantee's, the giver's vault (and the patient's, where another gives) @returns digest for the event; in storage here, pushed by `send` */
export const storeCapability = async (
  { storage, random }: Pick<ReadPorts, 'storage' | 'random'>,
  recipients: (string | null)[],
  capability: Capability,
): Promise<Digest> =>
  storage.publish([
    { name: CAPABILITY_FILE, body: await sealCapability(await filled(random, recipients), capability) },
  ]);

/**
 * Opens what a grant gives, as its grantee or its giver (or as the patient), and holds it against the event.
 * @throws crypto/not-for-you, crypto/corrupt, record/malformed, record/mismatch, storage/not-found, storage/corrupt, input/too-large
 */
export const openGrant = async (
  ports: Pick<ReadPorts, 'chain' | 'storage'>,
  vault: Vault,
  grant: Pick<Grant, 'patient' | 'capability' | 'access' | 'until'>,
  options: Options = {},
): Promise<Capability> => {
  const sealed = await ports.storage.readPublic(grant.capability, CAPABILITY_FILE, MAX_CAPABILITY_BYTES, options);
  return openCapability({ identities: vault.identities() }, sealed, {
    chainId: ports.chain.chainId,
    contract: ports.chain.contract,
    patient: grant.patient,
    access: grant.access,
    until: grant.until,
  });
};

/** The name under which a rotation's bundle holds a reader's new capability: only who has the token finds it. @param nonce 32 bytes of the epoch @returns 32 hex digits */
export const bundleName = (token: Hex, nonce: Digest): string => nameInBundle(fromHex(token), fromHex(nonce));
