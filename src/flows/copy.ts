/**
 * The same record under new keys: fresh identity, every file encrypted again. It takes the place of the one it names (moved, or sealed anew
 * after somebody's access was taken back), or it is one grantee's own, so that what one lets out opens no other's.
 */
import type { Address, Digest } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import { isoWithZone } from '../core/time.ts';
import { randomIdentity } from '../crypto/identity.ts';
import type { FolderId } from '../record/folders.ts';
import type { Confidentiality, Manifest } from '../record/manifest.ts';
import { withReplaced } from '../record/replaced.ts';
import type { Act } from './act.ts';
import { addCall, currentRecipients, type Sealed } from './adding.ts';
import { carry } from './carry.ts';
import type { OpenRecord } from './openRecord.ts';
import type { Ports } from './ports/index.ts';
import { sealWhole } from './seal.ts';
import type { Vault } from './vault.ts';

export type CopyInput = {
  /** whose copy it is; null when it takes the other's place. A grantee's is sealed to the vault alone: `key` goes into a record capability */
  for: Address | null;
  /** where it is filed; null keeps it where the record is filed by its author */
  folder?: FolderId | null;
  /** null keeps it; a grantee's copy of anything is V */
  confidentiality?: Confidentiality | null;
  /** every earlier ciphertext that it takes the place of, its versions included; the record itself when left out */
  replaces?: readonly Digest[];
};

/** Which record a copy is the same as, in the end: a copy of a copy names the first, and its author. */
export const originOf = ({ ref, manifest }: Pick<OpenRecord, 'ref' | 'manifest'>): NonNullable<Manifest['copy']> => ({
  of: manifest.copy?.of ?? ref.digest,
  author: manifest.copy?.author ?? ref.author,
  for: null,
});

/**
 * Seals a copy and sends nothing: `call` names it, `digest` goes along as `record` or `also` of `send`.
 * @throws input/invalid when it is of another patient; storage/not-found, record/file-mismatch, storage/quota, storage/aborted
 */
export const copyRecord = async (
  ports: Ports,
  act: Act,
  vault: Vault,
  what: OpenRecord,
  input: CopyInput,
): Promise<Sealed> => {
  const { ref, manifest } = what;
  if (ref.patient !== vault.account) throw new SalusError('input/invalid', { at: 'patient' });
  const folder = input.folder ?? manifest.folder;
  const confidentiality = input.for ? 'V' : (input.confidentiality ?? manifest.confidentiality);
  act.stage('encrypt');
  const { identity, recipient } = await randomIdentity(ports.random);
  const files = await carry(ports, act, what, [...manifest.files.keys()], recipient);
  const recipients = await currentRecipients(ports, vault, folder, confidentiality);
  const { kind, title, appointment, resources, keywords, amends, attached, reply } = manifest;
  const about = { kind, title, appointment, keywords, attached, reply, patient: vault.account };
  const recorded = isoWithZone(ports.clock(), ports.zone());
  const replaces = input.for ? [] : (input.replaces ?? [ref.digest]);
  const sealed = await sealWhole(
    ports,
    act,
    // an amendment stays one where both are the patient's own; of another's, the copy itself says what it takes the place of
    {
      ...about,
      resources: withReplaced(resources, recorded, replaces),
      amends: ref.author === vault.account && !input.for ? amends : null,
      folder,
      confidentiality,
      copy: { ...originOf(what), for: input.for },
    },
    recipients,
    { identity, files },
  );
  const via = ref.appointment ?? 0n;
  return { ...sealed, call: addCall(vault, sealed.digest, recipients, via) };
};
