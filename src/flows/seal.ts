/** Makes a record of a draft: manifest, recipients, directory. */
import { fromHex, toHex, type Digest, type Hex } from '../core/bytes.ts';
import { isoWithZone } from '../core/time.ts';
import { newHeader } from '../crypto/envelope.ts';
import { hint, publicKeyFromRecipient, randomIdentity } from '../crypto/identity.ts';
import { encodeManifest, type Manifest } from '../record/manifest.ts';
import type { Act } from './act.ts';
import { markSealed, type Draft } from './draft.ts';
import type { Guarded, Ports } from './ports/index.ts';

/** What the caller decides; the rest of the manifest follows from the ports and the draft. */
export type About = Pick<Manifest, 'kind' | 'title' | 'patient' | 'appointment' | 'resources'> &
  Partial<Pick<Manifest, 'confidentiality' | 'keywords' | 'amends' | 'folder' | 'copy' | 'attached' | 'reply'>>;

type Content = { identity: string; files: Manifest['files'] };

const manifest = (ports: Ports, about: About, content: Content): Manifest => ({
  version: 1,
  confidentiality: 'N',
  keywords: [],
  amends: null,
  folder: null,
  copy: null,
  attached: [],
  reply: null,
  ...about,
  created: isoWithZone(ports.clock(), ports.zone()),
  author: ports.wallet.account,
  chain: ports.chain.chainId,
  contract: ports.chain.contract,
  identity: content.identity,
  files: content.files,
});

/** What is restricted goes to no place but those that ask for a token. */
const options = (act: Act, about: About): Guarded => ({
  signal: act.signal,
  onProgress: (p) => act.progress(p),
  ...(about.confidentiality === 'R' ? { guard: about.patient } : {}),
});

/** Seals the draft to all of `recipients` (age recipients). Made again, it replaces what was made before, unless `keep`: that may have been sent. `carried`: files of other records, sealed anew, after the draft's own. */
export const sealDraft = async (
  ports: Ports,
  act: Act,
  draft: Draft<unknown>,
  about: About,
  recipients: string[],
  keep: boolean,
  carried: Manifest['files'] = [],
): Promise<Digest> => {
  act.stage('encrypt');
  const before = draft.sealed?.digest;
  const files = [...draft.files, ...carried];
  const bytes = encodeManifest(manifest(ports, about, { identity: draft.identity, files }));
  const { digest } = await ports.storage.sealRecord(bytes, recipients, files, options(act, about));
  await markSealed(ports, draft, digest);
  if (before && before !== digest && !keep) await ports.storage.discard(before);
  return digest;
};

/** A record that was no draft: files that were sealed to `identity` before, or none. @returns its digest, and the 16-byte file key of its manifest */
export const sealWhole = async (
  ports: Ports,
  act: Act,
  about: About,
  recipients: string[],
  content: Content,
): Promise<{ digest: Digest; key: Hex }> => {
  act.stage('encrypt');
  const bytes = encodeManifest(manifest(ports, about, content));
  const { digest, manifestKey } = await ports.storage.sealRecord(bytes, recipients, content.files, options(act, about));
  return { digest, key: toHex(manifestKey) };
};

/** A short sealed text without files: the reason of a refusal. */
export const sealStatement = async (ports: Ports, act: Act, about: About, recipients: string[]): Promise<Digest> => {
  act.stage('encrypt');
  const { identity } = await randomIdentity(ports.random);
  const { digest } = await ports.storage.sealRecord(
    encodeManifest(manifest(ports, about, { identity, files: [] })),
    recipients,
    [],
  );
  return digest;
};

/** The 4 bytes by which holders of a folder find their records. @param recipient the folder's age recipient */
export const hintFor = (recipient: string, record: Digest): Hex =>
  toHex(hint(publicKeyFromRecipient(recipient), fromHex(record)));

/** True when something can really be sealed to it: strangers may publish 1216 bytes that are no key. */
export const isSealable = async (recipient: string): Promise<boolean> => {
  try {
    await newHeader([recipient]);
    return true;
  } catch {
    return false;
  }
};

/** Without repetition, in order: age would wrap twice. */
export const distinct = (recipients: (string | null)[]): string[] => [...new Set(recipients.filter((r) => r !== null))];
