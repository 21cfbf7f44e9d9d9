/** The locked bytes of a record's files, as they lie with whoever holds them. */
import { expect, it, vi } from 'vitest';
import { openBytes } from '../../../src/crypto/envelope.ts';
import { identity, memoryService, record, bytes, manifest } from './memory.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

const MOST = 32 * 1024 * 1024;

it('are the age files themselves: whoever has the key opens them, nobody else learns a word', async () => {
  const { storage } = await memoryService();
  const { digest, files, bodies, reader, inner } = await record(storage);
  const locked = await storage.sealedBytes(digest, 'manifest.age', { most: MOST });
  const raw = new Uint8Array(await locked.bytes.arrayBuffer());
  expect(new TextDecoder().decode(raw.subarray(0, 21))).toBe('age-encryption.org/v1');
  expect(Buffer.from(raw).includes('MARKER')).toBe(false);
  expect(new TextDecoder().decode(await openBytes({ identities: [reader.identity] }, raw))).toContain('MARKER');
  expect([locked.size, locked.blocks]).toEqual([raw.length, 1]);

  const file = await storage.sealedBytes(digest, '0.age', { most: files[0]!.sealedSize });
  expect([file.cid, file.size, file.bytes.size]).toEqual([files[0]!.cid, files[0]!.sealedSize, files[0]!.sealedSize]);
  const plain = await openBytes({ identities: [inner.identity] }, new Uint8Array(await file.bytes.arrayBuffer()));
  expect(Buffer.from(plain.subarray(0, files[0]!.size)).equals(bodies[0]!)).toBe(true);
});

it('are counted in blocks, and given by their beginning alone when no more is wanted', async () => {
  const { storage } = await memoryService();
  const inner = await identity();
  const file = await storage.sealFile(new Blob([bytes(3 * 1024 * 1024)]), inner.recipient);
  const { digest } = await storage.sealRecord(manifest, [inner.recipient], [file]);
  const head = await storage.sealedBytes(digest, '0.age', { most: file.sealedSize, limit: 64 });
  expect([head.size, head.bytes.size, head.blocks]).toEqual([file.sealedSize, 64, 5]);
});

it('that are not there, or more than they may be, are refused', async () => {
  const { storage } = await memoryService();
  const { digest, files } = await record(storage);
  await expect(storage.sealedBytes(digest, '7.age', { most: MOST })).rejects.toMatchObject({
    code: 'storage/not-found',
  });
  await expect(storage.sealedBytes(digest, '0.age', { most: files[0]!.sealedSize - 1 })).rejects.toMatchObject({
    code: 'input/too-large',
  });
});
