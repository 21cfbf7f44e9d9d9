import { Decrypter } from 'age-encryption';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../code.ts';
import { bytes, memoryService } from './memory.ts';

const PASSPHRASE = 'six-words-from-a-long-list';

describe('a file locked for keeping outside', () => {
  it('opens byte for byte, and nothing of it enters storage', async () => {
    const { storage, node } = await memoryService();
    const body = bytes(5_000_000);
    const seen: number[] = [];
    const locked = await storage.lockFile(new Blob([body]), PASSPHRASE, { onProgress: (p) => seen.push(p.done) });
    const decrypter = new Decrypter();
    decrypter.addPassphrase(PASSPHRASE);
    const open = await decrypter.decrypt(new Uint8Array(await locked.arrayBuffer()));
    expect(Buffer.from(open).equals(body)).toBe(true);
    expect(seen.at(-1)).toBe(body.length);
    expect((await node.blockstore.dump()).length).toBe(0);
  });

  it('takes no short passphrase, and can be ended', async () => {
    const { storage } = await memoryService();
    expect(await codeOf(storage.lockFile(new Blob(['x']), 'short'))).toBe('input/invalid');
    const aborted = storage.lockFile(new Blob([bytes(1000)]), PASSPHRASE, { signal: AbortSignal.abort() });
    expect(await codeOf(aborted)).toBe('storage/aborted');
  });
});
