/** The open vault: the keys of one account, in memory only, gone on lock. */
import { equal, fromHex, toHex, wipe, type Address, type Bytes, type Digest } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import { folderIdentity, keyHash, vaultIdentity, type Identity } from '../crypto/identity.ts';
import type { Seeds } from '../crypto/keyring.ts';
import { folderId, FOLDERS, type Folder } from '../record/folders.ts';

/** An earlier enrolment: its nonce, and the public key it published, 1216 bytes. */
export type Enrolment = { nonce: Digest; recipient: Uint8Array };
/** The identities between two enrolments. */
type Epoch = { identity: Identity; folders: Map<Folder, Identity> };

const epochOf = async (seed: Uint8Array, nonce: Digest): Promise<Epoch> => {
  const n = fromHex(nonce);
  const folders = new Map<Folder, Identity>();
  for (const f of FOLDERS) folders.set(f, await folderIdentity(seed, folderId(f), n));
  return { identity: await vaultIdentity(seed, n), folders };
};

export class Vault {
  readonly account: Address;
  readonly nonce: Digest;
  /** the account's public key is this one's */
  readonly identity: Identity;
  /** newest first; the current one is the first */
  #epochs: Epoch[];
  readonly #seeds: Seeds;
  #open = true;

  private constructor(account: Address, nonce: Digest, seeds: Seeds, current: Epoch, older: Epoch[]) {
    this.account = account;
    this.nonce = nonce;
    this.identity = current.identity;
    this.#seeds = seeds;
    this.#epochs = [current, ...older];
  }

  /**
   * @param nonce 32 bytes, the one of the account's `enroll` event
   * @param earlier newest first: those whose key one of the seeds gives are opened too, so that what was sealed before a change of keys opens
   */
  static async open(account: Address, nonce: Digest, seeds: Seeds, earlier: Enrolment[] = []): Promise<Vault> {
    const older: Epoch[] = [];
    for (const e of earlier)
      for (const seed of [...seeds.older, seeds.current])
        if (equal((await vaultIdentity(seed, fromHex(e.nonce))).publicKey, e.recipient)) {
          older.push(await epochOf(seed, e.nonce));
          break;
        }
    return new Vault(account, nonce, seeds, await epochOf(seeds.current, nonce), older);
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

  /** The current epoch's identity of a folder. */
  folder(folder: Folder): Identity {
    return this.folders(folder)[0] as Identity;
  }

  /** The identities of a folder, newest first: what is found by its hint may be from before a change of keys. */
  folders(folder: Folder): Identity[] {
    this.#alive();
    return this.#epochs.map((e) => e.folders.get(folder) as Identity);
  }

  /** Every age identity that may open something sealed to this account, the likeliest first. */
  identities(): string[] {
    this.#alive();
    return this.#epochs.flatMap((e) => [e.identity, ...e.folders.values()].map((i) => i.identity));
  }

  /** True when `publicKey` is this vault's. */
  owns(publicKey: Uint8Array): boolean {
    return toHex(publicKey) === toHex(this.identity.publicKey);
  }

  /** Forgets every key. What was derived from it elsewhere is locked by its owner. */
  lock(): void {
    this.#open = false;
    this.#epochs = [];
    wipe(this.#seeds.current, ...this.#seeds.older);
  }
}
