/** A static file server for `dist/`: what any host does with the page, plus files that are only there while we run. */
import { readFile, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.woff2': 'font/woff2',
  '.png': 'image/png',
  '.webmanifest': 'application/manifest+json',
};

/** A running server. `url` ends with a slash. */
export type Served = { url: string; stop(): Promise<void> };

/**
 * @param folder served as it is, no index of folders, no fallback page
 * @param files path → body, served before the folder's (`/deployments.json` with the local chain's entry)
 * @param port 0 = any free one
 */
export const serve = async (folder: string, files: Record<string, string> = {}, port = 0): Promise<Served> => {
  const server = createServer(async (request, response) => {
    try {
      const path = normalize(decodeURIComponent(new URL(request.url ?? '/', 'http://x').pathname));
      const name = path.endsWith('/') ? `${path}index.html` : path;
      const file = join(folder, name);
      if (!file.startsWith(join(folder, '/'))) throw new Error('outside');
      const body = files[name] ?? ((await stat(file)).isFile() ? await readFile(file) : null);
      if (body === null) throw new Error('a folder');
      response.writeHead(200, {
        'content-type': TYPES[extname(name)] ?? 'application/octet-stream',
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
      });
      response.end(request.method === 'HEAD' ? undefined : body);
    } catch {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('not found');
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, stop };
};
