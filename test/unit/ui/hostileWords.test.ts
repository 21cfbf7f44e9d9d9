/** What strangers call themselves goes into our sentences as text: it is no key, no nesting, no markup. */
import { beforeAll, describe, expect, it } from 'vitest';
import { loadWords, t } from '../../../src/ui/shared/i18n/index.ts';

describe('a name in a sentence', () => {
  beforeAll(loadWords);

  it.each(['$t(app.notFound)', '{{address}}', '{{- name}}', '<b>x</b>', '__proto__', 'constructor', "=1+1'"])(
    'is said as it is: %s',
    (name) => {
      expect(t('book.with', { name })).toBe(`With ${name}`);
    },
  );
});
