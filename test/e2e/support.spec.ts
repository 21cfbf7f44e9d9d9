/** The instruments themselves: a search that cannot find what was planted proves nothing. */
import { expect, test } from '@playwright/test';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { serve } from '../../src/tools/serve.ts';
import { marker } from './support/files.ts';
import { Unmasker } from './support/frames.ts';
import { Person } from './support/person.ts';
import { patterns, search } from './support/secrets.ts';
import { TestWallet } from './support/wallet.ts';

/** The least of a WebSocket server: it accepts the handshake and listens. */
const socketServer = async (): Promise<{ url: string; stop(): void }> => {
  const server = createServer();
  server.on('upgrade', async (request, socket) => {
    const key = `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
    const digest = await crypto.subtle.digest('SHA-1', new TextEncoder().encode(key));
    const accept = Buffer.from(digest).toString('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    // a frame back once ours has come: `ok`
    socket.once('data', () => socket.write(Buffer.from([0x81, 2, 0x6f, 0x6b])));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`, stop: () => server.closeAllConnections() };
};

test('whatever leaves a page is recorded', async () => {
  const site = await serve(tmpdir(), {
    '/index.html': '<!doctype html><title>x</title>',
    '/worker.js': `onmessage = async ({ data }) => { await fetch('/nothing', { method: 'POST', body: data }).catch(() => 0); postMessage(0); };`,
    '/service.js': `onmessage = ({ data, source }) => fetch('/nothing?' + data).then(() => source.postMessage(0));`,
  });
  const sockets = await socketServer();
  const ways = [
    'get',
    'post',
    'head',
    'worker',
    'service',
    'socket',
    'beacon',
    'image',
    'form',
    'hash',
    'log',
    'wide',
    'stranger',
  ];
  const marks = Object.fromEntries(ways.map((way) => [way, marker(way)])) as Record<string, string>;
  const person = await Person.arrive('plain');
  await person.page.goto(site.url);
  await person.page.evaluate(
    async ({ marks: m, url }) => {
      await fetch(`/nothing?q=${m.get}`);
      await fetch('/nothing', { method: 'POST', body: m.post });
      await fetch('/nothing', { headers: { 'x-secret': btoa(`ab${m.head}`) } });
      await fetch('/nothing', {
        method: 'POST',
        body: new Uint16Array([...(m.wide as string)].map((c) => c.charCodeAt(0))),
      });
      await fetch('/nothing', { method: 'POST', body: new URLSearchParams({ q: m.form as string }) });
      await fetch(`http://stranger.example/?${m.stranger}`).catch(() => 0);
      const worker = new Worker('/worker.js');
      await new Promise((resolve) => {
        worker.onmessage = resolve;
        worker.postMessage(m.worker);
      });
      await navigator.serviceWorker.register('/service.js');
      const service = (await navigator.serviceWorker.ready).active;
      await new Promise((resolve) => {
        navigator.serviceWorker.onmessage = resolve;
        navigator.serviceWorker.startMessages();
        service?.postMessage(m.service);
      });
      const socket = new WebSocket(url);
      await new Promise((resolve) => {
        socket.onopen = () => socket.send(`${'x'.repeat(70_000)}${m.socket}`);
        socket.onmessage = resolve;
      });
      navigator.sendBeacon('/nothing', m.beacon);
      await new Promise((resolve) => Object.assign(new Image(), { onerror: resolve, src: `/nothing?${m.image}` }));
      location.hash = `#/${m.hash}`;
      console.log(m.log);
    },
    { marks, url: sockets.url },
  );
  const secrets = ways.map((name) => ({ name, text: marks[name] as string }));
  const found = () => [...new Set(person.leaked(secrets).map((hit) => hit.secret))].sort();
  await expect.poll(found).toEqual([...ways].sort());
  expect(person.strangers()).toEqual(['stranger.example']);
  await person.leave();
  person.forget();
  await site.stop();
  sockets.stop();
});

test('whatever a page keeps is found', async () => {
  const site = await serve(tmpdir(), { '/index.html': '<!doctype html><title>x</title>' });
  const places = [
    'blob',
    'buffer',
    'beside',
    'object',
    'key',
    'name',
    'local',
    'session',
    'cache',
    'cookie',
    'cryptoKey',
  ];
  const marks = Object.fromEntries(places.map((place) => [place, marker(place)])) as Record<string, string>;
  const person = await Person.arrive('keeper');
  await person.page.goto(site.url);
  await person.page.evaluate(async (m) => {
    const request = indexedDB.open(`db${m.name}`);
    request.onupgradeneeded = () => request.result.createObjectStore('store');
    await new Promise((resolve) => (request.onsuccess = resolve));
    const transaction = request.result.transaction('store', 'readwrite');
    const store = transaction.objectStore('store');
    const bytes = (text = ''): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
    const whole = new Uint8Array(1000);
    whole.set(bytes(m.beside), 500);
    store.put(new Blob([m.blob as string]), 1);
    store.put({ deep: [bytes(`zz${m.buffer}`)] }, 2);
    store.put(whole.subarray(0, 10), 3);
    store.put(new Map([['a', { text: btoa(`z${m.object}`) }]]), 4);
    store.put(1, m.key);
    await new Promise((resolve) => (transaction.oncomplete = resolve));
    const key = await crypto.subtle.importKey('raw', bytes(m.cryptoKey).slice(0, 32), 'AES-GCM', true, ['encrypt']);
    const last = request.result.transaction('store', 'readwrite');
    last.objectStore('store').put(key, 5);
    await new Promise((resolve) => (last.oncomplete = resolve));
    localStorage.setItem('a', m.local as string);
    sessionStorage.setItem('a', JSON.stringify({ a: m.session }));
    await (await caches.open('c')).put('/x', new Response(m.cache));
    document.cookie = `a=${m.cookie}`;
  }, marks);
  const secrets = places.map((name) => ({ name, text: (marks[name] as string).slice(0, 32) }));
  const { hits, bytes } = await person.atRest(secrets);
  expect([...new Set(hits.map((hit) => hit.secret))].sort()).toEqual([...places].sort());
  expect(Object.keys(bytes)).toContain('localStorage');
  await person.leave();
  expect(person.onDisk(secrets).map((hit) => hit.secret)).toEqual(expect.arrayContaining(['local', 'cache']));
  person.forget();
  await site.stop();
});

test('a wallet refuses, asks and answers as wallets do', async () => {
  const site = await serve(tmpdir(), { '/index.html': '<!doctype html><title>x</title>' });
  const wallet = new TestWallet([`0x${'11'.repeat(32)}`, `0x${'22'.repeat(32)}`], { 31337: 'http://127.0.0.1:9' });
  wallet.mode = 'ask';
  const person = await Person.arrive('walleted', { wallet });
  await person.page.goto(site.url);
  const ask = (method: string, params: unknown[] = []) =>
    person.page.evaluate(
      async (request) => {
        type Provider = { request(request: unknown): Promise<unknown> };
        const provider = await new Promise<Provider>((resolve) => {
          addEventListener('eip6963:announceProvider', (e) =>
            resolve((e as CustomEvent<{ provider: Provider }>).detail.provider),
          );
          dispatchEvent(new Event('eip6963:requestProvider'));
        });
        return provider.request(request).catch((error: { code: number }) => error.code);
      },
      { method, params },
    );
  expect(await ask('eth_accounts')).toEqual([]);
  expect(await ask('personal_sign', ['0x00', wallet.address])).toBe(4100);
  const refused = ask('eth_requestAccounts');
  (await wallet.prompt()).reject();
  expect(await refused).toBe(4001);
  const allowed = ask('eth_requestAccounts');
  (await wallet.prompt('eth_requestAccounts')).confirm();
  expect(await allowed).toEqual([wallet.address]);
  expect(await ask('wallet_switchEthereumChain', [{ chainId: '0x1' }])).toBe(4902);
  wallet.mode = 'confirm';
  expect(String(await ask('personal_sign', ['0x68656c6c6f', wallet.address]))).toMatch(/^0x[0-9a-f]{130}$/);
  expect(await ask('eth_sign', [wallet.address, '0x00'])).toBe(-32601);
  await person.leave();
  person.forget();
  await site.stop();
});

test('frames are read however they are cut, and secrets in every spelling', () => {
  const payload = Buffer.from('hello frames');
  const mask = [1, 2, 3, 4];
  const frame = Buffer.from([
    0x82,
    0x80 | payload.length,
    ...mask,
    ...payload.map((b, i) => b ^ (mask[i % 4] as number)),
  ]);
  const reader = new Unmasker();
  expect(Buffer.concat([...frame, ...frame].map((b) => reader.push(Buffer.from([b])))).toString()).toBe(
    'hello frameshello frames',
  );

  const text = 'سري للغاية';
  const wanted = patterns([{ name: 'rtl', text }]);
  for (const spelled of [
    text,
    encodeURIComponent(text),
    Buffer.from(`a${text}`).toString('base64'),
    Buffer.from(`ab${text}c`).toString('base64url'),
  ])
    expect(search('x', Buffer.from(spelled), wanted), spelled).not.toEqual([]);
  const escaped = JSON.stringify(text).replace(
    /[^\x20-\x7f]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  expect(
    search('x', Buffer.from(escaped), patterns([{ name: 'rtl', text: text.split(' ')[1] as string }])),
  ).not.toEqual([]);
  expect(search('x', Buffer.from('nothing here at all'), wanted)).toEqual([]);
});
