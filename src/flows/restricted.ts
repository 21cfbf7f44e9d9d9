/**
 * What restricted means to whoever was given a record: the rules that its giver keeps, kept by its reader too. Who gives more than may be
 * given, by a page of their own or by mistake, gives it in vain.
 */
import { SalusError } from '../core/errors.ts';
import type { Manifest } from '../record/manifest.ts';

/** Seconds that a share of something restricted lasts at most: 30 days. */
export const RESTRICTED_MOST = 30 * 86_400;

/** Seconds by which a node may be behind. */
const SLACK = 3600;

/** How a record came: with a folder, by itself, or within another record · `ends`: Unix seconds, 0 = none */
export type Way = { by: 'folder' | 'record' | 'within'; delegated: boolean; ends: number };

/**
 * R and V are given by themselves and passed on by nobody; R for 30 days at most.
 * @param now Unix seconds @throws record/too-open naming what is too much: `by`, `delegated`, `ends`
 */
export const checkWay = ({ confidentiality }: Pick<Manifest, 'confidentiality'>, way: Way, now: number): void => {
  if (confidentiality === 'N') return;
  const refuse = (field: keyof Way): never => {
    throw new SalusError('record/too-open', { confidentiality, field });
  };
  if (way.by !== 'record') refuse('by');
  if (way.delegated) refuse('delegated');
  if (confidentiality === 'R' && (way.ends === 0 || way.ends > now + RESTRICTED_MOST + SLACK)) refuse('ends');
};
