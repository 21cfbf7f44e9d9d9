/**
 * A pinning service as a stranger would write one, sharing no code with ours: the API of the standard, a Helia node that fetches
 * by bitswap over WebSockets what it is asked to pin, and a trustless gateway in front of its store. Everything on 127.0.0.1.
 * It can also refuse, lie, and be away.
 */
import { noise } from '@chainsafe/libp2p-noise';
import { yamux } from '@chainsafe/libp2p-yamux';
import { withBitswap } from '@helia/bitswap';
import { withLibp2pLight } from '@helia/libp2p';
import { CarWriter } from '@ipld/car';
import { decode } from '@ipld/dag-pb';
import { identify } from '@libp2p/identify';
import { webSockets } from '@libp2p/websockets';
import { MemoryBlockstore } from 'blockstore-core';
import { createHeliaLight } from 'helia';
import { CID } from 'multiformats/cid';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';

type Status = 'queued' | 'pinning' | 'pinned' | 'failed';
type Pin = {
  requestid: string;
  status: Status;
  created: string;
  pin: { cid: string; name?: string; origins?: string[] };
  delegates: string[];
  info: Record<string, string>;
};

/** `honest` fetches · `liar` says pinned at once and fetches nothing · `stuck` queues for ever · `failing` gives up */
export type Mode = 'honest' | 'liar' | 'stuck' | 'failing';

export class PinningService {
  mode: Mode = 'honest';
  /** nobody is answered, and whoever was connected is let go */
  away = false;
  /** pages may call it */
  cors = true;
  /** HTTP status and body for every call of the API */
  refusal: { status: number; body: string } | null = null;
  /** replaces the addresses it gives */
  delegates: string[] | null = null;
  onPinned: (pin: Pin) => void = () => undefined;
  readonly pins = new Map<string, Pin>();
  /** `GET /pins`, as they came */
  readonly calls: string[] = [];
  readonly token = `token-${randomUUID()}`;
  readonly #server = createServer((request, response) => void this.#answer(request, response));
  readonly #blocks: MemoryBlockstore;
  readonly #helia: ReturnType<typeof open>;
  readonly #end = new AbortController();

  private constructor() {
    this.#blocks = new MemoryBlockstore();
    this.#helia = open(this.#blocks, () => this.away);
  }

