import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { serve, type Served } from '../../../src/tools/serve.ts';

const outer = mkdtempSync(join(tmpdir(), 'salus-serve-'));
let served: Served;
beforeAll(async () => {
  mkdirSync(join(outer, 'site/assets'), { recursive: true });
  writeFileSync(join(outer, 'secret.txt'), 'secret');
  writeFileSync(join(outer, 'site/index.html'), '<title>page</title>');
  writeFileSync(join(outer, 'site/deployments.json'), 'committed');
  writeFileSync(join(outer, 'site/assets/a.js'), 'a()');
  served = await serve(join(outer, 'site'), { '/deployments.json': 'local' });
});
afterAll(async () => {
  await served.stop();
  rmSync(outer, { recursive: true });
});

/** Without the cleaning that fetch does to a path. */
const raw = (path: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const { port } = new URL(served.url);
    request({ host: '127.0.0.1', port, path }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });

it('serves the folder, with types that browsers accept for modules', async () => {
  expect(await (await fetch(served.url)).text()).toBe('<title>page</title>');
  const script = await fetch(`${served.url}assets/a.js`);
  expect(script.headers.get('content-type')).toMatch(/^text\/javascript/);
  expect(await script.text()).toBe('a()');
});

it('serves what is only there while we run before what is committed', async () => {
  expect(await (await fetch(`${served.url}deployments.json?x=1`)).text()).toBe('local');
});

it.each([
  '/nothing',
  '/assets',
  '/assets/',
  '/../secret.txt',
  '/%2e%2e/secret.txt',
  '/assets/..%2f..%2fsecret.txt',
  '/%zz',
])('has no %s', async (path) => {
  expect(await raw(path)).toBe(404);
});
