/** What the built page consists of, and what of it a visitor's browser loads first. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { gzipSync } from 'node:zlib';
import ts from 'typescript';

/** A built file: its path in `dist`, its size as gzip -9 packs it, and whether the landing page does without it. */
export type Chunk = { name: string; gz: number; lazy: boolean };

/** The modules that a script imports before it runs. */
const staticImports = (script: string): string[] =>
  ts
    .createSourceFile('chunk.js', script, ts.ScriptTarget.Latest)
    .statements.filter((s) => ts.isImportDeclaration(s) || ts.isExportDeclaration(s))
    .flatMap((s) => (s.moduleSpecifier && ts.isStringLiteral(s.moduleSpecifier) ? [s.moduleSpecifier.text] : []));

/** @returns the files that `index.html` loads, and what they import in turn; paths in `dist` */
export const entryFiles = (dist: string): Set<string> => {
  const found = new Set(['index.html']);
  const visit = (name: string): void => {
    if (found.has(name) || !existsSync(join(dist, name))) return;
    found.add(name);
    if (!name.endsWith('.js')) return;
    for (const specifier of staticImports(readFileSync(join(dist, name), 'utf8')))
      visit(posix.join(posix.dirname(name), specifier));
  };
  const html = readFileSync(join(dist, 'index.html'), 'utf8');
  for (const match of html.matchAll(/(?:src|href)="\.\/([^"]+)"/g)) visit(match[1] as string);
  return found;
};

/** @param first paths that the landing page loads @returns every file of `dist`, largest first */
export const chunks = (dist: string, first: Set<string>): Chunk[] =>
  readdirSync(dist, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(dist.length + 1)
        .replaceAll('\\', '/'),
    )
    .map((name) => ({
      name,
      gz: gzipSync(readFileSync(join(dist, name)), { level: 9 }).length,
      lazy: !first.has(name),
    }))
    .sort((a, b) => b.gz - a.gz);
