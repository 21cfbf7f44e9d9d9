/** The page's words, so that a test finds things as a person does and survives a better wording. */
import { en as catalogue } from '../../../src/ui/shared/i18n/en/index.ts';

type Node = string | { [key: string]: Node };

/** @param key `act.prompt.go` @param values fills `{{name}}` @throws Error when the catalogue has no such words */
export const words = (key: string, values: Record<string, string | number> = {}): string => {
  const found = key
    .split('.')
    .reduce<Node | undefined>((node, part) => (typeof node === 'object' ? node[part] : undefined), catalogue as Node);
  if (typeof found !== 'string') throw new Error(`no words for ${key}`);
  return found.replace(/\{\{(\w+)\}\}/g, (_, name: string) => String(values[name] ?? `{{${name}}}`));
};
