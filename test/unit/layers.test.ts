import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { importsOf, readSources, violations } from './layers.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const check = (path: string, source: string) => violations(new Map([[path, source]]));

describe('the layer table (DESIGN §7)', () => {
  it('holds for every file of src', () => {
    const sources = readSources(root, 'src');
    expect(sources.size).toBeGreaterThan(5);
    expect(violations(sources)).toEqual([]);
  });

  it.each([
    ['src/core/a.ts', `import { x } from '../crypto/x.ts'`, 'src/core may not import src/crypto'],
    ['src/core/a.ts', `import { sha256 } from '@noble/hashes/sha2.js'`, 'core imports nothing'],
    ['src/crypto/a.ts', `import type { Storage } from '../flows/ports/storage.ts'`, 'may not import src/flows/ports'],
    ['src/crypto/a.ts', `import { readFile } from 'node:fs/promises'`, 'Node may not be used in src/crypto'],
    ['src/chain/a.ts', `import { book } from '../flows/book.ts'`, 'src/chain may not import src/flows'],
    ['src/chain/a.ts', `const s = await import('../storage/node.ts')`, 'src/chain may not import src/storage'],
    ['src/storage/a.ts', `import { keccak256 } from 'viem'`, 'viem and wagmi may not be used in src/storage'],
    ['src/flows/a.ts', `export * from '../chain/client.ts'`, 'src/flows may not import src/chain'],
    ['src/flows/a.ts', `import { createHeliaLight } from 'helia'`, 'Helia and its kin may not be used in src/flows'],
    ['src/flows/a.ts', `const { unixfs } = await import("@helia/unixfs")`, 'Helia and its kin'],
    ['src/flows/a.ts', `type X = import('viem/accounts').Account`, 'viem and wagmi may not be used in src/flows'],
    ['src/state/a.svelte.ts', `import App from '../ui/App.svelte'`, 'src/state may not import src/ui'],
    ['src/ui/A.svelte', `<script lang="ts">import { book } from '../flows/book.ts';</script>`, 'src/flows'],
    [
      'src/ui/A.svelte',
      `<script module>import '../chain/client.ts'</script><p>hi</p>`,
      'src/ui may not import src/chain',
    ],
    ['src/ui/A.svelte', `{#await import('../storage/node.ts')}…{/await}`, 'src/ui may not import src/storage'],
    ['src/ui/A.svelte', `<button onclick={() => console.log(seed)}>Go</button>`, 'writes to the console'],
    ['src/peer/a.ts', `import { App } from '../state/app.svelte.ts'`, 'src/peer may not import src/state'],
    ['src/flows/a.ts', `console.log(seed)`, 'writes to the console'],
    ['src/new/a.ts', `export {}`, 'is in no layer'],
  ])('notices %s: %s', (path, source, sentence) => {
    expect(check(path, source).join('\n')).toContain(sentence);
  });

  it.each([
    [
      'src/main.ts',
      `import './storage/node.ts'; import { createConfig } from '@wagmi/core'; import { mount } from 'svelte'`,
    ],
    ['src/chain/a.ts', `import type { Chain } from '../flows/ports/chain.ts'; import { createClient } from 'viem'`],
    ['src/storage/a.ts', `import { createHeliaLight } from 'helia'; import { SalusError } from '../core/errors.ts'`],
    ['src/workers/a.ts', `import { seal } from '../crypto/envelope.ts'; import { node } from '../storage/node.ts'`],
    ['src/flows/a.ts', `// console.log is for tools, see import('viem')\nimport { seal } from '../crypto/envelope.ts'`],
    ['src/tools/a.ts', `import { startPeer } from '../peer/peer.ts'; console.log('ready')`],
  ])('allows %s: %s', (path, source) => {
    expect(check(path, source)).toEqual([]);
  });

  it('reads every way to import', () => {
    const source = `import a from './a.ts'; import type { B } from './b.ts'; export { c } from './c.ts';
      const d = () => import('./d.ts'); let e: import('./e.ts').E; import './f.css?inline'; // import './not.ts'`;
    expect(importsOf('src/x.ts', source).sort()).toEqual(['./a.ts', './b.ts', './c.ts', './d.ts', './e.ts', './f.css']);
  });
});