  static async start(): Promise<PinningService> {
    const service = new PinningService();
    await service.#helia.start();
    service.#server.listen(0, '127.0.0.1');
    await once(service.#server, 'listening');
    return service;
  }

  get #origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }
  /** of the pinning API */
  get url(): string {
    return `${this.#origin}/api/v1`;
  }
  /** of the trustless gateway */
  get gateway(): string {
    return this.#origin;
  }
  get id(): string {
    return this.#helia.libp2p.peerId.toString();
  }

  async stop(): Promise<void> {
    this.#end.abort();
    this.#server.closeAllConnections();
    this.#server.close();
    await this.#helia.stop();
  }

  /** requests that are still refused until it is back; 0: it stays away */
  #knocks = 0;

  /** Goes away, and is back once it was asked in vain this often. */
  async leaveFor(knocks: number): Promise<void> {
    this.#knocks = knocks;
    await this.leave();
  }

  /** Goes away in the middle of whatever it does. */
  async leave(): Promise<void> {
    this.away = true;
    this.#server.closeAllConnections();
    for (const connection of this.#helia.libp2p.getConnections()) await connection.close().catch(() => undefined);
  }

  /** Whether it holds a block, without asking anybody. */
  async holds(cid: string): Promise<boolean> {
    return this.#helia.blockstore.has(CID.parse(cid));
  }

  /** Loses what it holds, and goes on saying that it has it. */
  async lose(cid: string): Promise<void> {
    await this.#blocks.delete(CID.parse(cid));
  }

  /** Begins with a pin that was stuck. */
  take(pin: Pin): void {
    void this.#fetch(pin);
  }

  async #block(cid: CID): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    for await (const part of this.#helia.blockstore.get(cid, { offline: true })) parts.push(part);
    return Buffer.concat(parts);
  }

  /** By bitswap from whoever is connected; the page dials us. */
  async #fetch(pin: Pin): Promise<void> {
    pin.status = 'pinning';
    const signal = AbortSignal.any([this.#end.signal, AbortSignal.timeout(90_000)]);
    const seen = new Set<string>();
    const under = async (cid: CID): Promise<void> => {
      if (seen.has(cid.toString())) return;
      seen.add(cid.toString());
      const parts: Uint8Array[] = [];
      for await (const part of this.#helia.blockstore.get(cid, { signal })) parts.push(part);
      if (cid.code !== 0x70) return;
      const links = decode(Buffer.concat(parts)).Links;
      while (links.length > 0) await Promise.all(links.splice(0, 8).map((link) => under(link.Hash)));
    };
    try {
      await under(CID.parse(pin.pin.cid));
      pin.status = 'pinned';
      this.onPinned(pin);
    } catch (error) {
      pin.status = 'failed';
      pin.info.status_details = String(error);
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.away) {
      if (this.#knocks > 0 && --this.#knocks === 0) this.away = false;
      return void request.socket.destroy();
    }
    const url = new URL(request.url ?? '/', this.#origin);
    const send = (status: number, body?: object | string): void => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body));
    };
    if (this.cors) {
      response.setHeader('access-control-allow-origin', '*');
      response.setHeader('access-control-allow-headers', 'authorization, content-type');
      response.setHeader('access-control-allow-methods', 'GET, POST, DELETE');
    }
    if (request.method === 'OPTIONS') return send(204);
    try {
      if (url.pathname.startsWith('/ipfs/')) return await this.#gateway(url, response);
      if (!url.pathname.startsWith('/api/v1/pins')) return send(404, failure('NOT_FOUND'));
      if (request.headers.authorization !== `Bearer ${this.token}`) return send(401, failure('UNAUTHORIZED'));
      if (this.refusal) return send(this.refusal.status, this.refusal.body);
      this.calls.push(`${request.method} ${url.pathname}${url.search}`);
      await this.#pinning(request, url, send);
    } catch (error) {
      if (!response.headersSent) send(500, failure('INTERNAL_SERVER_ERROR', String(error)));
      else response.end();
    }
  }

  async #pinning(request: IncomingMessage, url: URL, send: (status: number, body?: object) => void): Promise<void> {
    const id = url.pathname.split('/')[4];
    if (request.method === 'POST' && id === undefined) {
      const wanted = JSON.parse(await new Response(Readable.toWeb(request) as ReadableStream).text()) as Pin['pin'];
      const delegates = this.delegates ?? this.#helia.libp2p.getMultiaddrs().map(String);
      const pin: Pin = {
        requestid: randomUUID(),
        status: 'queued',
        created: new Date().toISOString(),
        pin: wanted,
        delegates,
        info: {},
      };
      this.pins.set(pin.requestid, pin);
      if (this.mode === 'liar') pin.status = 'pinned';
      if (this.mode === 'failing')
        Object.assign(pin, { status: 'failed', info: { status_details: 'DAG too <b>big</b>' } });
      send(202, pin);
      if (this.mode === 'honest') void this.#fetch(pin);
      return;
    }
    if (id === undefined) {
      const query = url.searchParams;
      const statuses = (query.get('status') ?? 'pinned').split(',');
      const cids = query.get('cid')?.split(',');
      const found = [...this.pins.values()]
        .reverse()
        .filter((pin) => statuses.includes(pin.status))
        .filter((pin) => !cids || cids.includes(pin.pin.cid))
        .filter((pin) => !query.has('name') || pin.pin.name === query.get('name'));
      return send(200, { count: found.length, results: found.slice(0, Number(query.get('limit') ?? 10)) });
    }
    const pin = this.pins.get(decodeURIComponent(id));
    if (!pin) return send(404, failure('NOT_FOUND'));
    if (request.method !== 'DELETE') return send(200, pin);
    this.pins.delete(pin.requestid);
    send(202);
  }

  /** `raw`, and `car` of a DAG or of one entry of a directory. */
  async #gateway(url: URL, response: ServerResponse): Promise<void> {
    const [, , text = '', name] = url.pathname.split('/');
    const root = CID.parse(text);
    const missing = (): void => void response.writeHead(404).end();
    if (!(await this.#helia.blockstore.has(root))) return missing();
    if (url.searchParams.get('format') === 'raw') {
      const bytes = await this.#block(root);
      return void response.writeHead(200, { 'content-type': 'application/vnd.ipld.raw' }).end(bytes);
    }
    response.writeHead(200, { 'content-type': 'application/vnd.ipld.car; version=1' });
    const { writer, out } = CarWriter.create([root]);
    const piped = Readable.from(out).pipe(response);
    const put = async (cid: CID, only?: string): Promise<void> => {
      const bytes = await this.#block(cid);
      await writer.put({ cid, bytes });
      if (cid.code !== 0x70) return;
      for (const link of decode(bytes).Links) if (only === undefined || link.Name === only) await put(link.Hash);
    };
    await put(root, name);
    await writer.close();
    await once(piped, 'finish');
  }
}

const failure = (reason: string, details = ''): object => ({ error: { reason, ...(details ? { details } : {}) } });

const open = (blockstore: MemoryBlockstore, closed: () => boolean) =>
  withBitswap(
    withLibp2pLight(createHeliaLight({ blockstore }), {
      addresses: { listen: ['/ip4/127.0.0.1/tcp/0/ws'] },
      transports: [webSockets()],
      connectionEncrypters: [noise()],
      streamMuxers: [yamux()],
      connectionGater: { denyDialMultiaddr: () => false, denyInboundConnection: closed },
      services: { identify: identify() },
    }),
  );
