/** Somebody at a computer: a browser profile of their own on disk, a wallet, and a record of all that leaves. */
import { chromium, type BrowserContext, type Page } from '@playwright/test';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findBrowser, FLAGS } from '../../../src/tools/browser.ts';
import { atRest, type AtRest } from './atRest.ts';
import { Proxy } from './proxy.ts';
import { patterns, search, type Hit, type Secret } from './secrets.ts';
import type { TestWallet } from './wallet.ts';

/** @property contextOptions of Playwright: viewport, colorScheme … */
export type PersonOptions = {
  wallet?: TestWallet;
  folder?: string;
  contextOptions?: Parameters<typeof chromium.launchPersistentContext>[1];
};

/** Updates, its account, its guesses at forms: no page asks for them. */
const CHROMIUMS_OWN = ['update', 'content-autofill', 'optimizationguide-pa', 'safebrowsing']
  .map((name) => `${name}.googleapis.com`)
  .concat('accounts.google.com', 'clients2.google.com');

export class Person {
  readonly name: string;
  readonly context: BrowserContext;
  readonly proxy: Proxy;
  readonly wallet: TestWallet | undefined;
  /** what was logged, and every address that any page has shown */
  readonly logs: string[] = [];
  readonly urls: string[] = [];
  /** errors nobody caught, and violations of the Content-Security-Policy: a test ends with none */
  readonly faults: string[] = [];
  /** kinds of dialog the browser has shown: `beforeunload` when the page warned */
  readonly warnings: string[] = [];
  readonly #folder: string;
  #page: Page;
  #gone = false;

  private constructor(
    name: string,
    context: BrowserContext,
    proxy: Proxy,
    folder: string,
    wallet: TestWallet | undefined,
  ) {
    [this.name, this.context, this.proxy, this.#folder, this.wallet] = [name, context, proxy, folder, wallet];
    this.#page = context.pages()[0] as Page;
    for (const page of context.pages()) this.#follow(page);
    context.on('page', (page) => this.#follow(page));
    context.on('weberror', (error) => this.faults.push(String(error.error().stack ?? error.error())));
    context.on('console', (message) => {
      this.logs.push(message.text());
      if (/Content.Security.Policy|TrustedScript|TrustedHTML/i.test(message.text())) this.faults.push(message.text());
    });
    context.on('request', (request) => this.urls.push(request.url()));
  }

  /** @param options.folder an earlier profile: the same browser, started again */
  static async arrive(name: string, options: PersonOptions = {}): Promise<Person> {
    const executablePath = findBrowser();
    if (!executablePath) throw new Error('no Chromium: run npm test, which gets one');
    const folder = options.folder ?? mkdtempSync(join(tmpdir(), `salus-${name}-`));
    const proxy = await Proxy.start();
    const context = await chromium.launchPersistentContext(folder, {
      executablePath,
      // the camera of this computer is one of Chromium's own making, and still has to be allowed
      args: [
        ...FLAGS,
        '--force-webrtc-ip-handling-policy=disable_non_proxied_udp',
        '--use-fake-device-for-media-stream',
      ],
      proxy: { server: proxy.url, bypass: '<-loopback>' },
      viewport: { width: 1280, height: 800 },
      acceptDownloads: true,
      ...options.contextOptions,
    });
    context.setDefaultTimeout(20_000);
    await options.wallet?.install(context);
    return new Person(name, context, proxy, folder, options.wallet);
  }

  get page(): Page {
    return this.#page;
  }

  #follow(page: Page): void {
    // the page warns before it is left while something would be lost; this person leaves all the same
    page.on('dialog', (dialog) => {
      this.warnings.push(dialog.type());
      void dialog.accept();
    });
    page.on('framenavigated', (frame) => this.urls.push(frame.url()));
    page.on('websocket', (socket) => this.urls.push(socket.url()));
  }

  /** Closes the tab and opens another, in the same browser. */
  async reopen(url: string): Promise<Page> {
    const page = await this.context.newPage();
    await this.#page.close();
    this.#page = page;
    await page.goto(url);
    return page;
  }

  /** What left the browser: requests, bodies, frames, addresses, logs, and all that the wallet was asked. */
  leaked(secrets: Secret[]): Hit[] {
    const wanted = patterns(secrets);
    const text = (where: string, lines: string[]): Hit[] => search(where, Buffer.from(lines.join('\n')), wanted);
    return [
      ...this.proxy.sent.flatMap((s) => [
        ...search(`${s.kind} ${s.method} ${s.url.slice(0, 200)}`, s.body, wanted),
        ...text(`head of ${s.url.slice(0, 200)}`, [s.method, s.url, s.head]),
      ]),
      ...text('addresses', this.urls),
      ...text('logs', this.logs),
      ...text(
        'wallet',
        (this.wallet?.log ?? []).map((request) => JSON.stringify(request)),
      ),
    ];
  }

  /** Hosts outside this machine that something here tried to reach, but for those that Chromium calls by itself. */
  strangers(): string[] {
    const hosts = this.proxy.sent
      .filter((s) => s.kind === 'refused')
      .map((s) => s.url.replace(/^http:\/\//, '').split(/[:/]/)[0] as string);
    return [...new Set(hosts)].filter((host) => !CHROMIUMS_OWN.includes(host));
  }

  atRest(secrets: Secret[]): Promise<AtRest> {
    return atRest(this.#page, patterns(secrets));
  }

  /** Ends the browser. The profile stays until {@link forget}. @returns its folder, to arrive with again */
  async leave(): Promise<string> {
    if (!this.#gone) {
      this.#gone = true;
      await this.context.close();
      await this.proxy.stop();
    }
    return this.#folder;
  }

  /** After {@link leave}: searches the profile as it lies on disk, whatever the browser itself wrote there included. */
  onDisk(secrets: Secret[]): Hit[] {
    const wanted = patterns(secrets);
    return readdirSync(this.#folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .flatMap((entry) => {
        const path = join(entry.parentPath, entry.name);
        return search(path.slice(this.#folder.length + 1), readFileSync(path), wanted);
      });
  }

  forget(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
