/** From what somebody typed, pasted or scanned to the account it names. */
import type { Address } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import { readNamed, withNumber } from '../record/salusNumber.ts';
import { everyAccredited } from './directory.ts';
import type { ReadPorts } from './ports/index.ts';

/** A number is looked up among accounts that are known already: the directory, and whoever stands in the own timelines. */
const knownAccounts = async ({ chain }: Pick<ReadPorts, 'chain'>, me: Address): Promise<Address[]> => {
  const [listed, own, inbox] = await Promise.all([
    everyAccredited(chain),
    chain.timeline(me, 'own'),
    chain.timeline(me, 'inbox'),
  ]);
  return [...listed.map((a) => a.address), ...[...own.entries, ...inbox.entries].flatMap((e) => [e.author, e.subject])];
};

/** What a link names, or the text itself. */
const inLink = (typed: string): string =>
  typed.includes('/') ? (/(salus1[0-9a-z]+|0x[0-9a-f]{40})(?![0-9a-z])/i.exec(typed)?.[1] ?? typed) : typed;

/**
 * @param typed an address, a `salus1…` code, a Salus number, or a link with one of the first two in it
 * @throws input/invalid with `why`: `format`, `mistyped`, `other-network`, `unknown-number`, `two-accounts`
 */
export const lookUp = async (ports: Pick<ReadPorts, 'chain'>, me: Address, typed: string): Promise<Address> => {
  const named = readNamed(ports.chain, inLink(typed));
  if (named?.kind === 'account') return named.account;
  if (!named) throw new SalusError('input/invalid', { what: 'account', why: 'format' });
  const found = withNumber(ports.chain, named.number, await knownAccounts(ports, me));
  const [account] = found;
  if (!account || found.length > 1)
    throw new SalusError('input/invalid', { what: 'account', why: account ? 'two-accounts' : 'unknown-number' });
  return account;
};
