/** Locking: the keys go first, and no part of the page is forgotten. */
import { expect, it, vi } from 'vitest';
import type { Deployment } from '../../../src/flows/ports/index.ts';
import { App } from '../../../src/state/app.svelte.ts';
import { Networks } from '../../../src/state/networks.svelte.ts';
import type { Backend, Wiring } from '../../../src/state/wiring.ts';

const page = (storageLock: () => Promise<void> = async () => {}) => {
  const backend = {
    storage: { lock: storageLock, configure: async () => {} },
    cabinet: { lock: () => {} },
    connector: { current: () => null, wallets: () => [] },
  } as unknown as Backend;
  const deployment = { chainId: 7, rpcs: ['https://a.example'], peers: [], gateways: [] } as unknown as Deployment;
  const shelf = { get: () => null, set: () => {} };
  const networks = new Networks({ deployments: async () => [deployment], shelf });
  const app = new App({
    networks,
    backend: async () => backend,
    shelf,
    clock: () => 0,
    random: (length: number) => new Uint8Array(length),
    zone: () => 0,
  } as unknown as Wiring);
  const order: string[] = [];
  const keys = vi.spyOn(app.vault, 'lock');
  keys.mockImplementation(async () => void order.push('keys'));
  for (const [name, part] of Object.entries(app as unknown as Record<string, { clear?: () => void } | null>))
    if (typeof part?.clear === 'function') vi.spyOn(part, 'clear').mockImplementation(() => void order.push(name));
  return { app, order, keys };
};

it('forgets the keys first, then every part that holds something of the vault', async () => {
  const { app, order } = page();
  await app.networks.start();
  await app.lock();
  expect(order[0]).toBe('keys');
  expect(order.slice(1)).toEqual(expect.arrayContaining(['visits', 'records', 'own', 'patients', 'outbox', 'keys']));
  // whatever has a `clear` is in it: those of today, and those to come
  expect(order.length).toBeGreaterThanOrEqual(17);
  expect(new Set(order.slice(1)).size).toBe(order.length - 1);
});

it('wipes the keys although what comes after fails', async () => {
  const { app, keys } = page();
  await app.networks.start();
  vi.spyOn(app.visits, 'clear').mockImplementation(() => {
    throw new Error('a screen in between');
  });
  await expect(app.lock()).rejects.toThrow();
  expect(keys).toHaveBeenCalledOnce();
});
