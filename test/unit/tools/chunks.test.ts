import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { chunks, entryFiles } from '../../../src/tools/chunks.ts';

const dist = mkdtempSync(join(tmpdir(), 'salus-dist-'));
beforeAll(() => {
  mkdirSync(join(dist, 'assets'));
  const files = {
    'index.html':
      '<link rel="stylesheet" crossorigin href="./assets/a.css"><link rel="modulepreload" href="./assets/c.js"><script type="module" src="./assets/a.js"></script>',
    'assets/a.js': 'import{x}from"./b.js";export*from"./c.js";const later=()=>import("./lazy.js");',
    'assets/b.js': 'import"./d.js";export const x=1;',
    'assets/c.js': 'export const c=1;',
    'assets/d.js': 'import"./b.js";',
    'assets/lazy.js': 'export default 1;',
    'assets/a.css': 'a{}',
    'deployments.json': '{}',
  };
  for (const [name, body] of Object.entries(files)) writeFileSync(join(dist, name), body);
});
afterAll(() => rmSync(dist, { recursive: true }));

it('follows what the entry imports before it runs, and nothing later', () => {
  expect([...entryFiles(dist)].sort()).toEqual(
    ['assets/a.css', 'assets/a.js', 'assets/b.js', 'assets/c.js', 'assets/d.js', 'index.html'].sort(),
  );
});

it('lists every file, with what is lazy', () => {
  const all = chunks(dist, entryFiles(dist));
  expect(all).toHaveLength(8);
  expect(all.filter((chunk) => chunk.lazy).map((chunk) => chunk.name)).toEqual(
    expect.arrayContaining(['assets/lazy.js', 'deployments.json']),
  );
  expect(all.every((chunk) => chunk.gz > 0)).toBe(true);
});
