/** The open vault: the keys of one account, in memory only, gone on lock. */
import { equal, fromHex, toHex, wipe, type Address, type Bytes, type Digest, type Hex } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import { openTag, sealTag } from '../crypto/folderTag.ts';
import { folderIdentity, keyHash, vaultIdentity, type Identity } from '../crypto/identity.ts';
import type { Seeds } from '../crypto/keyring.ts';
import { asId, FOLDERS, idOf, type Folder, type FolderId } from '../record/folders.ts';

/** An earlier enrolment: its nonce, the public key it published (1216 bytes), and its place in the own timeline. */
export type Enrolment = { nonce: Digest; recipient: Uint8Array; at: number };
/** A `Rotated` event of the own timeline. `at`: its place there. */
export type Rotation = { nonce: Digest; tag: Hex; at: number };
/** What began an epoch of a folder, and its keys. `at`: place in the own timeline; infinite for the current enrolment while its place is unknown */
export type Epoch = { nonce: Digest; at: number; identity: Identity };
type Enrolled = Epoch & { seed: Bytes };

const newestFirst = (a: Epoch, b: Epoch): number => b.at - a.at;

/** The keys that an account's seeds stand for: its own, and those of each folder's epochs. */
export class Vault {
  readonly account: Address;
  readonly nonce: Digest;
  /** the account's public key is this one's */
  readonly identity: Identity;
  /** newest first; the current one is the first */
  #enrolments: Enrolled[];
  readonly #folders = new Map<FolderId, Epoch[]>();
  readonly #rotations = new Map<Digest, Rotation>();
  readonly #seeds: Seeds;
  #open = true;

  private constructor(account: Address, seeds: Seeds, enrolments: Enrolled[]) {
    const current = enrolments[0] as Enrolled;
    this.account = account;
    this.nonce = current.nonce;
    this.identity = current.identity;
    this.#seeds = seeds;
    this.#enrolments = enrolments;
  }

  /**
   * @param nonce 32 bytes, the one of the account's `enroll` event
   * @param earlier newest first: those whose key one of the seeds gives are opened too, so that what was sealed before a change of keys opens
   * @param at place of the current enrolment in the own timeline, where it is known
   */
  static async open(
    account: Address,
    nonce: Digest,
    seeds: Seeds,
    earlier: Enrolment[] = [],
    at = Number.POSITIVE_INFINITY,
  ): Promise<Vault> {
    const { current, older } = seeds;
    const enrolments: Enrolled[] = [
      { nonce, at, seed: current, identity: await vaultIdentity(current, fromHex(nonce)) },
    ];
    for (const e of earlier)
      for (const seed of [...older, current]) {
        const identity = await vaultIdentity(seed, fromHex(e.nonce));
        if (!equal(identity.publicKey, e.recipient)) continue;
        enrolments.push({ nonce: e.nonce, at: e.at, seed, identity });
        break;
      }
    const vault = new Vault(account, seeds, enrolments);
    await vault.know(FOLDERS.map(idOf));
    return vault;
  }

  #alive(): void {
    if (!this.#open) throw new SalusError('crypto/locked');
  }

  /** 32 bytes; the caller does not keep it. */
  get seed(): Bytes {
    this.#alive();
    return this.#seeds.current;
  }

  /** Copies, for the keyring that replaces this vault's. The caller wipes them. */
  get seeds(): Seeds {
    this.#alive();
    return { current: this.#seeds.current.slice(), older: this.#seeds.older.map((s) => s.slice()) };
  }

  /** What the contract keeps of the public key, 12 bytes. */
  get keyHash(): string {
    return keyHash(this.identity.publicKey);
  }

  /** Makes the keys of these folders of each enrolment; those known already cost nothing. */
  async know(folders: readonly FolderId[]): Promise<void> {
    for (const id of folders) {
      this.#alive();
      if (this.#folders.has(id)) continue;
      const epochs: Epoch[] = [];
      for (const { seed, nonce, at } of this.#enrolments)
        epochs.push({ nonce, at, identity: await folderIdentity(seed, fromHex(id), fromHex(nonce)) });
      if (!this.#folders.has(id)) this.#folders.set(id, epochs.sort(newestFirst));
    }
  }

  /** Takes in the epochs that began since: which folder each is of, its tag tells. What no seed of this account made is left out. */
  async learn(rotations: readonly Rotation[]): Promise<void> {
    for (const rotation of rotations) {
      this.#alive();
      if (this.#rotations.has(rotation.nonce)) continue;
      const nonce = fromHex(rotation.nonce);
      for (const seed of [this.#seeds.current, ...this.#seeds.older]) {
        const id = openTag(seed, fromHex(rotation.tag), nonce);
        if (!id) continue;
        const folder = toHex(id);
        await this.know([folder]);
        const identity = await folderIdentity(seed, id, nonce);
        if (this.#rotations.has(rotation.nonce)) break;
        this.#rotations.set(rotation.nonce, rotation);
        const epochs = [...(this.#folders.get(folder) ?? []), { nonce: rotation.nonce, at: rotation.at, identity }];
        this.#folders.set(folder, epochs.sort(newestFirst));
        break;
      }
    }
  }

  /** What a rotation to come will name and use. @param nonce 32 fresh bytes @returns the tag that only this account reads, and the epoch's keys */
  async next(folder: Folder | FolderId, nonce: Digest): Promise<{ tag: Hex; identity: Identity }> {
    const [seed, id] = [this.seed, fromHex(asId(folder))];
    const tag = toHex(sealTag(seed, id, fromHex(nonce)));
    return { tag, identity: await folderIdentity(seed, id, fromHex(nonce)) };
  }

  /** Ids of all folders whose keys are at hand. */
  known(): FolderId[] {
    this.#alive();
    return [...this.#folders.keys()];
  }

  /** The epochs of a folder, newest first. @throws input/invalid for one that was never {@link know}n */
  epochs(folder: Folder | FolderId): Epoch[] {
    this.#alive();
    const epochs = this.#folders.get(asId(folder));
    if (!epochs) throw new SalusError('input/invalid', { at: 'folder' });
    return epochs;
  }

  /** The current epoch's identity of a folder. */
  folder(folder: Folder | FolderId): Identity {
    return (this.epochs(folder)[0] as Epoch).identity;
  }

  /** The identities of a folder, newest first: what is found by its hint may be from before a change of keys. */
  folders(folder: Folder | FolderId): Identity[] {
    return this.epochs(folder).map((e) => e.identity);
  }

  /** Every age identity that may open something sealed to this account, the likeliest first. */
  identities(): string[] {
    this.#alive();
    const folders = [...this.#folders.values()].flat().sort(newestFirst);
    return [...this.#enrolments, ...folders].map((e) => e.identity.identity);
  }

  /** True when `publicKey` is this vault's. */
  owns(publicKey: Uint8Array): boolean {
    return toHex(publicKey) === toHex(this.identity.publicKey);
  }

  /** Forgets every key. What was derived from it elsewhere is locked by its owner. */
  lock(): void {
    this.#open = false;
    this.#enrolments = [];
    this.#folders.clear();
    this.#rotations.clear();
    wipe(this.#seeds.current, ...this.#seeds.older);
  }
}
