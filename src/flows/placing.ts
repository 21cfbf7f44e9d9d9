/** Where each record of a file lies, and under whose keys: computed from what was opened once, asking nobody. No cryptography here. */
import type { Address, Digest } from '../core/bytes.ts';
import { idOf, isOwnFolder, standardOf, type FolderId } from '../record/folders.ts';
import { ABOUT_OTHERS, type Kind } from '../record/manifest.ts';
import type { Indexed } from './recordIndex.ts';
import { keyOf, type Filed } from './records.ts';

/** Copies that are added in one transaction when a folder is sealed anew: about 250,000 gas. */
export const RESEAL_AT_ONCE = 8;

/** The epoch of a folder that something was sealed under, as its hint tells; null for none of this account's folders. */
export type Seal = { folder: FolderId; nonce: Digest } | null;
/** `by`: what says so, the strongest first. */
export type Place = { folder: FolderId; by: 'filing' | 'author' | 'hint' | 'kind' };
type Known = ReadonlyMap<string, Indexed>;

/** A filing of the patient's own: which records it puts where, and under which epoch. */
export type Filing = { folder: FolderId; digests: ReadonlySet<Digest>; filed: Filed };

/** The patient's own filings into folders, newest first. @param filed newest first */
export const filingsOf = (filed: readonly Filed[], known: Known, patient: Address): Filing[] =>
  filed.flatMap((f) => {
    const is = f.ref.author === patient ? known.get(keyOf(f.ref)) : undefined;
    return is?.kind === 'filing' && is.folder ? [{ folder: is.folder, digests: new Set(is.names), filed: f }] : [];
  });

/** Which filing says where a record lies: the newest that names it. */
export const filingFor = (filings: readonly Filing[], digest: Digest): Filing | null =>
  filings.find((f) => f.digests.has(digest)) ?? null;

/**
 * Where a record lies: by the newest filing that names it, else as its author says, else by whose key it is sealed to, else by its kind. Another
 * author's word counts for a standard folder alone: the patient's own folders are nobody else's to name, unless the seal shows that they know the key.
 */
export const placeOf = (filed: Filed, known: Indexed | null, filings: readonly Filing[], seal: Seal): Place => {
  const filing = filingFor(filings, filed.ref.digest);
  if (filing) return { folder: filing.folder, by: 'filing' };
  const said = known?.folder ?? null;
  const own = filed.ref.author === filed.ref.patient;
  if (said && (own ? standardOf(said) || isOwnFolder(said) : standardOf(said))) return { folder: said, by: 'author' };
  if (seal) return { folder: seal.folder, by: 'hint' };
  return { folder: idOf(known?.suggests ?? suggested(filed)), by: 'kind' };
};

const suggested = ({ origin }: Filed) => (origin === 'prescription' ? 'prescriptions' : 'consultations');

/** Everything that decides whose keys open a record. @property current nonce of a folder's epoch now @property sealOf of any record, null while not looked at */
export type Keys = {
  filings: readonly Filing[];
  sealOf: (filed: Filed) => Seal;
  current: (folder: FolderId) => Digest | null;
};

/** The epochs whose holders open this very ciphertext: its own, and that of each filing which hands its key on. */
const opensFor = (filed: Filed, { filings, sealOf }: Keys): NonNullable<Seal>[] =>
  [sealOf(filed), ...filings.filter((f) => f.digests.has(filed.ref.digest)).map((f) => sealOf(f.filed))].filter(
    (s): s is NonNullable<Seal> => s !== null,
  );

/** True when whoever reads the folder now opens it. */
export const isUnderCurrent = (filed: Filed, folder: FolderId, keys: Keys): boolean =>
  opensFor(filed, keys).some((s) => s.folder === folder && s.nonce === keys.current(folder));

/** True when it can be opened by keys of a folder that are not the current ones any more: former readers may have them. */
export const isUnderOld = (filed: Filed, keys: Keys): boolean =>
  opensFor(filed, keys).some((s) => s.nonce !== keys.current(s.folder));

/** Kinds that belong into a folder; a request went to one doctor, and stays where it is. */
const FILED: readonly Kind[] = ['report', 'prescription', 'document', 'statement'];

/** Is this something to be filed, once it has arrived? */
export const isForFolder = (known: Indexed): boolean =>
  known.confidentiality === 'N' && !known.copy?.for && FILED.includes(known.kind) && !ABOUT_OTHERS.includes(known.kind);
