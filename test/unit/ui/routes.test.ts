import { describe, expect, it } from 'vitest';
import { findRoute, href, navigation, routes, startOf, type RouteName } from '../../../src/ui/shell/routes.ts';
import { fillPath, matchPath } from '../../../src/ui/shared/router.svelte.ts';

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
      const params = { address: '0x1', id: '7', role: 'doctor', visit: '3', digest: '0x2' };
      expect(findRoute(href(name, params).slice(1))?.name).toBe(name);
    }
    expect(findRoute('/nowhere')).toBeNull();
  });

  it('fit a phone’s bar for everyone', () => {
    for (const persona of ['patient', 'doctor', 'hospital'] as const) {
      expect(navigation[persona].length).toBeLessThanOrEqual(5);
      expect(routes[startOf(persona)]).toBeDefined();
    }
  });
});
