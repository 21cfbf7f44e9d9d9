/** A peer over real HTTP, and what tests do with one. */
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPeer } from '../../../src/peer/peer.ts';
import type { Peer, PeerOptions } from '../../../src/peer/peer.ts';

export type Running = Peer & { folder: string; end(): Promise<void> };

/** In a folder of its own, unless one is given. */
export const running = async (options: Partial<PeerOptions> = {}): Promise<Running> => {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'salus-peer-')));
  const peer = await startPeer({ ...options, folder });
  const end = async () => {
    await peer.stop();
    await rm(folder, { recursive: true });
  };
  return { ...peer, folder, end };
};

/** The files that blocks lie in. */
export const blockFiles = async (folder: string): Promise<string[]> => {
  const entries = await readdir(join(folder, 'blocks'), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
};

/** Changes one block on the disk. @param size of the block that is meant, in bytes */
export const spoil = async (folder: string, size: number): Promise<void> => {
  for (const path of await blockFiles(folder)) {
    const bytes = await readFile(path);
    if (bytes.length !== size) continue;
    bytes[0]! ^= 1;
    return writeFile(path, bytes);
  }
  throw new Error(`no block of ${size} bytes`);
};

/** Asks until the answer is as wanted, for at most 15 seconds. */
export const until = async <T>(ask: () => Promise<T>, holds: (answer: T) => boolean): Promise<T> => {
  const deadline = Date.now() + 15_000;
  for (;;) {
    const answer = await ask();
    if (holds(answer)) return answer;
    if (Date.now() > deadline) throw new Error(`never came true: ${JSON.stringify(answer)}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
};
