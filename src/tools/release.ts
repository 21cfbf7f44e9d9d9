/**
 * `npm run release`: builds the page twice, packs each as a UnixFS directory, and when both have the same CID writes it as a CAR
 * to `.local/release/`. The same commit gives the same CID anywhere, so anybody can check a published page against its source.
 */
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { carOf, pack, type Packed } from './pack.ts';
import { root, run } from './run.ts';

const folder = join(root, '.local/release');

/** @param path a built page */
const packFolder = async (path: string): Promise<Packed> => {
  const names = (await readdir(path, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(path.length + 1))
    .sort();
  const read = async (name: string) => ({ path: name, content: new Uint8Array(await readFile(join(path, name))) });
  return pack(await Promise.all(names.map(read)));
};

await mkdir(folder, { recursive: true });
const builds: Packed[] = [];
for (const name of ['first', 'second']) {
  const out = join(folder, name);
  const { code, output } = await run('vite', ['build', '--logLevel', 'warn', '--outDir', out, '--emptyOutDir']);
  if (code !== 0) {
    console.error(output);
    process.exit(1);
  }
  builds.push(await packFolder(out));
}
const [first, second] = builds as [Packed, Packed];
if (!first.cid.equals(second.cid)) {
  const known = new Set(first.blocks.map((block) => block.cid.toString()));
  const foreign = second.blocks.filter((block) => !known.has(block.cid.toString()));
  console.error(
    `Two builds differ: ${first.cid} and ${second.cid} (${foreign.length} blocks). Compare .local/release/first and second.`,
  );
  process.exit(1);
}
await rm(join(folder, 'site'), { recursive: true, force: true });
await rename(join(folder, 'first'), join(folder, 'site'));
await rm(join(folder, 'second'), { recursive: true });
const car = join(folder, `salus-${first.cid}.car`);
await pipeline(Readable.from(carOf(first)), createWriteStream(car));
console.log(`CID  ${first.cid}\nCAR  .local/release/salus-${first.cid}.car\nsite .local/release/site/`);
