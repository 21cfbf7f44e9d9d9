import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const html = readFileSync(new URL('../../../src/index.html', import.meta.url), 'utf8');
const policy = new Map(
  (/http-equiv="Content-Security-Policy"\s+content="([^"]+)"/.exec(html)?.[1] ?? '').split(';').map((directive) => {
    const [name, ...values] = directive.trim().split(/\s+/);
    return [name as string, values.join(' ')];
  }),
);

it.each([
  ['default-src', "'none'"],
  ['script-src', "'self'"],
  ['style-src', "'self'"],
  ['worker-src', "'self'"],
  ['object-src', "'none'"],
  ['base-uri', "'none'"],
  ['form-action', "'none'"],
  ['require-trusted-types-for', "'script'"],
  ['trusted-types', 'svelte-trusted-html default'],
])('the policy of the page has %s %s', (name, value) => {
  expect(policy.get(name)).toBe(value);
});

it('has the policy before anything that it governs, and nothing inline', () => {
  expect(html.indexOf('Content-Security-Policy')).toBeLessThan(html.search(/<(script|link|style)\b/));
  expect(html).not.toMatch(/<style\b|<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=/);
});
