/** All words for people come from one catalogue, through i18next. Nothing in a component is a sentence. */
import i18next from 'i18next';
import { createSubscriber } from 'svelte/reactivity';
import { first } from './en/first.ts';
import type { en } from './en/index.ts';

type Leaves<T, P extends string = ''> = {
  [K in keyof T & string]: T[K] extends string ? `${P}${K}` : Leaves<T[K], `${P}${K}.`>;
}[keyof T & string];
type Base<K extends string> = K extends `${infer B}_one` ? B : K extends `${infer B}_other` ? B : K;

/** Every key of the catalogue; plural forms go by their stem and a `count`. */
export type Key = Base<Leaves<typeof en>>;
/** Values for `{{name}}` in a sentence. */
export type Vars = Record<string, string | number>;

const instance = i18next.createInstance();
void instance.init({
  lng: 'en',
  fallbackLng: 'en',
  resources: { en: { translation: first } },
  initAsync: false,
  // Svelte escapes what it writes
  interpolation: { escapeValue: false },
  returnNull: false,
});

const track = createSubscriber((update) => {
  instance.store.on('added', update);
  return () => instance.store.off('added', update);
});

/** Brings the words of every screen. What the landing page says is there at once. */
export const loadWords = async (): Promise<void> => {
  const { en } = await import('./en/index.ts');
  instance.addResourceBundle('en', 'translation', en, true, true);
};

/** The words for `key`; components that call it follow when more words arrive. */
export const t = (key: Key, vars?: Vars): string => {
  track();
  return instance.t(key, vars ?? {});
};

/** BCP 47 tag for `Intl`: the page's language, in the region the browser is set to. */
export const locale = (): string => {
  track();
  const language = instance.resolvedLanguage ?? 'en';
  return navigator.languages.find((tag) => tag.split('-')[0] === language) ?? language;
};

/** Writes `lang` and `dir` on the document element. */
export const markDocument = (): void => {
  document.documentElement.lang = instance.resolvedLanguage ?? 'en';
  document.documentElement.dir = instance.dir();
};
