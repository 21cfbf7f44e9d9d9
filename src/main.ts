/** Wires everything: the only file that knows every layer. State, chain, wallets and storage are lazy: a visitor who only looks loads none of them. */
import { mount } from 'svelte';
import { loadDeployments } from './chain/deployments.ts';
import { SalusError } from './core/errors.ts';
import { standing } from './core/origin.ts';
import { trustOwnWorkers } from './core/trustedTypes.ts';
import type { Deployment } from './flows/ports/index.ts';
import type { App } from './state/app.svelte.ts';
import { attentive, surroundings } from './state/attention.ts';
import { Networks } from './state/networks.svelte.ts';
import type { Shelf } from './state/places.svelte.ts';
import type { Backend, Exclusive } from './state/wiring.ts';
import Refused from './ui/Refused.svelte';
import Root from './ui/Root.svelte';
import { openMeasurer } from './workers/measurer.ts';

/** Preferences only; works without where the browser blocks storage. */
const shelf: Shelf = {
  get: (key) => {
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  },
  set: (key, value) => {
    try {
      localStorage.setItem(key, value);
    } catch {
      // the choice lasts as long as the page
    }
  },
};

/** Tabs of one browser share a disk and a wallet. Where there are no locks (old browsers) each is on its own. */
const exclusive: Exclusive = async (name, work, wait, signal) => {
  if (!('locks' in navigator)) return work();
  return navigator.locks.request(name, wait ? { signal } : { ifAvailable: true }, (lock) => {
    if (!lock) throw new SalusError('app/other-tab');
    return work();
  });
};

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));

const backend = async (deployment: Deployment): Promise<Backend> => {
  const [{ openChain, openWallets }, { openStorage }, { openCabinet }, box] = await Promise.all([
    import('./chain/index.ts'),
    import('./storage/client.ts'),
    import('./storage/cabinet.ts'),
    import('./crypto/box.ts'),
  ]);
  const chain = await openChain(deployment);
  return {
    chain,
    connector: await openWallets(deployment, chain),
    storage: openStorage(),
    cabinet: openCabinet({ ...box, random }),
    sessions: async () => (await import('./chain/session.ts')).sessionsOf(deployment.rpcs[0] ?? ''),
  };
};

const start = (target: HTMLElement): void => {
  trustOwnWorkers();
  const networks = new Networks({ deployments: () => loadDeployments(document.baseURI), shelf });
  let app: App | null = null;
  const open = async (): Promise<App> => {
    const { App } = await import('./state/app.svelte.ts');
    return (app ??= new App({
      networks,
      backend,
      measurer: openMeasurer,
      shelf,
      clock: Date.now,
      random,
      zone: () => -new Date().getTimezoneOffset(),
      exclusive,
      attention: attentive(surroundings()),
      site: { domain: location.host, uri: location.href.replace(/#.*/, '') },
    }));
  };
  // records that no other place holds, and acts under way, would be lost or left hanging
  addEventListener('beforeunload', (event) => {
    if (app && (app.outbox.onlyHere.length > 0 || app.acts.busy)) event.preventDefault();
  });
  mount(Root, { target, props: { networks, open } });
  void networks.start();
};

const target = document.getElementById('app') as HTMLElement;
const stand = standing(location.href, window.top !== window.self);
if (stand.safe) start(target);
else mount(Refused, { target, props: { why: stand.why, own: stand.own } });
