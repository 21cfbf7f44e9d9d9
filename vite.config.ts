import { svelte } from '@sveltejs/vite-plugin-svelte';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { devCsp } from './src/tools/devCsp.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here('./src'),
  publicDir: here('./public'),
  base: './',
  plugins: [svelte({ configFile: false }), devCsp()],
  // siwe builds and parses messages; what it needs of ethers is four functions (DESIGN §4, Signing in)
  resolve: { alias: { ethers: here('./src/chain/ethersShim.ts') } },
  worker: { format: 'es' },
  build: { outDir: here('./dist'), emptyOutDir: true, target: 'es2023', modulePreload: { polyfill: false } },
  server: { host: '127.0.0.1' },
  preview: { host: '127.0.0.1' },
  // the time is for slow machines at work on several things: nothing here waits
  test: {
    root: here('.'),
    include: ['test/unit/**/*.test.ts'],
    environment: 'node',
    testTimeout: 60_000,
    maxWorkers: 2,
  },
});
