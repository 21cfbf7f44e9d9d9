/**
 * `npm run release`: builds the page twice, packs each as a UnixFS directory, and when both have the same CID writes it as a CAR
 * to `.local/release/`. The same commit gives the same CID anywhere, so anybody can check a published page against its source.
 */
import { unixfs } from '@helia/unixfs';
import { CarWriter } from '@ipld/car';
import type { CID } from 'multiformats/cid';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { root, run } from './run.ts';

const folder = join(root, '.local/release');

/** Blocks by CID, in the order in which they were made. */
type Blocks = Map<string, { cid: CID; bytes: Uint8Array }>;

/** @param path a built page @returns the directory's CID and all its blocks */
const pack = async (path: string): Promise<{ cid: CID; blocks: Blocks }> => {
  const blocks: Blocks = new Map();
  const blockstore = {
    put: async (cid: CID, bytes: Uint8Array) => (blocks.set(cid.toString(), { cid, bytes }), cid),
    has: async (cid: CID) => blocks.has(cid.toString()),
  };
  const names = (await readdir(path, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(path.length + 1))
    .sort();
  const files = names.map(async (name) => ({ path: name, content: new Uint8Array(await readFile(join(path, name))) }));
  let cid: CID | null = null;
  const fs = unixfs({ blockstore } as unknown as Parameters<typeof unixfs>[0]);
  for await (const entry of fs.addAll(await Promise.all(files), { wrapWithDirectory: true })) cid = entry.cid;
  if (cid === null) throw new Error(`${path} is empty`);
  return { cid, blocks };
};

const writeCar = async (path: string, root: CID, blocks: Blocks): Promise<void> => {
  const { writer, out } = CarWriter.create([root]);
  const written = pipeline(Readable.from(out), createWriteStream(path));
  for (const block of blocks.values()) await writer.put(block);
  await writer.close();
  await written;
};

await mkdir(folder, { recursive: true });
const builds = [];
for (const name of ['first', 'second']) {
  const out = join(folder, name);
  const { code, output } = await run('vite', ['build', '--logLevel', 'warn', '--outDir', out, '--emptyOutDir']);
  if (code !== 0) {
    console.error(output);
    process.exit(1);
  }
  builds.push(await pack(out));
}
const [first, second] = builds as [Awaited<ReturnType<typeof pack>>, Awaited<ReturnType<typeof pack>>];
if (!first.cid.equals(second.cid)) {
  const foreign = [...second.blocks.keys()].filter((cid) => !first.blocks.has(cid));
  console.error(
    `Two builds differ: ${first.cid} and ${second.cid} (${foreign.length} blocks). Compare .local/release/first and second.`,
  );
  process.exit(1);
}
await rm(join(folder, 'site'), { recursive: true, force: true });
await rename(join(folder, 'first'), join(folder, 'site'));
await rm(join(folder, 'second'), { recursive: true });
const car = join(folder, `salus-${first.cid}.car`);
await writeCar(car, first.cid, first.blocks);
console.log(`CID  ${first.cid}\nCAR  .local/release/salus-${first.cid}.car\nsite .local/release/site/`);
