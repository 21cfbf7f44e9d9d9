/** A record that no place had is tried again when places come, and only then. */
import { expect, it } from 'vitest';
import { SalusError, type ErrorCode } from '../../../src/core/errors.ts';
import type { RecordRef } from '../../../src/flows/openRecord.ts';
import type { Ports } from '../../../src/flows/ports/index.ts';
import type { Vault } from '../../../src/flows/vault.ts';
import { RecordState } from '../../../src/state/record.svelte.ts';

/** A storage that fails in these ways, one after the other. */
const failing = (...codes: ErrorCode[]) => {
  let asked = 0;
  const openManifest = async (): Promise<never> => {
    throw new SalusError(codes[asked++] as ErrorCode);
  };
  const ports = async () => ({ storage: { openManifest } }) as unknown as Ports;
  const vault = () => ({ identities: () => [] }) as unknown as Vault;
  return { record: new RecordState({ ports, vault }, { digest: '0x' } as unknown as RecordRef), asked: () => asked };
};

it.each(['storage/not-found', 'storage/timeout'] as const)('%s is tried again', async (code) => {
  const { record, asked } = failing(code, 'crypto/corrupt');
  await record.open();
  expect([record.status, record.error?.code]).toEqual(['failed', code]);
  await record.again();
  expect([asked(), record.error?.code]).toEqual([2, 'crypto/corrupt']);
  // what was had and is wrong does not get better by other places
  await record.again();
  expect(asked()).toBe(2);
});

it('a try that is under way while places come is waited for, and followed by another', async () => {
  const { record, asked } = failing('storage/not-found', 'crypto/corrupt');
  await Promise.all([record.open(), record.again()]);
  expect([asked(), record.error?.code]).toEqual([2, 'crypto/corrupt']);
});
