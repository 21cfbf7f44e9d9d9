import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string) => readFileSync(`${root}/${path}`, 'utf8');
type Manifest = Record<'dependencies' | 'devDependencies' | 'optionalDependencies', Record<string, string>>;

describe('the project', () => {
  const manifest = JSON.parse(read('package.json')) as Manifest;
  const all = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies };

  it('pins every dependency exactly', () => {
    const loose = Object.entries(all).filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version));
    expect(loose).toEqual([]);
  });

  it('gives a reason for every dependency in the README', () => {
    const readme = read('README.md');
    expect(Object.keys(all).filter((name) => !readme.includes(`\`${name}\``))).toEqual([]);
  });

  it('keeps its top level', () => {
    const ignored = read('.gitignore').split('\n');
    const top = readdirSync(root).filter((name) => !ignored.includes(name) && !ignored.includes(`${name}/`));
    const allowed =
      /^(src|contracts|public|test|foundry\.toml|vite\.config\.ts|package\.json|package-lock\.json|tsconfig\.json|README\.md|LICENSE|\..+)$/;
    expect(top.filter((name) => !allowed.test(name))).toEqual([]);
  });
});
