/**
 * The trustless gateway: raw blocks and CARs of what is on the disk here, nothing is fetched for those who ask. Blocks go out
 * as they lie on the disk: who reads them verifies them.
 * @see https://specs.ipfs.tech/http-gateways/trustless-gateway/
 */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { CID } from 'multiformats/cid';
import type { Address } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import { linksOf, parseCid, readBlock } from '../storage/blocks.ts';
import type { Block } from '../storage/blocks.ts';
import { carHeader, carSection } from '../storage/car.ts';
import { walk } from '../storage/walk.ts';
import { withCors } from './http.ts';
import type { Call, Route } from './http.ts';
import type { Disk } from './gather.ts';
import { sendSite } from './site.ts';

const RAW = 'application/vnd.ipld.raw';
const CAR = 'application/vnd.ipld.car';
type Format = 'raw' | 'car' | 'site';

/** The query decides over the header, as the specification has it. @throws input/invalid for a format that is not served */
const formatOf = ({ url, request }: Call): Format => {
  const asked = url.searchParams.get('format');
  if (asked === 'raw' || asked === 'car') return asked;
  if (asked !== null) throw new SalusError('input/invalid', { format: asked });
  const accept = request.headers.accept ?? '';
  if (accept.includes(RAW)) return 'raw';
  return accept.includes(CAR) ? 'car' : 'site';
};

const blockOf = async (node: Disk, cid: CID): Promise<Block> => {
  const bytes = await readBlock(node.blockstore, cid);
  if (bytes === null) throw new SalusError('storage/not-found', { cid: cid.toString() });
  return { cid, bytes };
};

/** The blocks from the root to what the path names, that one last. @throws storage/not-found */
const resolve = async (node: Disk, root: CID, names: string[]): Promise<Block[]> => {
  const blocks = [await blockOf(node, root)];
  for (const name of names) {
    const { cid, bytes } = blocks.at(-1) as Block;
    const link = linksOf(cid, bytes).find((l) => l.name === name);
    if (!link) throw new SalusError('storage/not-found', { name });
    blocks.push(await blockOf(node, link.cid));
  }
  return blocks;
};

const headers = (type: string, name: string, roots: CID[], open: boolean): Record<string, string> => ({
  'content-type': type,
  'content-disposition': `attachment; filename="${name}"`,
  // what is under guard is given to one reader, once
  'cache-control': open ? 'public, max-age=29030400, immutable' : 'private, no-store',
  etag: `"${name}"`,
  'x-ipfs-roots': roots.map(String).join(','),
  vary: open ? 'accept' : 'accept, authorization',
});

/** Waits when the client reads slower than the disk. */
const write = async (response: ServerResponse, bytes: Uint8Array, signal: AbortSignal): Promise<void> => {
  if (!response.write(bytes)) await once(response, 'drain', { signal });
};

/** The path's blocks, then what hangs under the last one, depth first, each once. A missing block cuts the stream short. */
const sendCar = async (node: Disk, { response, url, signal }: Call, path: Block[]): Promise<void> => {
  const [root, last] = [path[0] as Block, path.at(-1) as Block];
  const scope = url.searchParams.get('dag-scope') ?? 'all';
  const isFile = linksOf(last.cid, last.bytes).every((link) => link.name === '');
  const below = scope === 'all' || (scope === 'entity' && isFile);
  await write(response, carHeader(root.cid), signal);
  const sent = new Set(path.map(({ cid }) => cid.toString()));
  for (const block of path) for (const part of carSection(block)) await write(response, part, signal);
  if (below)
    for await (const cid of walk(node.blockstore, last.cid)) {
      if (sent.has(cid.toString())) continue;
      for (const part of carSection(await blockOf(node, cid))) await write(response, part, signal);
    }
  response.end();
};

/** Where a block that is under guard is read from, once whoever asks was let in; null when nobody guards it. @throws storage/not-let-in */
export type Guard = (call: Call, cid: CID, only?: Address) => Promise<Disk | null>;

/** `/ipfs/{cid}` and `/ipfs/{cid}/{path}`, and the same under `/guard/{account}`, of what that account guards. */
export const gatewayRoute = (open: Disk, guard: Guard | null = null): Route => {
  const handle = async (call: Call): Promise<void> => {
    const { request, response, match } = call;
    const format = formatOf(call);
    const root = parseCid(match[2] as string);
    const only = match[1]?.toLowerCase() as Address | undefined;
    const isOpen = only === undefined && (guard === null || (await open.blockstore.has(root)));
    const guarded = isOpen ? null : ((await guard?.(call, root, only)) ?? null);
    if (only !== undefined && guarded === null) throw new SalusError('storage/not-found', { cid: root.toString() });
    const node = guarded ?? open;
    const names = decodeURIComponent(match[3] ?? '')
      .split('/')
      .filter(Boolean);
    const path = await resolve(node, root, names);
    const { cid, bytes } = path.at(-1) as Block;
    const roots = path.map((block) => block.cid);
    if (format === 'site' && guarded) throw new SalusError('input/invalid', { format: 'raw or car' });
    if (format === 'site') return sendSite(node, call, path.at(-1) as Block, names);
    if (format === 'raw') {
      response.writeHead(
        200,
        withCors({ ...headers(RAW, `${cid}.bin`, roots, guarded === null), 'content-length': bytes.length }),
      );
      return void response.end(request.method === 'HEAD' ? undefined : bytes);
    }
    response.writeHead(
      200,
      withCors(headers(`${CAR}; version=1; order=dfs; dups=n`, `${cid}.car`, roots, guarded === null)),
    );
    if (request.method === 'HEAD') return void response.end();
    return sendCar(node, call, path);
  };
  return {
    methods: ['GET', 'HEAD'],
    path: /^(?:\/guard\/(0x[0-9a-fA-F]{40}))?\/ipfs\/([^/]+)(\/.*)?$/,
    guarded: false,
    handle,
  };
};
