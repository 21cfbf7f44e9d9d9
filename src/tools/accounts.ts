/** Who the accounts of a local chain are. Everybody knows their keys. */
import { localAccounts, type LocalAccount } from '../../contracts/script/local.ts';

export type DemoAccount = LocalAccount & { role: 'hospital' | 'doctor' | 'patient'; name: string };

const PEOPLE: [DemoAccount['role'], string][] = [
  ['hospital', 'Hospital 1'],
  ['hospital', 'Hospital 2'],
  ['hospital', 'Hospital 3'],
  ['doctor', 'Doctor 1'],
  ['doctor', 'Doctor 2'],
  ['patient', 'Patient 1'],
  ['patient', 'Patient 2'],
  ['patient', 'Patient 3'],
];

/** The hospitals are the contract's founders. */
export const demoAccounts: DemoAccount[] = PEOPLE.map(([role, name], i) => ({
  ...(localAccounts()[i] as LocalAccount),
  role,
  name,
}));
export const founders = demoAccounts.filter((account) => account.role === 'hospital').map((account) => account.address);
