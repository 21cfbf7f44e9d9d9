/** `public/deployments.json`: which contract the page uses on which chain. The page reads it at run time. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from './foundry.ts';

type Place = { name: string; url: string };
/** One chain's entry. `block` holds the deployment; peers and gateways are suggestions, off until the person agrees. */
export type DeploymentEntry = {
  name: string;
  contract: string;
  block: number;
  founders: string[];
  predecessors: string[];
  rpcs: string[];
  explorer: string | null;
  peers: Place[];
  gateways: Place[];
  currency: { name: string; symbol: string; decimals: number };
};
export type Deployments = { version: 1; chains: Record<string, DeploymentEntry> };

/** The file in the repository. */
export const deploymentsFile = join(projectRoot, 'public/deployments.json');

/** @returns the file's contents, or none @throws Error when it is of another version */
export const readDeployments = (file = deploymentsFile): Deployments => {
  if (!existsSync(file)) return { version: 1, chains: {} };
  const parsed = JSON.parse(readFileSync(file, 'utf8')) as Deployments;
  if (parsed.version !== 1 || typeof parsed.chains !== 'object') throw new Error(`${file} is not of version 1`);
  return parsed;
};

/**
 * Enters a deployment. What an earlier entry of the chain says about nodes, peers and explorer stays; an earlier contract becomes a predecessor.
 * @param rpc the node it was deployed through, taken where the entry names none yet
 * @returns the entry as written
 */
export const writeDeployment = (
  chainId: number,
  entry: Pick<DeploymentEntry, 'contract' | 'block' | 'founders'> & { name?: string },
  rpc: string,
  file = deploymentsFile,
): DeploymentEntry => {
  const all = readDeployments(file);
  const before = all.chains[chainId];
  const predecessors =
    before && before.contract !== entry.contract ? [...before.predecessors, before.contract] : before?.predecessors;
  const written: DeploymentEntry = {
    name: entry.name ?? before?.name ?? `Chain ${chainId}`,
    contract: entry.contract,
    block: entry.block,
    founders: entry.founders,
    predecessors: predecessors ?? [],
    rpcs: before?.rpcs.length ? before.rpcs : [rpc],
    explorer: before?.explorer ?? null,
    peers: before?.peers ?? [],
    gateways: before?.gateways ?? [],
    currency: before?.currency ?? { name: 'Ether', symbol: 'ETH', decimals: 18 },
  };
  all.chains[chainId] = written;
  writeFileSync(file, `${JSON.stringify(all, null, 2)}\n`);
  return written;
};
