/** `deployments.json`: which contract on which chain this host offers. Read at run time, beside the page, and taken strictly. */
import type { Address, Bytes } from '../core/bytes.ts';
import { isSalusError, SalusError } from '../core/errors.ts';
import { isInteger, isList, isMatch, isNullable, isObject, isText, parseJson, type Check } from '../core/json.ts';
import type { Deployment } from '../flows/ports/wallet.ts';

const address: Check<Address> = (v, path) =>
  isMatch(/^0x(?!0{40})[0-9a-fA-F]{40}$/, 42)(v, path).toLowerCase() as Address;
const url: Check<string> = (v, path) =>
  isMatch(/^https?:\/\/[^\s@]+$/, 300)(URL.canParse(String(v)) ? v : null, path).replace(/\/$/, '');
/** A page that people are sent to: encrypted on the way, unless it is on this machine. */
const page: Check<string> = (v, path) =>
  isMatch(/^(https:|http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:|\/|$))/, 300)(url(v, path), path);
const suggestions = isList(isObject({ name: isText(100), url }), 32);

const chain = isObject({
  name: isText(100),
  contract: address,
  block: isInteger(0, 2 ** 40 - 1),
  /** hospitals 0, 1, 2 … in the order of the contract's constructor: the root of all trust in accreditations */
  founders: isList(address, 256, 3),
  predecessors: isList(address, 256),
  rpcs: isList(url, 16, 1),
  explorer: (v, path) => isNullable(page)(v === '' ? null : v, path),
  peers: suggestions,
  gateways: suggestions,
  currency: isObject({ name: isText(50), symbol: isText(20), decimals: isInteger(0, 36) }),
});

const file = isObject({ version: isInteger(1, 1), chains: (v, path) => isObject({}, { open: true })(v, path) && v });

/** @param json the parsed file @returns its chains, in its order @throws input/invalid with the `path` that is wrong and what was `wanted` there */
export const parseDeployments = (json: unknown): Deployment[] => {
  try {
    const deployments: Deployment[] = [];
    for (const [id, value] of Object.entries(file(json).chains as object)) {
      const chainId = isInteger(1, Number.MAX_SAFE_INTEGER)(/^[1-9]\d*$/.test(id) ? Number(id) : null, `.chains.${id}`);
      const parsed = chain(value, `.chains.${id}`);
      if (new Set(parsed.founders).size < parsed.founders.length)
        throw new SalusError('record/malformed', { path: `.chains.${id}.founders`, wanted: 'different addresses' });
      deployments.push({ chainId, ...parsed });
    }
    return deployments;
  } catch (error) {
    if (!isSalusError(error, 'record/malformed')) throw error;
    throw new SalusError('input/invalid', { file: 'deployments.json', ...error.details }, error);
  }
};

/**
 * @param base the page's own address: the file lies beside it, on any static host
 * @throws chain/not-deployed when there is no such file or it names no chain, input/invalid when it is wrong
 */
export const loadDeployments = async (base: string): Promise<Deployment[]> => {
  let bytes: Bytes;
  try {
    const signal = AbortSignal.timeout(10_000);
    const response = await fetch(new URL('deployments.json', base), { cache: 'no-cache', signal });
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    bytes = new Uint8Array(await response.arrayBuffer());
  } catch (cause) {
    throw new SalusError('chain/not-deployed', { file: 'deployments.json' }, cause);
  }
  let json: unknown;
  try {
    json = parseJson(bytes, { maxBytes: 1 << 20, maxDepth: 6 });
  } catch (cause) {
    throw new SalusError('input/invalid', { file: 'deployments.json', path: '(root)', wanted: 'JSON' }, cause);
  }
  const deployments = parseDeployments(json);
  if (deployments.length === 0) throw new SalusError('chain/not-deployed', { file: 'deployments.json' });
  return deployments;
};
