/**
 * A recording proxy between a browser and everything else. Whatever a page, its workers or the browser itself sends passes
 * here (loopback included), so what is not in the record did not leave. It can also lie to the page, for the fault tests.
 */
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { Unmasker } from './frames.ts';

/** Something that left the browser. `body` is what was sent, of a WebSocket the unmasked frames so far. */
export type Sent = { kind: 'http' | 'websocket' | 'refused'; method: string; url: string; head: string; body: Buffer };
/** What a server answered, before the page sees it. */
export type Answer = { status: number; headers: Record<string, string | string[] | undefined>; body: Buffer };
/** Changes answers. @returns null to leave this one alone, `drop` to close the connection without an answer */
export type Lie = (sent: Sent, answer: Answer) => Answer | 'drop' | null;

const bodyOf = async (stream: IncomingMessage): Promise<Buffer> => {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part as Buffer);
  return Buffer.concat(parts);
};

const headOf = (request: IncomingMessage): string =>
  request.rawHeaders.reduce((text, part, i) => text + part + (i % 2 === 0 ? ': ' : '\n'), '');

export class Proxy {
  readonly sent: Sent[] = [];
  /** Called with every answer of HTTP; set by a test that wants the network to lie. */
  lie: Lie | null = null;
  /** True for requests that never arrive where they were sent to: that place is down. */
  down: ((sent: Sent) => boolean) | null = null;
  /** True for requests that arrive and are never answered. */
  hangs: ((sent: Sent) => boolean) | null = null;
  readonly #server = createServer((request, response) => void this.#forward(request, response));
  readonly #sockets = new Set<Duplex>();

  static async start(): Promise<Proxy> {
    const proxy = new Proxy();
    proxy.#server.on('connect', (request: IncomingMessage, socket: Duplex) => proxy.#tunnel(request, socket));
    proxy.#server.on('connection', (socket) => proxy.#sockets.add(socket));
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => void this.#server.close(() => resolve()));
  }

  /** Answers are passed on as they come, unless somebody may want to change them. */
  async #forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = request.url ?? '';
    const sent: Sent = {
      kind: 'http',
      method: request.method ?? '',
      url,
      head: headOf(request),
      body: await bodyOf(request),
    };
    this.sent.push(sent);
    const { hostname, port, pathname, search } = new URL(url);
    if (hostname !== '127.0.0.1' && hostname !== 'localhost') {
      sent.kind = 'refused';
      response.writeHead(502).end();
      return;
    }
    if (this.down?.(sent)) return void response.destroy();
    if (this.hangs?.(sent)) return;
    const { 'proxy-connection': _, ...headers } = request.headers;
    const onward = httpRequest({
      host: '127.0.0.1',
      port: port || 80,
      path: pathname + search,
      method: sent.method,
      headers,
    });
    onward.on('error', () => (response.headersSent ? response.destroy() : response.writeHead(502).end()));
    response.on('close', () => onward.destroy());
    onward.on('response', (incoming) => {
      if (!this.lie) {
        response.writeHead(incoming.statusCode ?? 502, incoming.headers);
        incoming.pipe(response);
        return;
      }
      void bodyOf(incoming).then(
        (body) => {
          const truth: Answer = { status: incoming.statusCode ?? 502, headers: incoming.headers, body };
          const answer = this.lie?.(sent, truth) ?? truth;
          if (answer === 'drop') return response.destroy();
          const { 'transfer-encoding': __, ...rest } = answer.headers;
          response.writeHead(answer.status, { ...rest, 'content-length': String(answer.body.length) }).end(answer.body);
        },
        () => response.destroy(),
      );
    });
    onward.end(sent.body);
  }

  /** CONNECT: plain WebSockets are read along with; anything encrypted is refused, for nothing here has a reason to be. */
  #tunnel(request: IncomingMessage, socket: Duplex): void {
    const sent: Sent = {
      kind: 'websocket',
      method: 'CONNECT',
      url: request.url ?? '',
      head: '',
      body: Buffer.alloc(0),
    };
    this.sent.push(sent);
    const [host, port] = (request.url ?? '').split(':');
    const refuse = (): void => {
      sent.kind = 'refused';
      socket.end();
    };
    this.#sockets.add(socket);
    socket.on('error', () => socket.destroy());
    if (host !== '127.0.0.1' && host !== 'localhost') {
      socket.write('HTTP/1.1 403 Forbidden\r\n\r\n');
      return refuse();
    }
    const onward: Socket = connect(Number(port), '127.0.0.1', () =>
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n'),
    );
    onward.on('error', () => socket.destroy());
    onward.on('close', () => socket.destroy());
    socket.on('close', () => onward.destroy());
    onward.pipe(socket);
    const frames = new Unmasker();
    let head: Buffer | null = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      if (head === null) {
        sent.body = Buffer.concat([sent.body, frames.push(chunk)]);
        return void onward.write(chunk);
      }
      head = Buffer.concat([head, chunk]);
      if (head[0] === 0x16) return refuse();
      const end = head.indexOf('\r\n\r\n');
      if (end < 0) return;
      // compressed frames could not be read along with
      sent.head = head
        .subarray(0, end + 4)
        .toString('latin1')
        .replace(/^sec-websocket-extensions:.*\r\n/im, '');
      const rest = head.subarray(end + 4);
      head = null;
      onward.write(sent.head, 'latin1');
      if (rest.length > 0) {
        sent.body = frames.push(rest);
        onward.write(rest);
      }
    });
  }
}
