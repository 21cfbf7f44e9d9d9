import { describe, expect, it, vi } from 'vitest';
import { itemsOf, navigation, startOf } from '../../../src/ui/shell/navigation.ts';
import { findRoute, href, routes, type RouteName } from '../../../src/ui/shell/routes.ts';
import { fillPath, matchPath, router } from '../../../src/ui/shared/router.svelte.ts';

describe('hash routes', () => {
  it('match by parts and give the params decoded', () => {
    expect(matchPath('/doctors/:address', '/doctors/0xab')).toEqual({ address: '0xab' });
    expect(matchPath('/doctors/:address/book', '/doctors/0xab/book')).toEqual({ address: '0xab' });
    expect(matchPath('/doctors/:address', '/doctors/a%2Fb')).toEqual({ address: 'a/b' });
    expect(matchPath('/doctors/:address', '/doctors/%E0%A4%A')).toEqual({ address: '%E0%A4%A' });
    for (const path of ['/doctors', '/doctors/', '/doctors/a/b', '/', ''])
      expect(matchPath('/doctors/:address', path)).toBeNull();
  });

  it('fill a pattern so that it matches again', () => {
    const params = { address: 'a/b ü' };
    expect(matchPath('/doctors/:address', fillPath('/doctors/:address', params))).toEqual(params);
  });

  it('lead back to themselves', () => {
    for (const name of Object.keys(routes) as RouteName[]) {
      const params = {
        hospital: 'salus1x',
        about: '-',
        address: '0x1',
        id: '7',
        role: 'doctor',
        visit: '3',
        digest: '0x2',
        patient: '0x3',
        re: '4',
        access: '0x5',
        voucher: 'abc',
        wish: 'to=0xabc',
      };
      expect(findRoute(href(name, params).slice(1))?.name).toBe(name);
    }
    expect(findRoute('/nowhere')).toBeNull();
  });

  it('fit a phone’s bar for everyone', () => {
    for (const persona of ['patient', 'doctor', 'hospital'] as const) {
      expect(navigation[persona].length).toBeLessThanOrEqual(5);
      expect(routes[startOf({ persona, unbooked: false })]).toBeDefined();
    }
  });

  it('lead whom nobody books past queue and fees', () => {
    const names = itemsOf({ persona: 'doctor', unbooked: true }).map((item) => item.name);
    expect(names.length).toBeLessThanOrEqual(5);
    expect(names).not.toContain('queue');
    expect(names).not.toContain('earnings');
    expect(startOf({ persona: 'doctor', unbooked: true })).toBe('received');
  });
});

describe('the router', () => {
  it('goes on when something came to its end, unless the person went elsewhere meanwhile', () => {
    const location = { hash: '#/doctors/0x1/book' };
    vi.stubGlobal('location', location);
    vi.stubGlobal('history', { replaceState: (_: unknown, __: string, url: string) => void (location.hash = url) });
    const stop = { addEventListener: () => {}, removeEventListener: () => {} };
    vi.stubGlobal('window', stop);
    router.start();
    router.go('/appointments/1', { replace: true, from: '/records' });
    expect(location.hash).toBe('#/doctors/0x1/book');
    router.go('/appointments/1', { replace: true, from: '/doctors/0x1/book' });
    expect([location.hash, router.path]).toEqual(['#/appointments/1', '/appointments/1']);
    vi.unstubAllGlobals();
  });
});
