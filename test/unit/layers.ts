/** Reads the imports of our own source and says which break the layer table (DESIGN §7). */
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative } from 'node:path';
import ts from 'typescript';

/** Source by path relative to the project, with forward slashes: `src/core/bytes.ts`. */
export type Sources = Map<string, string>;

/** Layer → the layers it may import beside itself. A file's layer is the longest name its path starts with. */
const LAYERS: Record<string, string[]> = {
  'src/core': [],
  'src/crypto': ['src/core'],
  'src/record': ['src/core'],
  'src/flows/ports': ['src/core'],
  'src/chain': ['src/core', 'src/flows/ports'],
  'src/storage': ['src/core', 'src/flows/ports'],
  'src/flows': ['src/core', 'src/crypto', 'src/record', 'src/flows/ports'],
  'src/state': ['src/core', 'src/record', 'src/flows', 'src/flows/ports'],
  'src/ui': ['src/core', 'src/record', 'src/state'],
  'src/workers': ['src/core', 'src/crypto', 'src/storage', 'src/flows/ports'],
  'src/peer': ['src/core', 'src/crypto', 'src/chain', 'src/storage'],
  'src/tools': ['src/core', 'src/peer', 'contracts/script'],
  'contracts/script': ['src/core', 'src/chain'],
};
/** Wires everything. */
const ENTRY = 'src/main.ts';

/** Packages that only some layers may import; the rest are free to all but core. */
const PACKAGES = [
  {
    name: 'Helia and its kin',
    matches: /^(helia$|@helia\/|@libp2p\/|@chainsafe\/|@ipld\/|blockstore-|datastore-|ipfs-)/,
    layers: ['src/storage', 'src/workers', 'src/peer', 'src/tools'],
  },
  { name: 'viem and wagmi', matches: /^(viem|@wagmi\/core|siwe|ox|ethers)(\/|$)/, layers: ['src/chain', 'src/tools'] },
  { name: 'Svelte', matches: /^(svelte|bits-ui)(\/|$)/, layers: ['src/ui', 'src/state', ENTRY] },
  { name: 'Node', matches: /^node:/, layers: ['src/peer', 'src/tools'] },
];
const MAY_LOG = ['src/peer', 'src/tools'];

/** @returns the layer of one of our paths, or null when it is in none */
const layerOf = (path: string): string | null =>
  path === ENTRY
    ? ENTRY
    : (Object.keys(LAYERS)
        .filter((layer) => path.startsWith(`${layer}/`))
        .sort((a, b) => b.length - a.length)[0] ?? null);

/** The script parts of a file: the whole of it, or what stands between a component's script tags. */
const scriptOf = (path: string, source: string): string =>
  path.endsWith('.svelte')
    ? [...source.matchAll(/<script\b[^>]*>([\s\S]*?)<\/script>/g)].map((m) => m[1]).join('\n')
    : source;

const withoutComments = (script: string): string =>
  script.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[^:'"`])\/\/.*$/gm, '$1');

/** Every module a file imports: static, type-only, re-exported or dynamic. */
export const importsOf = (path: string, source: string): string[] => {
  const found = ts.preProcessFile(scriptOf(path, source), true, true).importedFiles.map((f) => f.fileName);
  // in types, and in a component's markup
  for (const m of withoutComments(source).matchAll(/\bimport\(\s*['"]([^'"]+)['"]/g)) found.push(m[1] as string);
  return [...new Set(found.map((name) => name.replace(/\?.*$/, '')))];
};

/** @returns one sentence for each import, or statement that logs, that the table forbids */
export const violations = (sources: Sources): string[] => {
  const found: string[] = [];
  for (const [path, source] of sources) {
    const layer = layerOf(path);
    if (layer === null) {
      found.push(`${path} is in no layer`);
      continue;
    }
    for (const name of importsOf(path, source)) {
      if (name.startsWith('.')) {
        const target = posix.join(posix.dirname(path), name);
        const to = layerOf(target);
        if (to !== layer && layer !== ENTRY && !(to && LAYERS[layer]?.includes(to)))
          found.push(`${path} imports ${target}: ${layer} may not import ${to ?? 'what is in no layer'}`);
      } else {
        if (layer === 'src/core') found.push(`${path} imports ${name}: core imports nothing`);
        const rule = PACKAGES.find((p) => p.matches.test(name));
        if (rule && layer !== ENTRY && !rule.layers.includes(layer))
          found.push(`${path} imports ${name}: ${rule.name} may not be used in ${layer}`);
      }
    }
    if (!MAY_LOG.includes(layer) && /\bconsole\s*[.[]/.test(withoutComments(source)))
      found.push(`${path} writes to the console`);
  }
  return found;
};

/** All TypeScript and Svelte files of a folder. @param root the project's folder */
export const readSources = (root: string, folder: string): Sources => {
  const sources: Sources = new Map();
  for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !/\.(ts|js|svelte)$/.test(entry.name)) continue;
    const file = join(entry.parentPath, entry.name);
    sources.set(relative(root, file).replaceAll('\\', '/'), readFileSync(file, 'utf8'));
  }
  return sources;
};
