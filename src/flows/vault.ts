/** The open vault: the keys of one account, in memory only, gone on lock. */
import { fromHex, toHex, wipe, type Address, type Bytes, type Digest } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import { folderIdentity, vaultIdentity, type Identity } from '../crypto/identity.ts';
import type { Seeds } from '../crypto/keyring.ts';
import { folderId, FOLDERS, type Folder } from '../record/folders.ts';

export class Vault {
  readonly account: Address;
  readonly nonce: Digest;
  /** the account's public key is this one's */
  readonly identity: Identity;
  readonly #folders: Map<Folder, Identity>;
  readonly #seeds: Seeds;
  #open = true;

  private constructor(
    account: Address,
    nonce: Digest,
    seeds: Seeds,
    identity: Identity,
    folders: Map<Folder, Identity>,
  ) {
    this.account = account;
    this.nonce = nonce;
    this.identity = identity;
    this.#seeds = seeds;
    this.#folders = folders;
  }

  /** @param nonce 32 bytes, the one of the account's `enroll` event */
  static async open(account: Address, nonce: Digest, seeds: Seeds): Promise<Vault> {
    const n = fromHex(nonce);
    const folders = new Map<Folder, Identity>();
    for (const f of FOLDERS) folders.set(f, await folderIdentity(seeds.current, folderId(f), n));
    return new Vault(account, nonce, seeds, await vaultIdentity(seeds.current, n), folders);
  }

  #alive(): void {
    if (!this.#open) throw new SalusError('crypto/locked');
  }

  /** 32 bytes; the caller does not keep it. */
  get seed(): Bytes {
    this.#alive();
    return this.#seeds.current;
  }

  /** The current epoch's identity of a folder. */
  folder(folder: Folder): Identity {
    this.#alive();
    return this.#folders.get(folder) as Identity;
  }

  /** Every age identity that may open something sealed to this account. */
  identities(): string[] {
    this.#alive();
    return [this.identity.identity, ...[...this.#folders.values()].map((f) => f.identity)];
  }

  /** True when `publicKey` is this vault's. */
  owns(publicKey: Uint8Array): boolean {
    return toHex(publicKey) === toHex(this.identity.publicKey);
  }

  /** Forgets every key. What was derived from it elsewhere is locked by its owner. */
  lock(): void {
    this.#open = false;
    this.#folders.clear();
    wipe(this.#seeds.current, ...this.#seeds.older);
  }
}
