/**
 * Files and websites out of UnixFS, as a path gateway shows them. All of them share this peer's origin, so each is shown in an
 * opaque one of its own: no site can read another's storage or windows.
 * @see https://specs.ipfs.tech/http-gateways/path-gateway/
 */
import { once } from 'node:events';
import { SalusError } from '../core/errors.ts';
import { DAG_PB, linksOf } from '../storage/blocks.ts';
import type { Block } from '../storage/blocks.ts';
import { fileSize, readFile } from '../storage/reader.ts';
import { DIRECTORY, readNode } from '../storage/unixfs.ts';
import { withCors } from './http.ts';
import type { Call } from './http.ts';
import type { Disk } from './gather.ts';

const INDEX = 'index.html';
const TYPES: Record<string, string> = {
  css: 'text/css; charset=utf-8',
  html: 'text/html; charset=utf-8',
  ico: 'image/x-icon',
  js: 'text/javascript; charset=utf-8',
  json: 'application/json',
  png: 'image/png',
  svg: 'image/svg+xml',
  txt: 'text/plain; charset=utf-8',
  wasm: 'application/wasm',
  webmanifest: 'application/manifest+json',
  woff2: 'font/woff2',
};

const typeOf = (name: string): string => TYPES[name.split('.').at(-1) ?? ''] ?? 'application/octet-stream';

/** @param block what the path led to @param names the path; a directory shows its `index.html` @throws storage/not-found */
export const sendSite = async (node: Disk, call: Call, block: Block, names: string[]): Promise<void> => {
  const { request, response, url, signal } = call;
  const isDirectory = block.cid.code === DAG_PB && readNode(block.bytes).type === DIRECTORY;
  const index = isDirectory ? linksOf(block.cid, block.bytes).find((link) => link.name === INDEX) : undefined;
  if (isDirectory && !index) throw new SalusError('storage/not-found', { name: INDEX });
  // relative addresses in a page need the slash
  if (index && !url.pathname.endsWith('/'))
    return void response.writeHead(301, withCors({ location: `${url.pathname}/${url.search}` })).end();
  const cid = index?.cid ?? block.cid;
  const size = await fileSize(node.blockstore, cid);
  const head = {
    'content-type': typeOf(index ? INDEX : (names.at(-1) ?? '')),
    'content-length': size,
    'cache-control': 'public, max-age=29030400, immutable',
    etag: `"${block.cid}"`,
    'x-ipfs-path': url.pathname,
    'content-security-policy': 'sandbox allow-scripts allow-forms allow-downloads allow-popups',
  };
  response.writeHead(200, withCors(head));
  if (request.method !== 'HEAD')
    for await (const part of readFile(node.blockstore, cid, size, signal))
      if (!response.write(part)) await once(response, 'drain', { signal });
  response.end();
};
