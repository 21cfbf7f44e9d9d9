/** From what somebody typed to an account of the public directory: no wallet is needed, and nothing of one's own is looked through. */
import type { Address } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import { isNumberOf, readAccreditationNumber, type AccreditationNumber } from '../record/accreditation.ts';
import { readNamed, withNumber } from '../record/salusNumber.ts';
import { everyAccredited } from './directory.ts';
import type { ReadPorts } from './ports/index.ts';

type Reading = Pick<ReadPorts, 'chain'>;

const notFound = (why: string) => new SalusError('input/invalid', { what: 'account', why });

/**
 * @param typed an address, a code, a Salus number or the number of an accreditation
 * @returns null when it is none of them: a name, perhaps
 * @throws input/invalid with `why`: `mistyped`, `other-network`, `unknown-number`, `two-accounts`
 */
export const findPublic = async (ports: Reading, typed: string): Promise<Address | null> => {
  const accreditation = readAccreditationNumber(typed);
  if (accreditation) return vouchedAs(ports, accreditation);
  const named = readNamed(ports.chain, typed);
  if (!named) return null;
  if (named.kind === 'account') return named.account;
  const [listed, hospitals] = await Promise.all([everyAccredited(ports.chain), ports.chain.hospitals()]);
  const found = withNumber(
    ports.chain,
    named.number,
    [...listed, ...hospitals].map((a) => a.address),
  );
  const [account] = found;
  if (!account || found.length > 1) throw notFound(account ? 'two-accounts' : 'unknown-number');
  return account;
};

/** In the hospital's own verified timeline, which says whom it accredited in that block. */
const vouchedAs = async ({ chain }: Reading, number: AccreditationNumber): Promise<Address> => {
  const hospital = (await chain.hospitals()).find((h) => h.number === number.hospital);
  if (!hospital) throw notFound('unknown-number');
  const { entries } = await chain.timeline(hospital.address, 'own');
  const found = entries
    .filter((e) => e.event === 'Accredited' && e.block === number.block)
    .filter(({ subject, block }) => isNumberOf(chain, number, { hospital: number.hospital, block, account: subject }))
    .map((e) => e.subject);
  const [account] = new Set(found);
  if (!account) throw notFound('unknown-number');
  return account;
};
