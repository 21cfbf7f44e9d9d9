/** All words for people stand in the catalogue, and the catalogue holds no words that nobody says. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'svelte/compiler';
import { describe, expect, it } from 'vitest';
import { en } from '../../../src/ui/shared/i18n/en/index.ts';

const root = fileURLToPath(new URL('../../../src/ui', import.meta.url));
const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((f) => /\.(svelte|ts)$/.test(f))
  .map((f) => ({ name: f, source: readFileSync(join(root, f), 'utf8') }));

type Tree = { [key: string]: string | Tree };
const leaves = (tree: Tree, path = ''): string[] =>
  Object.entries(tree).flatMap(([k, v]) => (typeof v === 'string' ? [path + k] : leaves(v, `${path}${k}.`)));

/** Attributes that people read or hear. */
const SPOKEN = new Set(['title', 'alt', 'placeholder', 'aria-label', 'label', 'hint', 'text', 'note']);
/** Not words: addresses, a file's beginning. */
const NOT_WORDS = new Set(['0x…', 'https://', 'ETH']);

const sentences = (source: string): string[] => {
  const found: string[] = [];
  const look = (node: unknown): void => {
    if (Array.isArray(node)) return node.forEach(look);
    if (typeof node !== 'object' || node === null) return;
    const n = node as { type?: string; name?: string; data?: string; value?: unknown };
    if (n.type === 'StyleDirective') return;
    if (n.type === 'Text' && /\p{L}{2}/u.test(n.data ?? '')) found.push((n.data ?? '').trim());
    if (n.type === 'Attribute') {
      if (!SPOKEN.has(n.name ?? ''))
        return look(
          (Array.isArray(n.value) ? n.value : [n.value]).filter((v) => (v as { type?: string })?.type !== 'Text'),
        );
    }
    Object.entries(n).forEach(([key, v]) => key !== 'metadata' && look(v));
  };
  look(parse(source, { modern: true }).fragment);
  return found.filter((text) => !NOT_WORDS.has(text));
};

describe('words for people', () => {
  it.each(files.filter((f) => f.name.endsWith('.svelte')).map((f) => [f.name, f.source]))(
    '%s has none of its own',
    (_, source) => expect(sentences(source)).toEqual([]),
  );

  it('notices a sentence in a component', () => {
    expect(sentences('<p title="Hello there">Some words</p>')).toEqual(['Hello there', 'Some words']);
    expect(sentences('<p class="some name" data-x="words">{t("a.b")}</p>')).toEqual([]);
  });

  it('are all said somewhere', () => {
    const source = files.map((f) => f.source).join('\n');
    // `act.stage.${…}` speaks every key under act.stage.
    const stems = [...source.matchAll(/[`'"]([\w.]+\.[\w]*)\$\{/g)].map((m) => m[1] as string);
    const said = (key: string) =>
      source.includes(`'${key}'`) || source.includes(`"${key}"`) || stems.some((stem) => key.startsWith(stem));
    const silent = leaves(en).filter((key) => !said(key.replace(/_(one|other)$/, '')));
    expect(silent).toEqual([]);
  });

  it('have a plural wherever they have a singular', () => {
    const keys = new Set(leaves(en));
    for (const key of keys) if (key.endsWith('_one')) expect(keys).toContain(key.replace(/_one$/, '_other'));
  });
});
